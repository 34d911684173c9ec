/**
 * The compatibility page says what the code says.
 *
 * Proves R-OPS-7 (compatibility matrix).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createTimeline } from "../core/mod.ts";
import { RUNTIME_VERSION } from "../edge/cli/doctor/machine_checks.ts";
import { FORMAT } from "../edge/journal/format.ts";
import { INDEX_FORMAT } from "../edge/journal/index_schema.ts";
import { VERSION } from "../version.ts";
import { WIRE_VERSION } from "../wire/session_parser.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = textOf("docs/reference/compatibility.md");

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The one match of a pattern in a file. */
function found(path: string, pattern: RegExp): string {
  const matches = [...textOf(path).matchAll(new RegExp(pattern, "gm"))];
  strictEqual(matches.length, 1, `${path} must say ${pattern} once`);
  return matches[0]?.[1] ?? "";
}

/** The constant `v` that a schema asks for. */
function schemaVersion(message: string): string {
  const text = textOf(`docs/reference/schemas/${message}.json`);
  const versions = [...text.matchAll(/"v": \{\s+"type": "number",\s+"const": (\d+)/g)];
  const all = [...new Set(versions.map((each) => each[1] ?? ""))];
  strictEqual(all.length, 1, message);
  return all[0] ?? "";
}

const VERSIONS: Readonly<Record<string, string>> = {
  "program, engine": VERSION,
  wire: String(WIRE_VERSION),
  QuoteIntent: schemaVersion("QuoteIntent"),
  ExecutionReport: schemaVersion("ExecutionReport"),
  journal: String(FORMAT),
  checkpoint: found("edge/journal/checkpoint_files.ts", /readonly format: (\d+);/),
  "state in checkpoint": String(createTimeline().checkpoint().version),
  "SQLite file": INDEX_FORMAT,
  "Python client": found("clients/python/pyproject.toml", /^version = "(.*)"$/),
  Python: found("clients/python/pyproject.toml", /^requires-python = ">=(.*)"$/),
  Deno: RUNTIME_VERSION,
};

Deno.test("compatibility.md has the version of everything that has one", () => {
  const [, table = ""] = PAGE.split("## Versions");
  const rows = [...table.split("## ")[0]?.matchAll(/^\| ([^|]+?) +\| (\d[\d.]*) +\|/gm) ?? []];
  deepStrictEqual(Object.fromEntries(rows.map(([, what, version]) => [what, version])), VERSIONS);
});

Deno.test("the Python client says the version of its package, and the wire version of the daemon", () => {
  const init = found("clients/python/tapeline/__init__.py", /^__version__ = "(.*)"$/);
  strictEqual(init, VERSIONS["Python client"]);
  match(textOf("clients/python/tapeline/protocol.py"), new RegExp(`"wire": \\[${WIRE_VERSION}\\]`));
});

Deno.test("compatibility.md lists the names of the hot loop as client and wire have them", () => {
  const [, list = ""] = /list of names:\n((?:.*\n)*?)\n/.exec(PAGE) ?? [];
  const listed = [...list.matchAll(/`(\w+)`/g)].map((each) => each[1] ?? "");
  const methods = [
    ...textOf("clients/python/tapeline/hotloop.py").matchAll(/^ {4}def ([a-z]\w+)/gm),
  ]
    .map((each) => each[1] ?? "");
  deepStrictEqual(listed.filter((name) => !methods.includes(name)), []);
  deepStrictEqual([...listed].sort(), listed);
  ok(listed.length > 15);
});
