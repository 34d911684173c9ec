/**
 * The lines of a recorded file of the shared data, decompressed whole by tools outside the project,
 * so that they are a second opinion on our own readers.
 * @module
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { sharedData } from "./shared_data.ts";

const BUNZIP = "import bz2, sys; sys.stdout.buffer.write(bz2.open(sys.argv[1]).read())";

/** Returns the lines of a file, or undefined if it is not there. */
export function sharedLines(name: string): readonly string[] | undefined {
  const path = sharedData(name);
  if (path === undefined) return undefined;
  return textOf(path).split(/\r\n|\n|\r/).filter((line) => line !== "");
}

function textOf(path: string): string {
  if (path.endsWith(".bz2")) {
    const { success, stdout } = new Deno.Command("python3", { args: ["-c", BUNZIP, path] })
      .outputSync();
    if (!success) throw new Error(`Cannot decompress ${path}`);
    return new TextDecoder().decode(stdout);
  }
  const bytes = readFileSync(path);
  return Buffer.from(path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
