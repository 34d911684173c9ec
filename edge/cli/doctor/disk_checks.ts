/**
 * Checks of the disk that holds the state: room, and how long a synced write takes.
 *
 * A report leaves when its batch is synced, so the sync is the floor of every latency.
 * @module
 */
import { lockState } from "./daemon_checks.ts";
import { ASK_AS_OWNER } from "./file_checks.ts";
import { fail, type Finding, pass, skip, warn } from "./finding.ts";
import type { Facts } from "./machine.ts";

const MIB = 1 << 20;
/** Below it new risk must stop; below the other somebody must act. */
const FREE_FAIL_BYTES = 512 * MIB;
const FREE_WARN_BYTES = 2048 * MIB;
/** Slow for trading; so slow that the watchdog may act. */
const SYNC_WARN_US = 20_000;
const SYNC_FAIL_US = 500_000;
/** No device stores anything in less: memory, or a cache that a power cut empties. */
const SYNC_LEAST_US = 20;

/** Free space. */
export function checkDiskSpace(facts: Facts): Finding {
  const subject = { check: "disk_space" } as const;
  const place = nearest(facts);
  const free = place === undefined ? undefined : facts.machine.freeBytes(place);
  if (place === undefined || free === undefined) {
    return skip(subject, "nobody says how much there is");
  }
  const text = `${Math.floor(free / MIB)} MiB are free at ${place}`;
  const remedy =
    "free space, or shorten journal.market_retention_hours; a full disk ends the daemon";
  if (free < FREE_FAIL_BYTES) return fail(subject, { text, remedy });
  return free < FREE_WARN_BYTES ? warn(subject, { text, remedy }) : pass(subject, text);
}

/** How long a write of 4 KiB takes to be safe. */
export function checkDiskSync(facts: Facts): Finding {
  const subject = { check: "disk_sync" } as const;
  const place = nearest(facts);
  if (place === undefined) return skip(subject, "there is no state directory");
  const lock = lockState(facts);
  if (lock === "held") {
    return skip(
      subject,
      "a daemon runs there and is not disturbed: its metrics say how long it takes",
    );
  }
  if (lock === "denied") {
    return skip(subject, `whether a daemon would be disturbed cannot be seen: ${ASK_AS_OWNER}`);
  }
  const times = facts.machine.syncTimes(place);
  if (typeof times === "string") {
    return fail(subject, { text: times, remedy: "let the user who runs the daemon write there" });
  }
  const sorted = times.toSorted((left, right) => left - right);
  const [median, high] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  const text = `a synced write of 4 KiB takes ${shown(median)}, 99 % within ${
    shown(high)
  }, at ${place}`;
  if (high > SYNC_FAIL_US) {
    return fail(subject, {
      text,
      remedy: "use a local disk; network storage cannot hold a journal",
    });
  }
  if (high > SYNC_WARN_US) {
    return warn(subject, {
      text,
      remedy: "use a disk with power-loss protection, or one of its own: every report waits for it",
    });
  }
  if (median < SYNC_LEAST_US) {
    return warn(subject, {
      text: `${text}: faster than a disk can be`,
      remedy:
        "use a disk that keeps what it was given: this is memory, or a cache that a power cut empties",
    });
  }
  return pass(subject, text);
}

/** The state directory, or what is there of the way to it. */
function nearest({ machine, stateDirectory }: Facts): string | undefined {
  for (let path = stateDirectory; path !== undefined; path = parentOf(path)) {
    const entry = machine.entry(path);
    if (typeof entry === "object") return entry.kind === "directory" ? path : undefined;
  }
  return undefined;
}

function parentOf(path: string): string | undefined {
  const at = path.lastIndexOf("/");
  if (at < 0) return path === "." ? undefined : ".";
  if (at === 0) return path === "/" ? undefined : "/";
  return path.slice(0, at);
}

function quantile(...[sorted, part]: readonly [readonly number[], number]): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function shown(us: number): string {
  return us < 1000 ? `${Math.round(us)} µs` : `${(us / 1000).toFixed(1)} ms`;
}
