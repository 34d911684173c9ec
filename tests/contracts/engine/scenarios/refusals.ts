/**
 * Scenarios of intents: idempotence, and each code with which they are refused here.
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";

/** Intents and refusals. */
export const REFUSALS: readonly Scenario[] = [
  {
    name: "worked_example_of_intents",
    requires: ["R-CORE-3", "R-WIRE-2"],
    description: "The worked example of the page about intents.",
    tell: (story) =>
      story.begin().place("i1").wait(1).place("i1").place("i1", { qty: "11" })
        .place("i2", { qty: "0.0001" }).replace("r1", { orig: "i1", qty: "12" })
        .cancel("c1", { orig: "r1" }).cancel("c2", { orig: "i1" }).place("i1").cancelAll("a1")
        .accept(1).cancelled(1).noOp("n1"),
  },
  {
    name: "worked_example_of_events",
    requires: ["R-CORE-1", "R-TEST-1"],
    description: "The worked example of the page about events.",
    tell: (story) =>
      story.begin().place("i1").fill(1, { id: "e1", qty: "4", px: "100" }).accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100" }).fill(1, { id: "e2", qty: "6", px: "100" }),
  },
  {
    name: "every_intent",
    requires: ["R-CORE-3"],
    description: "Each action once, answered.",
    tell: (story) =>
      story.begin().noOp("n1").place("i1", { tag: "t" }).accept(1)
        .replace("r1", { orig: "i1", qty: "11" }).replaced(1, { qty: "11", px: "100" })
        .riskFlag("f1", "Reducing").riskFlag("f2", "Active").cancel("c1", { orig: "r1" })
        .cancelled(1).cancelAll("a1").intent({
          action: "Malformed",
          intentId: "m1",
          sentUs: story.sentUs,
          tag: null,
          text: "told",
          content: '{"v":1}',
        }),
  },
  {
    name: "validate_only",
    requires: ["R-CORE-3"],
    description: "All checks, one answer, nothing kept: neither an order nor a name for one.",
    tell: (story) =>
      story.begin().place("i1", { validateOnly: true }).place("i2", {
        validateOnly: true,
        qty: "0.0001",
      }).place("i3").accept(1).replace("r1", { orig: "i3", qty: "11", validateOnly: true })
        .cancel("c1", { orig: "r1" }).replace("r2", { orig: "i3", qty: "0", validateOnly: true })
        .replace("r3", { orig: "i3", qty: "12" }),
  },
  {
    name: "intent_id_reused",
    requires: ["R-WIRE-2", "fault 39"],
    description: "Any difference in content is another intent; the time of sending is none.",
    tell: (story) =>
      story.begin().place("i1", { tag: "a", params: { iceberg: "1" } })
        .place("i1", { tag: "b", params: { iceberg: "1" } }).place("i1", { tag: "a" })
        .place("i1", { tag: "a", params: { iceberg: 1 } }).noOp("i1").wait(5)
        .place("i1", { tag: "a", params: { iceberg: "1" } }).accept(1)
        .replace("r1", { orig: "i1", qty: "11" })
        .replace("r1", { orig: "i1", qty: "11", price: "100" })
        .replace("r1", { orig: "i1", qty: "11", ttlMs: 0 }),
  },
  {
    name: "repeats_after_everything",
    requires: ["R-WIRE-2", "fault 38"],
    description: "Repeated ids of a refused, a replaced and an ended order.",
    tell: (story) =>
      story.begin().place("bad", { qty: "0.0001" }).place("bad", { qty: "0.0001" }).place("i1")
        .accept(1).place("i1").replace("r1", { orig: "i1", qty: "11" }).place("i1")
        .replaced(1, { qty: "11", px: "100" }).place("i1").replace("r1", { orig: "i1", qty: "11" })
        .cancel("c1", { orig: "r1" }).cancel("c1", { orig: "r1" }).cancelled(1)
        .cancel("c1", { orig: "r1" }).replace("r1", { orig: "i1", qty: "11" }),
  },
  {
    name: "ids_belong_to_clients",
    requires: ["R-WIRE-2"],
    description: "Two clients use one id; report numbers are each client's own.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" }).place("i1").place("i1", { qty: "5" }, 2)
        .accept(2).accept(1).fill(2, { id: "e1", qty: "5", px: "100" })
        .fill(1, { id: "e2", qty: "10", px: "100" }),
  },
  {
    name: "checks_in_their_order",
    requires: ["R-CORE-3"],
    description:
      "Everything is wrong with a Place; what is put right one by one shows the next check, up to the " +
      "kill switch. Then what comes before them all, each while all behind it refuse.",
    tell: (story) => {
      const unlisted = { params: { iceberg: "1" } };
      const worst = { instrument: "test:DOGE/USDT", qty: "0.0001", px: "0.001", ...unlisted };
      const { instrument: _, ...unsupported } = worst;
      const stale = micros(story.nowUs - 3_600_000_001);
      story.begin({
        settings: { intentsPerSecond: 0.001, burst: 8 },
        instruments: [{ symbol: "BTC/USDT", minNotional: "10" }],
        venues: [{ name: "test", capabilities: { params: [] } }],
      }).venue("down").killSwitch("on")
        .place("i1", { ...worst, sentUs: stale }).place("i2", worst).place("i3", unsupported)
        .place("i4", { qty: "0.0001", px: "0.001" }).place("i5", { qty: "0.0001", px: "0.01" })
        .place("i6", { qty: "0.001" }).place("i7").venue("up").place("i8")
        .venue("down").place("i9", { ...worst, sentUs: stale })
        .control("Stopping", { reason: "told" }).place("i10", { ...worst, sentUs: stale })
        .place("i11", { ...worst, sentUs: micros(story.nowUs + 1_000_001) })
        .place("i11", { sentUs: micros(story.nowUs + 1_000_001) });
    },
  },
  {
    name: "checks_of_a_replace_in_their_order",
    requires: ["R-CORE-3"],
    description: "The same of a Replace, down to the transition, which is asked last.",
    tell: (story) => {
      const worst = { orig: "none", qty: "0.0001", price: "0.001", params: { iceberg: "1" } };
      const stale = micros(story.nowUs - 3_600_000_001);
      story.begin({
        instruments: [{ symbol: "BTC/USDT", minNotional: "10" }],
        venues: [{ name: "test", capabilities: { params: [] } }],
      }).place("i1").accept(1).killSwitch("on").venue("down")
        .replace("r1", { ...worst, sentUs: stale }).replace("r2", worst)
        .replace("r3", { ...worst, orig: "i1" })
        .replace("r4", { orig: "i1", qty: "0.0001", price: "0.001" })
        .replace("r5", { orig: "i1", qty: "0.0001", price: "0.01" })
        .replace("r6", { orig: "i1", qty: "0.001" }).replace("r7", { orig: "i1", qty: "11" })
        .venue("up").replace("r8", { orig: "i1", qty: "11" }).killSwitch("off")
        .replace("r9", { orig: "i1", qty: "11" });
    },
  },
  {
    name: "schema_refused_here",
    requires: ["R-CORE-3"],
    description:
      "What only the core can see of the schema: the future, and an expiry on a GTC order.",
    tell: (story) =>
      story.begin().place("i1", { sentUs: micros(story.nowUs + 1_000_000) })
        .place("i2", { sentUs: micros(story.nowUs + 1_000_001) }).accept(1)
        .replace("r1", { orig: "i1", qty: "11", expireUs: micros(story.nowUs + 9_000_000) }),
  },
  {
    name: "shutting_down",
    requires: ["R-CORE-3"],
    description: "After Stopping nothing is taken, but what is known is answered.",
    tell: (story) =>
      story.begin().place("i1").accept(1).control("Stopping", { reason: "told" }).place("i1")
        .place("i2").cancel("c1", { orig: "i1" }).noOp("n1"),
  },
  {
    name: "client_rate",
    requires: ["R-CORE-7"],
    description: "The bucket of a client, to the microsecond; cancels are free.",
    tell: (story) => {
      story.begin({ settings: { intentsPerSecond: 10, burst: 2 } }).place("i1").place("i2")
        .place("i3").cancel("c1", { orig: "i1" }).noOp("n1").cancelAll("a1")
        .riskFlag("f1", "Reducing").riskFlag("f2", "Active").riskFlag("f3", "Reducing");
      story.nowUs += 99_999;
      story.riskFlag("f4", "Active");
      story.nowUs += 1;
      story.riskFlag("f5", "Active").place("i3").place("i4");
      story.wait(10_000).place("i5").place("i6").place("i7");
    },
  },
  {
    name: "stale_intents",
    requires: ["R-EXEC-1"],
    description:
      "Too old for the horizon, for its TTL, for its expiry: at the limit and beside it.",
    tell: (story) => {
      const now = story.nowUs;
      story.begin().place("i1", { sentUs: micros(now - 3_600_000_000) })
        .place("i2", { sentUs: micros(now - 3_600_000_001) })
        .place("i3", { sentUs: micros(now - 4_999), ttlMs: 5 })
        .place("i4", { sentUs: micros(now - 5_000), ttlMs: 5 })
        .place("i5", { timeInForce: "GTD", expireUs: micros(now) })
        .place("i6", { timeInForce: "GTD", expireUs: micros(now + 1) })
        .cancel("c1", { orig: "i4" });
    },
  },
  {
    name: "unknown_instrument_and_order",
    requires: ["R-CORE-3"],
    description: "Names that mean nothing.",
    tell: (story) =>
      story.begin().place("i1", { instrument: "test:DOGE/USDT" }).cancel("c1", { orig: "i1" })
        .replace("r1", { orig: "i0", qty: "1" }).cancel("c2", { orig: "r1" }),
  },
  {
    name: "unsupported",
    requires: ["R-CORE-3", "R-VENUE-1"],
    description: "Each capability that a venue may lack, in the order of the checks.",
    tell: (story) =>
      story.begin({
        venues: [{
          name: "test",
          capabilities: {
            ordTypes: ["Limit"],
            timeInForce: ["GTC"],
            postOnly: false,
            reduceOnly: false,
            replace: "none",
            params: [],
          },
        }],
      }).place("i1", { ordType: "Market", timeInForce: "IOC" }).place("i2", { timeInForce: "IOC" })
        .place("i3", { postOnly: true }).place("i4", { reduceOnly: true })
        .place("i5", { params: { iceberg: "1" } }).place("i6", { params: {} }).accept(1)
        .replace("r1", { orig: "i6", qty: "11" }),
  },
  {
    name: "price_grid",
    requires: ["R-CORE-3"],
    description: "Ticks by range of price: between, below the first, at a border, beyond 2^53.",
    tell: (story) => {
      const ticks = [{ fromQuanta: 100, stepQuanta: 5 }, { fromQuanta: 1000, stepQuanta: 10 }];
      const symbol = "BTC/USDT";
      const prices = [
        "0.99",
        "1",
        "1.05",
        "1.06",
        "9.95",
        "10",
        "10.05",
        "10.1",
        "10.101",
        "0",
        "-1",
        "90071992547409.91",
        "90071992547409.9",
        "90071992547409.92",
      ];
      story.begin({ instruments: [{ symbol, priceRule: { scale: 2, ticks } }] });
      for (const [at, px] of prices.entries()) story.place(`i${at}`, { px });
    },
  },
  {
    name: "quantity_grid",
    requires: ["R-CORE-3"],
    description: "Step, minimum and maximum of a quantity, and what is no quantity at all.",
    tell: (story) => {
      const qtyRule = { scale: 3, stepQuanta: 5, minQuanta: 10, maxQuanta: 1000 };
      story.begin({ instruments: [{ symbol: "BTC/USDT", qtyRule }] });
      const quantities = ["0.005", "0.01", "0.012", "0.015", "1", "1.005", "0", "-1", "0.0101"];
      for (const [at, qty] of quantities.entries()) story.place(`i${at}`, { qty });
    },
  },
  {
    name: "least_notional",
    requires: ["R-CORE-3"],
    description: "Price × quantity at the minimum and just below it; a Market order has none.",
    tell: (story) =>
      story.begin({ instruments: [{ symbol: "BTC/USDT", minNotional: "10.00001" }] })
        .place("i1", { qty: "1", px: "10" }).place("i2", { qty: "1", px: "10.01" })
        .place("i3", { qty: "0.001", ordType: "Market", timeInForce: "IOC" }).accept(1)
        .replace("r1", { orig: "i2", qty: "0.999" }),
  },
  {
    name: "least_notional_and_reduce_only",
    requires: ["R-CORE-3"],
    description:
      "A venue may take reduce_only orders that are worth less, placed or replaced; an " +
      "instrument of it may say otherwise, and only reduce_only is meant.",
    tell: (story) => {
      const minNotional = "100";
      const strict = { reduceOnlyAnyNotional: false };
      story.begin({
        instruments: [
          { symbol: "BTC/USDT", minNotional },
          { symbol: "ETH/USDT", minNotional, capabilities: strict },
        ],
        venues: [{ name: "test", capabilities: { reduceOnlyAnyNotional: true } }],
      });
      const rest = { side: "Sell", qty: "0.4", px: "100" } as const;
      const bought = { qty: "1.4", px: "100" } as const;
      story.place("b1", bought).accept(1).fill(1, { id: "f1", ...bought })
        .place("i1", rest).place("i2", { ...rest, reduceOnly: true }).accept(2)
        .replace("r1", { orig: "i2", qty: "0.3" })
        .place("b2", { on: 1, ...bought }).accept(3).fill(3, { id: "f2", ...bought })
        .place("i3", { on: 1, ...rest, reduceOnly: true });
    },
  },
  {
    name: "venue_not_up",
    requires: ["R-CORE-3", "fault 24"],
    description: "New exposure needs a venue that is up and an instrument that is open.",
    tell: (story) => {
      story.begin().place("i1").accept(1).venue("down").place("i2").venue("reconciling").place("i3")
        .replace("r1", { orig: "i1", qty: "11" }).venue("up").place("i4");
      return story;
    },
  },
  {
    name: "instrument_not_open",
    requires: ["R-CORE-3"],
    description: "A suspended instrument takes no orders; its resting ones may be cancelled.",
    tell: (story) => {
      story.begin().place("i1").accept(1);
      const instrument = story.timeline.view.instruments[0];
      if (instrument === undefined) return;
      story.list({ ...instrument, status: "suspended" }).place("i2").cancel("c1", { orig: "i1" })
        .cancelled(1).list({ ...instrument, status: "closed" }).place("i3").list(instrument)
        .place("i4");
    },
  },
  {
    name: "tick_changes_while_orders_rest",
    requires: ["R-CORE-3"],
    description: "A new price rule binds a replace that keeps its price.",
    tell: (story) => {
      story.begin().place("i1", { px: "100.01" }).accept(1);
      const instrument = story.timeline.view.instruments[0];
      if (instrument === undefined) return;
      const ticks = [{ fromQuanta: 0, stepQuanta: 10 }];
      story.list({ ...instrument, priceRule: { scale: 2, ticks } })
        .replace("r1", { orig: "i1", qty: "11" })
        .replace("r2", { orig: "i1", qty: "11", price: "100.1" });
    },
  },
  {
    name: "listed_again_on_other_terms",
    requires: ["R-CORE-6"],
    description: "Scales, currencies and the class stay; grids, bounds and status may change.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" });
      const instrument = story.timeline.view.instruments[0];
      if (instrument === undefined) return;
      const { priceRule, qtyRule } = instrument;
      const contract = { kind: "linear", multiplier: "1", settlement: "USDT" } as const;
      for (
        const terms of [
          { priceRule: { ...priceRule, scale: 3 } },
          { qtyRule: { ...qtyRule, scale: 2 } },
          { base: "ETH" },
          { quote: "USDC" },
          { symbol: "BTC-USDT" },
          { assetClass: "linear", contract } as const,
        ]
      ) story.list({ ...instrument, ...terms });
      story.list({ ...instrument, name: "test:other" }).tradingState("Active", 0);
      story.list({ ...instrument, qtyRule: { ...qtyRule, stepQuanta: 10 }, minNotional: "1000" })
        .place("i2", { qty: "10.001" }).place("i3", { qty: "9.99" }).place("i4");
    },
  },
  {
    name: "illegal_replaces",
    requires: ["R-CORE-3", "R-CORE-4"],
    description:
      "States in which a replace is refused, and quantities at or below what was filled.",
    tell: (story) =>
      story.begin().place("i1").replace("r1", { orig: "i1", qty: "11" }).accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100" }).replace("r2", { orig: "i1", qty: "4" })
        .replace("r3", { orig: "i1", qty: "3" }).replace("r4", { orig: "i1", qty: "4.001" })
        .replace("r5", { orig: "i1", qty: "11" }).replaced(1, { qty: "4.001", px: "100" })
        .cancel("c1", { orig: "r4" }).replace("r6", { orig: "i1", qty: "11" })
        .place("m1", { ordType: "Market", timeInForce: "IOC" }).accept(2)
        .replace("r7", { orig: "m1", qty: "11" }),
  },
];
