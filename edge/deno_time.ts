/**
 * Production clock, timers and randomness.
 *
 * Invariant: no timer runs before its delay has passed on the monotonic clock, although the
 * runtime's own timers count whole milliseconds and know no more than 2^31 of them.
 * Known limit: timers run up to a millisecond late. So far off may the wall clock be, too, once it was
 * set or the machine has slept: the runtime tells microseconds only of what it was at the start.
 * @module
 */
import type { Cancel, Clock, Randomness, Timers } from "./ports.ts";

/** The runtime runs a longer timer at once, so longer delays are waited for in pieces. */
const TIMER_MAX_MS = 2_147_483_647;

/** Returns the clocks of this thread; the monotonic one starts with the thread. */
export function denoClock(): Clock {
  return {
    wallUs: () =>
      wallUsOf({ wallMs: Date.now(), preciseMs: performance.timeOrigin + performance.now() }),
    monotonicUs: () => Math.floor(performance.now() * 1000),
  };
}

/**
 * Returns Unix time, integer microseconds: what the precise clock says as far as that lies in the wall
 * clock's millisecond, since it does not hear of it when the wall clock is set. Whole milliseconds are
 * half of one behind on average: by a client's finer stamps its intents came before they were sent.
 */
export function wallUsOf(
  { wallMs, preciseMs }: { readonly wallMs: number; readonly preciseMs: number },
): number {
  const firstUs = wallMs * 1000;
  return Math.max(firstUs, Math.min(firstUs + 999, Math.floor(preciseMs * 1000)));
}

/** Returns timers over the runtime's; `after` re-arms itself if it was woken early. */
export function denoTimers(clock: Clock): Timers {
  return {
    after: (delayUs, task) => armTimer({ clock, dueUs: clock.monotonicUs() + delayUs, task }),
    soon: (task) => {
      setImmediate(task);
    },
  };
}

/**
 * Returns the timers of a start. The runtime's are Node's, and take ten milliseconds to be ready: until
 * one is wanted nothing else waits for this thread, so `soon` is as soon as it is idle.
 */
export function startTimers(clock: Clock): Timers {
  const timers = denoTimers(clock);
  let isStarting = true;
  return {
    after: (delayUs, task) => {
      isStarting = false;
      return timers.after(delayUs, task);
    },
    soon: (task) => {
      if (isStarting) queueMicrotask(task);
      else timers.soon(task);
    },
  };
}

/** Returns the operating system's random bytes. */
export function denoRandomness(): Randomness {
  return { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
}

/** Waits for a promise, `mostMs` at most. */
export async function waitAtMost(promise: Promise<void>, mostMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, mostMs));
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}

function armTimer(
  timer: { readonly clock: Clock; readonly dueUs: number; readonly task: () => void },
): Cancel {
  let handle: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const leftMs = Math.ceil((timer.dueUs - timer.clock.monotonicUs()) / 1000);
    handle = setTimeout(fire, Math.min(Math.max(leftMs, 0), TIMER_MAX_MS));
  };
  const fire = (): void => {
    if (timer.clock.monotonicUs() < timer.dueUs) arm();
    else timer.task();
  };
  arm();
  return () => clearTimeout(handle);
}
