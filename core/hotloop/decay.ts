/**
 * Exponential decay by halves, the same on every machine: 2^−x by table and polynomial.
 *
 * Built of + − × ÷ and comparisons only, so that a signal is the same number wherever it is
 * computed. x = n + k/32 + r with 0 ≤ r < 1/32: 2^−n is exact, 2^−(k/32) comes from a table of
 * correctly rounded values, 2^−r from its Taylor polynomial of degree 7 (remainder below 2e-18).
 * Error: at most 2 units in the last place while the result is a normal number.
 * @module
 */

const STEPS = 32;
/** From here on the result is 0. */
const X_MAX = 1_100;

/** 2^−(k/32), correctly rounded. */
const BY_STEP = Float64Array.from([
  1.0,
  0.9785720620877001,
  0.9576032806985737,
  0.93708381705515,
  0.9170040432046712,
  0.8973545375015536,
  0.8781260801866497,
  0.859309649061239,
  0.8408964152537145,
  0.8228777390769825,
  0.8052451659746271,
  0.7879904225539432,
  0.7711054127039704,
  0.7545822137967114,
  0.7384130729697497,
  0.7225904034885233,
  0.7071067811865476,
  0.691954940981916,
  0.6771277734684463,
  0.6626183215798707,
  0.6484197773255048,
  0.6345254785958666,
  0.620928906036742,
  0.6076236799902345,
  0.5946035575013605,
  0.5818624293887887,
  0.5693943173783458,
  0.5571933712979462,
  0.5452538663326288,
  0.5335702003384118,
  0.5221368912137069,
  0.5109485743270583,
]);

/** 2^−n, exact; 0 where it is below the smallest number. */
const BY_HALVES = powersOfHalf();

/** (−ln 2)^n ÷ n! for n = 1 … 7. */
const C1 = -0.6931471805599453;
const C2 = 0.24022650695910072;
const C3 = -0.05550410866482158;
const C4 = 0.009618129107628477;
const C5 = -0.0013333558146428443;
const C6 = 0.0001540353039338161;
const C7 = -1.5252733804059841e-05;

/** ln 2: a rate that halves every `h` seconds falls by this share of itself in `h` seconds. */
export const LN_2 = 0.6931471805599453;

/**
 * Returns 2^−x: what is left of 1 after x half-lives. x must be 0 or more.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(halved(0), 1);
 * strictEqual(halved(3), 0.125);
 * ```
 */
export function halved(x: number): number {
  if (x <= 0) return 1;
  if (x >= X_MAX) return 0;
  const whole = Math.floor(x);
  const rest = (x - whole) * STEPS;
  const step = Math.floor(rest);
  const r = (rest - step) / STEPS;
  const tail = r * (C1 + r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7))))));
  const base = BY_STEP[step] ?? 0;
  return (base + base * tail) * (BY_HALVES[whole] ?? 0);
}

function powersOfHalf(): Float64Array {
  const powers = new Float64Array(X_MAX);
  let power = 1;
  for (let n = 0; n < X_MAX; n++) {
    powers[n] = power;
    power *= 0.5;
  }
  return powers;
}
