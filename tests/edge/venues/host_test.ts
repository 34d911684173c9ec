/**
 * The Worker's end of a venue: what it lets pass, in which order, and what it says by itself. Proves
 * R-VENUE-1 (one contract, what is wrong is refused), R-EXEC-5 (`up` only once reconciled), R-EXEC-6
 * (the daemon's heartbeat) and R-OPS-3 (credit).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { VenueCommand } from "../../../core/command.ts";
import type { Draft } from "../../../core/event.ts";
import { micros, orderId, requestId } from "../../../core/numbers.ts";
import type { LogLevel, Ports, WorkerScope } from "../../../edge/ports.ts";
import { Secret, type Secrets } from "../../../edge/secrets.ts";
import type { AdapterFactory, VenueHost } from "../../../edge/venue.ts";
import { noCommits } from "../../../edge/journal/mod.ts";
import { CELL } from "../../../edge/journal/ring.ts";
import { runVenue } from "../../../edge/venues/host.ts";
import { cutOff, newCutOff } from "../../../edge/venues/cut_off.ts";
import type { VenueInit, VenueReportMessage } from "../../../edge/venues/messages.ts";
import type { AdapterRegistry } from "../../../edge/venues/registry.ts";
import { adapterFacts } from "../../support/adapter_facts.ts";
import { acceptedDraft, deltaDraft, snapshotDraft } from "../../support/drafts.ts";
import { MemoryThreads } from "../../support/memory_threads.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

const INIT: VenueInit = {
  adapter: "toy",
  declaration: VENUE,
  instruments: [spotInstrument()],
  clOrdIdPrefix: "tl00000000",
  commits: noCommits(),
  cutOff: newCutOff(),
  options: { key: "value" },
  credentials: { api_key: { env: "KEY" }, secret: { file: "/secret" } },
  deadManMs: null,
  clockAheadUs: 0,
};

type RigOptions = {
  /** Loads and makes the adapter later, when `finish` is called. */
  readonly isLate?: boolean;
  readonly secrets?: ReadonlyMap<string, string>;
  readonly clockAheadUs?: number;
};

/** A Worker's scope, the adapter in it, and what came out. */
class Rig {
  readonly time = new VirtualTime();
  readonly calls: unknown[] = [];
  readonly posted: VenueReportMessage[] = [];
  readonly logged: { readonly level: LogLevel; readonly event: string; readonly text: string }[] =
    [];
  readonly scope: WorkerScope;
  readonly finish: () => Promise<void>;
  readonly #threads = new MemoryThreads();
  readonly #commits = noCommits();
  readonly #cutOff = newCutOff();
  #made: VenueHost | undefined;
  #hear: (message: unknown) => void = () => {};
  uncaught: (cause: unknown) => void = () => {};
  throws: string | undefined;

