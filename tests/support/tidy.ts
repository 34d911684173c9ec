/**
 * House rules that neither compiler nor linter knows, as pure functions from a file's text to its
 * problems. `tests/tidy_test.ts` runs them over the tree, and over one bad sample each.
 * @module
 */

/** A source file: path relative to the project, `/`-separated, and its text. */
export type Source = { readonly path: string; readonly text: string };
/** A rule: one sentence per breach. */
export type Rule = (source: Source) => readonly string[];

const FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;

/** What `core/` must not name, and what to do instead. */
const IMPURE = [
  [/\bDeno\b/, "Deno: the core has no runtime"],
  [/\bDate\b/, "Date: time arrives in events"],
  [/\bMath\.random\b/, "Math.random: seeds arrive in events"],
  [
    /\b(crypto|performance|console|fetch|navigator|process|globalThis)\b/,
    "a global of the runtime",
  ],
  [/\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/, "a timer: deadlines are state"],
  [/\b(await|async)\b|\bPromise\b/, "waiting: the core is synchronous"],
  [/\bIntl\b|\.toLocale|\blocaleCompare\b/, "a locale: its order differs between engines"],
  [
    /\*\*|\bMath\.(pow|exp|expm1|log|log2|log10|log1p|sin|cos|tan|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|hypot)\b/,
    "a function that engines round differently",
  ],
  [
    /\bfor \((const|let) \w+ in\b|\bObject\.(keys|values|entries)\b/,
    "object keys: use Map, Set, array",
  ],
  [/\b(WeakRef|FinalizationRegistry|Atomics|SharedArrayBuffer)\b/, "what a replay cannot repeat"],
] as const;

/** Where the core casts: constructors, and what is JSON by construction. */
const CASTING = new Set([
  "core/numbers.ts",
  "core/node_reader.ts",
  "core/simulator/outputs.ts",
  "core/slots/pages.ts",
]);
const CASTS = [[/ as [A-Z]/, "a cast: only constructors cast"]] as const;

/** What nobody writes anywhere in shipped code. */
const BANNED = [
  [/:\s*any\b|<any>|\bas any\b/, "any: use unknown and a parser"],
  [/@ts-(ignore|nocheck|expect-error)/, "a silenced compiler: fix the type"],
  [/^\s*(export )?(const )?enum\b|^\s*namespace\b/, "enum or namespace: use a string union"],
  [/^export default\b/, "a default export: name it"],
  [/^\s*(private|protected|public) \w/, "private as a word: use #name"],
  [/\bcatch\s*(\(\w+\))?\s*\{\s*\}/, "an empty catch: say what happens"],
  [/\/\/\s*(-{4,}|={4,}|\*{4,})/, "a banner: make it a function or a file"],
  [/\b(TODO|FIXME|XXX)\b/, "an unfinished place"],
] as const;

/** Reaching the world past the ports. */
const PAST_PORTS = [
  [/\bDeno\./, "Deno: go through edge/ports.ts"],
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\./, "a clock: use ports.clock"],
  [/\bsetTimeout\b|\bsetInterval\b/, "a timer: use ports.timers"],
  [
    /\bMath\.random\b|\bcrypto\.getRandomValues\b|\brandomUUID\b/,
    "randomness: use ports.randomness",
  ],
  [/\bnew Worker\b/, "a Worker: use ports.workers"],
  [/\bawait\b(?!:)/, "waiting: only the production ports wait"],
] as const;

const VENUE_NAMES = /binance|betfair|polymarket|kalshi|kraken|bybit/i;

/** Strips comments and string contents, so that rules read code only. Lines stay lines. */
export function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/(^|[^:])\/\/[^\n]*/gm, "$1");
}

function breaches(
  source: Source,
  bans: readonly (readonly [RegExp, string])[],
): readonly string[] {
  const found: string[] = [];
  for (const [at, line] of codeOf(source.text).split("\n").entries()) {
    for (const [pattern, why] of bans) {
      if (pattern.test(line)) found.push(`${source.path}:${at + 1}: ${why}`);
    }
  }
  return found;
}

function importsOf(source: Source): readonly string[] {
  const specifiers = source.text.matchAll(/(?:from|import)\s+"([^"]+)"/g);
  return [...specifiers].map((match) => match[1] ?? "");
}

/** Resolves a relative import to a project path. */
function resolveImport(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** `core/` is pure: R-CORE-10. */
export function coreIsPure(source: Source): readonly string[] {
  if (!source.path.startsWith("core/")) return [];
  const foreign = importsOf(source)
    .filter((specifier) => !resolveImport(source.path, specifier).startsWith("core/"))
    .map((specifier) => `${source.path}: imports ${specifier}: core imports only core`);
  const bans = CASTING.has(source.path) ? IMPURE : [...IMPURE, ...CASTS];
  return [...foreign, ...breaches(source, bans)];
}

/** `wire/`, `edge/` and `config/` take types and constructors of the core, never a machine. */
export function edgesHaveNoEngine(source: Source): readonly string[] {
  if (!/^(wire|edge|config)\//.test(source.path)) return [];
  const machine =
    /^core\/(mod|machines|blotter|order|sequencer|pacing|clients)\w*\.ts$|^core\/(engine|ledger|risk)\//;
  const runtimeImport = /^import (?!type\b)[^;]*?from "([^"]+)"/gm;
  return [...source.text.matchAll(runtimeImport)]
    .map((match) => resolveImport(source.path, match[1] ?? ""))
    .filter((path) => machine.test(path))
    .map((path) => `${source.path}: imports ${path}: only main.ts and its kin see a machine`);
}

