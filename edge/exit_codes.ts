/**
 * How the process ends: so that a supervisor can tell a restart that helps from one that does
 * not, one code per reason of the daemon. `docs/reference/exit-codes.md` says what to do about each.
 *
 * Source: the numbers are those of sysexits.h where it has one.
 * @module
 */

/** Exit codes by reason. */
export const EXIT = {
  /** It did what it was asked to. */
  ok: 0,
  /** `doctor` found what must be repaired before anything trades. */
  doctorFailed: 2,
  /** The command line is wrong: EX_USAGE. */
  usage: 64,
  /** The journal is damaged, older than its mark, or another's: EX_DATAERR. Do not restart. */
  journalRefused: 65,
  /** A recorded file could not be read to its end, or strictly: EX_DATAERR as well. */
  captureRefused: 65,
  /** The journal holds nothing of what was asked for: EX_NOINPUT. */
  notFound: 66,
  /** The machine does not give what is needed, a port, a token, the time: EX_UNAVAILABLE. */
  unavailable: 69,
  /** A fault of the program's own: EX_SOFTWARE. A restart recovers from the journal. */
  internal: 70,
  /** The journal could not be written: EX_IOERR. Nothing after the failure was acknowledged. */
  journalWriteFailed: 74,
  /** Another process holds the state directory: EX_TEMPFAIL. */
  stateLocked: 75,
  /** The configuration is wrong: EX_CONFIG. Do not restart. */
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
