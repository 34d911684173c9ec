/**
 * Proves for R-JRN-2: what follows the journal gives way to the threads that trade.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MODULE = new URL("../../edge/deno_priority.ts", import.meta.url);
const SCRIPT = `
import { getPriority } from "node:os";
import { giveWay } from ${JSON.stringify(MODULE.href)};
const said = [];
giveWay({ write: (level, event) => said.push(event) });
console.log(JSON.stringify([getPriority() >= 10, said]));
`;

async function run(): Promise<unknown> {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const args = ["eval", SCRIPT];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "giveWay() lowers the priority of the calling thread",
  ignore: Deno.build.os !== "linux",
  fn: async () => deepStrictEqual(await run(), [true, []]),
});
