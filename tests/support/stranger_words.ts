/**
 * What a venue can say of executions that no order of ours explains, as short calls on a world.
 * @module
 */
import { type ExecutionReport, instrumentId, micros, px, qty } from "../../core/mod.ts";
import { draft, type World } from "./engine_world.ts";

/** Names that are not ours. */
export const STRANGER = { order: null, clOrdId: "somebody-else", venueOrderId: "v99" } as const;
/** What an execution says beside its price and quantity. */
export const FEE = { liquidity: "Taker", commission: "0.5", commissionCurrency: "USDT" } as const;
const BTC = instrumentId(0);

type Differently = {
  readonly id?: string;
  readonly side?: "Buy" | "Sell" | null;
  readonly agoMs?: number;
  readonly instrument?: typeof BTC | null;
  readonly qty?: number;
};

/** An execution of nobody we know, or told by a name that is not known. */
export function stranger(w: World, of: Differently = {}): readonly ExecutionReport[] {
  const { id = "e1", side = "Sell", agoMs = 0, instrument = BTC } = of;
  const execution = { execId: id, lastQty: qty(of.qty ?? 2000), lastPx: px(10_000), ...FEE };
  const payload = { ...STRANGER, ...execution, provisional: false, ...(side && { side }) };
  const common = draft("broker_report", "OrderExecuted", payload, instrument);
  return w.offer({ ...common, eventTime: micros(w.nowUs - agoMs * 1000) });
}

/** The venue takes one back. */
export function strangerVoids(w: World, execRefId: string): void {
  w.broker("ExecutionVoided", { ...STRANGER, execId: "x1", execRefId });
}

/** The venue says that one is final. */
export function strangerConfirms(w: World, execRefId: string): void {
  w.broker("ExecutionConfirmed", { ...STRANGER, execRefId });
}

/** The venue corrects one. */
export function strangerCorrects(
  w: World,
  of: { readonly ref: string; readonly id: string; readonly qty: number },
): void {
  const terms = { lastQty: qty(of.qty), lastPx: px(10_100), ...FEE };
  w.broker("ExecutionCorrected", { ...STRANGER, execId: of.id, execRefId: of.ref, ...terms });
}

/** What the account holds of the first instrument. */
export function position(w: World): string | undefined {
  return w.timeline.view.positions("account")[0]?.qty;
}
