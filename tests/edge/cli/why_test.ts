/**
 * `tapeline why`: stories of orders and intents from journals that the engine and the journal wrote.
 *
 * Proves R-OPS-8 (`why ORDER` tells an order's whole story with the latency of each hop).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Event } from "../../../core/event.ts";
import { instrumentId, micros, px, qty, requestId } from "../../../core/numbers.ts";
import { Doubts } from "../../../edge/cli/why/doubt.ts";
import { storyLines } from "../../../edge/cli/why/lines.ts";
import { hopsOf, totalUs } from "../../../edge/cli/why/latency.ts";
import { type Story, why, type WhyResult } from "../../../edge/cli/why/why.ts";
import { segmentName } from "../../../edge/journal/format.ts";
import { JOURNAL_DEFAULTS } from "../../../edge/journal/mod.ts";
import { ref, SETTINGS, World } from "../../support/engine_world.ts";
import { JournalRig, STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";
import { replacedTo } from "../../support/venue_words.ts";

/** What the world did, written by a journal of its own. */
class Written {
  readonly #rig: JournalRig;

  constructor(world: World) {
    this.#rig = new JournalRig(new MemoryDisk(), JOURNAL_DEFAULTS);
    const { journalId } = this.#rig.journal;
    this.#rig.recordWorld(world.events.map((event) => inJournal(event, journalId)));
  }

  get prefix(): string {
    return `tl${this.#rig.journal.journalId.slice(0, 8)}`;
  }

  ask(name: string): WhyResult {
    return why({ disk: this.#rig.disk, stateDirectory: STATE, progress: () => {} }, name);
  }

  story(name: string): Story {
    const result = this.ask(name);
    ok(result.kind === "told", JSON.stringify(result));
    return result.story;
  }

  /** Kinds and texts of the steps. */
  steps(name: string): string[] {
    return this.story(name).steps.map(({ kind, text }) => `${kind}: ${this.#plain(text)}`);
  }

  /** Alters a byte in the middle of the last batch. */
  damage(): void {
    const path = `${STATE}/journal/${segmentName(1)}`;
    const file = this.#rig.disk.open(path, "write");
    const bytes = new Uint8Array(file.size());
    file.readAt(bytes, 0);
    const end = bytes.findLastIndex((byte) => byte !== 0);
    file.writeAt(Uint8Array.of((bytes[end - 40] ?? 0) ^ 1), end - 40);
    file.close();
  }

  /** With the prefix of its client order ids as `tl`, and without times. */
  #plain(text: string): string {
    return text.replaceAll(this.prefix, "tl").replace(/ \(sent .*\)/, "");
  }
}

function inJournal(event: Event, journalId: string): Event {
  if (event.eventType !== "Started") return event;
  return { ...event, payload: { ...event.payload, journalId } };
}

function begun(): World {
  return new World().start().open();
}

const PLACED = [
  "intent: alice/p-1 Place Buy 10 at 100 Limit GTC on test:BTC/USDT",
  "state: Created → Submitted: placed",
  "report: 1 to alice: PendingNew, Submitted, cum 0, leaves 10",
  "request: request 1: Submit tl-1-1 at test: Buy 10 at 100 Limit GTC",
];

Deno.test("why() tells a cancel that a fill overtakes, step by step", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.cancel("c-1", "p-1");
  world.fill(1, { id: "e-1", qty: 4000 });
  world.cancelled();
  const written = new Written(world);
  deepStrictEqual(written.steps("1"), [
    ...PLACED,
    "venue: test accepted as v1",
    "state: Submitted → Accepted: accepted by the venue",
    "report: 2 to alice: New, Accepted, cum 0, leaves 10",
    "intent: alice/c-1 Cancel of p-1",
    "state: Accepted → CancelPending: its client asked",
    "report: 3 to alice: PendingCancel, CancelPending, cum 0, leaves 10",
    "request: request 2: Cancel tl-1-1 at test",
    "venue: test executed e-1: 4 at 100 as maker, fee 0.01 USDT",
    "report: 4 to alice: Trade, CancelPending, cum 4, leaves 6",
    "venue: test cancelled: cancelled",
    "state: CancelPending → Cancelled: cancelled",
    "report: 5 to alice: Cancelled, Cancelled, cum 4, leaves 0",
  ]);
  const { order, intents } = written.story("1");
  deepStrictEqual(intents, ["p-1", "c-1"]);
  strictEqual(order?.client, "alice");
  strictEqual(order.report["ord_status"], "Cancelled");
  strictEqual(order.report["avg_px"], "100");
});

