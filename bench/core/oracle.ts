/**
 * What the engine must say of the stream, in wide integers and the plainest way: checked after
 * every single event.
 * @module
 */
import { COMMISSION, OPENING, PRICE_SCALE, QTY_SCALE, type Scene } from "./scene.ts";
import { isBuying, STEP, type Steps } from "./lives.ts";

/** Cash is counted in units of 10^-CASH_SCALE. */
const CASH_SCALE = PRICE_SCALE + QTY_SCALE;
const FEE = BigInt(Number(COMMISSION) * 10 ** CASH_SCALE);
const STATUS = {
  [STEP.Place]: "Submitted",
  [STEP.Accepted]: "Accepted",
  [STEP.Replace]: "ReplacePending",
  [STEP.Replaced]: "Accepted",
  [STEP.Part]: "PartiallyFilled",
  [STEP.Rest]: "Filled",
  [STEP.Cancel]: "CancelPending",
  [STEP.Cancelled]: "Cancelled",
} as const;

type Kept = { orderQty: bigint; cumQty: bigint; notional: bigint };

/** Follows the stream beside the engine. */
export class Oracle {
  readonly #orders = new Map<number, Kept>();
  #base = unitsOf(OPENING, QTY_SCALE);
  #quote = unitsOf(OPENING, CASH_SCALE);
  #checked = 0;

  /** Events compared so far. */
  get checked(): number {
    return this.#checked;
  }

  /** Compares what the engine said of one step. @throws {Error} At the first difference. */
  check(scene: Scene, of: { readonly steps: Steps; readonly at: number }): void {
    const { steps, at } = of;
    const kind = steps.kind[at] ?? 0;
    const order = steps.order[at] ?? 0;
    const kept = this.#follow(steps, at);
    const [report, ...more] = scene.effects.reports;
    equal("reports", { is: more.length, must: 0 });
    equal("order", { is: report?.order?.orderId, must: order });
    equal("status", { is: report?.ordStatus, must: STATUS[kind as keyof typeof STATUS] });
    equal("cumQty", { is: BigInt(report?.order?.cumQty ?? -1), must: kept.cumQty });
    equal("orderQty", { is: BigInt(report?.order?.orderQty ?? -1), must: kept.orderQty });
    equal("notional", { is: BigInt(report?.order?.notional ?? -1), must: kept.notional });
    const isOver = kind === STEP.Rest || kind === STEP.Cancelled;
    const leaves = isOver ? 0n : kept.orderQty - kept.cumQty;
    equal("leavesQty", { is: BigInt(report?.order?.leavesQty ?? -1), must: leaves });
    if (kind === STEP.Part || kind === STEP.Rest) this.#checkMoney(scene);
    if (isOver) this.#orders.delete(order);
    this.#checked += 1;
  }

  #follow(steps: Steps, at: number): Kept {
    const kind = steps.kind[at] ?? 0;
    const order = steps.order[at] ?? 0;
    const quantity = BigInt(steps.qty[at] ?? 0);
    const px = BigInt(steps.px[at] ?? 0);
    const kept = this.#orders.get(order) ?? { orderQty: quantity, cumQty: 0n, notional: 0n };
    this.#orders.set(order, kept);
    if (kind === STEP.Replaced) kept.orderQty = quantity;
    if (kind === STEP.Part || kind === STEP.Rest) {
      kept.cumQty += quantity;
      kept.notional += quantity * px;
      const sign = isBuying(steps.lane[at] ?? 0) ? 1n : -1n;
      this.#base += sign * quantity;
      this.#quote -= sign * quantity * px + FEE;
    }
    return kept;
  }

  #checkMoney(scene: Scene): void {
    const totals = new Map(scene.timeline.view.balances().map((row) => [row.currency, row.total]));
    equal("BTC", { is: unitsOf(totals.get("BTC"), QTY_SCALE), must: this.#base });
    equal("USDT", { is: unitsOf(totals.get("USDT"), CASH_SCALE), must: this.#quote });
  }
}

/** Units of 10^-scale in a decimal. */
function unitsOf(decimal: string | undefined, scale: number): bigint {
  const [whole = "0", fraction = ""] = (decimal ?? "0").split(".");
  return BigInt(whole + fraction.padEnd(scale, "0"));
}

function equal<Value>(
  what: string,
  of: { readonly is: Value; readonly must: Value },
): void {
  if (of.is === of.must) return;
  throw new Error(`Cannot trust the engine: ${what} must be ${of.must}: was ${of.is}`);
}
