/**
 * Payloads of events as JSON: the frequent kinds written by hand, the rest by a generic conversion
 * of keys.
 * @module
 */
import type { Draft, Event, EventType } from "../../core/event.ts";
import type { Intent, PlaceOrder } from "../../core/intent.ts";
import { type ByteWriter, type Fixed, fixed } from "../../wire/byte_writer.ts";
import { encodeNode } from "./json_text.ts";

/** What an event of a kind carries. */
export type PayloadOf<Type extends EventType> = Extract<Draft, { eventType: Type }>["payload"];

const END = fixed("}");
const END_OF_LISTS = fixed("]");
const INTENT_KEY = {
  session: fixed('{"session":'),
  recvUs: fixed(',"recv_us":'),
  intent: fixed(',"intent":'),
} as const;
const PLACE_KEY = {
  intentId: fixed('{"action":"Place","intent_id":'),
  sentUs: fixed(',"sent_us":'),
  tag: fixed(',"tag":'),
  instrument: fixed(',"instrument":'),
  side: fixed(',"side":"'),
  orderQty: fixed('","order_qty":"'),
  price: fixed('","price":'),
  ordType: fixed(',"ord_type":"'),
  timeInForce: fixed('","time_in_force":"'),
  expireUs: fixed('","expire_us":'),
  postOnly: fixed(',"post_only":'),
  reduceOnly: fixed(',"reduce_only":'),
  ttlMs: fixed(',"ttl_ms":'),
  validateOnly: fixed(',"validate_only":'),
  params: fixed(',"params":'),
} as const;
const ORDER_KEY = {
  order: fixed('{"order":'),
  clOrdId: fixed(',"cl_ord_id":'),
  venueOrderId: fixed(',"venue_order_id":'),
  journalUs: fixed(',"journal_us":'),
  submitUs: fixed(',"submit_us":'),
  ackUs: fixed(',"ack_us":'),
} as const;
const EXECUTION_KEY = {
  execId: fixed(',"exec_id":'),
  lastQty: fixed(',"last_qty":'),
  lastPx: fixed(',"last_px":'),
  liquidity: fixed(',"liquidity":'),
  commission: fixed(',"commission":"'),
  commissionCurrency: fixed('","commission_currency":'),
  provisional: fixed(',"provisional":'),
  side: fixed(',"side":"'),
  sideEnd: fixed('"'),
} as const;
const MARKET_KEY = {
  dueUs: fixed('{"due_us":'),
  bids: fixed('{"bids":['),
  asks: fixed('],"asks":['),
  updateId: fixed(',"update_id":'),
  bidPx: fixed('{"bid_px":'),
  bidQty: fixed(',"bid_qty":'),
  askPx: fixed(',"ask_px":'),
  askQty: fixed(',"ask_qty":'),
  price: fixed('{"price":'),
  qty: fixed(',"qty":'),
  side: fixed(',"side":'),
  tradeId: fixed(',"trade_id":'),
  comma: fixed(","),
} as const;

/** Writes an event's payload. */
export function writePayload(to: ByteWriter, event: Event): void {
  switch (event.eventType) {
    case "IntentReceived":
      return writeIntentReceived(to, event.payload);
    case "DeadlineReached":
      to.fixed(MARKET_KEY.dueUs);
      to.integer(event.payload.dueUs);
      return to.fixed(END);
    case "OrderAccepted":
      return writeAcceptance(to, event.payload);
    case "OrderExecuted":
      return writeExecution(to, event.payload);
    case "BookSnapshot":
    case "BookDelta":
      return writeBook(to, event.payload);
    case "QuoteUpdated":
      return writeQuote(to, event.payload);
    case "TradePrinted":
      return writeTrade(to, event.payload);
    default:
      return to.raw(encodeNode(event.payload));
  }
}

function writeIntentReceived(to: ByteWriter, received: PayloadOf<"IntentReceived">): void {
  to.fixed(INTENT_KEY.session);
  to.integer(received.session);
  to.fixed(INTENT_KEY.recvUs);
  to.integer(received.recvUs);
  to.fixed(INTENT_KEY.intent);
  writeIntent(to, received.intent);
  to.fixed(END);
}

function writeIntent(to: ByteWriter, intent: Intent): void {
  if (intent.action === "Place") writePlace(to, intent);
  else to.raw(encodeNode(intent));
}

