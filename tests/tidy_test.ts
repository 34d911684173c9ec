/**
 * Reads every source file once and refuses what breaks the house rules. Proves R-CORE-10.
 * @module
 */
import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import {
  coreIsPure,
  deadFiles,
  drawsReachTheirBound,
  edgesHaveNoEngine,
  exportsAreDocumented,
  fileIsOneRoom,
  functionsAreShort,
  noPathOfOneMachine,
  nothingBanned,
  type Rule,
  RULES,
  type Source,
  venuesAtHome,
  worldBehindPorts,
} from "./support/tidy.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["core", "daemon", "edge", "wire", "config", "tests", "bench", "tools", "clients"];
const SKIPPED = new Set(["node_modules", ".git", "__pycache__", ".venv"]);

function filesBelow(folder: string): string[] {
  const paths: string[] = [];
  try {
    for (const entry of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
      if (SKIPPED.has(entry.name)) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) paths.push(...filesBelow(path));
      else if (entry.name.endsWith(".ts")) paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.sort();
}

function readSources(): Source[] {
  const atRoot = [...Deno.readDirSync(ROOT)].map((entry) => entry.name)
    .filter((name) => name.endsWith(".ts")).sort();
  return [...atRoot, ...FOLDERS.flatMap(filesBelow)]
    .map((path) => ({ path, text: Deno.readTextFileSync(new URL(path, ROOT)) }));
}

function isEntry(path: string): boolean {
  return /_test\.ts$|^main\.ts$|\/mod\.ts$|^(bench|tools|tests\/(venue|campaign|conformance|fuzz))\/(\w+\/)*\w+\.ts$/
    .test(path);
}

Deno.test("the tree keeps every house rule", () => {
  const problems = readSources().flatMap((source) => RULES.flatMap((rule) => rule(source)));
  deepStrictEqual(problems, []);
});

Deno.test("the tree has no file that nothing imports", () => {
  deepStrictEqual(deadFiles(readSources(), isEntry), []);
});

Deno.test("the tasks of the whole check run every test there is", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const named = `${tasks.unit.command} ${tasks.system.command}`.split(" ");
  const tests = filesBelow("tests").filter((path) => path.endsWith("_test.ts"));
  const isRun = (path: string): boolean =>
    named.some((name) => name === path || path.startsWith(`${name}/`));
  deepStrictEqual(tests.filter((path) => !isRun(path)), []);
});

const samples: readonly (readonly [string, Rule, string, string])[] = [
  ["a clock in the core", coreIsPure, "core/x.ts", "const now = Date.now();"],
  ["a timer in the core", coreIsPure, "core/x.ts", "setTimeout(run, 1);"],
  ["waiting in the core", coreIsPure, "core/x.ts", "await run();"],
  [
    "an import of the edge in the core",
    coreIsPure,
    "core/x.ts",
    'import { a } from "../edge/a.ts";',
  ],
  ["object keys in the core", coreIsPure, "core/x.ts", "for (const key in table) use(key);"],
  ["a power in the core", coreIsPure, "core/x.ts", "const a = b ** 2;"],
  ["a cast in the core", coreIsPure, "core/x.ts", "const a = 1 as Qty;"],
  [
    "an engine in the edge",
    edgesHaveNoEngine,
    "edge/x.ts",
    'import { createTimeline } from "../core/mod.ts";',
  ],
  ["a clock past the ports", worldBehindPorts, "edge/x.ts", "const now = Date.now();"],
  ["an any", nothingBanned, "wire/x.ts", "function f(a: any): void {}"],
  ["an empty catch", nothingBanned, "wire/x.ts", "try { f(); } catch {}"],
  ["a venue's name in shared code", venuesAtHome, "wire/x.ts", "const binanceDepth = 1;"],
  ["a file without header", fileIsOneRoom, "wire/x.ts", "const a = 1;\n"],
  ["a file too long", fileIsOneRoom, "wire/x.ts", "/**\n * @module\n */\n" + "a();\n".repeat(600)],
  [
    "a function too long",
    functionsAreShort,
    "wire/x.ts",
    "function f(): void {\n" + "  a();\n".repeat(70) + "}\n",
  ],
  [
    "a method too long",
    functionsAreShort,
    "wire/x.ts",
    "class A {\n  f(\n    a: B,\n  ): void {\n" + "    a();\n".repeat(70) + "  }\n}\n",
  ],
  ["an undocumented export", exportsAreDocumented, "wire/x.ts", "\nexport function f(): void {}\n"],
  [
    "a list that ends early",
    drawsReachTheirBound,
    "tests/x.ts",
    "fc.array(step, { minLength: 1, maxLength: " + "60 })",
  ],
  ["a path of one machine", noPathOfOneMachine, "wire/x.ts", 'const a = "/' + 'work/main";'],
];
for (const [what, rule, path, text] of samples) {
  Deno.test(`${rule.name}() refuses ${what}`, () => notStrictEqual(rule({ path, text }).length, 0));
}

Deno.test("functionsAreShort() passes a call over several lines in a long test", () => {
  const text = 'Deno.test("x", () => {\n  check({\n    a,\n  });\n' + "  b();\n".repeat(80) +
    "  if (c) {\n    d();\n  }\n});\n";
  deepStrictEqual(functionsAreShort({ path: "tests/x.ts", text }), []);
});

Deno.test("worldBehindPorts() passes a field named await", () => {
  deepStrictEqual(worldBehindPorts({ path: "wire/x.ts", text: "const a = { await: flag };" }), []);
});

Deno.test("deadFiles() refuses a file that nothing imports", () => {
  strictEqual(deadFiles([{ path: "edge/x.ts", text: "" }], isEntry).length, 1);
});
