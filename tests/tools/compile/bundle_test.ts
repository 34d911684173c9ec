/**
 * The bundle: the same wherever it is made, with nothing of this machine in it.
 *
 * Proves: R-OPS-1 in part (the same commit gives the same bytes).
 * @module
 */
import { deepStrictEqual, doesNotMatch, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundle, type Program } from "../../../tools/compile/bundle.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function make(work: string): Promise<Program> {
  Deno.mkdirSync(work, { recursive: true });
  return bundle({ root: ROOT, work, facts: { kind: "portable", commit: "abc" } });
}

/** What a start reads: its entry and one part, with no module of Node. */
function assertStartIsOnePart({ files }: Program): void {
  const imported = (name: string): readonly string[] =>
    [...(files.get(name) ?? "").matchAll(/^(?:import|\} from) ?(?:.* from )?"([^"]+)";$/gm)]
      .map(([, path = ""]) => path.replace(/^\.\//, ""));
  const [part = "", ...others] = imported("main.js");
  deepStrictEqual(others, []);
  ok((files.get(part) ?? "").includes("function startDaemon("));
  deepStrictEqual(imported(part), []);
}

Deno.test("bundle() gives the same files in another place, and no path of this machine", async () => {
  using directory = new TemporaryDirectory();
  const first = await make(`${directory.path}/one`);
  const second = await make(`${directory.path}/some/where/else`);
  deepStrictEqual(second.libraries, first.libraries);
  deepStrictEqual([...second.files.keys()].sort(), [...first.files.keys()].sort());
  const here = new RegExp(`${ROOT}|${directory.path}|${Deno.env.get("HOME") ?? ROOT}/`);
  for (const [name, text] of first.files) {
    ok(text === second.files.get(name), name);
    doesNotMatch(text, here);
    doesNotMatch(text, /\bimport\("\.\//, `${name} names to the runtime what it may load later`);
    doesNotMatch(text, /__require = \w+\(import/, `${name} makes Node's loader ready`);
    doesNotMatch(text, /[^\0-\x7f]/, `${name} is read with two bytes for each character`);
  }
  strictEqual(first.libraries.filter((library) => library.startsWith("ccxt@")).length, 1);
  assertStartIsOnePart(first);
});
