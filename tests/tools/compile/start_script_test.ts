/**
 * What a start runs as a script: the same names for the parts that are loaded later, and nothing that
 * only a module has.
 *
 * Proves: R-OPS-1 in part. The real program so: `tests/e2e/executable_test.ts`.
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { withStartScript } from "../../../tools/compile/start_script.ts";
import { CannotBuild } from "../../../tools/compile/targets.ts";

const ENTRY = 'import {\n  main\n} from "./chunk_1.js";\n\n// start/main.ts\nmain();\n';
const START = 'const later = () => import(String("./later_2.js"));\n' +
  "function main() {\n  return new URL(workers, import.meta.url).href;\n}\n" +
  'var workers = "./workers.js";\n\nexport {\n  main,\n  later as load2,\n  workers\n};\n';
const LATER = 'import {\n  workers\n} from "./chunk_1.js";\nexport const told = workers;\n';

function built(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return withStartScript({ files: new Map(Object.entries(files)), libraries: [] }).files;
}

const whole = { "main.js": ENTRY, "chunk_1.js": START, "later_2.js": LATER };

Deno.test("withStartScript() makes a script that says what the module exported", () => {
  const start = (0, eval)(built(whole).get("start.js") ?? "");
  const loaded: string[] = [];
  const program = start("file:///here/main.js", (part: string) => loaded.push(part));
  deepStrictEqual(Object.keys(program), ["main", "load2", "workers"]);
  strictEqual(program.main(), "file:///here/workers.js");
  program.load2();
  deepStrictEqual(loaded, ["./later_2.js"]);
});

Deno.test("withStartScript() has the other parts take from the entry what they took from that module", () => {
  const files = built(whole);
  deepStrictEqual([...files.keys()].sort(), [
    "later_2.js",
    "main.js",
    "rehearse.js",
    "start.js",
  ]);
  match(files.get("later_2.js") ?? "", /\} from "\.\/main\.js";/);
  match(files.get("main.js") ?? "", /^export const \{ main, load2, workers \} = \w+\.program;$/m);
});

for (
  const [what, files] of Object.entries({
    "an entry that imports otherwise": { ...whole, "main.js": 'import "./chunk_1.js";\n' },
    "a part that is not there": { "main.js": ENTRY },
    "a part that exports otherwise": { ...whole, "chunk_1.js": "export const main = 1;\n" },
  })
) {
  Deno.test(`withStartScript() refuses ${what}`, () => {
    throws(() => built(files), CannotBuild);
  });
}
