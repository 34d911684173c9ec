/**
 * A daemon that listens and then ends by itself, for the test of the campaign's own judgement.
 * @module
 */
import { pause } from "../support/temporary.ts";
import type { Listening } from "../support/daemon_process.ts";

/** What it leaves in its log. */
export const LAST_WORDS = "ends by its own fault";
const LIFE_MS = 50;

if (import.meta.main) {
  const listening: Listening = {
    event: "listening",
    port: 1,
    state_dir: "",
    token_file: "",
    mode: "paper",
  };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(listening)}\n`));
  await pause(LIFE_MS);
  Deno.stderr.writeSync(new TextEncoder().encode(`${LAST_WORDS}\n`));
  Deno.exit(1);
}