Deno.test("why() says when doubt began, what was asked, and what evidence ended it", () => {
  const world = begun();
  world.place("p-1");
  world.failed("unknown");
  world.broker("OrderFound", {
    ...ref(1),
    venueOrderId: "v1",
    request: requestId(2),
    status: "open",
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(10_000),
  });
  deepStrictEqual(new Written(world).steps("1").slice(PLACED.length), [
    "venue: test request 1 has no known outcome: test",
    "doubt: its true state is not known: test",
    "report: 2 to alice: OrderStatus, Submitted, cum 0, leaves 10, in_doubt",
    "request: request 2: Lookup tl-1-1 at test",
    "venue: test look-up 2 found it open, 0 of 10 executed",
    "state: Submitted → Accepted: accepted by the venue",
    "certain: its state is known again: look-up 2 found it open",
    "report: 3 to alice: New, Accepted, cum 0, leaves 10, inferred",
  ]);
});

Deno.test("why() tells the crash in between and the request that it left without an outcome", () => {
  const world = begun();
  world.place("p-1");
  world.restart();
  world.venueStatus("up");
  const steps = new Written(world).steps("1").slice(PLACED.length);
  deepStrictEqual(steps, [
    "daemon: the daemon started again after it had ended without stopping (crash or kill), " +
    "engine test",
    "doubt: its true state is not known: the daemon had ended before request 1 (Submit) had an " +
    "outcome",
    "report: 2 to alice: OrderStatus, Submitted, cum 0, leaves 10, in_doubt",
    "venue: test is up: test",
    "request: request 2: Lookup tl-1-1 at test",
  ]);
  const { order } = new Written(world).story("1");
  ok(order?.in_doubt);
});

Deno.test("why() names as without an outcome only what was not answered before the crash", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.cancel("c-1", "p-1");
  world.restart();
  const doubts = new Written(world).steps("1").filter((step) => step.startsWith("doubt"));
  deepStrictEqual(doubts, [
    "doubt: its true state is not known: the daemon had ended before request 2 (Cancel) had an " +
    "outcome",
  ]);
});

Deno.test("why() tells the doubt that an accepted loss leaves", () => {
  const world = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  world.place("p-1");
  world.place("p-2");
  const lostSinceUs = micros(world.nowUs);
  world.wait(30_000).restart({ lostSinceUs });
  const steps = new Written(world).steps("2").filter((step) => /^(daemon|doubt)/.test(step));
  deepStrictEqual(steps, [
    "daemon: the daemon started again without the journal's end: what happened since 2023-11-14 " +
    "22:13:20.000000 was lost, engine test",
    "doubt: its true state is not known: the journal's end was lost: what was sent since " +
    "2023-11-14 22:13:20.000000 is not known",
  ]);
});

Deno.test("Doubts tell of a request that was before the journal's beginning", () => {
  const started = { type: "Started", source: "control", payload: {}, seqId: 1, timeUs: 0 };
  const told = new Doubts().reported(
    { in_doubt: true },
    { ...started, venue: undefined, instrument: undefined },
  );
  strictEqual(
    told?.text,
    "its true state is not known: the daemon had ended before a request that is not in this " +
      "journal had an outcome",
  );
});

Deno.test("why() tells an orderly stop, and what its client and venue did, while the order lived", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.control("Stopping", { reason: "SIGTERM" });
  world.restart();
  world.open({ session: 2 });
  world.open({ session: 3, client: "bob" });
  world.venueStatus("up");
  world.fill(1, { id: "e-1", qty: 10_000 });
  world.venueStatus("down");
  const steps = new Written(world).steps("1").filter((step) => /^(daemon|venue|client)/.test(step));
  deepStrictEqual(steps, [
    "venue: test accepted as v1",
    "daemon: the daemon is stopping: SIGTERM",
    "daemon: the daemon started again, engine test",
    "client: alice connected",
    "venue: test is up: test",
    "venue: test executed e-1: 10 at 100 as maker, fee 0.01 USDT",
  ]);
});

Deno.test("why() tells a reconciliation that finds the order gone, and counts one that finds it as it was", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  const row = {
    clOrdId: null,
    venueOrderId: "v1",
    instrument: instrumentId(0),
    side: "Buy",
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(10_000),
  } as const;
  for (const openOrders of [[row], []]) {
    world.venueStatus("reconciling");
    world.reconciled(openOrders);
    world.venueStatus("up");
  }
  const story = new Written(world).story("1");
  strictEqual(story.ignored.events, 1);
  const texts = story.steps.map(({ text }) => text);
  deepStrictEqual(texts.slice(-6).map((text) => text.replace(/tl\w+-/, "tl-")), [
    "test is reconciling: test",
    "test is up: test",
    "test is reconciling: test",
    "test reconciliation 3: 0 open orders there",
    "request 4: Lookup tl-1-1 at test",
    "test is up: test",
  ]);
});

