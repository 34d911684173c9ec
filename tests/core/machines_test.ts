/**
 * Engine and simulators as one timeline (R-CORE-8, R-CORE-9): what the engine does not take reaches
 * no simulator, and both go on from a checkpoint as they would have.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { InvariantError } from "../../core/invariant.ts";
import { NO_VENUE_LIMITS } from "../../core/limits.ts";
import { createTimeline, instrumentId, micros, venueId } from "../../core/mod.ts";
import { brief, draft, spotInstrument, World } from "../support/engine_world.ts";
import { runnerOf } from "../support/runner.ts";
import { declarationOf, NO_COSTS } from "../support/simulated_venue.ts";

const BTC = instrumentId(0);

/** A world whose venue is simulated, with a book of 5 at 99.00 and 101.00. */
function paper(): World {
  const w = new World({ simulation: NO_COSTS }).start().open();
  const bids = [9_900, 5_000];
  const asks = [10_100, 5_000];
  w.offer(draft("market_data", "BookSnapshot", { bids, asks, updateId: null }, BTC));
  return w;
}

/** Applies what the simulated venue says now. */
function drain(w: World): string[] {
  const said: string[] = [];
  for (const output of w.timeline.takeOutputs(micros(w.nowUs))) {
    said.push(...w.offer(output).map(brief));
  }
  return said;
}

for (const [what, price] of [["no level", 2 ** 52 + 1], ["no price", 0.5]] as const) {
  for (const eventType of ["BookSnapshot", "BookDelta"] as const) {
    Deno.test(`Timeline.apply() keeps a ${eventType} with ${what} from the simulated venue: it halts the account`, () => {
      const w = paper();
      const levels = { bids: [price, 1], asks: [], updateId: null };
      w.offer(draft("market_data", eventType, levels, BTC));
      deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
      strictEqual(w.place("p1")[0]?.rejectCode, "TRADING_HALTED");
      w.control("TradingStateSet", { state: "Active", reason: "looked at" });
      w.place("p2", { price: "101", orderQty: "5" });
      deepStrictEqual(drain(w), ["New/Accepted 0+5000", "Trade/Filled 5000+0"]);
    });
  }
}

Deno.test("Timeline.apply() keeps market data of what is not listed from the simulated venue, time passes", () => {
  const w = paper();
  const expireUs = micros(w.nowUs + 1_000);
  w.place("p1", { timeInForce: "GTD", expireUs });
  drain(w);
  w.wait(1);
  const levels = { bids: [], asks: [], updateId: null };
  w.offer(draft("market_data", "BookSnapshot", levels, instrumentId(7)));
  deepStrictEqual(w.effects.alarms, []);
  deepStrictEqual(drain(w), ["Expired/Expired 0+0"]);
});

Deno.test("Timeline.apply() gives the stake of an unmatched bet back when its market closes", () => {
  const w = paper();
  const list = (id: number, status: "open" | "closed"): string => {
    const runner = runnerOf(id, `m${id}`);
    w.control("InstrumentListed", { ...runner, status }, runner.id);
    return runner.name;
  };
  w.control("LimitsSet", {
    scope: "venue",
    admin: true,
    limits: { ...NO_VENUE_LIMITS, checkFunds: true },
  });
  w.control("BalanceSet", { currency: "GBP", total: "100" });
  w.place("p1", { instrument: list(1, "open"), price: "3.5", orderQty: "20" });
  w.place("p2", { instrument: list(2, "open"), price: "3.5", orderQty: "90" });
  deepStrictEqual(drain(w), ["New/Accepted 0+2000"], "the second is more than is left");
  list(1, "closed");
  deepStrictEqual(drain(w), ["Cancelled/Cancelled 0+0"]);
  w.place("p3", { instrument: list(2, "open"), price: "3.5", orderQty: "90" });
  deepStrictEqual(drain(w), ["New/Accepted 0+9000"]);
});

