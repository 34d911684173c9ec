/**
 * The fast door for the frames that matter most: plain QuoteIntents, read straight from the bytes.
 *
 * Plain: Place, Replace or Cancel, keys in any order and with any white space, ASCII without
 * escapes, integers without point or exponent, decimals as strings that are not negative, no
 * `params`, and nothing wrong with it. For everything else the answer is undefined and the general
 * parser decides.
 *
 * Invariant: what it answers, the general parser would have answered. It never says what is wrong.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "../core/instrument.ts";
import type { CancelOrder, Intent, PlaceOrder, ReplaceOrder } from "../core/intent.ts";
import { type Micros, micros } from "../core/numbers.ts";
import {
  APPLICABLE_FIELDS,
  INSTRUMENT_MAX,
  MANDATORY_FIELDS,
  ORD_TYPES,
  SIDES,
  TAG_MAX,
  TIMES_IN_FORCE,
} from "./intent_fields.ts";
import type { FrameBody } from "./frame.ts";
import { PlainScanner, words } from "./plain_scanner.ts";

const EMPTY = new Uint8Array(0);

/** Numbers of the fields; a set of fields is a mask of bits. */
const FIELD = {
  type: 0,
  v: 1,
  intent_id: 2,
  action: 3,
  sent_us: 4,
  instrument: 5,
  side: 6,
  order_qty: 7,
  price: 8,
  ord_type: 9,
  time_in_force: 10,
  expire_us: 11,
  post_only: 12,
  reduce_only: 13,
  ttl_ms: 14,
  orig_intent_id: 15,
  tag: 16,
  validate_only: 17,
} as const;
type Field = keyof typeof FIELD;

const TYPE_WORDS = words(["QuoteIntent"]);
const ACTION_WORDS = words(["Place", "Replace", "Cancel"]);
const SIDE_WORDS = words(SIDES);
const ORD_TYPE_WORDS = words(ORD_TYPES);
const TIME_IN_FORCE_WORDS = words(TIMES_IN_FORCE);

/** The keys by number, each with its closing quote. */
const KEYS: readonly Uint8Array[] = Object.keys(FIELD).map((name) =>
  new TextEncoder().encode(`${name}"`)
);

function maskOf(fields: readonly string[]): number {
  let mask = 0;
  for (const [name, number] of Object.entries(FIELD)) {
    if (fields.includes(name)) mask |= 1 << number;
  }
  return mask;
}

function bit(field: Field): number {
  return 1 << FIELD[field];
}

const ALLOWED = {
  Place: maskOf(APPLICABLE_FIELDS.Place),
  Replace: maskOf(APPLICABLE_FIELDS.Replace),
  Cancel: maskOf(APPLICABLE_FIELDS.Cancel),
};
const NEEDED = {
  Place: maskOf(MANDATORY_FIELDS.Place),
  Replace: maskOf(MANDATORY_FIELDS.Replace),
  Cancel: maskOf(MANDATORY_FIELDS.Cancel),
};
const PRICE_BIT = bit("price");
const EXPIRE_BIT = bit("expire_us");
const TTL_BIT = bit("ttl_ms");
const TAG_BIT = bit("tag");

/** Returns the intent in a frame's body if it is plain, else undefined. */
export function readPlainIntent(bytes: Uint8Array): Intent | undefined {
  return new PlainIntentReader().read({ memory: bytes, from: 0, to: bytes.length });
}

/**
 * Reads one intent after the other. Fields that are absent have their defaults; `#present` tells
 * which are there.
 */
export class PlainIntentReader extends PlainScanner {
  #present = 0;
  #action: "Place" | "Replace" | "Cancel" = "Place";
  #intentId = "";
  #sentUs = 0;
  #instrument = "";
  #side: Side = "Buy";
  #orderQty = "";
  #price = "";
  #ordType: OrdType = "Limit";
  #timeInForce: TimeInForce = "GTC";
  #expireUs = 0;
  #postOnly = false;
  #reduceOnly = false;
  #ttlMs = 0;
  #origIntentId = "";
  #tag = "";
  #validateOnly = false;

  constructor() {
    super(EMPTY);
  }

