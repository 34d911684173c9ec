/**
 * Why a journal is not opened: errors that end a start, each one sentence of what, where, and what
 * to do. None of them is ever caught and passed over.
 * @module
 */

/** Where in the journal something is wrong; what is not known is absent. */
export type JournalPlace = {
  readonly segment?: string;
  /** Bytes from the start of the segment. */
  readonly offset?: number;
  readonly batch?: number;
  readonly seq?: number;
};

/** The journal cannot be trusted or continued. The daemon exits 65. */
export class JournalRefused extends Error {
  override readonly name = "JournalRefused";
  readonly place: JournalPlace;
  constructor(problem: string, advice: string, place: JournalPlace = {}) {
    super(`Cannot use the journal: ${problem}${describePlace(place)}. ${advice}`);
    this.place = place;
  }
}

/** Another process holds the state directory. The daemon exits 75. */
export class StateLocked extends Error {
  override readonly name = "StateLocked";
  constructor(directory: string) {
    super(
      `Cannot use the state directory ${directory}: only one daemon may hold it: was locked by ` +
        `another process. Stop that daemon or name another --state-dir`,
    );
  }
}

/** What the journal asks of the machine's clock does not hold. The daemon exits 69. */
export class ClockRefused extends Error {
  override readonly name = "ClockRefused";
}

/**
 * Applying a recorded event threw, now or when it came: what `cause` says. The caller decides about
 * safe mode.
 */
export class PoisonEvent extends Error {
  override readonly name = "PoisonEvent";
  readonly seqId: number;
  /** True if effects of it are recorded: it went well when it came, and they were shown and sent. */
  readonly hasEffects: boolean;
  constructor(of: Pick<PoisonEvent, "seqId" | "hasEffects">, cause: unknown) {
    super(`Cannot replay event ${of.seqId}: applying it must not throw: was ${String(cause)}`, {
      cause,
    });
    this.seqId = of.seqId;
    this.hasEffects = of.hasEffects;
  }
}

/** What to do about a damaged journal. */
export const RESTORE_ADVICE =
  "Keep the state directory as it is, restore the whole of it from a backup, and reconcile with " +
  "the venues before trading";

/** What to do about a journal that is whole up to where it ends, but ends too early. */
export const LOSS_ADVICE = `${RESTORE_ADVICE}. If there is no newer copy, "tapeline run ` +
  `--accept-loss" begins a new journal on what is left, with trading halted`;

/** What to do about a journal of which no batch is left: there is nothing to begin another one on. */
export const NOTHING_LEFT_ADVICE = `${RESTORE_ADVICE}. If there is no backup, move it aside and ` +
  "start on a new one: what rests at the venues is then nobody's, and all numbers begin again";

/** What to do about an event of which effects were shown and sent, and that a replay cannot apply. */
export const EFFECTS_ADVICE =
  "Start again with more memory, or have another executable, the one before or a mended one, take a " +
  'checkpoint ("tapeline journal checkpoint --across-versions") and start that; else restore a backup ' +
  'from before it, as a whole, with "tapeline run --accept-loss"';

function describePlace(place: JournalPlace): string {
  const parts: string[] = [];
  if (place.segment !== undefined) parts.push(`segment ${place.segment}`);
  if (place.offset !== undefined) parts.push(`byte ${place.offset}`);
  if (place.batch !== undefined) parts.push(`batch ${place.batch}`);
  if (place.seq !== undefined) parts.push(`seq ${place.seq}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
