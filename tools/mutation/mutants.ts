/**
 * Mutants of the core: one small lie each, made from its source.
 *
 * Three kinds: every cell of the life-cycle table says something else; every guard is left out, and
 * every comparison of the risk rules is off by one and turned round; every sign of the ledger is
 * the other one.
 * Known limit: operators are found in the text of formatted code, comments and strings blanked.
 * @module
 */
import { NEXT, ORDER_STATES } from "../../core/lifecycle.ts";
import { EXEC_TYPES } from "../../core/report.ts";

/** One change of one file. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

const LIFECYCLE = "core/lifecycle.ts";
const GUARD_LIST = "core/risk/mod.ts";

/** Returns a mutant for every cell of the table: a legal report's outcome, or an illegal one's. */
export function cellMutants(source: string): Mutant[] {
  return ORDER_STATES.flatMap((state) => EXEC_TYPES.map((report) => cell(source, state, report)));
}

function cell(source: string, state: string, report: string): Mutant {
  const table = source.indexOf("export const NEXT = {");
  const row = new RegExp(`^  ${state}: \\{`, "m").exec(source.slice(table));
  if (row === null) throw new Error(`Cannot mutate: the table must have a row ${state}`);
  const rowStart = table + row.index + row[0].length;
  const rowEnd = source.indexOf("}", rowStart);
  const rows: Readonly<Record<string, Readonly<Record<string, string>>>> = NEXT;
  const outcome = rows[state]?.[report];
  const name = `${LIFECYCLE} ${state} × ${report}`;
  if (outcome === undefined) {
    const text = ` ${report}: "${state === "Created" ? "Submitted" : state}",`;
    return { name: `${name} allowed`, file: LIFECYCLE, start: rowStart, end: rowStart, text };
  }
  const found = new RegExp(`\\b${report}: "${outcome}"`).exec(source.slice(rowStart, rowEnd));
  if (found === null) throw new Error(`Cannot mutate: ${state} must say ${report}: ${outcome}`);
  const start = rowStart + found.index;
  const other = ORDER_STATES.find((to) => to !== outcome && to !== "Created" && to !== state);
  return {
    name: `${name} gives ${other}`,
    file: LIFECYCLE,
    start,
    end: start + found[0].length,
    text: `${report}: "${other}"`,
  };
}

/** Returns a mutant for every guard: the list without it. */
export function guardMutants(source: string): Mutant[] {
  const start = source.indexOf("export const GUARDS");
  const open = source.indexOf("= [", start) + 3;
  const list = source.slice(open, source.indexOf("]", open));
  return [...list.matchAll(/\b[A-Z_]+\b,?/g)].map((guard) => ({
    name: `${GUARD_LIST} without ${guard[0].replace(",", "")}`,
    file: GUARD_LIST,
    start: open + guard.index,
    end: open + guard.index + guard[0].length,
    text: "",
  }));
}

const COMPARISONS: readonly (readonly [string, readonly string[]])[] = [
  [" <= ", [" < ", " > "]],
  [" >= ", [" > ", " < "]],
  [" < ", [" <= ", " >= "]],
  [" > ", [" >= ", " <= "]],
  [" === ", [" !== "]],
  [" !== ", [" === "]],
];
const SIGNS: readonly (readonly [string, readonly string[]])[] = [
  [" + ", [" - "]],
  [" - ", [" + "]],
  [" += ", [" -= "]],
  [" -= ", [" += "]],
];

/** Returns a mutant for every comparison, twice where it has a limit: off by one, turned round. */
export function comparisonMutants(file: string, source: string): Mutant[] {
  return operatorMutants({ file, source, operators: COMPARISONS });
}

/** Returns a mutant for every sign: binary, assigning or in front of a term. */
export function signMutants(file: string, source: string): Mutant[] {
  const binary = operatorMutants({ file, source, operators: SIGNS });
  const code = blanked(source);
  const unary = [...code.matchAll(/(?<=[(,:=?[{]\s|\(|\[|return )-(?=[a-zA-Z(])/g)].map((sign) => ({
    name: `${file}:${lineOf(source, sign.index)} sign dropped`,
    file,
    start: sign.index,
    end: sign.index + 1,
    text: "",
  }));
  return [...binary, ...unary];
}

function operatorMutants(
  of: {
    readonly file: string;
    readonly source: string;
    readonly operators: readonly (readonly [string, readonly string[]])[];
  },
): Mutant[] {
  const { file, source } = of;
  const code = blanked(source);
  const mutants: Mutant[] = [];
  for (const [operator, others] of of.operators) {
    for (let at = code.indexOf(operator); at >= 0; at = code.indexOf(operator, at + 1)) {
      for (const text of others) {
        const name = `${file}:${lineOf(source, at)}${operator}becomes${text}`.trimEnd();
        mutants.push({ name, file, start: at, end: at + operator.length, text });
      }
    }
  }
  return mutants;
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}

/** The source with comments, strings, templates' texts and types' lines blanked, as long as it. */
function blanked(source: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  return source
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"/g, blank)
    .replace(/`(?:[^`\\]|\\.)*`/g, blank)
    .replace(/\/\/.*$/gm, blank)
    .replace(/^import .*$/gm, blank)
    .replace(/^\s*(?:export )?type .*$/gm, blank)
    .replace(/^\s*invariant\(.*$/gm, blank);
}
