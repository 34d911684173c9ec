/**
 * Checks of what a daemon holds: the lock, the port, the journal. One that runs is not disturbed.
 * @module
 */
import { unreachable } from "../../../core/invariant.ts";
import { AHEAD_ADVICE, sayAhead } from "../../engine_clock.ts";
import { DiskError } from "../../ports.ts";
import { fail, type Finding, pass, skip, type Subject, warn } from "./finding.ts";
import type { Facts, LockState, Machine, PortState } from "./machine.ts";
import { ASK_AS_OWNER, NO_CONFIGURATION } from "./file_checks.ts";

/** A journal further ahead of the clock does not come back within a day. */
const AHEAD_FAIL_US = 60_000_000;

/** Returns what the lock tells of a daemon on the state directory. */
export function lockState({ machine, stateDirectory }: Facts): LockState {
  return stateDirectory === undefined ? "absent" : machine.lockOf(stateDirectory);
}

/** Who holds the state directory. */
export function checkLock(facts: Facts): Finding {
  const subject = { check: "lock" } as const;
  const { stateDirectory } = facts;
  if (stateDirectory === undefined) return skip(subject, "there is no state directory");
  const lock = lockState(facts);
  switch (lock) {
    case "absent":
      return skip(subject, `no daemon has run on ${stateDirectory} yet`);
    case "denied":
      return skip(subject, `${stateDirectory}/lock cannot be looked at: ${ASK_AS_OWNER}`);
    case "held":
      return pass(subject, `a daemon runs on ${stateDirectory}`);
    case "free":
      return pass(subject, `no daemon runs on ${stateDirectory}`);
    default:
      return unreachable(lock);
  }
}

/** Whether the port can be had, or is had by the daemon that should have it. */
export function checkPort(facts: Facts): Finding {
  const subject = { check: "port" } as const;
  const { configuration, port } = facts;
  if (configuration.kind === "refused") return skip(subject, NO_CONFIGURATION);
  const { wire } = configuration.configuration;
  if (port === undefined) return pass(subject, "any free port is taken");
  const place = { host: wire.host, port: wire.port, key: "wire.port" };
  return judgedPort(subject, { place, state: port, lock: lockState(facts), who: "" });
}

/** The same for the metrics; a daemon says there who it is. */
export function checkMetricsPort(facts: Facts): Finding {
  const subject = { check: "metrics_port" } as const;
  const { configuration, metrics } = facts;
  if (configuration.kind === "refused") return skip(subject, NO_CONFIGURATION);
  const { host, port } = configuration.configuration.metrics;
  if (port === null) return skip(subject, "metrics.port is null: nobody listens");
  if (metrics === undefined) return pass(subject, "any free port is taken");
  const place = { host, port, key: "metrics.port" };
  const { state } = metrics;
  const who = metrics.state === "tapeline" ? `: version ${metrics.version}, ${metrics.mode}` : "";
  return judgedPort(subject, { place, state, lock: lockState(facts), who });
}

function judgedPort(
  subject: Subject,
  of: {
    readonly place: { readonly host: string; readonly port: number; readonly key: string };
    readonly state: PortState;
    readonly lock: LockState;
    /** How what answers calls itself. */
    readonly who: string;
  },
): Finding {
  const { state, lock, who } = of;
  const place = `${of.place.host}:${of.place.port}`;
  const remedy = `stop what listens there, or give another ${of.place.key}`;
  switch (state) {
    case "free":
      if (lock !== "held") return pass(subject, `${place} is free`);
      return warn(subject, {
        text: `a daemon runs on the state directory, and nobody answers at ${place}`,
        remedy: "it is starting, or was started with another port: look at its log",
      });
    case "tapeline":
      if (lock === "held") return pass(subject, `the daemon that runs answers at ${place}${who}`);
      if (lock === "denied") {
        const text = `a daemon answers at ${place}${who}; of which state directory cannot be seen`;
        return skip(subject, `${text}: ${ASK_AS_OWNER}`);
      }
      return fail(subject, {
        text: `a daemon of another state directory answers at ${place}${who}`,
        remedy,
      });
    case "other":
      return fail(subject, { text: `${place} is taken by another program`, remedy });
    default:
      return unreachable(state);
  }
}

/** Every byte of the journal against its hashes, what recovery stumbled over, and its last time. */
export function checkJournal({ machine, stateDirectory }: Facts): Finding[] {
  const subject = { check: "journal" } as const;
  if (stateDirectory === undefined) return [skip(subject, NO_JOURNAL)];
  try {
    const verified = machine.verifyJournal(stateDirectory);
    if (verified === "none") return [skip(subject, NO_JOURNAL)];
    if (!verified.ok) {
      const text = verified.problem ?? "the journal is damaged";
      return [fail(subject, { text, remedy: RESTORE })];
    }
    const aheadUs = (verified.last_time_us ?? 0) - 1_000 * machine.wallMs;
    return [checkPoison(machine, stateDirectory), ...checkAhead(aheadUs)];
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return [fail(subject, { text: error.message, remedy: ASK_AS_OWNER })];
  }
}

function checkPoison(machine: Machine, stateDirectory: string): Finding {
  const subject = { check: "journal" } as const;
  if (typeof machine.entry(`${stateDirectory}/poison`) === "string") {
    return pass(subject, "the journal is whole");
  }
  return warn(subject, {
    text: `an event made the machines throw: ${stateDirectory}/poison says which`,
    remedy: 'look at it with "tapeline journal dump"; docs/reference/journal.md says what then',
  });
}

/** A journal of the future was written with a clock that was ahead, or the clock is behind now. */
function checkAhead(aheadUs: number): readonly Finding[] {
  const subject = { check: "journal", about: "time" } as const;
  const text = sayAhead(aheadUs);
  if (text === undefined) return [];
  const judge = aheadUs > AHEAD_FAIL_US ? fail : warn;
  return [judge(subject, { text, remedy: AHEAD_ADVICE })];
}

const NO_JOURNAL = "there is no journal yet";
const RESTORE = "do not start the daemon: restore the whole state directory from a backup, then " +
  "reconcile with the venues";
