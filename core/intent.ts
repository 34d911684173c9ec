/**
 * Intents: what a strategy may ask for. Already checked for schema, not yet for anything else.
 *
 * Decimals are canonical strings (no trailing zeros, no `-0`), since only the instrument knows the
 * quantum; the engine turns them into quanta and refuses what is off the grid.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "./instrument.ts";
import type { Micros } from "./numbers.ts";

type Common = {
  /** Chosen by the client, unique per client. */
  readonly intentId: string;
  /** Client clock. */
  readonly sentUs: Micros;
  readonly tag: string | null;
};

/** Venue options: names from the capability map, scalar values. */
export type Params = Readonly<Record<string, string | number | boolean>>;

export type PlaceOrder = Common & {
  readonly action: "Place";
  /** `venue:symbol` as the client wrote it. */
  readonly instrument: string;
  readonly side: Side;
  readonly orderQty: string;
  /** null for Market. */
  readonly price: string | null;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly expireUs: Micros | null;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** 0: no limit. */
  readonly ttlMs: number;
  readonly validateOnly: boolean;
  readonly params: Params | null;
};

/** Absent optional fields keep the order's value. */
export type ReplaceOrder = Common & {
  readonly action: "Replace";
  readonly origIntentId: string;
  readonly orderQty: string;
  readonly price?: string;
  readonly expireUs?: Micros;
  readonly ttlMs?: number;
  /** True when the intent named a tag; then `tag` replaces the order's. */
  readonly hasTag: boolean;
  readonly validateOnly: boolean;
  readonly params?: Params;
};

export type CancelOrder = Common & { readonly action: "Cancel"; readonly origIntentId: string };
export type CancelAll = Common & {
  readonly action: "CancelAll";
  readonly instrument: string | null;
};
export const TRADING_STATES = ["Active", "Reducing", "Halted"] as const;
export type TradingState = (typeof TRADING_STATES)[number];

export type SetRiskFlag = Common & {
  readonly action: "SetRiskFlag";
  readonly flag: "trading_state";
  readonly value: TradingState;
};
export type NoOp = Common & { readonly action: "NoOp" };

/**
 * A frame with a valid `v` and `intent_id` that breaks the schema. Its id is spent: it gets one
 * `Rejected` report, `SCHEMA`, whose text names the path.
 */
export type MalformedIntent = Common & {
  readonly action: "Malformed";
  readonly text: string;
  /** The whole object, canonical JSON (keys sorted): its content for idempotence. */
  readonly content: string;
};

export type Intent =
  | PlaceOrder
  | ReplaceOrder
  | CancelOrder
  | CancelAll
  | SetRiskFlag
  | NoOp
  | MalformedIntent;
export type IntentAction = Intent["action"];