  constructor({ isLate = false, secrets = new Map(), clockAheadUs = 0 }: RigOptions = {}) {
    this.scope = {
      post: (message) => void this.posted.push(structuredClone(message as VenueReportMessage)),
      onMessage: (handler) => {
        this.#hear = handler;
      },
      onUncaught: (handler) => {
        this.uncaught = handler;
      },
    };
    const loaded = Promise.withResolvers<AdapterFactory>();
    const create = this.#factory();
    this.finish = async () => {
      loaded.resolve(create);
      await loaded.promise;
      this.#threads.run();
    };
    const adapters: AdapterRegistry = new Map([[
      "toy",
      { description: adapterFacts(), load: () => isLate ? loaded.promise : create },
    ]]);
    const log = {
      write: (level: LogLevel, event: string, fields: unknown): void =>
        void this.logged.push({ level, event, text: JSON.stringify(fields) }),
    };
    const { signals } = this.#threads;
    const ports = { clock: this.time, timers: this.time, signals, log } as unknown as Ports;
    const init = { ...INIT, commits: this.#commits, cutOff: this.#cutOff, clockAheadUs };
    runVenue(this.scope, ports, { init, adapters, secrets: secretsOf(secrets) });
  }

  get host(): VenueHost {
    if (this.#made === undefined) throw new Error("Cannot test: the adapter must be made");
    return this.#made;
  }

  /** What was posted, each as a word. */
  get said(): string[] {
    return this.posted.flatMap(wordsOf);
  }

  hear(message: unknown): void {
    this.#hear(message);
  }

  announce(command: Partial<VenueCommand>, commit: number): void {
    this.hear({ kind: "announce", command, commit });
    this.#threads.run();
  }

  /** Announces a command of a commit that is durable already. */
  send(command: Partial<VenueCommand>): void {
    this.announce(command, 0);
  }

  /** The journal commits: its counters move on, and who waits for them is called. */
  commit(): void {
    Atomics.add(this.#commits, CELL.durable, 1);
    this.#threads.signals.notifyFirst(this.#commits, CELL.durable);
    this.#threads.run();
  }

  /** The daemon gives the Worker up, which goes on running. */
  cutOff(): void {
    cutOff(this.#cutOff);
  }

  #factory(): AdapterFactory {
    return (host, _ports, options) => {
      this.#made = host;
      this.calls.push(options);
      const call = (name: string, of = ""): void => {
        this.calls.push(name + of);
        if (this.throws === name) throw new TypeError(`${name} of hush-hush failed`);
      };
      return {
        start: () => call("start"),
        prepare: ({ request }) => call(`prepare ${request}`),
        send: ({ command, journalUs }) => call(`send ${command.request}`, ` ${journalUs}`),
        cancelAll: () => call("cancelAll"),
        stop: () => call("stop"),
        isLeftBehind: (cause) => cause instanceof RangeError,
      };
    };
  }
}

function secretsOf(values: ReadonlyMap<string, string>): Secrets {
  return {
    read: (source) => {
      const place = "file" in source ? source.file : source.env;
      const value = values.get(place);
      if (value === undefined) return { ok: false, reason: `must be there: ${place} was not` };
      return { ok: true, value: new Secret(value), isExposed: "file" in source };
    },
  };
}

const BOTH = new Map([["KEY", "key-hush"], ["/secret", "hush-hush"]]);

function wordsOf(said: VenueReportMessage): string[] {
  switch (said.kind) {
    case "status":
      return [said.status];
    case "drafts":
    case "market":
      return said.drafts.map((draft) =>
        draft.eventType === "OrderAccepted" ? `${draft.payload.order}` : draft.eventType
      );
    case "failed":
      return [`failed: ${said.reason}`];
    case "listed":
    case "beat":
      return [said.kind];
  }
}

function reconciledDraft(request: number): Draft {
  const payload = { request, openOrders: [] };
  return {
    ...acceptedDraft(1),
    instrument: null,
    eventType: "Reconciled",
    payload,
  } as unknown as Draft;
}

Deno.test("runVenue() makes the named adapter, starts it, and hands commands on", () => {
  const rig = new Rig();
  rig.send({ request: 3 } as Partial<VenueCommand>);
  rig.hear({ kind: "cancelAll" });
  rig.hear({ kind: "stop" });
  deepStrictEqual(rig.calls, [
    { key: "value" },
    "start",
    "prepare 3",
    `send 3 ${rig.time.wallUs()}`,
    "cancelAll",
    "stop",
  ]);
  deepStrictEqual(rig.host.declaration, VENUE);
});

Deno.test("runVenue() has the adapter send what was announced when its commit is durable, not before", () => {
  const rig = new Rig();
  rig.announce({ request: 3 } as Partial<VenueCommand>, 1);
  rig.announce({ request: 4 } as Partial<VenueCommand>, 1);
  rig.announce({ request: 5 } as Partial<VenueCommand>, 2);
  const nowUs = rig.time.wallUs();
  deepStrictEqual(rig.calls.slice(2), ["prepare 3", "prepare 4", "prepare 5"]);
  rig.commit();
  deepStrictEqual(rig.calls.slice(5), [`send 3 ${nowUs}`, `send 4 ${nowUs}`]);
  rig.commit();
  deepStrictEqual(rig.calls.slice(7), [`send 5 ${nowUs}`]);
  rig.announce({ request: 6 } as Partial<VenueCommand>, 2);
  deepStrictEqual(rig.calls.slice(8), ["prepare 6", `send 6 ${nowUs}`], "it was durable already");
});

Deno.test("runVenue() sends nothing of what was announced once it was stopped, has failed or was cut off", () => {
  for (const end of ["stop", "fail", "cut off"] as const) {
    const rig = new Rig();
    rig.announce({ request: 3 } as Partial<VenueCommand>, 1);
    if (end === "stop") rig.hear({ kind: "stop" });
    else if (end === "cut off") rig.cutOff();
    else rig.host.offer({ ...acceptedDraft(1), venue: null });
    rig.commit();
    ok(!rig.calls.some((call) => String(call).startsWith("send")), end);
  }
});

Deno.test("runVenue() sends nothing that it hears of after it was cut off, and says nothing of it", () => {
  const rig = new Rig();
  ok(!rig.host.isCutOff());
  rig.cutOff();
  ok(rig.host.isCutOff());
  rig.send({ request: 3 } as Partial<VenueCommand>);
  ok(!rig.calls.some((call) => String(call).startsWith("send")));
  deepStrictEqual(rig.said, []);
});

Deno.test("runVenue() keeps commands for an adapter whose code is still loading, and answers beats", async () => {
  const rig = new Rig({ isLate: true });
  rig.send({ request: 3 } as Partial<VenueCommand>);
  rig.hear({ kind: "beat", isAlive: true });
  deepStrictEqual([rig.calls, rig.said], [[], ["beat"]]);
  await rig.finish();
  const nowUs = rig.time.wallUs();
  deepStrictEqual(rig.calls, [{ key: "value" }, "start", "prepare 3", `send 3 ${nowUs}`]);
});

Deno.test("runVenue() gives up an adapter whose code is not there within a minute", async () => {
  const rig = new Rig({ isLate: true });
  rig.time.advance(59_000_000);
  deepStrictEqual(rig.said, []);
  rig.time.advance(1_000_000);
  deepStrictEqual(rig.said, ["failed: its code was not there within 60 s"]);
  await rig.finish();
  deepStrictEqual(rig.calls, [{ key: "value" }], "it is not started any more");
  const punctual = new Rig();
  punctual.time.advance(61_000_000);
  deepStrictEqual(punctual.said, []);
});

Deno.test("runVenue() refuses an adapter that nobody registered", () => {
  const options = { init: INIT, adapters: new Map(), secrets: secretsOf(new Map()) };
  throws(
    () => runVenue(new Rig().scope, {} as unknown as Ports, options),
    /Cannot start venue paper: no adapter is named toy/,
  );
});

Deno.test("offer() keeps within the credit and refuses when too many drafts wait", () => {
  const rig = new Rig();
  let offered = 0;
  while (rig.host.offer(acceptedDraft(offered + 1))) offered++;
  deepStrictEqual([offered, rig.said.length], [16_384, 0]);
  rig.hear({ kind: "credit", lane: "reports", drafts: 2 });
  deepStrictEqual(rig.said, ["1", "2"]);
  ok(rig.host.offer(acceptedDraft(offered + 1)));
});

Deno.test("drafts, statuses and listings leave in the order in which the adapter said them", () => {
  const step = fc.oneof(
    fc.constantFrom("draft" as const, "status" as const, "list" as const),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const rig = new Rig();
    const expected: string[] = [];
    let credit = 0;
    for (const [at, kind] of steps.entries()) {
      if (kind === "draft") {
        rig.host.offer(acceptedDraft(at + 1));
        expected.push(String(at + 1));
      } else if (kind === "status") {
        rig.host.status("down", `reason ${at}`);
        expected.push("down");
      } else if (kind === "list") {
        rig.host.list(spotInstrument());
        expected.push("listed");
      } else {
        credit += kind;
        rig.hear({ kind: "credit", lane: "reports", drafts: kind });
      }
      deepStrictEqual(rig.said, allowed(expected, credit));
    }
  }));
});

/** What may have left: drafts up to the credit, and what stands before the next draft. */
function allowed(said: readonly string[], credit: number): string[] {
  let left = credit;
  const end = said.findIndex((word) => !/down|listed/.test(word) && left-- === 0);
  return said.slice(0, end < 0 ? said.length : end);
}

Deno.test("a fill leaves at once while a flood of books waits, and the books merge", () => {
  const rig = new Rig();
  rig.hear({ kind: "credit", lane: "reports", drafts: 10 });
  ok(rig.host.offerMarket(snapshotDraft({ bids: [1, 1] })));
  for (let at = 1; at <= 100_000; at++) {
    ok(rig.host.offerMarket(deltaDraft({ bids: [at % 20 + 1, at] })));
  }
  ok(rig.host.offer(acceptedDraft(7)));
  deepStrictEqual(rig.said, ["7"]);
  rig.hear({ kind: "credit", lane: "market", drafts: 512 });
  deepStrictEqual(rig.said, ["7", "BookSnapshot"]);
  rig.host.offerMarket(deltaDraft({ bids: [1, 1] }));
  rig.host.offerMarket(deltaDraft({ bids: [2, 1] }));
  strictEqual(rig.posted.length, 2);
  rig.time.runDue();
  deepStrictEqual(rig.said.slice(2), ["BookDelta", "BookDelta"]);
  strictEqual(rig.posted.length, 3, "what came in one turn leaves in one message");
  rig.host.offerMarket(deltaDraft({ bids: [3, 1] }));
  rig.time.runDue();
  strictEqual(rig.posted.length, 4, "and so does what came alone");
});

Deno.test("a page of an error is cut, and a report without a payload is refused like any other", () => {
  const rig = new Rig();
  rig.hear({ kind: "credit", lane: "reports", drafts: 9 });
  const payload = { order: 1, clOrdId: null, venueOrderId: null, reason: "x".repeat(100_000) };
  ok(
    rig.host.offer({ ...acceptedDraft(1), eventType: "OrderExpired", payload } as unknown as Draft),
  );
  const [said] = rig.posted;
  const [draft] = said?.kind === "drafts" ? said.drafts : [];
  strictEqual(draft?.eventType === "OrderExpired" && draft.payload.reason.length, 1000);
  rig.host.offer({ ...acceptedDraft(1), payload: null } as unknown as Draft);
  match(rig.said[1] ?? "", /^failed: .*OrderAccepted: payload must be a map: was null$/);
});

const WRONG: readonly (readonly [string, (host: VenueHost) => unknown, RegExp])[] = [
  [
    "a report",
    (host) => host.offer({ ...acceptedDraft(1), venue: 9 } as unknown as Draft),
    /^failed: the adapter said what cannot be: OrderAccepted: venue must be 0, its own: was 9$/,
  ],
  [
    "market data",
    (host) => host.offerMarket(deltaDraft({ bids: [1, 0.5] })),
    /cannot be: BookDelta: payload\.bids\[1\] must be whole, 0 or more: was 0\.5$/,
  ],
  [
    "a listing",
    (host) => host.list({ ...spotInstrument(), symbol: "X" }),
    /listed what cannot be: listing\.symbol must be what is configured, "BTC\/USDT": was "X"$/,
  ],
];
for (const [what, say, expected] of WRONG) {
  Deno.test(`${what} that cannot be ends the adapter, and nothing it says counts any more`, () => {
    const rig = new Rig();
    rig.hear({ kind: "credit", lane: "reports", drafts: 9 });
    rig.hear({ kind: "credit", lane: "market", drafts: 9 });
    say(rig.host);
    rig.host.offer(acceptedDraft(2));
    rig.host.offerMarket(deltaDraft({ bids: [1, 1] }));
    rig.host.status("reconciling", "connected");
    rig.time.runDue();
    strictEqual(rig.said.length, 1);
    match(rig.said[0] ?? "", expected);
  });
}

Deno.test("what its library leaves behind uncaught is noted, anything else uncaught ends the adapter", () => {
  const rig = new Rig({ secrets: BOTH });
  rig.host.credentials();
  rig.uncaught(new RangeError("a socket of hush-hush was refused"));
  deepStrictEqual(rig.said.filter((said) => said.startsWith("failed")), []);
  const [line] = rig.logged.filter(({ event }) => event === "library_promise_failed");
  match(line?.text ?? "", /a socket of \[secret\] was refused/);
  ok(!JSON.stringify(rig.logged).includes("hush-hush"));
  rig.uncaught(new TypeError("ours"));
  match(rig.said.at(-1) ?? "", /^failed: .*ours/);
});

Deno.test("what is left uncaught by an adapter that was told to stop is neither noted nor its end", () => {
  const rig = new Rig();
  rig.hear({ kind: "stop" });
  rig.uncaught(new RangeError("a socket was closed"));
  rig.uncaught(new TypeError("ours"));
  deepStrictEqual([rig.said, rig.logged], [[], []]);
});

Deno.test("what an adapter throws ends it with a sentence without its secrets", () => {
  for (const name of ["send 1", "cancelAll", "stop"]) {
    const rig = new Rig({ secrets: BOTH });
    rig.host.credentials();
    rig.throws = name;
    if (name === "send 1") rig.send({ request: 1 } as Partial<VenueCommand>);
    else rig.hear({ kind: name });
    deepStrictEqual(rig.said, [`failed: TypeError: ${name} of [secret] failed`]);
    const [last] = rig.posted;
    const stack = last?.kind === "failed" ? last.stack ?? "" : "";
    match(stack, /of \[secret\] failed\n +at /);
  }
});

Deno.test("up is said once the newest reconciliation since the connection is answered", () => {
  const rig = new Rig();
  rig.hear({ kind: "credit", lane: "reports", drafts: 100 });
  rig.send({ kind: "Reconcile", request: 1 } as Partial<VenueCommand>);
  rig.host.offer(reconciledDraft(1));
  deepStrictEqual(rig.said, ["Reconciled"], "there is no connection yet");
  rig.host.status("reconciling", "connected");
  rig.host.offer(reconciledDraft(1));
  rig.send({ kind: "Reconcile", request: 2 } as Partial<VenueCommand>);
  rig.send({ kind: "Reconcile", request: 3 } as Partial<VenueCommand>);
  rig.host.offer(reconciledDraft(2));
  deepStrictEqual(rig.said.slice(1), ["reconciling", "Reconciled", "Reconciled"]);
  rig.host.offer(reconciledDraft(3));
  rig.host.offer(reconciledDraft(3));
  deepStrictEqual(rig.said.slice(4), ["Reconciled", "up", "Reconciled"]);
  rig.host.status("down", "lost");
  rig.host.offer(reconciledDraft(3));
  deepStrictEqual(rig.said.slice(7), ["down", "Reconciled"]);
});

Deno.test("up is not said while the reconciliation that it follows found no room to be said", () => {
  const rig = new Rig();
  rig.host.status("reconciling", "connected");
  rig.send({ kind: "Reconcile", request: 1 } as Partial<VenueCommand>);
  while (rig.host.offer(acceptedDraft(1)));
  ok(!rig.host.offer(reconciledDraft(1)));
  const statuses = (): readonly string[] => rig.said.filter((said) => /up|reconc/.test(said));
  deepStrictEqual(statuses(), ["reconciling"]);
  rig.hear({ kind: "credit", lane: "reports", drafts: 20_000 });
  ok(rig.host.offer(reconciledDraft(1)));
  deepStrictEqual(statuses(), ["reconciling", "up"]);
  deepStrictEqual(rig.said.slice(-2), ["Reconciled", "up"]);
});

Deno.test("a status that says the same again is not said", () => {
  const rig = new Rig();
  for (const reason of ["no network", "no network", "no keys"]) rig.host.status("down", reason);
  deepStrictEqual(rig.said, ["down", "down"]);
});

Deno.test("nowUs() is the daemon's time where that is ahead of the wall clock", () => {
  const clockAheadUs = 40_000_000;
  const rig = new Rig({ clockAheadUs });
  strictEqual(rig.host.nowUs(), rig.time.wallUs() + clockAheadUs);
});

Deno.test("isDaemonAlive() is true within 3 s of a beat", () => {
  const rig = new Rig();
  const alive: boolean[] = [];
  for (let second = 0; second <= 4; second++) {
    alive.push(rig.host.isDaemonAlive());
    rig.time.advance(1_000_000);
  }
  rig.hear({ kind: "beat", isAlive: true });
  alive.push(rig.host.isDaemonAlive());
  deepStrictEqual(alive, [true, true, true, true, false, true]);
});

Deno.test("isDaemonAlive() is false from a beat of a daemon without progress to the next one with it", () => {
  const rig = new Rig();
  const alive: boolean[] = [];
  for (const isAlive of [true, false, false, false, false, true]) {
    rig.time.advance(1_000_000);
    rig.hear({ kind: "beat", isAlive });
    alive.push(rig.host.isDaemonAlive());
  }
  deepStrictEqual(alive, [true, false, false, false, false, true]);
});

Deno.test("a beat tells the newest that is known of the venue's clock and its own switch", () => {
  const rig = new Rig();
  rig.hear({ kind: "beat", isAlive: true });
  const deadMan = { confirmedUs: micros(7), periodMs: 9 };
  rig.host.deadManConfirmed(deadMan);
  rig.host.clockMeasured({ skewUs: -3, tripUs: 2 });
  rig.hear({ kind: "beat", isAlive: true });
  const beat = { kind: "beat", market: { merged: 0, dropped: 0 } };
  deepStrictEqual(rig.posted, [
    { ...beat, deadMan: null, clock: null },
    { ...beat, deadMan, clock: { skewUs: -3, tripUs: 2 } },
  ]);
});

Deno.test("credentials() names all that is missing, reads anew, and warns of what others can read", () => {
  const values = new Map<string, string>();
  const rig = new Rig({ secrets: values });
  deepStrictEqual(rig.host.credentials(), {
    ok: false,
    reason: "credentials.api_key must be there: KEY was not; " +
      "credentials.secret must be there: /secret was not",
  });
  for (const [place, value] of BOTH) values.set(place, value);
  for (let again = 0; again < 2; again++) {
    const read = rig.host.credentials();
    deepStrictEqual(rig.logged.map(({ event }) => event), ["credentials_exposed"]);
    const revealed = read.ok ? [...read.values].map(([name, one]) => [name, one.reveal()]) : [];
    deepStrictEqual(revealed, [["api_key", "key-hush"], ["secret", "hush-hush"]]);
  }
  match(rig.logged[0]?.text ?? "", /\/secret must be readable by its owner alone/);
});

Deno.test("answerDry() bears the stamp of the journal of a command that runs dry, once", () => {
  const rig = new Rig();
  rig.hear({ kind: "credit", lane: "reports", drafts: 9 });
  const command = {
    kind: "Submit",
    ordType: "Limit",
    timeInForce: "GTC",
    request: requestId(5),
    venue: VENUE.id,
    instrument: spotInstrument().id,
    order: orderId(1),
    clOrdId: "tl00000000-1-1",
    venueOrderId: null,
    dryRun: true,
  } as unknown as Parameters<VenueHost["answerDry"]>[0];
  rig.time.advance(1000);
  rig.send(command);
  const journalUs = rig.time.wallUs();
  rig.time.advance(500);
  const stamps = (): readonly unknown[] =>
    rig.posted.splice(0).flatMap((said) => said.kind === "drafts" ? said.drafts : [])
      .map(({ payload }) => "journalUs" in payload ? payload.journalUs : undefined);
  rig.host.answerDry(command);
  rig.host.answerDry(command);
  rig.time.runDue();
  deepStrictEqual(stamps(), [journalUs, undefined]);
});

Deno.test("what an adapter logs keeps its words, whatever they are in", () => {
  const rig = new Rig({ secrets: BOTH });
  rig.host.credentials();
  rig.logged.length = 0;
  const inner = { path: ["order", 7], key: "key-hush" };
  const cause = new RangeError("bad hush-hush here");
  const fields = { count: 7, isLast: true, nothing: null, inner, cause, text: "plain" };
  rig.host.log("warning", "answer_not_understood", fields);
  deepStrictEqual(JSON.parse(rig.logged[0]?.text ?? ""), {
    venue: VENUE.name,
    count: 7,
    isLast: true,
    nothing: null,
    inner: '{"path":["order",7],"key":"[secret]"}',
    cause: "RangeError: bad [secret] here",
    text: "plain",
  });
});

Deno.test("what an adapter says at length is cut between characters", () => {
  const rig = new Rig();
  rig.hear({ kind: "credit", lane: "reports", drafts: 9 });
  const words = "x" + "😀".repeat(500);
  const payload = { order: 1, clOrdId: null, venueOrderId: null, reason: words };
  rig.host.offer({ ...acceptedDraft(1), eventType: "OrderCancelled", payload } as unknown as Draft);
  rig.host.status("down", words);
  rig.time.runDue();
  const reasons = [...JSON.stringify(rig.posted).matchAll(/"reason":"([^"]*)"/g)];
  const whole = "x" + "😀".repeat(499);
  deepStrictEqual(reasons.map(([, reason]) => reason), [whole, whole]);
});

Deno.test("no secret leaves in a report, a status or the log", () => {
  const rig = new Rig({ secrets: BOTH });
  rig.host.credentials();
  rig.hear({ kind: "credit", lane: "reports", drafts: 9 });
  const payload = { order: 1, clOrdId: null, venueOrderId: null, reason: "with key-hush" };
  rig.host.offer({ ...acceptedDraft(1), eventType: "OrderCancelled", payload } as unknown as Draft);
  rig.host.status("down", "signed with hush-hush");
  const cause = new Error("hush-hush");
  rig.host.log("warning", "answer_not_understood", {
    text: "key-hush",
    inner: { a: ["hush-hush"] },
    cause,
  });
  const all = JSON.stringify([rig.posted, rig.logged]);
  ok(!/key-hush|hush-hush/.test(all), all);
  match(all, /with \[secret\]/);
});
