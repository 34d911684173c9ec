/**
 * Priority of threads, as far as the runtime can ask for it.
 *
 * Known limit: what has given way cannot come back without privileges; Linux only counts this per
 * thread, elsewhere it would move the whole process and is left alone.
 * @module
 */
import { getPriority, setPriority } from "node:os";
import type { Log } from "./ports.ts";

/** The calling thread. */
const SELF = 0;
/** About a tenth of a processor that others want too, all of one that nobody wants. */
const NICE = 10;

/** Lets the calling thread give way to all others of the process. */
export function giveWay(log: Log): void {
  if (Deno.build.os !== "linux") return;
  try {
    if (getPriority(SELF) < NICE) setPriority(SELF, NICE);
  } catch (error) {
    log.write("info", "priority_kept", { error: String(error) });
  }
}
