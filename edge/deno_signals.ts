/**
 * Production shared-memory wake-ups: for the main thread, whose event loop must run; for Workers with
 * an event loop, which hold it for a moment; for Workers that have nothing else to do and block.
 *
 * A thread that is woken stays on the processor of the one that woke it, and waits there until that
 * one rests: a thread that blocks can rest for an instant, some 60 µs by the machine's timers.
 *
 * Ordering: the cell is read before the task runs, so a change during the task wakes it again.
 * Known limit: waiting for a cell does not keep the process alive; a listener or a Worker does.
 * @module
 */
import type { Signals } from "./ports.ts";

/** Shorter than the machine's timers, and long enough not to have passed before the wait begins. */
const INSTANT_MS = 0.01;
/** Most commits are on the disk by then; messages and sockets can wait for so long. */
const PATIENCE_MS = 0.5;

/** Returns signals that leave the thread's event loop free. Use on the main thread. */
export function waitingSignals(): Signals {
  return loopSignals({ patienceMs: 0 });
}

/**
 * Returns signals that hold the thread for half a millisecond, then leave its event loop free: to
 * be woken through the loop takes some 30 µs longer.
 */
export function patientSignals(): Signals {
  return loopSignals({ patienceMs: PATIENCE_MS });
}

function loopSignals({ patienceMs }: { readonly patienceMs: number }): Signals {
  return {
    notify,
    notifyFirst: notify,
    watch: (cells, index, task) => {
      void watchWaiting(cells, index, { task, patienceMs });
    },
  };
}

/** Returns signals that block the thread between changes: half the latency, no messages meanwhile. */
export function blockingSignals(): Signals {
  const unchanging = new Int32Array(new SharedArrayBuffer(4));
  return {
    notify,
    notifyFirst: (cells, index) => {
      if (Atomics.notify(cells, index) > 0) Atomics.wait(unchanging, 0, 0, INSTANT_MS);
    },
    watch: (cells, index, task) => {
      for (let seen = Atomics.load(cells, index); task(); seen = Atomics.load(cells, index)) {
        Atomics.wait(cells, index, seen);
      }
    },
  };
}

function notify(cells: Int32Array<SharedArrayBuffer>, index: number): void {
  Atomics.notify(cells, index);
}

async function watchWaiting(
  cells: Int32Array<SharedArrayBuffer>,
  index: number,
  { task, patienceMs }: { readonly task: () => boolean; readonly patienceMs: number },
): Promise<void> {
  for (;;) {
    const seen = Atomics.load(cells, index);
    if (!task()) return;
    if (patienceMs > 0 && Atomics.wait(cells, index, seen, patienceMs) !== "timed-out") continue;
    const change = Atomics.waitAsync(cells, index, seen);
    if (change.async) await change.value;
  }
}
