/**
 * What passes through the loop, counted and timed. Proves the latencies and counts of R-OPS-4.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { micros, px, qty, seqId, venueId } from "../../../core/mod.ts";
import { LoopMeter } from "../../../edge/metrics/loop_meter.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import type { SeriesName } from "../../../edge/metrics/series.ts";
import { ref, World } from "../../support/engine_world.ts";

const WRITTEN_US = 40;
/** Engine time at which the process begins. */
const BEGAN_US = 5_000_000;

/** A world whose events a meter watches; what is applied is durable `durableUs` later. */
class Rig {
  readonly world = new World();
  #nowUs = BEGAN_US;
  readonly meter = new LoopMeter({
    nowUs: () => micros(this.#nowUs),
    venues: () => [{ id: venueId(0), name: "test" }],
  });
  #seen = 0;

  constructor() {
    this.world.start().open();
    this.#observe();
  }

  /** Does something to the world, then makes it durable. */
  after(act: (world: World) => void, durableUs = 300): void {
    act(this.world);
    this.#observe();
    this.#nowUs = this.world.nowUs + durableUs + WRITTEN_US;
    this.meter.released(seqId(this.#seen), micros(this.world.nowUs + durableUs));
  }

  values(name: SeriesName): Readonly<Record<string, number>> {
    const samples = new Samples();
    this.meter.measure(samples);
    return Object.fromEntries(
      samples.valuesOf(name).map(({ labels, value }) => [Object.values(labels).join(" "), value]),
    );
  }

  /** Count and sum in microseconds of a histogram's first series. */
  times(name: SeriesName): readonly [number, number] {
    const samples = new Samples();
    this.meter.measure(samples);
    const [first] = samples.distributionsOf(name);
    return [first?.count ?? 0, Math.round((first?.sum ?? 0) * 1_000_000)];
  }

  /** The world holds the effects of its last event only: each act is one event. */
  #observe(): void {
    for (const event of this.world.events.slice(this.#seen)) {
      this.meter.applied(event, this.world.effects);
    }
    this.#seen = this.world.events.length;
  }
}

Deno.test("LoopMeter counts events by source, reports by type and transitions by what follows", () => {
  const rig = new Rig();
  rig.after((world) => world.place("a1"));
  rig.after((world) => world.accept(1));
  rig.after((world) => world.fill(1, { id: "e1", qty: 10_000 }));
  const { control, intent, broker_report: reports } = rig.values("tapeline_events_total");
  deepStrictEqual([control, intent, reports], [5, 1, 2]);
  const types = rig.values("tapeline_reports_total");
  deepStrictEqual([types["PendingNew"], types["New"], types["Trade"]], [1, 1, 1]);
  const states = rig.values("tapeline_order_transitions_total");
  deepStrictEqual([states["Submitted"], states["Accepted"], states["Filled"]], [1, 1, 1]);
  strictEqual(states["Cancelled"], 0);
});

Deno.test("LoopMeter counts refusals by code, every code from 0 on", () => {
  const rig = new Rig();
  strictEqual(rig.values("tapeline_rejects_total")["VENUE_ABSENT"], 0);
  rig.after((world) => world.place("a1", { instrument: "test:NO/NE" }));
  rig.after((world) => world.place("a2"));
  const rejected = { ...ref(1), rejectCode: "VENUE_FUNDS", text: "no" } as const;
  rig.after((world) => world.broker("OrderRejected", rejected));
  const codes = rig.values("tapeline_rejects_total");
  deepStrictEqual([codes["UNKNOWN_INSTRUMENT"], codes["VENUE_FUNDS"]], [1, 1]);
});

Deno.test("LoopMeter counts requests by kind, repeats, alarms and halts", () => {
  const rig = new Rig();
  rig.after((world) => world.place("a1"));
  rig.after((world) => world.place("a1"));
  rig.after((world) => world.cancel("c1", "a1"));
  const requests = rig.values("tapeline_venue_requests_total");
  deepStrictEqual([requests["test Submit"], requests["test Lookup"]], [1, 0]);
  strictEqual(rig.values("tapeline_reports_repeated_total")[""], 1);
  rig.after((world) => {
    world.broker("OrderExecuted", {
      order: null,
      clOrdId: "theirs",
      venueOrderId: "v9",
      side: "Buy",
      execId: "x1",
      lastQty: qty(1),
      lastPx: px(1),
      liquidity: null,
      commission: "0",
      commissionCurrency: "USDT",
      provisional: false,
    });
  });
  deepStrictEqual(rig.values("tapeline_alarms_total"), { EXTERNAL_FILL: 1 });
  strictEqual(rig.values("tapeline_halts_total")["instrument"], 1);
});

Deno.test("LoopMeter times an intent to the disk and to its report", () => {
  const rig = new Rig();
  rig.after((world) => world.place("a1"), 300);
  rig.after((world) => world.place("a2"), 500);
  deepStrictEqual(rig.times("tapeline_intent_durable_seconds"), [2, 800]);
  deepStrictEqual(rig.times("tapeline_intent_report_seconds"), [2, 800 + 2 * WRITTEN_US]);
});

Deno.test("LoopMeter times an answer by the stamps of its request", () => {
  const rig = new Rig();
  rig.after((world) => world.place("a1"));
  const placedUs = rig.world.nowUs;
  const stamps = {
    journalUs: micros(placedUs + 300),
    submitUs: micros(placedUs + 400),
    ackUs: micros(placedUs + 2400),
  };
  rig.after((world) => world.broker("OrderAccepted", { ...ref(1), venueOrderId: "v1", ...stamps }));
  deepStrictEqual(rig.times("tapeline_intent_submit_seconds"), [1, 400]);
  deepStrictEqual(rig.times("tapeline_venue_answer_seconds"), [1, 2000]);
  deepStrictEqual(rig.times("tapeline_intent_ack_seconds"), [1, 2400]);
  strictEqual(rig.meter.counters()["venue_test_ack_count"], 1);
});

Deno.test("LoopMeter notes when a venue was last heard of, and how its link went", () => {
  const rig = new Rig();
  rig.after((world) => world.venueStatus("reconciling"));
  rig.after((world) => world.wait(2000).place("a1"));
  const begun = rig.values("tapeline_venue_last_message_timestamp_seconds")["test"];
  strictEqual(begun, BEGAN_US / 1_000_000, "it is silent since the process began");
  rig.after((world) => world.accept(1));
  const heard = rig.values("tapeline_venue_last_message_timestamp_seconds")["test"];
  strictEqual(heard, rig.world.nowUs / 1_000_000);
  const reported = "tapeline_venue_account_reported_timestamp_seconds";
  strictEqual(rig.values(reported)["test"], begun, "no report of the account among them");
  rig.after((world) => world.wait(1000).broker("AccountReported", { balances: [], positions: [] }));
  strictEqual(rig.values(reported)["test"], rig.world.nowUs / 1_000_000);
  rig.after((world) => world.venueStatus("down"));
  rig.after((world) => world.venueStatus("down")); // still, for another reason
  const changes = rig.values("tapeline_venue_status_changes_total");
  const counted = ["up", "reconciling", "down"].map((status) => changes[`test ${status}`]);
  deepStrictEqual(counted, [1, 1, 1]);
});
