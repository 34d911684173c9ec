/**
 * Capabilities and price, quantity rules as the protocol spells them.
 * @module
 */
import { fromQuanta } from "../core/decimal.ts";
import type { Capabilities, Instrument, PriceRule, QtyRule } from "../core/instrument.ts";

/** JSON-able, snake_case. */
export type JsonMap = { readonly [key: string]: unknown };

/** Returns what a venue can do, keys in the order of the protocol's page. */
export function capabilitiesJson(capabilities: Partial<Capabilities>): JsonMap {
  return {
    ord_types: capabilities.ordTypes,
    time_in_force: capabilities.timeInForce,
    post_only: capabilities.postOnly,
    reduce_only: capabilities.reduceOnly,
    reduce_only_any_notional: capabilities.reduceOnlyAnyNotional,
    replace: capabilities.replace,
    client_order_id: capabilities.clientOrderId,
    lookup_by_client_order_id: capabilities.lookupByClientOrderId,
    cancel_all: capabilities.cancelAll,
    batch_max: capabilities.batchMax,
    dead_man: capabilities.deadMan,
    order_stream: capabilities.orderStream,
    fills_replay: capabilities.fillsReplay,
    book: capabilities.book,
    trades: capabilities.trades,
    queue_signals: capabilities.queueSignals,
    asset_class: capabilities.assetClass,
    fills_provisional: capabilities.fillsProvisional,
    trading_modes: capabilities.tradingModes,
    params: capabilities.params,
    absence_proof_ms: capabilities.absenceProofMs,
  };
}

/** Returns `{quantum, ticks: [{from, step}…]}`. */
export function priceRuleJson(rule: PriceRule): JsonMap {
  return {
    quantum: fromQuanta(1, rule.scale),
    ticks: rule.ticks.map((tick) => ({
      from: fromQuanta(tick.fromQuanta, rule.scale),
      step: fromQuanta(tick.stepQuanta, rule.scale),
    })),
  };
}

/** Returns `{quantum, step, min, max|null}`. */
export function qtyRuleJson(rule: QtyRule): JsonMap {
  return {
    quantum: fromQuanta(1, rule.scale),
    step: fromQuanta(rule.stepQuanta, rule.scale),
    min: fromQuanta(rule.minQuanta, rule.scale),
    max: rule.maxQuanta === null ? null : fromQuanta(rule.maxQuanta, rule.scale),
  };
}

/** What an instrument's own row adds to or changes of its venue's capabilities. */
export function instrumentCapabilitiesJson(instrument: Instrument): JsonMap {
  return {
    ...capabilitiesJson(instrument.capabilities ?? {}),
    min_notional: instrument.minNotional,
    price_rule: priceRuleJson(instrument.priceRule),
    qty_rule: qtyRuleJson(instrument.qtyRule),
  };
}
