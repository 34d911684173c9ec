/**
 * A Worker module whose entries echo, fail, and answer over shared memory.
 * @module
 */
import { blockingSignals } from "../../../edge/deno_signals.ts";
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

const answer: WorkerMain = (_scope, _log, init) => {
  const cells = init as Int32Array<SharedArrayBuffer>;
  const signals = blockingSignals();
  signals.watch(cells, 0, () => {
    Atomics.store(cells, 1, Atomics.load(cells, 0));
    signals.notify(cells, 1);
    return true;
  });
};

serveWorker({
  journal: echo,
  index: fail,
  follower: answer,
  feed: echo,
  venue: uncaught,
  examination: echo,
});