  /** Returns the intent in a frame's body if it is plain, else undefined. */
  read(frame: FrameBody): Intent | undefined {
    this.bytes = frame.memory;
    this.at = frame.from;
    this.#present = 0;
    this.#ordType = "Limit";
    this.#timeInForce = "GTC";
    this.#postOnly = this.#reduceOnly = this.#validateOnly = false;
    this.#ttlMs = 0;
    // Bytes behind the frame may be looked at; what was read then does not end where it must.
    return this.#readObject() && this.at === frame.to ? this.#intent() : undefined;
  }

  /** Reads an object. False if it is not plain. */
  #readObject(): boolean {
    this.skipSpace();
    if (this.peek() !== 0x7b) return false;
    let byte = 0x2c;
    let number: number | undefined = -1;
    while (byte === 0x2c) {
      this.at++;
      number = this.#readKey(number + 1);
      if (number === undefined || (this.#present & (1 << number)) !== 0) return false;
      this.#present |= 1 << number;
      if (!this.#readValue(number)) return false;
      byte = this.peek();
      if (byte <= 0x20) {
        this.skipSpace();
        byte = this.peek();
      }
    }
    if (byte !== 0x7d) return false;
    this.at++;
    this.skipSpace();
    return true;
  }

  /** Reads a key and its colon. `guess`: the field that comes next in the protocol's order. */
  #readKey(guess: number): number | undefined {
    const bytes = this.bytes;
    if ((bytes[this.at] ?? 0) <= 0x20) this.skipSpace();
    if (bytes[this.at] !== 0x22) return undefined;
    const start = this.at + 1;
    const number = this.#numberOfKey(start, guess);
    if (number === undefined) return undefined;
    let at = start + (KEYS[number]?.length ?? 0);
    if (bytes[at] !== 0x3a) {
      this.at = at;
      this.skipSpace();
      at = this.at;
      if (bytes[at] !== 0x3a) return undefined;
    }
    this.at = at + 1;
    if ((bytes[at + 1] ?? 0) <= 0x20) this.skipSpace();
    return number;
  }

  #numberOfKey(start: number, guess: number): number | undefined {
    const bytes = this.bytes;
    const first = bytes[start];
    for (let tried = 0; tried < KEYS.length; tried++) {
      const number = guess + tried < KEYS.length ? guess + tried : guess + tried - KEYS.length;
      const key = KEYS[number];
      if (key === undefined || key[0] !== first) continue;
      let i = 1;
      while (i < key.length && bytes[start + i] === key[i]) i++;
      if (i === key.length) return number;
    }
    return undefined;
  }

