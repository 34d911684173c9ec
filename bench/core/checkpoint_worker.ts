/**
 * The follower of the steady benchmark: as many orders in an isolate of its own, one checkpoint
 * written as text when told to. It gives way to the main thread, as the daemon's follower does.
 * @module
 */
import { giveWay } from "../../edge/deno_priority.ts";
import { Lives } from "./lives.ts";
import { Scene } from "./scene.ts";

type Request = { readonly live?: number; readonly checkpointAfterMs?: number };

let scene: Scene | undefined;
const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<Request>) => void;
  postMessage: (message: number) => void;
};

giveWay({ write: () => undefined });
scope.onmessage = ({ data }): void => {
  if (data.live !== undefined) {
    scene = new Scene({ stepUs: 20, horizonMs: 2_000 });
    scene.begin(new Lives(data.live, 11));
    scope.postMessage(0);
    return;
  }
  setTimeout(() => {
    scope.postMessage(JSON.stringify(scene?.timeline.checkpoint()).length);
  }, data.checkpointAfterMs);
};
