/**
 * The venue's clock, in virtual time: what was measured before a clock was set says nothing any more.
 * Proves R-VENUE-7 for a machine that was paused.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { ServerClock } from "../../../../edge/venues/ccxt/server_clock.ts";
import { meterOf } from "../../../../edge/venues/ccxt/binance/server_time.ts";
import { PlayedExchange } from "../../../support/played_exchange.ts";

/** A clock that has been measured for a minute, each time over `tripUs`. */
class Rig {
  readonly exchange = new PlayedExchange("usdm");
  readonly clock: ServerClock;
  /** The exchange's clock less ours. */
  skewMs = 0;

  constructor() {
    const { exchange } = this;
    exchange.answer = () => {
      const venueUs = exchange.time.wallUs() + exchange.tripUs / 2 + this.skewMs * 1000;
      return { body: { serverTime: Math.floor(venueUs / 1000) } };
    };
    this.clock = new ServerClock(exchange.account.host.nowUs);
    this.clock.measure(meterOf(exchange.account), () => {});
    exchange.time.advance(60_000_000);
  }

  get skewIsKnown(): boolean {
    return Math.abs(this.clock.skewUs - this.skewMs * 1000) <= this.exchange.tripUs;
  }
}

Deno.test("measure() believes the next sample after a clock was set, however long its trip", () => {
  const rig = new Rig();
  ok(rig.skewIsKnown);
  rig.skewMs = 7000;
  rig.exchange.tripUs = 900_000;
  rig.exchange.time.advance(12_000_000);
  ok(rig.skewIsKnown, `${rig.clock.skewUs}`);
});

Deno.test("measure() keeps the best sample where a newer one agrees as far as it can tell", () => {
  const rig = new Rig();
  const before = rig.clock.skewUs;
  rig.skewMs = 300;
  rig.exchange.tripUs = 900_000;
  rig.exchange.time.advance(12_000_000);
  strictEqual(rig.clock.skewUs, before);
});
