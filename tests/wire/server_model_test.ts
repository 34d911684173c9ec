/**
 * Random lives of two clients on a random network: whatever they do, the promises hold.
 * Proves R-WIRE-2, R-WIRE-3, R-WIRE-6.
 *
 * Checked as each message arrives: nothing is shown before it is durable; the reports of a
 * connection are an unbroken run from where it resumed; nothing but reports comes between HELLO_ACK
 * and the end of the replay; a RESULT or HEARTBEAT comes after every report that it counts. At the
 * end: a client that resumes has every report exactly once, and no intent acted twice.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Received, WireClient } from "../support/wire_client.ts";
import { WireFixture } from "../support/wire_fixture.ts";

type Step =
  | {
    readonly kind: "hello" | "start" | "break" | "goodbye" | "stall" | "read";
    readonly who: number;
  }
  | { readonly kind: "intent"; readonly who: number; readonly id: number }
  | { readonly kind: "query" | "subscribe"; readonly who: number }
  | { readonly kind: "fill"; readonly who: number; readonly count: number }
  | { readonly kind: "turn" | "commit" | "deliver" | "settle" }
  | { readonly kind: "wait"; readonly ms: number };

const who = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("hello" as const, "start" as const), who }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "break" as const,
        "goodbye" as const,
        "stall" as const,
        "read" as const,
      ),
      who,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("intent" as const),
      who,
      id: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("query" as const, "subscribe" as const), who }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("fill" as const),
      who,
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "turn" as const,
        "commit" as const,
        "deliver" as const,
        "settle" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.integer({ max: 2_500, min: 1 }),
    }),
  },
);

/** One client over all its connections, and what it checks. */
class Player {
  readonly #fixture: WireFixture;
  readonly #name: string;
  /** Number of the last report processed, over all connections. */
  processed = 0;
  #client: WireClient | undefined;

  constructor(fixture: WireFixture, name: string) {
    this.#fixture = fixture;
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }

  /** `resume`: false gives up what it has missed. */
  hello(of: { readonly resume: boolean } = { resume: true }): void {
    let last = this.processed;
    const resume = of.resume ? { resume_from: last } : {};
    const client = this.#fixture.hello(this.#name, resume);
    this.#client = client;
    let replayTo: number | undefined;
    client.onMessage = (message) => {
      this.#isDurable(message);
      if (message.type === "HELLO_ACK") {
        replayTo = Number(message["report_seq"]);
        if (!of.resume) last = replayTo;
      } else if (message.type === "ExecutionReport") last = this.#report(message, last);
      else if (message.type !== "ERROR" || message["fatal"] === false) {
        ok(replayTo !== undefined && last >= replayTo, `${message.type} within a replay`);
        ok(Number(message["report_seq"] ?? 0) <= last, `${message.type} before its reports`);
      }
      if (this.#client === client) this.processed = Math.max(this.processed, last);
    };
  }

  do(act: (client: WireClient) => void): void {
    if (this.#client?.closedBecause === undefined && this.#client !== undefined) act(this.#client);
  }

  #isDurable(message: Received): void {
    const { durableSeq } = this.#fixture.backend;
    ok(Number(message["seq_id"] ?? 0) <= durableSeq, `${message.type} before its event is durable`);
  }

  #report(message: Received, last: number): number {
    const reportSeq = Number(message["report_seq"]);
    if (message["poss_dup"] === true) {
      ok(reportSeq <= last, "a repetition before the report itself");
      return last;
    }
    strictEqual(reportSeq, last + 1);
    return reportSeq;
  }
}

function play(fixture: WireFixture, players: readonly Player[], step: Step): void {
  const player = "who" in step ? players[step.who] : undefined;
  switch (step.kind) {
    case "hello":
      return player?.hello();
    case "start":
      return player?.hello({ resume: false });
    case "break":
      return player?.do((client) => client.socket.destroy());
    case "goodbye":
      return player?.do((client) => client.send({ type: "GOODBYE" }));
    case "stall":
      return player?.do((client) => client.socket.pause());
    case "read":
      return player?.do((client) => client.socket.resume());
    case "intent":
      return player?.do((client) => client.send(fixture.noOp(`i${step.id}`)));
    case "query":
      return player?.do((client) => client.send({ type: "QUERY", id: 1, what: "metrics" }));
    case "subscribe":
      return player?.do((client) =>
        client.send({ type: "SUBSCRIBE", id: 1, channels: ["order", "book"], instruments: "*" })
      );
    case "fill":
      for (let n = 0; n < step.count; n++) {
        fixture.backend.report(player?.name ?? "", "x".repeat(n * 200));
      }
      return;
    case "turn":
      return fixture.backend.turn();
    case "commit":
      return fixture.backend.commit();
    case "settle":
      return fixture.settle();
    case "deliver":
      return void fixture.time.runDue();
    case "wait":
      return fixture.time.advance(step.ms * 1_000);
  }
}

Deno.test("WireServer keeps its promises whatever two clients and the network do", () => {
  const network = fc.record({
    windowBytes: fc.constantFrom(1_000, 20_000, 100_000),
    chunk: fc.constantFrom(19, 1_000, 100_000),
    reportBufferBytes: fc.constantFrom(10_000, 100_000, 1_000_000),
  });
  fc.assert(
    fc.property(
      network,
      fc.array(step, { minLength: 20, maxLength: 120, size: "max" }),
      (network, steps) => {
        const { windowBytes, reportBufferBytes, chunk } = network;
        const fixture = new WireFixture({
          windowBytes,
          chunking: () => chunk,
          settings: { reportBufferBytes, otherFramesPerSecond: 1_000 },
        });
        const players = [new Player(fixture, "alice"), new Player(fixture, "bob")];
        for (const player of players) player.hello();
        for (const step of steps) play(fixture, players, step);
        for (const player of players) {
          player.hello();
          for (let round = 0; round < 12; round++) fixture.settle();
          finished(fixture, player);
        }
      },
    ),
    { numRuns: 80 },
  );
});

function finished(fixture: WireFixture, player: Player): void {
  const { view, events } = fixture.backend;
  const client = view.clientIndex(player.name);
  strictEqual(player.processed, client === undefined ? 0 : view.reportSeq(client));
  const opened = events.filter((event) => event.eventType === "SessionOpened");
  const closed = events.filter((event) => event.eventType === "SessionClosed")
    .map((event) => event.payload.session);
  deepStrictEqual(new Set(closed).size, closed.length, "a session closed twice");
  ok(closed.length <= opened.length);
}
