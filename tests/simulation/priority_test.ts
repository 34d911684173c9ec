/**
 * The whole daemon where intents and market data wait at once: `queues.priority` says which are
 * numbered first. Proves R-CORE-2 in part.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { encodeFrame } from "../../wire/frame.ts";
import type { WireClient } from "../support/wire_client.ts";
import { Machine, place } from "./machine.ts";
import { simulationConfiguration, STATE } from "./setup.ts";

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