Deno.test("why() says of a dry run that its requests are not sent", () => {
  const world = begun();
  world.control("DryRunSet", { client: "alice", on: true });
  world.place("p-1");
  const [, , , request] = new Written(world).steps("1");
  strictEqual(
    request,
    "request: request 1 (dry run: not sent): Submit tl-1-1 at test: Buy 10 at 100 Limit GTC",
  );
});

Deno.test("why() counts what was told again and changed nothing", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  for (let times = 0; times < 4; times++) world.fill(1, { id: "e-1", qty: 1000 });
  const { steps, ignored } = new Written(world).story("1");
  strictEqual(steps.filter(({ text }) => text.includes("e-1")).length, 1);
  deepStrictEqual(ignored, { events: 3, last_seq_id: world.events.length });
});

Deno.test("why() tells the refusal of an intent that made no order, and the check that refused", () => {
  const world = begun();
  world.place("p-1", { price: "100.001" });
  world.place("p-1", { price: "100.001" });
  const steps = new Written(world).steps("alice/p-1");
  strictEqual(steps[0], "intent: alice/p-1 Place Buy 10 at 100.001 Limit GTC on test:BTC/USDT");
  match(steps[1] ?? "", /^refused: PRICE_GRID: /);
  strictEqual(steps[2], "report: 1 to alice: Rejected");
  match(steps[3] ?? "", /^intent: .*, again: its reports are repeated$/);
  strictEqual(steps.length, 4);
});

Deno.test("why() tells the re-use of an intent's id as refused", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.place("p-1", { price: "101" });
  world.open({ session: 2 });
  world.place("p-1", { price: "102" });
  world.wait(1);
  world.fill(1, { id: "e-1", qty: 10_000 });
  const written = new Written(world);
  deepStrictEqual(written.steps("1").slice(PLACED.length + 3, -3), [
    "intent: alice/p-1 Place Buy 10 at 101 Limit GTC on test:BTC/USDT, not taken",
    "refused: INTENT_ID_REUSED: Cannot take the intent: an intent_id that is known must come " +
    "with the same content: was p-1",
    "report: 3 to alice: Rejected",
    "client: alice connected",
    "intent: alice/p-1 Place Buy 10 at 102 Limit GTC on test:BTC/USDT, not taken: nothing came " +
    "of it",
  ]);
  const { intents, latency } = written.story("1");
  deepStrictEqual(intents, ["p-1"]);
  deepStrictEqual(latency.map(({ marks }) => marks.at(-1)?.name), ["first fill"]);
});

Deno.test("why() does not take the re-use of an intent's id for an answer about what bore it", () => {
  const world = begun();
  world.place("p-1");
  world.failed("unknown");
  world.place("p-1", { price: "101" });
  world.place("p-2", { price: "100.001" });
  world.place("p-2");
  const written = new Written(world);
  ok(written.story("1").order?.in_doubt);
  const { intents, latency } = written.story("alice/p-2");
  deepStrictEqual(intents, ["p-2"]);
  deepStrictEqual(latency.map(({ marks }) => marks.at(-1)?.name), ["refused"]);
});

Deno.test("why() tells nothing of another order whose intent bears an id that was forgotten", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.cancelled();
  for (let hours = 0; hours < 3; hours++) world.wait(SETTINGS.intentHorizonMs + 1000).fire();
  world.place("p-1", { price: "101" });
  strictEqual(Number(world.lastCommand().order), 2);
  const { intents, steps } = new Written(world).story("1");
  deepStrictEqual(intents, ["p-1"]);
  match(steps.at(-1)?.text ?? "", /: Cancelled, Cancelled/);
});

