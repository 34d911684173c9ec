/**
 * The whole daemon where intents and market data wait at once: `queues.priority` says which are
 * numbered first. A run begins with `Started` all the same. Proves R-CORE-2 in part.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import type { AdapterFactory } from "../../edge/venue.ts";
import { testVenue } from "../venue/adapter.ts";
import { encodeFrame } from "../../wire/frame.ts";
import type { WireClient } from "../support/wire_client.ts";
import { hasReport, Machine, place } from "./machine.ts";
import { simulationConfiguration, STATE, venueEntry } from "./setup.ts";

/** More than a round takes of one: both wait when it ends. */
const FRAMES = 200;

const BOOK = {
  type: "PUBLISH",
  kind: "snapshot",
  instrument: "paper:PPR/USD",
  ts_us: 7,
  payload: { bids: [["99", "5"]], asks: [["101", "5"]] },
};

/** Sends all in one piece. */
function sendAll(client: WireClient, messages: readonly unknown[]): void {
  const frames = messages.map((message) => encodeFrame(JSON.stringify(message)));
  client.socket.write(new Uint8Array(frames.flatMap((frame) => [...frame])));
}

/** Sources of what was journaled, in the order of their first events. */
function sources({ disk }: Machine): readonly string[] {
  const firstOf = new Map<string, number>();
  for (const name of disk.list(`${STATE}/journal`)) {
    const text = new TextDecoder().decode(disk.read(`${STATE}/journal/${name}`));
    const events = /"event":\{"seq_id":(\d+),[^{]*?"source":"(intent|market_data)"/g;
    for (const [, seq = "", source = ""] of text.matchAll(events)) {
      firstOf.set(source, Math.min(firstOf.get(source) ?? Infinity, Number(seq)));
    }
  }
  return [...firstOf].sort(([, left], [, right]) => left - right).map(([source]) => source);
}

const ORDERS = [["intent", "market_data"], ["market_data", "intent"]] as const;
for (const [first, second] of ORDERS) {
  Deno.test(`queues.priority puts ${first} before ${second}`, () => {
    const machine = new Machine();
    const priority = `[control, timer, broker_report, ${first}, ${second}]`;
    const configuration = simulationConfiguration(`queues: { priority: ${priority} }`);
    machine.ready(machine.start([], { configuration }));
    const [publisher, trader] = [machine.client("publisher"), machine.client("trader")];
    const names = Array.from({ length: FRAMES }, (_, at) => `n${at}`);
    sendAll(publisher, names.map(() => BOOK));
    sendAll(trader, names.map((name) => place(machine, name, { order_qty: "0" })));
    machine.until(() => trader.all("ExecutionReport").length === FRAMES, "every answer");
    deepStrictEqual(sources(machine), [first, second]);
  });
}

/** The test exchange, but no order reaches it. */
const withoutOrders: AdapterFactory = (host, ports, options) => {
  const adapter = testVenue(host, ports, options);
  return {
    start: () => adapter.start(),
    stop: () => adapter.stop(),
    cancelAll: () => adapter.cancelAll(),
    send: (released) => {
      const { command } = released;
      if (command.kind !== "Submit") return adapter.send(released);
      const { request, order, venue, instrument } = command;
      const payload = { request, order, outcome: "notSent", text: "not today" };
      host.offer({
        ...{ eventTime: host.nowUs(), source: "broker_report", venue, instrument },
        ...{ eventType: "RequestFailed", payload, idempotencyKey: null },
      } as Draft);
    },
  };
};

Deno.test("queues.priority puts nothing before Started: what is due waits for it", () => {
  const machine = new Machine();
  const priority = "[timer, broker_report, control, intent, market_data]";
  const configuration = simulationConfiguration(`queues: { priority: ${priority} }`);
  const first = machine.start([["venue", venueEntry(withoutOrders)]], { configuration });
  machine.ready(first);
  machine.client("trader").send(place(machine, "tried"));
  machine.until(() => machine.eventTypes().includes("RequestFailed"), "a failure");
  machine.kill(first);
  const known = machine.eventTypes().length;
  machine.pass(1_000_000);
  machine.lines.length = 0;
  const run = machine.start([], { configuration });
  machine.until(() => machine.said("listening").length > 0, "listening");
  strictEqual(machine.eventTypes()[known], "Started");
  const trader = machine.client("trader", { resume_from: 0 });
  const isNew = { intent_id: "tried", exec_type: "New" };
  machine.until(() => hasReport(trader, isNew), "it is sent");
  ok(!hasReport(trader, { in_doubt: true }), "it never was in doubt");
  strictEqual(machine.placed.length, 1);
  machine.kill(run);
});
