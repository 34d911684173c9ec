/**
 * Very many book updates per second: one symbol's depth messages of 20 levels, encoded once, with ids and times written
 * into their bytes before each is sent. Every message sets all 20 levels, so the book after any of them is that message.
 *
 * Invariant: update ids go on from the feed's, without gaps. Limits: plain connections only; quantities in a snapshot
 * are those of the matching book, and as good as the next message.
 * @module
 */
import { Buffer } from "node:buffer";
import type { VenueClock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import type { DepthUpdate, Feed, FeedFormat } from "./feed.ts";
import type { PriceLevel, Side } from "./matching.ts";
import type { SymbolRules } from "./order.ts";
import { encodeFrame } from "./web_socket.ts";

const LEVELS = 10;
const TEMPLATES = 32;
const TICK_MS = 1;
/** Behind by more than this, it gives up catching up. */
const OWED_MAX = 5000;
/** Ids and times that stand in for those to come; ten and thirteen digits, like nothing else in a message. */
const STAND_IN = { first: 7_777_777_771, last: 7_777_777_772, previous: 7_777_777_773 };
const STAND_IN_TIME = 7_777_777_777_777;

type Field = { readonly at: number; readonly digits: number };
type Template = {
  readonly frame: Buffer;
  readonly first: readonly Field[];
  readonly last: readonly Field[];
  readonly previous: readonly Field[];
  readonly time: readonly Field[];
};

/** Publishes one symbol's book. */
export class Flood {
  readonly #symbol: string;
  readonly #feed: Feed;
  readonly #clock: VenueClock;
  readonly #templates: readonly Template[];
  readonly #perMs: number;
  #lastTick = performance.now();
  #owed = 0;
  #sent = 0;

  constructor(of: {
    readonly exchange: Exchange;
    readonly feed: Feed;
    readonly clock: VenueClock;
    readonly perS: number;
    readonly symbol: string;
    readonly formatAt: (now: () => number) => FeedFormat;
  }) {
    this.#symbol = of.symbol;
    this.#feed = of.feed;
    this.#clock = of.clock;
    this.#perMs = of.perS / 1000;
    const { rules } = of.exchange.market(of.symbol);
    const format = of.formatAt(() => STAND_IN_TIME);
    this.#templates = Array.from(
      { length: TEMPLATES },
      (_, at) => templateOf(format, { rules, at }),
    );
    for (const side of ["BUY", "SELL"] as const) {
      for (const { price, qty } of levelsOf(rules, { side, at: 0 })) {
        of.exchange.crowdRest(of.symbol, { side, price, qty });
      }
    }
    of.feed.leave(of.symbol);
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const now = performance.now();
    this.#owed = Math.min(OWED_MAX, this.#owed + (now - this.#lastTick) * this.#perMs);
    this.#lastTick = now;
    const listeners = this.#feed.listenersOf(this.#symbol);
    const count = Math.floor(this.#owed);
    this.#owed -= count;
    if (count === 0 || listeners.length === 0) return;
    const frames = Buffer.concat(Array.from({ length: count }, () => this.#next()));
    for (const { socket } of listeners) socket.sendFrames(frames);
  }

  #next(): Buffer {
    const template = this.#templates[this.#sent++ % TEMPLATES];
    if (!template) throw new Error("Cannot flood: there must be a template");
    const previous = this.#feed.lastId(this.#symbol);
    const last = this.#feed.advance(this.#symbol, 2 * LEVELS);
    const { frame } = template;
    for (const field of template.first) write(frame, field, previous + 1);
    for (const field of template.last) write(frame, field, last);
    for (const field of template.previous) write(frame, field, previous);
    for (const field of template.time) write(frame, field, this.#clock.now());
    return Buffer.from(frame);
  }
}

function levelsOf(
  rules: SymbolRules,
  { side, at }: { readonly side: Side; readonly at: number },
): readonly PriceLevel[] {
  const sign = side === "BUY" ? -1n : 1n;
  return Array.from({ length: LEVELS }, (_, level) => ({
    price: rules.startPrice + sign * BigInt(level + 1) * rules.crowdStep,
    qty: rules.step * BigInt(1000 + (at * 37 + level * 11) % 900),
  }));
}

function templateOf(
  format: FeedFormat,
  { rules, at }: { readonly rules: SymbolRules; readonly at: number },
): Template {
  const update: DepthUpdate = {
    symbol: rules.symbol,
    ...STAND_IN,
    bids: levelsOf(rules, { side: "BUY", at }),
    asks: levelsOf(rules, { side: "SELL", at }),
  };
  const frame = encodeFrame(JSON.stringify(format.depth(update)));
  return {
    frame,
    first: fieldsOf(frame, STAND_IN.first),
    last: fieldsOf(frame, STAND_IN.last),
    previous: fieldsOf(frame, STAND_IN.previous),
    time: fieldsOf(frame, STAND_IN_TIME),
  };
}

function fieldsOf(frame: Buffer, value: number): readonly Field[] {
  const text = String(value);
  const fields: Field[] = [];
  for (let at = frame.indexOf(text); at !== -1; at = frame.indexOf(text, at + 1)) {
    fields.push({ at, digits: text.length });
  }
  return fields;
}

function write(frame: Buffer, { at, digits }: Field, value: number): void {
  let left = value;
  for (let digit = digits - 1; digit >= 0; digit--) {
    frame[at + digit] = 48 + left % 10;
    left = Math.floor(left / 10);
  }
}