/** What is asked for, then asked for again, and how the venue answers. */
const TWICE: readonly (readonly [string, (world: World) => void, readonly string[]])[] = [
  ["cancel", (world) => {
    world.cancel("c-1", "p-1");
    world.wait(1).cancel("c-2", "p-1");
    world.wait(1).cancelled();
  }, ["Place p-1: accepted", "Cancel c-1: cancelled", "Cancel c-2: refused"]],
  ["replace", (world) => {
    world.replace("r-1", { orig: "p-1", qty: "12" });
    world.wait(1).replace("r-2", { orig: "p-1", qty: "13" });
    replacedTo(world.wait(1), { qty: 12_000 });
  }, ["Place p-1: accepted", "Replace r-1: replaced", "Replace r-2: refused"]],
  ["cancel of the daemon's own", (world) => {
    world.control("KillSwitchSet", { on: true, reason: "test" });
    world.wait(1).cancel("c-1", "p-1");
    world.wait(1).cancelled();
  }, ["Place p-1: accepted", "Cancel (kill) null: cancelled", "Cancel c-1: refused"]],
];
for (const [kind, ask, chains] of TWICE) {
  Deno.test(`why() gives each ${kind} its own hops`, () => {
    const world = begun();
    world.place("p-1");
    world.accept();
    ask(world);
    const { latency } = new Written(world).story("1");
    deepStrictEqual(
      latency.map(({ what, intent_id, marks }) => `${what} ${intent_id}: ${marks.at(-1)?.name}`),
      chains,
    );
  });
}

Deno.test("why() tells a CancelAll as taken that waits for a cancel under way", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.cancel("c-1", "p-1");
  world.cancelAll("all-1");
  world.cancelAll("all-1");
  const written = new Written(world);
  deepStrictEqual(written.steps("alice/all-1"), [
    "intent: alice/all-1 CancelAll on every instrument",
    "intent: alice/all-1 CancelAll on every instrument, not taken: nothing came of it",
  ]);
  deepStrictEqual(written.story("alice/all-1").intents, ["all-1"]);
});

Deno.test("why() tells a CancelAll with the orders that it took", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.cancelAll("all-1");
  world.cancelled();
  deepStrictEqual(new Written(world).steps("alice/all-1"), [
    "intent: alice/all-1 CancelAll on every instrument",
    "report: of order 1: 3 to alice: PendingCancel, CancelPending, cum 0, leaves 10",
    "report: of order 1: 4 to alice: Cancelled, Cancelled, cum 0, leaves 0",
    "report: 5 to alice: IntentDone",
  ]);
  const cancel = new Written(world).story("1").latency.at(-1);
  strictEqual(cancel?.what, "CancelAll");
  strictEqual(cancel.marks.at(-1)?.name, "cancelled");
});

Deno.test("why() finds an order by each of its names", () => {
  const world = begun().open({ session: 2, client: "bob" });
  world.place("p-1");
  world.place("p-1", {}, 2);
  world.accept(1);
  world.accept(2);
  world.cancel("c-1", "p-1");
  const written = new Written(world);
  const { prefix } = written;
  for (const name of ["1", `${prefix}-1-1`, "alice/p-1", "alice/c-1", "c-1", "v1", "test:v1"]) {
    strictEqual(written.story(name).order?.report["order_id"], "1", name);
  }
  strictEqual(written.story("bob/p-1").order?.report["order_id"], "2");
  const steps = written.steps("bob/p-1").join("\n");
  ok(!steps.includes("alice"), steps);
});

/** What is no order, and the sentence. */
const unknown: readonly (readonly [string, RegExp])[] = [
  ["99", /^Cannot tell the story of 99: the journal holds seq_id 1 to \d+, and nothing of it/],
  ["alice/zz", /^Cannot tell the story of alice\/zz: the journal holds/],
  ["bob/p-1", /^Cannot tell the story of bob\/p-1: the journal holds/],
  ["tl00000000-1-1", /: the client order ids of this journal begin with tl/],
  ["elsewhere:v1", /: the journal holds/],
];
for (const [name, sentence] of unknown) {
  Deno.test(`why() has a sentence for ${name}, which nothing bears`, () => {
    const world = begun();
    world.place("p-1");
    world.accept();
    const result = new Written(world).ask(name);
    ok(result.kind === "unknown");
    match(result.sentence, sentence);
  });
}

Deno.test("why() lists what a name can mean if it means several orders", () => {
  const world = begun().open({ session: 2, client: "bob" });
  world.place("p-1");
  world.place("p-1", {}, 2);
  const result = new Written(world).ask("p-1");
  ok(result.kind === "unknown");
  match(result.sentence, /it can be 1, 2: name one of them/);
});

Deno.test("why() tells an order that was placed elsewhere by its id at the venue", () => {
  const world = begun();
  world.broker("OrderExecuted", {
    order: null,
    clOrdId: "by-hand",
    venueOrderId: "777",
    execId: "e-9",
    lastQty: qty(1000),
    lastPx: px(10_000),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
    provisional: false,
    side: "Buy",
  });
  const steps = new Written(world).steps("test:777");
  strictEqual(steps[0], "venue: test executed e-9: 1 at 100, fee 0 USDT");
  match(steps[1] ?? "", /^state: InstrumentHalted: /);
  match(steps[2] ?? "", /^alarm: EXTERNAL_FILL: /);
});

