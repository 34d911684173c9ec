/**
 * A Worker module whose entries echo, fail, and answer over shared memory.
 * @module
 */
import { blockingSignals, patientSignals } from "../../../edge/deno_signals.ts";
import type { Signals } from "../../../edge/ports.ts";
import { serveWorker, type WorkerMain } from "../../../edge/deno_workers.ts";

const echo: WorkerMain = (scope, log, init) => {
  log.write("info", "listening");
  scope.post((init as { readonly greeting: string }).greeting);
  scope.onMessage((message) => scope.post(`echo ${message}`));
};

const fail: WorkerMain = () => {
  throw new Error("told to fail");
};

/** Says what nobody caught, and goes on. */
const uncaught: WorkerMain = (scope) => {
  scope.onUncaught?.((cause) => scope.post(cause instanceof Error ? cause.message : cause));
  scope.onMessage((message) => {
    if (message === "reject") Promise.reject(new Error("rejected"));
    else if (message === "throw") setTimeout(() => raise("thrown"));
    else scope.post(message);
  });
};

function raise(message: string): never {
  throw new Error(message);
}

const answer = (signals: Signals): WorkerMain => (_scope, _log, init) => {
  const cells = init as Int32Array<SharedArrayBuffer>;
  signals.watch(cells, 0, () => {
    Atomics.store(cells, 1, Atomics.load(cells, 0));
    signals.notify(cells, 1);
    return true;
  });
};

serveWorker({
  journal: echo,
  index: fail,
  follower: answer(blockingSignals()),
  feed: answer(patientSignals()),
  venue: uncaught,
  examination: echo,
});
