/**
 * What is held once garbage is gone, which by itself goes when the runtime likes.
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const collect = garbageCollector();

/** The runtime shows it to contexts that are made while this flag is set. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const found = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return found;
}

/** Bytes of objects (`heapUsed`), or of buffers outside the heap (`external`). */
export function heldBytes(where: "heapUsed" | "external"): number {
  collect();
  return Deno.memoryUsage()[where];
}