Deno.test("why() measures each hop from the stamps, and the total", () => {
  const world = begun();
  const receivedUs = world.nowUs;
  world.place("p-1");
  world.wait(3);
  world.broker("OrderAccepted", {
    ...ref(1),
    journalUs: micros(receivedUs + 400),
    submitUs: micros(receivedUs + 700),
    ackUs: micros(receivedUs + 2500),
  });
  world.wait(1);
  world.fill(1, { id: "e-1", qty: 10_000 });
  const [chain] = new Written(world).story("1").latency;
  ok(chain !== undefined);
  deepStrictEqual(hopsOf(chain).map(({ from, to, us }) => [from, to, us]), [
    ["sent", "received", 0],
    ["received", "decided", 0],
    ["decided", "journaled", 400],
    ["journaled", "submitted", 300],
    ["submitted", "acknowledged", 1800],
    ["acknowledged", "accepted", 500],
    ["accepted", "first fill", 1000],
  ]);
  strictEqual(totalUs(chain), 4000);
});

Deno.test("why() measures how long a request waited for pacing, and an intent that makes no order", () => {
  const world = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  world.place("p-1");
  world.place("p-2");
  world.wait(1000).fire();
  const at = world.nowUs;
  world.place("v-1", { validateOnly: true });
  const written = new Written(world);
  const marks = (name: string): unknown =>
    written.story(name).latency[0]?.marks.map(({ name, at_us: us }) => [name, us - at]);
  deepStrictEqual(marks("alice/p-2"), [
    ["sent", -1_000_000],
    ["received", -1_000_000],
    ["decided", -1_000_000],
    ["requested", 0],
  ]);
  deepStrictEqual(marks("alice/v-1"), [["sent", 0], ["received", 0], ["decided", 0], ["done", 0]]);
});

Deno.test("why() measures to the last fill, also where it overtakes a cancel", () => {
  const world = begun();
  world.place("p-1");
  world.accept();
  world.wait(1).cancel("c-1", "p-1");
  for (const id of ["e-1", "e-2"]) world.wait(1).fill(1, { id, qty: 5000 });
  const { latency } = new Written(world).story("1");
  deepStrictEqual(latency.map(({ marks }) => marks.slice(-2).map(({ name }) => name)), [
    ["first fill", "filled"],
    ["decided", "filled first"],
  ]);
});

Deno.test("storyLines() lets no text of a client or a venue add lines or move the cursor", () => {
  const world = begun();
  world.place("a");
  const story = new Written(world).story("1");
  const [first, ...rest] = story.steps;
  ok(first !== undefined);
  const text = 'tag "x\n07:00:00.000000  9  venue  paper executed\u001b[2J\u2028"';
  const lines = storyLines({ ...story, steps: [{ ...first, text }, ...rest] });
  strictEqual(lines.length, storyLines(story).length);
  ok(lines.some((line) => line.includes('tag "x·07:00:00.000000  9  venue  paper executed·[2J·"')));
});

Deno.test("storyLines() shows what became of the order, one line per step, and the hops", () => {
  const world = begun();
  world.place("p-1");
  world.wait(2);
  world.accept();
  const written = new Written(world);
  const lines = storyLines(written.story("1"));
  deepStrictEqual(lines.slice(0, 5), [
    "Order 1 of alice: Buy 10 at 100 Limit GTC on test:BTC/USDT",
    "Accepted, nothing filled",
    `client order id ${written.prefix}-1-1, at the venue v1; intents p-1`,
    "",
    "2023-11-14 (UTC)",
  ]);
  match(lines[5] ?? "", /^22:13:20\.000000 +\d+ {2}intent {4}alice\/p-1 Place Buy 10 at 100/);
  match(lines[6] ?? "", /^ +state {5}Created → Submitted: placed$/);
  deepStrictEqual(lines.slice(-5), [
    "Latency of Place p-1",
    "  sent → received                0 µs",
    "  received → decided             0 µs",
    "  decided → accepted             2.000 ms",
    "  total since the daemon had it  2.000 ms",
  ]);
});

Deno.test("why() tells a damaged journal as far as it is intact and names the place where that ends", () => {
  const world = begun();
  world.place("p-1");
  const written = new Written(world);
  written.damage();
  const result = written.ask("1");
  ok(result.kind === "unknown");
  match(result.problem ?? "", /^Cannot use the journal: .*was at its end after batch 0.*byte 273/);
});
