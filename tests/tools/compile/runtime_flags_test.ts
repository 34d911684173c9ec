/**
 * The options of the runtime are the same wherever the program is started.
 *
 * Proves: R-OPS-1 in part (least privilege).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { NET, PERMISSIONS, UNSTABLE, V8_OPTION } from "../../../tools/compile/runtime_flags.ts";

const tasks: readonly (readonly [string, readonly string[]])[] = [
  ["start", [NET.loopback, "main.ts", "run"]],
  ["live", [NET.any, "main.ts", "run"]],
  ["doctor", [NET.any, "main.ts", "doctor"]],
  ["tapeline", [NET.loopback, "main.ts"]],
];
/** What all of them have; nobody is asked at a terminal, where a daemon would wait for an answer. */
const COMMON = ["--no-prompt", V8_OPTION, ...UNSTABLE, ...PERMISSIONS];

for (const [name, words] of tasks) {
  Deno.test(`deno task ${name} starts the runtime as the executable does`, () => {
    const text = Deno.readTextFileSync(new URL("../../../deno.json", import.meta.url));
    const { tasks } = JSON.parse(text) as { tasks: Record<string, { command: string }> };
    const [deno, run, ...given] = tasks[name]?.command.split(" ") ?? [];
    deepStrictEqual([deno, run], ["deno", "run"]);
    deepStrictEqual(given.sort(), [...COMMON, ...words].sort());
  });
}
