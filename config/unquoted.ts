/**
 * Decimals without quotes, judged by what is written: the number that YAML makes of it may be
 * another one, and does not show an exponent.
 *
 * Known limit: what an alias stands for is judged where its anchor is.
 * @module
 */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { EXACT_DIGITS_MAX } from "./fields.ts";
import type { PathProblem } from "./problems.ts";
import type { Path } from "./raw.ts";
import { decimalRuleAt } from "./schema_keys.ts";

/** Returns the unquoted numbers that must be decimals and may not be what was written. */
export function unquotedProblems(root: Node | null): readonly PathProblem[] {
  return [...numbersIn(root, [])].filter(({ source }) => !isExact(source))
    .flatMap(({ path, source }) => {
      const rule = decimalRuleAt(path);
      return rule === undefined ? [] : [{ path, at: "value", text: `${rule}: was ${source}` }];
    });
}

type WrittenNumber = { readonly path: Path; readonly source: string };

function* numbersIn(node: Node | null, path: Path): Generator<WrittenNumber> {
  if (isMap<Node, Node>(node)) {
    for (const { key, value } of node.items) yield* numbersIn(value, [...path, String(key)]);
  } else if (isSeq<Node>(node)) {
    for (const [index, item] of node.items.entries()) yield* numbersIn(item, [...path, index]);
  } else if (isScalar(node) && typeof node.value === "number" && node.source !== undefined) {
    yield { path, source: node.source };
  }
}

/** Whether a number as it is written has few digits and no letters: no exponent, no other base. */
function isExact(source: string): boolean {
  const digits = source.replace(/^[-+0.]+|\./g, "");
  return /^[0-9]*$/.test(digits) && digits.length <= EXACT_DIGITS_MAX;
}