/** Only the production ports touch the world. */
export function worldBehindPorts(source: Source): readonly string[] {
  if (!/^(wire|edge)\//.test(source.path)) return [];
  if (/^edge\/(deno_\w+|journal\/sqlite\w*|cli\/\w+)\.ts$/.test(source.path)) return [];
  return breaches(source, PAST_PORTS);
}

/** Things nobody writes. */
export function nothingBanned(source: Source): readonly string[] {
  if (source.path === "tests/support/tidy.ts") return []; // it names what it bans
  return breaches(source, BANNED);
}

/** A venue is named in its own adapter's folder or in its own feed only. */
export function venuesAtHome(source: Source): readonly string[] {
  if (!/^(core|wire|edge|config)\//.test(source.path)) return [];
  if (/^edge\/venues\/\w+\//.test(source.path) || VENUE_NAMES.test(source.path)) return [];
  return codeOf(source.text).split("\n").flatMap((line, at) =>
    VENUE_NAMES.test(line) ? [`${source.path}:${at + 1}: names a venue: use a capability`] : []
  );
}

/** A file says what it is for, and is not too long. */
export function fileIsOneRoom(source: Source): readonly string[] {
  const found: string[] = [];
  const lines = source.text.split("\n").length - 1;
  if (lines > FILE_LINES_MAX) found.push(`${source.path}: ${lines} lines: find the seam`);
  if (!source.text.startsWith("/**") || !/^ \* @module$/m.test(source.text)) {
    found.push(`${source.path}: must open with a header that ends in @module`);
  }
  return found;
}

/** Functions and methods end within `FUNCTION_LINES_MAX` lines. */
export function functionsAreShort(source: Source): readonly string[] {
  const opening =
    /^( *)(?:export )?(?:async )?(?:static )?(?:(?:function\*? \w+|#?\w+)[^=;]*\([^;]*)?.*\{$/;
  const starts =
    /^( *)(?:export )?(?:async )?(?:static )?(?:function\b|(?:get |set )?#?\w+(?:<[^>]*>)?\()/;
  const notFunctions =
    /^ *(?:if|for|while|switch|return|else|do|try|catch|super|this|new|test|strictEqual)\b/;
  const lines = source.text.split("\n");
  const found: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const indent = starts.exec(line)?.[1];
    if (indent === undefined || notFunctions.test(line) || !/[{(,]$/.test(line)) continue;
    if (!opening.test(line) && !/[(,]$/.test(line)) continue;
    const end = endOfFunction(lines, { at, indent });
    if (end !== undefined && end - at + 1 > FUNCTION_LINES_MAX) {
      found.push(
        `${source.path}:${at + 1}: a function of ${end - at + 1} lines: push its loops down`,
      );
    }
  }
  return found;
}

/** Returns the line of the closing brace, or undefined for a call whose arguments take lines. */
function endOfFunction(
  lines: readonly string[],
  from: { readonly at: number; readonly indent: string },
): number | undefined {
  for (let at = from.at + 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const isOutside = line.startsWith(from.indent) && /^[})]/.test(line.slice(from.indent.length));
    if (isOutside && !line.endsWith("{")) return line.trimStart() === "}" ? at : undefined;
  }
  return undefined;
}

/** Every exported symbol carries its contract. Type-only members of a documented group pass. */
export function exportsAreDocumented(source: Source): readonly string[] {
  if (!/^(core|wire|edge|config)\//.test(source.path)) return [];
  const lines = source.text.split("\n");
  const found: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (!/^export (?:abstract )?(?:function|class)\b/.test(line)) continue;
    const before = lines[at - 1] ?? "";
    if (!/\*\/$/.test(before)) found.push(`${source.path}:${at + 1}: undocumented: ${line}`);
  }
  return found;
}

/** No path of one machine, in any kind of file. */
export function noPathOfOneMachine(source: Source): readonly string[] {
  return source.text.split("\n").flatMap((line, at) =>
    /(^|[^.\w])\/(work|farm|root|home\/\w+)\/[a-z]/.test(line)
      ? [`${source.path}:${at + 1}: a path of one machine`]
      : []
  );
}

/** Files that nothing imports and that are no entry of their own. */
export function deadFiles(
  sources: readonly Source[],
  isEntry: (path: string) => boolean,
): readonly string[] {
  const imported = new Set<string>();
  for (const source of sources) {
    for (const specifier of importsOf(source)) {
      imported.add(resolveImport(source.path, specifier));
    }
    for (const match of source.text.matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)) {
      imported.add(resolveImport(source.path, match[1] ?? ""));
    }
  }
  return sources
    .filter(({ path }) => !imported.has(path) && !isEntry(path))
    .map(({ path }) => `${path}: nothing imports it`);
}

/** Longest list or text that fast-check draws, whatever `maxLength` allows, unless `size` is said. */
const DRAWN_LENGTH_MAX = 10;

/** What a property draws reaches the length that it names. */
export function drawsReachTheirBound({ path, text }: Source): readonly string[] {
  if (!path.startsWith("tests/")) return [];
  return [...text.matchAll(/\{[^{}]*\bmaxLength: ([\d_]+)[^{}]*\}/g)]
    .filter(([found, most = ""]) =>
      Number(most.replaceAll("_", "")) > DRAWN_LENGTH_MAX && !/\bsize: /.test(found)
    )
    .map(({ index }) =>
      `${path}:${text.slice(0, index).split("\n").length}: a maxLength above ` +
      `${DRAWN_LENGTH_MAX} without size: "max": nothing longer is drawn`
    );
}

/** The rules that read one file at a time. */
export const RULES: readonly Rule[] = [
  coreIsPure,
  edgesHaveNoEngine,
  worldBehindPorts,
  nothingBanned,
  venuesAtHome,
  fileIsOneRoom,
  functionsAreShort,
  exportsAreDocumented,
  noPathOfOneMachine,
  drawsReachTheirBound,
];
