/**
 * What a start runs, as a script in place of a module: see `entry.js`, which runs it, and
 * `rehearse.js`, which keeps the code that was compiled for it.
 * @module
 */
import type { Program } from "./bundle.ts";
import { CannotBuild } from "./targets.ts";

/** The entry as the bundler writes it: it names the part with all that a start runs. */
const START = /^import \{\n {2}main\n\} from "\.\/([\w.]+)";$/m;
/** What that part ends with. */
const EXPORTS = /\nexport \{\n([^{}]*)\n\};\s*$/;

/** Returns the same program with `start.js` for what a start runs. @throws {CannotBuild} */
export function withStartScript({ files, libraries }: Program): Program {
  const [, part = ""] = START.exec(files.get("main.js") ?? "") ?? [];
  const text = files.get(part) ?? "";
  const [exported, names = ""] = EXPORTS.exec(text) ?? [];
  if (exported === undefined) {
    throw new CannotBuild(`Cannot make a script of ${part}: it must end with what it exports`);
  }
  const taken = names.split(",").map((name) => name.trim().split(" as "));
  const body = text.slice(0, -exported.length).replaceAll("import.meta.url", "moduleUrl")
    .replaceAll(/\bimport\(/g, "load(");
  const own = taken.map(([inside = "", outside = inside]) => `${outside}: ${inside}`).join(", ");
  const parts = new Map(files);
  parts.delete(part);
  for (const [name, other] of parts) {
    parts.set(name, other.replaceAll(`"./${part}"`, '"./main.js"'));
  }
  const outside = taken.map((name) => name.at(-1)).join(", ");
  parts.set("main.js", `${read("entry.js")}export const { ${outside} } = begun.program;\n`);
  parts.set("rehearse.js", read("rehearse.js"));
  parts.set(
    "start.js",
    `(function (moduleUrl, load) {\n"use strict";\n${body}\nreturn { ${own} };\n});\n`,
  );
  return { files: parts, libraries };
}

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, import.meta.url));
}
