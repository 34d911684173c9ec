/**
 * The grids of an instrument: whether its quanta, ticks, steps and limits fit each other.
 *
 * Source: the price and quantity rules of the wire protocol; quantities are integers of at most
 * 2^53 - 1 quanta everywhere behind this check.
 * @module
 */
import { toQuanta } from "../core/decimal.ts";

/** A decimal of the configuration that breaks a rule; `path` is relative to the instrument. */
export type GridProblem = {
  readonly path: (string | number)[];
  readonly message: string;
  readonly input: unknown;
};

/** The part of an instrument's configuration that the grids are made of. */
export type Grids = {
  readonly price: {
    readonly quantum: string;
    readonly ticks: readonly { readonly from: string; readonly step: string }[];
  };
  readonly quantity: {
    readonly quantum: string;
    readonly step: string;
    readonly min: string;
    readonly max: string | null;
  };
  readonly start_price: string | null;
  readonly limits: {
    readonly max_order_qty: string | null;
    readonly max_position: string | null;
  };
};

const SCALE_MAX = 15;

/**
 * Returns the number of decimals of a quantum, or undefined if it is no 1, 0.1, 0.01 …
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(scaleOf("0.01"), 2);
 * strictEqual(scaleOf("0.05"), undefined);
 * ```
 */
export function scaleOf(quantum: string): number | undefined {
  if (quantum === "1") return 0;
  const decimals = /^0\.(0*1)$/.exec(quantum)?.[1]?.length;
  return decimals !== undefined && decimals <= SCALE_MAX ? decimals : undefined;
}

/** Returns everything that is wrong with the grids of one instrument, in the order of the file. */
export function gridProblems(instrument: Grids): GridProblem[] {
  return [
    ...priceProblems(instrument),
    ...quantityProblems(instrument.quantity),
    ...limitProblems(instrument),
  ];
}

function priceProblems({ price, start_price: start }: Grids): GridProblem[] {
  const scale = scaleOf(price.quantum);
  if (scale === undefined) return [quantumProblem("price", price.quantum)];
  const problems: GridProblem[] = [];
  let previous = -1;
  for (const [row, { from, step }] of price.ticks.entries()) {
    const fromQuanta = toQuanta(from, scale);
    const at = ["price", "ticks", row];
    if (fromQuanta === undefined) problems.push(offGrid([...at, "from"], from, price.quantum));
    else if (fromQuanta <= previous) {
      const message = "must be above the row before it, since ticks ascend";
      problems.push({ path: [...at, "from"], message, input: from });
    }
    if (toQuanta(step, scale) === undefined) {
      problems.push(offGrid([...at, "step"], step, price.quantum));
    }
    previous = fromQuanta ?? previous;
  }
  if (start !== null && toQuanta(start, scale) === undefined) {
    problems.push(offGrid(["start_price"], start, price.quantum));
  }
  return problems;
}

function quantityProblems(quantity: Grids["quantity"]): GridProblem[] {
  const scale = scaleOf(quantity.quantum);
  if (scale === undefined) return [quantumProblem("quantity", quantity.quantum)];
  const step = toQuanta(quantity.step, scale);
  if (step === undefined) return [offGrid(["quantity", "step"], quantity.step, quantity.quantum)];
  const min = toQuanta(quantity.min, scale);
  const problems = stepProblems({ key: "min", value: quantity.min, quanta: min, step, quantity });
  if (quantity.max === null) return problems;
  const max = toQuanta(quantity.max, scale);
  problems.push(...stepProblems({ key: "max", value: quantity.max, quanta: max, step, quantity }));
  if (max !== undefined && min !== undefined && max < min) {
    const message = `must be at least quantity.min, which is ${quantity.min}`;
    problems.push({ path: ["quantity", "max"], message, input: quantity.max });
  }
  return problems;
}

function stepProblems(of: {
  readonly key: "min" | "max";
  readonly value: string;
  readonly quanta: number | undefined;
  readonly step: number;
  readonly quantity: Grids["quantity"];
}): GridProblem[] {
  const path = ["quantity", of.key];
  if (of.quanta === undefined) return [offGrid(path, of.value, of.quantity.quantum)];
  if (of.quanta % of.step === 0) return [];
  const message = `must be a multiple of quantity.step, which is ${of.quantity.step}`;
  return [{ path, message, input: of.value }];
}

function limitProblems({ quantity, limits }: Grids): GridProblem[] {
  const { quantum } = quantity;
  return limitGridProblems(limits, quantum).map((problem) => ({
    ...problem,
    path: ["limits", ...problem.path],
  }));
}

/** Returns what is wrong with limits on quantities of so fine a quantum; paths are their keys. */
export function limitGridProblems(
  limits: { readonly max_order_qty: string | null; readonly max_position: string | null },
  quantum: string,
): GridProblem[] {
  const scale = scaleOf(quantum);
  if (scale === undefined) return [];
  const keys = ["max_order_qty", "max_position"] as const;
  return keys.flatMap((key) => {
    const most = limits[key];
    return most === null || toQuanta(most, scale) !== undefined
      ? []
      : [offGrid([key], most, quantum)];
  });
}

function quantumProblem(key: "price" | "quantity", input: string): GridProblem {
  const message = `must be 1, 0.1, 0.01 … down to ${SCALE_MAX} decimals`;
  return { path: [key, "quantum"], message, input };
}

function offGrid(path: (string | number)[], input: string, quantum: string): GridProblem {
  const message = `must be a multiple of the quantum ${quantum}, and below 2^53 of them`;
  return { path, message, input };
}
