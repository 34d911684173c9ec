/**
 * The follower of the steady benchmark: as many orders in an isolate of its own, one checkpoint
 * written as text when told to. It gives way to the main thread and rests as the daemon's follower
 * does.
 * @module
 */
import { giveWay } from "../../edge/deno_priority.ts";
import { type Turn, Turns } from "../../edge/journal/turns.ts";
import { Lives } from "./lives.ts";
import { Scene } from "./scene.ts";

/** A checkpoint: how large it was, and when it was whole. */
export type Written = { readonly bytes: number; readonly endedMs: number };

type Request = { readonly live?: number; readonly checkpointAfterMs?: number };

const PIECE_LENGTH = 1 << 16;
const encoder = new TextEncoder();
let scene: Scene | undefined;
const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<Request>) => void;
  postMessage: (message: Written) => void;
};

const ports = {
  clock: {
    wallUs: (): number => Date.now() * 1000,
    monotonicUs: (): number => Math.round(performance.now() * 1000),
  },
  timers: {
    after: (delayUs: number, task: () => void): () => void => {
      const timer = setTimeout(task, delayUs / 1000);
      return () => clearTimeout(timer);
    },
    soon: (task: () => void): void => {
      setTimeout(task);
    },
  },
};
const turns = new Turns(ports, checkpoint);

/** Writes the checkpoint a step at a time, in pieces as large as the daemon's. */
function* checkpoint(): Turn {
  let text = "";
  let bytes = 0;
  for (const piece of scene?.timeline.checkpointPieces() ?? []) {
    text += piece;
    if (text.length > PIECE_LENGTH) {
      bytes += encoder.encode(text).length;
      text = "";
    }
    yield;
  }
  bytes += encoder.encode(text).length;
  scope.postMessage({ bytes, endedMs: Date.now() });
  return "done";
}

giveWay({ write: () => undefined });
scope.onmessage = ({ data }): void => {
  if (data.live !== undefined) {
    scene = new Scene({ stepUs: 20, horizonMs: 2_000 });
    scene.begin(new Lives(data.live, 11));
    scope.postMessage({ bytes: 0, endedMs: Date.now() });
    return;
  }
  setTimeout(() => turns.wake(), data.checkpointAfterMs);
};