function writePlace(to: ByteWriter, place: PlaceOrder): void {
  to.fixed(PLACE_KEY.intentId);
  to.string(place.intentId);
  to.fixed(PLACE_KEY.sentUs);
  to.integer(place.sentUs);
  to.fixed(PLACE_KEY.tag);
  to.stringOrNull(place.tag);
  to.fixed(PLACE_KEY.instrument);
  to.string(place.instrument);
  to.fixed(PLACE_KEY.side);
  to.plain(place.side);
  to.fixed(PLACE_KEY.orderQty);
  to.plain(place.orderQty);
  to.fixed(PLACE_KEY.price);
  to.stringOrNull(place.price);
  to.fixed(PLACE_KEY.ordType);
  to.plain(place.ordType);
  to.fixed(PLACE_KEY.timeInForce);
  to.plain(place.timeInForce);
  to.fixed(PLACE_KEY.expireUs);
  to.integerOrNull(place.expireUs);
  to.fixed(PLACE_KEY.postOnly);
  to.boolean(place.postOnly);
  to.fixed(PLACE_KEY.reduceOnly);
  to.boolean(place.reduceOnly);
  to.fixed(PLACE_KEY.ttlMs);
  to.integer(place.ttlMs);
  to.fixed(PLACE_KEY.validateOnly);
  to.boolean(place.validateOnly);
  to.fixed(PLACE_KEY.params);
  if (place.params === null) to.stringOrNull(null);
  else to.raw(JSON.stringify(place.params));
  to.fixed(END);
}

function writeOrderRef(
  to: ByteWriter,
  ref: Pick<PayloadOf<"OrderAccepted">, "order" | "clOrdId" | "venueOrderId">,
): void {
  to.fixed(ORDER_KEY.order);
  to.integerOrNull(ref.order);
  to.fixed(ORDER_KEY.clOrdId);
  to.stringOrNull(ref.clOrdId);
  to.fixed(ORDER_KEY.venueOrderId);
  to.stringOrNull(ref.venueOrderId);
}

function writeAcceptance(to: ByteWriter, accepted: PayloadOf<"OrderAccepted">): void {
  writeOrderRef(to, accepted);
  writeStamp(to, ORDER_KEY.journalUs, accepted.journalUs);
  writeStamp(to, ORDER_KEY.submitUs, accepted.submitUs);
  writeStamp(to, ORDER_KEY.ackUs, accepted.ackUs);
  to.fixed(END);
}

function writeStamp(to: ByteWriter, key: Fixed, us: number | undefined): void {
  if (us === undefined) return;
  to.fixed(key);
  to.integer(us);
}

function writeExecution(to: ByteWriter, execution: PayloadOf<"OrderExecuted">): void {
  writeOrderRef(to, execution);
  to.fixed(EXECUTION_KEY.execId);
  to.string(execution.execId);
  to.fixed(EXECUTION_KEY.lastQty);
  to.integer(execution.lastQty);
  to.fixed(EXECUTION_KEY.lastPx);
  to.integer(execution.lastPx);
  to.fixed(EXECUTION_KEY.liquidity);
  to.stringOrNull(execution.liquidity);
  to.fixed(EXECUTION_KEY.commission);
  to.plain(execution.commission);
  to.fixed(EXECUTION_KEY.commissionCurrency);
  to.string(execution.commissionCurrency);
  to.fixed(EXECUTION_KEY.provisional);
  to.boolean(execution.provisional);
  if (execution.side !== undefined) {
    to.fixed(EXECUTION_KEY.side);
    to.plain(execution.side);
    to.fixed(EXECUTION_KEY.sideEnd);
  }
  to.fixed(END);
}

function writeBook(to: ByteWriter, book: PayloadOf<"BookDelta">): void {
  to.fixed(MARKET_KEY.bids);
  writeList(to, book.bids);
  to.fixed(MARKET_KEY.asks);
  writeList(to, book.asks);
  to.fixed(END_OF_LISTS);
  to.fixed(MARKET_KEY.updateId);
  to.integerOrNull(book.updateId);
  to.fixed(END);
}

function writeList(to: ByteWriter, numbers: readonly number[]): void {
  for (let at = 0; at < numbers.length; at++) {
    if (at > 0) to.fixed(MARKET_KEY.comma);
    to.integer(numbers[at] ?? 0);
  }
}

function writeQuote(to: ByteWriter, quoted: PayloadOf<"QuoteUpdated">): void {
  to.fixed(MARKET_KEY.bidPx);
  to.integerOrNull(quoted.bidPx);
  to.fixed(MARKET_KEY.bidQty);
  to.integer(quoted.bidQty);
  to.fixed(MARKET_KEY.askPx);
  to.integerOrNull(quoted.askPx);
  to.fixed(MARKET_KEY.askQty);
  to.integer(quoted.askQty);
  to.fixed(MARKET_KEY.updateId);
  to.integerOrNull(quoted.updateId);
  to.fixed(END);
}

function writeTrade(to: ByteWriter, trade: PayloadOf<"TradePrinted">): void {
  to.fixed(MARKET_KEY.price);
  to.integer(trade.price);
  to.fixed(MARKET_KEY.qty);
  to.integer(trade.qty);
  to.fixed(MARKET_KEY.side);
  to.stringOrNull(trade.side);
  to.fixed(MARKET_KEY.tradeId);
  to.stringOrNull(trade.tradeId);
  to.fixed(END);
}
