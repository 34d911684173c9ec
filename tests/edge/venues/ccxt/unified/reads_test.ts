/**
 * Questions to an exchange: one after the other, what an order waits for first, no faster than it takes
 * them, and none while it wants a pause.
 *
 * Proves: R-EXEC-4 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { micros } from "../../../../../core/numbers.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import type { Answer } from "../../../../../edge/venues/ccxt/unified/calls.ts";
import { Reads } from "../../../../../edge/venues/ccxt/unified/reads.ts";
import { CallBench, type Reply } from "./call_bench.ts";

const HOST = "http://venue.test/";
const GAP_MS = 50;

/** Questions to an exchange that answers what it is told to; each is one request. */
class Asked {
  readonly bench: CallBench;
  readonly reads: Reads;
  /** What was asked, with when. */
  readonly asked: (readonly [string, number])[] = [];
  readonly answers = new Map<string, Answer>();

  constructor(reply: (name: string) => Reply = () => ({ status: 200, body: "[]" })) {
    this.bench = new CallBench({}, ({ url }) => {
      const name = url.slice(HOST.length);
      this.asked.push([name, this.bench.time.monotonicUs() / 1000]);
      return reply(name);
    });
    const { calls, time } = this.bench;
    const nowUs = () => micros(time.wallUs());
    this.reads = new Reads({ calls, timers: time, nowUs, gapMs: GAP_MS });
  }

  get names(): readonly string[] {
    return this.asked.map(([name]) => name);
  }

  ask(name: string, of: { readonly isUrgent?: boolean; readonly fails?: Error } = {}): void {
    const { fails, ...how } = of;
    this.reads.ask(
      (exchange) =>
        exchange.fetchImplementation(HOST + name, {}).then((response) => {
          if (fails !== undefined) throw fails;
          return response.text();
        }),
      (answer) => this.answers.set(name, answer),
      how,
    );
  }

  /** Waits until so many are answered. */
  async answered(count: number): Promise<void> {
    await this.bench.until(() => this.answers.size >= count);
  }
}

async function limit(): Promise<Error> {
  const library = await loadCcxt() as unknown as Record<string, new (words: string) => Error>;
  const Type = library["RateLimitExceeded"];
  if (Type === undefined) throw new Error("Cannot find RateLimitExceeded");
  return new Type("too fast");
}

Deno.test("ask() asks one after the other, with a gap from one to the next", async () => {
  const at = new Asked();
  for (const name of ["a", "b", "c"]) at.ask(name);
  await at.answered(3);
  deepStrictEqual(at.asked, [["a", 0], ["b", GAP_MS], ["c", 2 * GAP_MS]]);
  const [answer] = at.answers.values();
  ok(answer?.kind === "ok" && answer.value === "[]");
});

Deno.test("ask() waits for an answer before it asks again, however long it takes", async () => {
  const at = new Asked((name) => name === "slow" ? "silence" : { status: 200, body: "" });
  at.ask("slow");
  at.ask("next");
  await at.answered(2);
  strictEqual(at.answers.get("slow")?.kind, "error");
  strictEqual(at.asked[1]?.[1], 1000); // the transport's own deadline ends the first
});

Deno.test("ask() asks first what an order waits for, in order, also what came last", async () => {
  const at = new Asked();
  for (const name of ["first", "x", "y"]) at.ask(name);
  for (const name of ["u1", "u2"]) at.ask(name, { isUrgent: true });
  await at.answered(5);
  deepStrictEqual(at.names, ["first", "u1", "u2", "x", "y"]);
});

Deno.test("ask() sees who is first when its pause is over", async () => {
  const at = new Asked();
  at.ask("first");
  await at.answered(1);
  at.ask("other");
  at.bench.time.advance(10_000);
  at.ask("urgent", { isUrgent: true });
  await at.answered(3);
  deepStrictEqual(at.names, ["first", "urgent", "other"]);
});

Deno.test("ask() asks nothing after a limit for as long as the exchange says", async () => {
  const headers = { "retry-after": "30" };
  const at = new Asked((name) => name === "a" ? { status: 429, headers, body: "" } : "lost");
  at.ask("a", { fails: await limit() });
  at.ask("b", { isUrgent: true });
  await at.answered(2);
  deepStrictEqual(at.asked, [["a", 0], ["b", 30_000]]);
  const answer = at.answers.get("a");
  ok(answer?.kind === "error" && answer.error.class === "rate");
});

Deno.test("ask() pauses after a limit that has no length, and not after another failure", async () => {
  const at = new Asked(() => ({ status: 429, body: "" }));
  at.ask("a", { fails: await limit() });
  at.ask("b");
  await at.answered(2);
  strictEqual(at.asked[1]?.[1], 5000);
  const other = new Asked(() => "lost");
  other.ask("a");
  other.ask("b");
  await other.answered(2);
  strictEqual(other.asked[1]?.[1], GAP_MS);
});

Deno.test("ask() takes what is asked by an answer behind what waits already", async () => {
  const at = new Asked();
  at.reads.ask((exchange) => exchange.fetchImplementation(`${HOST}a`, {}), () => {
    at.ask("by-a");
  });
  at.ask("b");
  await at.answered(2);
  deepStrictEqual(at.names, ["a", "b", "by-a"]);
});

Deno.test("stop() asks nothing more, and what was asked is not answered twice", async () => {
  const at = new Asked();
  for (const name of ["a", "b"]) at.ask(name);
  await at.answered(1);
  at.reads.stop();
  at.ask("c", { isUrgent: true });
  at.bench.time.advance(60_000_000);
  await at.bench.settle();
  deepStrictEqual(at.names, ["a"]);
});

Deno.test("ask() says at once that too many wait, and keeps those that do", async () => {
  const at = new Asked(() => "silence");
  const answers: Answer[] = [];
  const never = () => new Promise<never>(() => {});
  for (let asked = 0; asked <= 10_001; asked++) {
    at.reads.ask(never, (answer) => answers.push(answer));
  }
  await at.bench.settle();
  strictEqual(answers.length, 1); // one is asked, 10 000 wait
  const [answer] = answers;
  ok(answer?.kind === "error");
  match(answer.error.text, /10000 questions wait/);
  at.reads.stop();
});
