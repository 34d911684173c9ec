/**
 * Rate limits as the venue counts them: weight per minute by address, orders per 10 seconds and minute by account, in fixed
 * windows of the venue's clock. Over the limit: 429, with Retry-After where it is of the address; who goes on regardless is
 * banned: 418.
 * @module
 */

const MINUTE_MS = 60_000;
const ORDER_WINDOW_MS = 10_000;
/** Requests answered 429 in a row before the ban, and how long that lasts. */
const IGNORED_MAX = 10;
const BAN_MS = 120_000;
/** What was on its way when the limit was told could not heed it. */
const IN_FLIGHT_MS = 500;

/** What a request costs. `isOrder`: it counts as an order too. */
export type Cost = { readonly weight: number; readonly isOrder: boolean };
export type LimitSettings = {
  readonly weightPerMinute: number;
  readonly ordersPer10s: number;
  /** Absent: as many as there may be per 10 seconds. */
  readonly ordersPerMinute?: number;
};

/** The limits as `exchangeInfo` tells them. */
export function rateLimits(of: LimitSettings): readonly object[] {
  return [
    {
      rateLimitType: "REQUEST_WEIGHT",
      interval: "MINUTE",
      intervalNum: 1,
      limit: of.weightPerMinute,
    },
    { rateLimitType: "ORDERS", interval: "SECOND", intervalNum: 10, limit: of.ordersPer10s },
  ];
}

/** Why a request is not handled. */
export type Limited = {
  readonly status: 429 | 418;
  /** Absent for a count of orders, and where it is told in words: there is no header. */
  readonly retryAfterS?: number;
  readonly code: number;
  readonly msg: string;
};

/** Counts requests. */
export class Limits {
  settings: LimitSettings;
  #window = 0;
  #weight = 0;
  #orderWindow = 0;
  #orders = 0;
  #ordersOfMinute = 0;
  #limitedUntil = 0;
  #limitedSince = 0;
  #limitedAs: 429 | 418 = 429;
  #isInWords = false;
  #ignored = 0;

  constructor(settings: LimitSettings) {
    this.settings = settings;
  }

  /** Counts a request. Undefined if it may be handled. */
  count(cost: Cost, nowMs: number): Limited | undefined {
    this.#turn(nowMs);
    if (nowMs < this.#limitedUntil) return this.#refuseAgain(nowMs);
    this.#ignored = 0;
    this.#weight += cost.weight;
    if (cost.isOrder) this.#countOrder();
    if (this.#weight > this.settings.weightPerMinute) {
      this.limit(429, { nowMs, ms: MINUTE_MS - nowMs % MINUTE_MS });
      return this.#refuse(nowMs);
    }
    return cost.isOrder ? this.#tooManyOrders() : undefined;
  }

  /** Refuses everything for a while. */
  limit(
    as: 429 | 418,
    { nowMs, ms, isInWords = false }: {
      readonly nowMs: number;
      readonly ms: number;
      readonly isInWords?: boolean;
    },
  ): void {
    this.#limitedAs = as;
    this.#isInWords = isInWords;
    this.#limitedSince = nowMs;
    this.#limitedUntil = nowMs + ms;
  }

  /** Forgets everything. */
  reset(): void {
    this.#limitedUntil = 0;
    this.#weight = 0;
    this.#orders = 0;
    this.#ordersOfMinute = 0;
    this.#ignored = 0;
  }

  /** The headers that tell what is used. */
  headers(cost: Cost): readonly (readonly [string, string])[] {
    const weight = String(this.#weight);
    const used = [["X-MBX-USED-WEIGHT", weight], ["X-MBX-USED-WEIGHT-1M", weight]] as const;
    if (!cost.isOrder) return used;
    return [
      ...used,
      ["X-MBX-ORDER-COUNT-10S", String(this.#orders)],
      ["X-MBX-ORDER-COUNT-1M", String(this.#ordersOfMinute)],
    ];
  }

  #countOrder(): void {
    this.#orders++;
    this.#ordersOfMinute++;
  }

  #tooManyOrders(): Limited | undefined {
    const { ordersPer10s, ordersPerMinute = Infinity } = this.settings;
    const isOver = this.#orders > ordersPer10s;
    if (!isOver && this.#ordersOfMinute <= ordersPerMinute) return undefined;
    const rule = isOver
      ? `${ordersPer10s} orders per 10 SECOND`
      : `${ordersPerMinute} orders per 1 MINUTE`;
    return {
      status: 429,
      code: -1015,
      msg: `Too many new orders; current limit is ${rule}.`,
    };
  }

  #turn(nowMs: number): void {
    const window = Math.floor(nowMs / MINUTE_MS);
    const orderWindow = Math.floor(nowMs / ORDER_WINDOW_MS);
    if (window !== this.#window) {
      this.#weight = 0;
      this.#ordersOfMinute = 0;
    }
    if (orderWindow !== this.#orderWindow) this.#orders = 0;
    this.#window = window;
    this.#orderWindow = orderWindow;
  }

  #refuseAgain(nowMs: number): Limited {
    if (nowMs > this.#limitedSince + IN_FLIGHT_MS) this.#ignored++;
    if (this.#limitedAs === 429 && this.#ignored > IGNORED_MAX) {
      this.limit(418, { nowMs, ms: BAN_MS });
    }
    return this.#refuse(nowMs);
  }

  #refuse(nowMs: number): Limited {
    const retryAfterS = Math.max(1, Math.ceil((this.#limitedUntil - nowMs) / 1000));
    const msg = this.#limitedAs === 429
      ? `Too much request weight used; current limit is ${this.settings.weightPerMinute} request weight per 1 MINUTE.`
      : `Way too many requests; IP(127.0.0.1) banned until ${this.#limitedUntil}.`;
    const refusal = { status: this.#limitedAs, code: -1003, msg };
    return this.#isInWords ? refusal : { ...refusal, retryAfterS };
  }
}
