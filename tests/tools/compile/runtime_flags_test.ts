/**
 * The options of the runtime are the same wherever the program is started.
 *
 * Proves: R-OPS-1 in part (least privilege).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { NET, PERMISSIONS, UNSTABLE, V8_OPTION } from "../../../tools/compile/runtime_flags.ts";

const tasks: readonly (readonly [string, readonly string[]])[] = [
  ["start", [V8_OPTION, ...UNSTABLE, ...PERMISSIONS, NET.loopback, "main.ts", "run"]],
  ["live", ["--no-prompt", V8_OPTION, ...UNSTABLE, ...PERMISSIONS, NET.any, "main.ts", "run"]],
  ["tapeline", [V8_OPTION, ...UNSTABLE, ...PERMISSIONS, NET.loopback, "main.ts"]],
];

for (const [name, words] of tasks) {
  Deno.test(`deno task ${name} starts the runtime as the executable does`, () => {
    const text = Deno.readTextFileSync(new URL("../../../deno.json", import.meta.url));
    const { tasks } = JSON.parse(text) as { tasks: Record<string, { command: string }> };
    const [deno, run, ...given] = tasks[name]?.command.split(" ") ?? [];
    deepStrictEqual([deno, run], ["deno", "run"]);
    deepStrictEqual(given.sort(), [...words].sort());
  });
}
