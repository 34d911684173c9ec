/**
 * Orders on instruments that the configuration does not list any more: said, and still reached where
 * their venue is there. Proves part of R-EXEC-3 (nothing of ours is forgotten at a venue).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { DeclaredVenue } from "../../config/mod.ts";
import { instrumentId } from "../../core/mod.ts";
import { NO_EXCHANGE_LIMITS, NO_LIMITS, NO_VENUE_LIMITS } from "../../core/limits.ts";
import { leftBehind } from "../../edge/left_behind.ts";
import { spotInstrument, World } from "../support/engine_world.ts";
import { VENUE } from "../support/spot_instrument.ts";

/** The world's venue, with its instrument or without. */
function venue(listed: "listed" | "left out"): DeclaredVenue {
  const instrument = {
    instrument: spotInstrument(),
    limits: { ...NO_LIMITS, bookStaleMs: 1000 },
    clientLimits: [],
    isDryRun: false,
    startPrice: null,
  };
  return {
    declaration: VENUE,
    adapter: "test",
    options: {},
    credentials: {},
    deadManMs: null,
    feed: { kind: "adapter" },
    balances: [],
    limits: NO_VENUE_LIMITS,
    exchangeLimits: NO_EXCHANGE_LIMITS,
    instruments: listed === "listed" ? [instrument] : [],
  };
}

function resting(): World {
  const w = new World().start().open();
  w.place("a1");
  w.place("a2");
  w.accept();
  return w;
}

Deno.test("leftBehind() keeps an instrument with live orders, closed, while its venue is there", () => {
  const { view } = resting().timeline;
  const { instruments, sentences } = leftBehind([venue("left out")], view);
  deepStrictEqual(instruments, [{ ...spotInstrument(), status: "closed" }]);
  strictEqual(sentences.length, 1);
  match(
    sentences[0]?.text ?? "",
    /^test:BTC\/USDT must be in the configuration .* with 2; they can be cancelled/,
  );
  ok(sentences[0]?.isReached);
});

Deno.test("leftBehind() says of a venue that left with its orders that nothing reaches them", () => {
  const { instruments, sentences } = leftBehind([], resting().timeline.view);
  deepStrictEqual(instruments, []);
  deepStrictEqual(sentences.map(({ isReached }) => isReached), [false]);
  match(sentences[0]?.text ?? "", /nothing reaches them: list it again, or cancel them/);
});

Deno.test("leftBehind() says nothing of what is listed, of what has ended, and of dry orders", () => {
  const nothing = { instruments: [], sentences: [] };
  deepStrictEqual(leftBehind([venue("listed")], resting().timeline.view), nothing);
  const ended = resting();
  ended.cancelled(1);
  ended.cancelled(2);
  deepStrictEqual(leftBehind([], ended.timeline.view), nothing);
  const dry = new World().start().open();
  dry.control("DryRunSet", { client: null, on: true }, instrumentId(0));
  dry.place("a1");
  deepStrictEqual(leftBehind([], dry.timeline.view), nothing);
});

Deno.test("leftBehind() says nothing of a simulated venue, whose orders rest on the timeline", () => {
  const simulation = { orderLatencyUs: 0, reportLatencyUs: 0, makerFeePpm: 0, takerFeePpm: 0 };
  const w = new World({ simulation }).start().open();
  w.place("a1");
  deepStrictEqual(leftBehind([], w.timeline.view), { instruments: [], sentences: [] });
});