  /** A value that is not plain leaves undefined where the field's type has none. */
  #readValue(number: number): boolean {
    switch (number) {
      case FIELD.type:
        return this.plainWord(TYPE_WORDS) !== undefined;
      case FIELD.v:
        return this.plainInteger() === 1;
      case FIELD.intent_id:
        return this.#took(this.#intentId = this.plainIntentId() ?? "");
      case FIELD.orig_intent_id:
        return this.#took(this.#origIntentId = this.plainIntentId() ?? "");
      case FIELD.instrument:
        return this.#took(this.#instrument = this.plainText(INSTRUMENT_MAX) ?? "");
      case FIELD.order_qty:
        return this.#took(this.#orderQty = this.plainDecimal() ?? "");
      case FIELD.price:
        return this.#took(this.#price = this.plainDecimal() ?? "");
      case FIELD.sent_us:
      case FIELD.expire_us:
      case FIELD.ttl_ms:
        return this.#readTime(number);
      case FIELD.post_only:
      case FIELD.reduce_only:
      case FIELD.validate_only:
        return this.#readBoolean(number);
      case FIELD.tag:
        return this.#readTag();
      default:
        return this.#readWord(number);
    }
  }

  /** Ids, names and decimals are never empty. */
  #took(text: string): boolean {
    return text !== "";
  }

  #readTime(number: number): boolean {
    const value = this.plainInteger();
    if (value === undefined) return false;
    if (number === FIELD.sent_us) this.#sentUs = value;
    else if (number === FIELD.expire_us) this.#expireUs = value;
    else this.#ttlMs = value;
    return true;
  }

  #readBoolean(number: number): boolean {
    const value = this.plainBoolean();
    if (value === undefined) return false;
    if (number === FIELD.post_only) this.#postOnly = value;
    else if (number === FIELD.reduce_only) this.#reduceOnly = value;
    else this.#validateOnly = value;
    return true;
  }

  #readTag(): boolean {
    const tag = this.plainText(TAG_MAX);
    this.#tag = tag ?? "";
    return tag !== undefined;
  }

  #readWord(number: number): boolean {
    switch (number) {
      case FIELD.action: {
        const action = this.plainWord(ACTION_WORDS);
        this.#action = action ?? "Place";
        return action !== undefined;
      }
      case FIELD.side: {
        const side = this.plainWord(SIDE_WORDS);
        this.#side = side ?? "Buy";
        return side !== undefined;
      }
      case FIELD.ord_type: {
        const ordType = this.plainWord(ORD_TYPE_WORDS);
        this.#ordType = ordType ?? "Limit";
        return ordType !== undefined;
      }
      default: {
        const timeInForce = this.plainWord(TIME_IN_FORCE_WORDS);
        this.#timeInForce = timeInForce ?? "GTC";
        return timeInForce !== undefined;
      }
    }
  }

  /** Returns the intent that was read, or undefined if its fields do not go together. */
  #intent(): Intent | undefined {
    const action = this.#action;
    const present = this.#present;
    if ((present & ~ALLOWED[action]) !== 0) return undefined;
    if ((present & NEEDED[action]) !== NEEDED[action]) return undefined;
    switch (action) {
      case "Place":
        return this.#place();
      case "Replace":
        return this.#replace();
      case "Cancel":
        return this.#cancel();
    }
  }

  #has(mask: number): boolean {
    return (this.#present & mask) !== 0;
  }

  #tagOrNull(): string | null {
    return this.#has(TAG_BIT) ? this.#tag : null;
  }

  #place(): PlaceOrder | undefined {
    const ordType = this.#ordType;
    const timeInForce = this.#timeInForce;
    if (this.#has(PRICE_BIT) !== (ordType === "Limit")) return undefined;
    if (this.#has(EXPIRE_BIT) !== (timeInForce === "GTD")) return undefined;
    const neverRests = ordType === "Market" || timeInForce === "IOC" || timeInForce === "FOK";
    if (this.#postOnly && neverRests) return undefined;
    return {
      action: "Place",
      intentId: this.#intentId,
      sentUs: micros(this.#sentUs),
      tag: this.#tagOrNull(),
      instrument: this.#instrument,
      side: this.#side,
      orderQty: this.#orderQty,
      price: ordType === "Limit" ? this.#price : null,
      ordType,
      timeInForce,
      expireUs: timeInForce === "GTD" ? micros(this.#expireUs) : null,
      postOnly: this.#postOnly,
      reduceOnly: this.#reduceOnly,
      ttlMs: this.#ttlMs,
      validateOnly: this.#validateOnly,
      params: null,
    };
  }

  #replace(): ReplaceOrder {
    const expireUs: Micros | undefined = this.#has(EXPIRE_BIT) ? micros(this.#expireUs) : undefined;
    return {
      action: "Replace",
      intentId: this.#intentId,
      sentUs: micros(this.#sentUs),
      tag: this.#tagOrNull(),
      origIntentId: this.#origIntentId,
      orderQty: this.#orderQty,
      ...(this.#has(PRICE_BIT) ? { price: this.#price } : {}),
      ...(expireUs === undefined ? {} : { expireUs }),
      ...(this.#has(TTL_BIT) ? { ttlMs: this.#ttlMs } : {}),
      hasTag: this.#has(TAG_BIT),
      validateOnly: this.#validateOnly,
    };
  }

  #cancel(): CancelOrder {
    return {
      action: "Cancel",
      intentId: this.#intentId,
      sentUs: micros(this.#sentUs),
      tag: this.#tagOrNull(),
      origIntentId: this.#origIntentId,
    };
  }
}
