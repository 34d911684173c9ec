/**
 * Production clock, timers and randomness.
 *
 * Invariant: no timer runs before its delay has passed on the monotonic clock, although the
 * runtime's own timers count whole milliseconds and know no more than 2^31 of them.
 * Known limit: the wall clock has a resolution of one millisecond, timers run up to one late.
 * @module
 */
import type { Cancel, Clock, Randomness, Timers } from "./ports.ts";

/** The runtime runs a longer timer at once, so longer delays are waited for in pieces. */
const TIMER_MAX_MS = 2_147_483_647;

/** Returns the clocks of this thread; the monotonic one starts with the thread. */
export function denoClock(): Clock {
  return {
    wallUs: () => Date.now() * 1000,
    monotonicUs: () => Math.floor(performance.now() * 1000),
  };
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
