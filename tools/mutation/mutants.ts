/**
 * Mutants of the core: one small lie each, made from its source.
 *
 * Four kinds. `cell`: a cell of the life-cycle table says something else, and what reads the table
 * decides the other way. `guard`: a guard is left out; a comparison is off by one or turned round, a
 * condition negated, a sign flipped, in every rule that can refuse an order or halt an account.
 * `sum`: the same in the sums of what is open. `sign`: every sign of the ledger is the other one,
 * also where it is a call (`add`, `merge`, `negated`) or a side (`=== "Buy"`).
 * Known limit: comparisons of the ledger that are not about a side are not turned.
 * @module
 */
import {
  lineAt,
  type Place,
  placesOf,
  plainConditions,
  type SourceFile,
  type Swap,
} from "./source.ts";
import { NEXT, ORDER_STATES } from "../../core/lifecycle.ts";
import { EXEC_TYPES } from "../../core/report.ts";

/** What a mutant lies about. */
export type Kind = "cell" | "guard" | "sum" | "sign";

/** Every kind, in the order in which they are made. */
export const KINDS: readonly Kind[] = ["cell", "guard", "sum", "sign"];

/** One change of one file. */
export type Mutant = {
  readonly kind: Kind;
  readonly name: string;
  readonly file: string;
  /** The line that it begins in, without indentation. */
  readonly code: string;
  readonly from: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

const LIFECYCLE = "core/lifecycle.ts";
const GUARD_LIST = "core/risk/mod.ts";

const COMPARISONS: readonly Swap[] = [
  { find: /(?<=\s)<=(?=\s)/g, puts: ["<", ">"] },
  { find: /(?<=\s)>=(?=\s)/g, puts: [">", "<"] },
  { find: /(?<=\s)<(?=\s)/g, puts: ["<=", ">="] },
  { find: /(?<=\s)>(?=\s)/g, puts: [">=", "<="] },
  { find: /(?<=\s)===(?=\s)/g, puts: ["!=="] },
  { find: /(?<=\s)!==(?=\s)/g, puts: ["==="] },
];
const LOGIC: readonly Swap[] = [
  { find: /(?<=\s)&&(?=\s)/g, puts: ["||"] },
  { find: /(?<=\s)\|\|(?=\s)/g, puts: ["&&"] },
  { find: /(?<=[\s(])!(?=[a-zA-Z(])/g, puts: [""] },
  { find: /\bMath\.max\b/g, puts: ["Math.min"] },
  { find: /\bMath\.min\b/g, puts: ["Math.max"] },
  { find: /\.every\(/g, puts: [".some("] },
  { find: /\.some\(/g, puts: [".every("] },
];
const SIGNS: readonly Swap[] = [
  { find: /(?<=\s)\+(?=\s)/g, puts: ["-"] },
  { find: /(?<=\s)-(?=\s)/g, puts: ["+"] },
  { find: /(?<=\s)\+=(?=\s)/g, puts: ["-="] },
  { find: /(?<=\s)-=(?=\s)/g, puts: ["+="] },
  { find: /(?<=[(,:=?[{]\s|\(|\[|return |=> )-(?=[a-zA-Z(])/g, puts: [""] },
  { find: /(?<=\(|, )-(?=\d)/g, puts: [""] },
];
/** Sums as the ledger keeps them: methods, not operators. Sets are added to by other names. */
const CALLS: readonly Swap[] = [
  { find: /(?<!\b(?:seen|currencies|#changed))\.add\(/g, puts: [".subtract("] },
  { find: /\.subtract\(/g, puts: [".add("] },
  { find: /\.addSum\(/g, puts: [".subtractSum("] },
  { find: /\.subtractSum\(/g, puts: [".addSum("] },
  { find: /\.merge\(/g, puts: [".part("] },
  { find: /\.part\(/g, puts: [".merge("] },
  { find: /\.enter\(/g, puts: [".leave("] },
  { find: /\.leave\(/g, puts: [".enter("] },
  { find: /(?<!function )\bnegated\(/g, puts: ["("] },
  { find: /(?<!function )\bopposite\(/g, puts: ["("] },
];

/** Returns every mutant of the life cycle: all cells, and what reads them. */
export function cellMutants(source: SourceFile): Mutant[] {
  const cells = ORDER_STATES.flatMap((state) => EXEC_TYPES.map((by) => cell(source, state, by)));
  return [...cells, ...cut("cell", source, [...COMPARISONS, ...LOGIC])];
}

/** Returns a mutant for every guard: the list without it. */
export function guardMutants(source: SourceFile): Mutant[] {
  const { text } = source;
  const open = text.indexOf("= [", text.indexOf("export const GUARDS")) + 3;
  const list = text.slice(open, text.indexOf("]", open));
  return [...list.matchAll(/\b[A-Z_]+\b,?/g)].map(({ index, 0: guard }) => {
    const place = { start: open + index, end: open + index + guard.length, puts: "" };
    return { ...made("guard", source, place), name: `${GUARD_LIST} without ${guard.slice(0, -1)}` };
  });
}

/** Returns every mutant of a file of rules: comparisons, conditions and signs. */
export function ruleMutants(kind: Kind, source: SourceFile): Mutant[] {
  const places = plainConditions(source).map((place) => made(kind, source, place));
  const calls = kind === "sum" ? CALLS : [];
  return [...cut(kind, source, [...COMPARISONS, ...LOGIC, ...SIGNS, ...calls]), ...places];
}

/** Returns every mutant of a file of the ledger: signs, calls that are signs, and sides. */
export function signMutants(source: SourceFile): Mutant[] {
  const sides = cut("sign", source, COMPARISONS.slice(-2))
    .filter(({ end }) => /^\s"(?:Buy|Sell)"/.test(source.text.slice(end)));
  return [...cut("sign", source, [...SIGNS, ...CALLS]), ...sides];
}

function cut(kind: Kind, source: SourceFile, swaps: readonly Swap[]): Mutant[] {
  return placesOf(source, swaps).filter(({ start, end }) =>
    !joinsTexts(source.text, { start, end })
  )
    .map((place) => made(kind, source, place));
}

/** True for a plus between two texts, which is no sign. */
function joinsTexts(text: string, of: { readonly start: number; readonly end: number }): boolean {
  return text.slice(of.start, of.end) === "+" &&
    (/["`]\s*$/.test(text.slice(0, of.start)) || /^\s*["`]/.test(text.slice(of.end)));
}

function made(kind: Kind, { path, text }: SourceFile, { start, end, puts }: Place): Mutant {
  const from = text.slice(start, end);
  const { number, code } = lineAt(text, start);
  const name = `${path}:${number} ${from} becomes ${puts || "nothing"}: ${code}`;
  return { kind, name, file: path, code, from, start, end, text: puts };
}

function cell(source: SourceFile, state: string, report: string): Mutant {
  const table = source.text.indexOf("export const NEXT = {");
  const row = new RegExp(`^  ${state}: \\{`, "m").exec(source.text.slice(table));
  if (row === null) throw new Error(`Cannot mutate: the table must have a row ${state}`);
  const start = table + row.index + row[0].length;
  const rows: Readonly<Record<string, Readonly<Record<string, string>>>> = NEXT;
  const outcome = rows[state]?.[report];
  const name = `${LIFECYCLE} ${state} × ${report}`;
  if (outcome === undefined) {
    const puts = ` ${report}: "${state === "Created" ? "Submitted" : state}",`;
    return { ...made("cell", source, { start, end: start, puts }), name: `${name} allowed` };
  }
  const cells = source.text.slice(start, source.text.indexOf("}", start));
  const found = new RegExp(`\\b${report}: "${outcome}"`).exec(cells);
  if (found === null) throw new Error(`Cannot mutate: ${state} must say ${report}: ${outcome}`);
  const at = { start: start + found.index, end: start + found.index + found[0].length };
  const other = ORDER_STATES.find((to) => to !== outcome && to !== "Created" && to !== state);
  const puts = `${report}: "${other}"`;
  return { ...made("cell", source, { ...at, puts }), name: `${name} gives ${other}` };
}
