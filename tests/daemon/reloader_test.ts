/**
 * A daemon's configuration over one reload after the other. Proves R-OPS-2: each is held to what is
 * in force by then, and what cannot be taken over leaves all as it was.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createTimeline, Effects } from "../../core/mod.ts";
import type { Event } from "../../core/event.ts";
import { micros, seqId } from "../../core/numbers.ts";
import { Reloader } from "../../daemon/reloader.ts";
import { declarationDrafts } from "../../edge/declarations.ts";
import { Ingress } from "../../edge/ingress.ts";
import { declared } from "../support/reload_parts.ts";

/** A daemon as far as a reload sees it, with `max` places for events of control. */
class Rig {
  readonly timeline = createTimeline();
  readonly said: string[] = [];
  readonly control;
  readonly reloader: Reloader;
  readonly #tasks: (() => void)[] = [];
  #seq = 0;

  constructor(limits: string, { max = 50 } = {}) {
    const { view } = this.timeline;
    const before = declared({ limits }, view);
    const { venues, clients, configuration } = before;
    const ingress = new Ingress(() => {});
    this.control = ingress.open({ name: "control", max: 50, policy: "fail" });
    const operator = { ...configuration.operator, resume: false };
    const nowUs = micros(1);
    const start = declarationDrafts(venues, { view, clients, operator, nowUs });
    for (const draft of start) this.control.offer(draft);
    this.sequence();
    this.control = ingress.open({ name: "control", max, policy: "fail" });
    this.reloader = new Reloader({
      configuration,
      view,
      log: { write: (_level, event) => this.said.push(event) },
      control: this.control,
      nowUs: () => nowUs,
      whenTaken: (task) => this.#tasks.push(task),
    });
    this.reloader.open(before);
  }

  reload(limits: string): boolean {
    return this.reloader.reload(declared({ limits }, this.timeline.view));
  }

  /** What waits becomes events; returns the alarms of the core. */
  sequence(): readonly string[] {
    const effects = new Effects();
    const alarms: string[] = [];
    while (this.control.length > 0) {
      this.#seq += 1;
      const event = { ...this.control.take(), seqId: seqId(this.#seq), ingestTime: micros(1) };
      this.timeline.apply(event as Event, effects);
      alarms.push(...effects.alarms.map(({ code }) => code));
    }
    for (const task of this.#tasks.splice(0)) task();
    return alarms;
  }
}

Deno.test("Reloader holds each reload to the one before it, not to the start", () => {
  const rig = new Rig('max_order_qty: "10"');
  const { configDigest } = rig.reloader.canonical;
  ok(rig.reload('max_order_qty: "5"'));
  ok(!rig.reload('max_order_qty: "7"'), "less than at the start, more than now");
  ok(!rig.reload('max_order_qty: "5"'), "as it is");
  deepStrictEqual(rig.said, ["configuration_refused", "configuration_unchanged"]);
  deepStrictEqual(rig.sequence(), []);
  strictEqual(rig.said.at(-1), "configuration_reloaded", "once it is durable");
  ok(rig.reload('max_order_qty: "4"'));
  ok(rig.reloader.canonical.configDigest !== configDigest);
});

Deno.test("Reloader refuses an instrument that contradicts the journal", () => {
  const rig = new Rig('max_order_qty: "10"');
  const { configDigest } = rig.reloader.canonical;
  const instrument = "asset_class: inverse\n        contract: { settlement: BTC }";
  const elsewhere = declared({ instrument }, createTimeline().view);
  ok(!rig.reloader.reload(elsewhere));
  deepStrictEqual(rig.said, ["configuration_refused"]);
  strictEqual(rig.reloader.canonical.configDigest, configDigest);
});

Deno.test("Reloader refuses what the queue of control has no room for, as a whole, and takes it later", () => {
  const rig = new Rig('max_order_qty: "10"', { max: 3 });
  ok(rig.reload('max_order_qty: "9"'));
  const { length } = rig.control;
  strictEqual(length, 2);
  const { configDigest } = rig.reloader.canonical;
  ok(!rig.reload('max_order_qty: "8"'));
  deepStrictEqual([rig.control.length, rig.said], [length, ["configuration_refused"]]);
  strictEqual(rig.reloader.canonical.configDigest, configDigest);
  rig.sequence();
  ok(rig.reload('max_order_qty: "8"'));
});

Deno.test("Reloader refuses every reload before it is open and once it is closed", () => {
  const rig = new Rig('max_order_qty: "10"');
  rig.reloader.close();
  ok(!rig.reload('max_order_qty: "5"'));
  strictEqual(rig.control.length, 0);
  deepStrictEqual(rig.said, ["configuration_refused"]);
});