Deno.test("Timeline.apply() ends no simulated order by a listing that the engine refuses", () => {
  const w = paper();
  w.place("p1", { price: "90" });
  drain(w);
  const again = { ...spotInstrument(), status: "closed", quote: "EUR" } as const;
  w.control("InstrumentListed", again, BTC);
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["UNSUPPORTED"]);
  const unknown = { ...runnerOf(9), contract: null, status: "closed" } as const;
  w.control("InstrumentListed", unknown, unknown.id);
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["UNSUPPORTED"]);
  deepStrictEqual(drain(w), []);
});

Deno.test("Timeline.apply() lets a simulated order live as long as its last replace says", () => {
  const w = paper();
  const second = 1_000_000;
  w.place("p1", { price: "90", timeInForce: "GTD", expireUs: micros(w.nowUs + 10 * second) });
  drain(w);
  w.replace("r1", { orig: "p1", qty: "10", expireUs: micros(w.nowUs + 60 * second) });
  deepStrictEqual(drain(w), ["Replaced/Accepted 0+10000"]);
  w.wait(11_000).fire();
  deepStrictEqual(drain(w), []);
  w.wait(49_000).fire();
  deepStrictEqual(drain(w), ["Expired/Expired 0+0"]);
});

/** A world of two simulated venues, that take and report orders after so many microseconds. */
function twoVenues(latenciesUs: readonly [number, number]): World {
  const [here, there] = latenciesUs.map((us) => ({
    ...NO_COSTS,
    orderLatencyUs: us,
    reportLatencyUs: us,
  }));
  if (here === undefined || there === undefined) throw new Error("both are given");
  const w = new World({ simulation: here }).start().open();
  const [venue, id, name] = [venueId(1), instrumentId(1), "other:BTC/USDT"];
  const declaration = { ...declarationOf(there), id: venue, name: "other", exchange: "other" };
  w.offer({ ...draft("control", "VenueDeclared", declaration), venue });
  const up = { status: "up", reason: "test" } as const;
  w.offer({ ...draft("control", "VenueStatusChanged", up), venue });
  const instrument = { ...spotInstrument(), id, venue, name };
  w.offer({ ...draft("control", "InstrumentListed", instrument, id), venue });
  w.place("here");
  w.place("there", { instrument: name });
  return w;
}

for (const latenciesUs of [[5_000, 90_000], [90_000, 5_000]] as const) {
  Deno.test(`Timeline says what comes first of two simulated venues, also from a checkpoint, ${latenciesUs.join(" and ")} us away`, () => {
    const w = twoVenues(latenciesUs);
    const saved = [...w.timeline.checkpointPieces()].join("");
    strictEqual(saved, JSON.stringify(w.timeline.checkpoint()));
    w.timeline = createTimeline(JSON.parse(saved));
    const placedUs = w.nowUs;
    strictEqual(w.timeline.nextOutputUs(), undefined);
    for (const quickUs of [5_000, 90_000]) {
      strictEqual(w.timeline.nextDeadlineUs(), placedUs + quickUs, "it arrives");
      w.wait((placedUs + quickUs - w.nowUs) / 1000).fire();
      const toldUs = placedUs + 2 * quickUs;
      strictEqual(w.timeline.nextOutputUs(), toldUs, "it is answered");
      strictEqual(w.timeline.takeOutputs(micros(toldUs - 1)).length, 0);
      const taken = w.timeline.takeOutputs(micros(toldUs));
      deepStrictEqual(taken.map(({ eventType }) => eventType), ["OrderAccepted"]);
      for (const each of taken) w.offer(each);
    }
    strictEqual(w.timeline.nextOutputUs(), undefined);
  });
}

Deno.test("createTimeline() refuses a checkpoint of another version", () => {
  const saved = JSON.stringify(paper().timeline.checkpoint());
  const other = JSON.parse(saved.replace('"version":1', '"version":2'));
  throws(() => createTimeline(other), InvariantError);
});
