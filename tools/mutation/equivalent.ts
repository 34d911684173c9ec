/**
 * Mutants that change nothing anyone could see, each with the reason. They must still be made, and
 * no test may fail with them: the check refuses a row that has become wrong.
 * @module
 */
import type { Mutant } from "./mutants.ts";

/** A mutant as the list names it: by the line's code, not its number. */
type Row = {
  readonly file: string;
  readonly code: string;
  readonly from: string;
  readonly text: string;
  readonly why: string;
};

const HAVE_BOTH = "a venue has a bucket where it has pacing, and nowhere else";

const EQUIVALENT: readonly Row[] = [
  {
    file: "core/engine/exposure.ts",
    code: "for (let at = 0; at < turn.touchedCount; at += 1) {",
    from: "<",
    text: "<=",
    why: "a note of an earlier event means no order of this one",
  },
  {
    file: "core/engine/opening.ts",
    code: 'side: quanta > 0 ? "Buy" : "Sell",',
    from: ">",
    text: ">=",
    why: "portions of nothing are left out, and a sum of 0 breaks no bound on either side",
  },
  {
    file: "core/engine/reconcile_request.ts",
    code: "if (firstReconcileUs === null || readUpToUs === null) return firstReconcileUs;",
    from: "||",
    text: "&&",
    why:
      "what was read was asked before; where nothing was read the first time asked is the later one",
  },
  {
    file: "core/engine/requests.ts",
    code: "if (bucket !== null && pacing !== null) refill(bucket, pacing, nowUs);",
    from: "&&",
    text: "||",
    why: HAVE_BOTH,
  },
  {
    file: "core/engine/requests.ts",
    code: "if (bucket === null || pacing === null) return true;",
    from: "||",
    text: "&&",
    why: HAVE_BOTH,
  },
  {
    file: "core/engine/turn_back.ts",
    code:
      'invariant(replace !== null && kind !== "Lookup", "Only what brings something new is turned back");',
    from: "&&",
    text: "||",
    why: "nothing else is ever turned back; the second half tells the compiler",
  },
  {
    file: "core/risk/stricter.ts",
    code: "return (toUnits(of.left, scale) ?? 0n) < (toUnits(of.right, scale) ?? 0n);",
    from: "<",
    text: "<=",
    why: "of two equal limits either is the stricter one",
  },
];

/** Returns why a mutant changes nothing, or undefined if it must be caught. */
export function whyEquivalent(mutant: Mutant): string | undefined {
  return EQUIVALENT.find((row) => isMeant(row, mutant))?.why;
}

/** Returns the rows that name none of the mutants. */
export function staleRows(mutants: readonly Mutant[]): string[] {
  return EQUIVALENT.filter((row) => !mutants.some((mutant) => isMeant(row, mutant)))
    .map(({ file, code }) => `${file}: ${code}`);
}

function isMeant(row: Row, { file, code, from, text }: Mutant): boolean {
  return row.file === file && row.code === code && row.from === from && row.text === text;
}
