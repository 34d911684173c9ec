/**
 * The test exchange as a process of its own: `deno run server.ts SEED CAMPAIGN_DIRECTORY`.
 *
 * Prints `{"port":…}`, speaks JSON lines, loses and delays answers, acts late, breaks connections
 * before and after acting, fills and cancels at random. `{"op":"calm"}` ends the faults, `{"op":"audit"}`
 * answers with the whole ledger. The process ends when its standard input does, so that it never
 * outlives the test that started it.
 * @module
 */
import { type Answer, Exchange, type Request } from "./exchange.ts";
import { Draws } from "../support/draws.ts";
import { Strikes } from "./strikes.ts";

const MATCH_EVERY_MS = 4;
/** More than the adapter's deadline for an answer. */
const DELAY_MAX_MS = 500;
/** Less than `absenceProofMs`. */
const LATE_MAX_MS = 1000;

type Admin = { readonly op: "calm" | "audit" };

const [seed = "1", campaignDirectory = "."] = Deno.args;
const draws = new Draws(Number(seed));
const strikes = new Strikes(campaignDirectory);
const exchange = new Exchange(() => Date.now() * 1000);
/** Orders that were sent and that the exchange never read. */
const lost: string[] = [];
const lines = new Set<Line>();
let isCalm = false;

/** One connection. Delayed answers are overtaken by what comes after them. */
class Line {
  readonly #connection: Deno.TcpConn;
  #isOpen = true;
  #isReady = false;
  #last: Promise<void> = Promise.resolve();

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  async serve(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let text = "";
    while (this.#isOpen) {
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) break;
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
      const whole = text.split("\n");
      text = whole.pop() ?? "";
      for (const line of whole) this.#handle(JSON.parse(line) as Request | Admin);
    }
    this.close();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    lines.delete(this);
    this.#connection.close();
  }

  /** Sends what the exchange says by itself. */
  push(answers: readonly Answer[]): void {
    if (this.#isReady) this.#send(answers);
  }

  #handle(request: Request | Admin): void {
    if (!this.#isOpen) return;
    switch (request.op) {
      case "calm":
        isCalm = true;
        return;
      case "audit":
        return this.#send([audit()]);
    }
    if (request.op === "hello") {
      this.#isReady = true;
      return this.#send(exchange.handle(request));
    }
    // After a restart look-ups come in storms: they must not draw all that is aimed at orders.
    const isOrder = request.op !== "lookup" && request.op !== "account";
    if (isOrder) strikes.at("received");
    if (isOrder && this.#fault(0.4)) return this.#lose(request);
    if (request.op === "place" && this.#fault(2)) return this.#actLate(request);
    const answers = exchange.handle(request);
    if (isOrder) strikes.at("acted");
    if (isOrder && this.#fault(0.4)) return this.close(); // it acted, the answer is lost
    if (this.#fault(2)) return;
    // What it says of the account is what it was when it said so: nothing may come between.
    if (request.op === "account") return this.#send(answers);
    if (this.#fault(2)) setTimeout(() => this.#send(answers), draws.below(DELAY_MAX_MS));
    else this.#send(answers);
  }

  /** An order may come to life after a look-up found nothing, but not after the proof's delay. */
  #actLate(request: Request): void {
    setTimeout(() => this.#send(exchange.handle(request)), draws.below(LATE_MAX_MS));
  }

  #lose(request: Request): void {
    if (request.op === "place") lost.push(request.clientId);
    this.close();
  }

  #fault(percent: number): boolean {
    return !isCalm && draws.chance(percent);
  }

  #send(answers: readonly unknown[]): void {
    if (answers.length === 0) return;
    const bytes = new TextEncoder().encode(answers.map((a) => JSON.stringify(a) + "\n").join(""));
    this.#last = this.#last.then(async () => {
      for (let sent = 0; sent < bytes.length && this.#isOpen;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    }).catch(() => this.close());
  }
}

function audit(): unknown {
  return {
    re: "audit",
    lost,
    duplicates: exchange.duplicates,
    position: exchange.position,
    cash: exchange.cash,
    fees: exchange.fees,
    trades: exchange.trades,
    orders: [...exchange.orders.values()].map(({ clientId, state, filled, qty }) => ({
      clientId,
      state,
      filled,
      qty,
    })),
  };
}

function tell(answers: readonly Answer[]): void {
  for (const line of lines) line.push(answers);
}

setInterval(() => {
  if (isCalm) return;
  if (draws.below(100) < 40) tell(exchange.match((bound) => draws.below(bound)));
  if (draws.below(1000) < 5) tell(exchange.cancelUnasked((bound) => draws.below(bound)));
}, MATCH_EVERY_MS);

/** Waits for the end of the input. */
async function outlived(): Promise<void> {
  const buffer = new Uint8Array(256);
  while (await Deno.stdin.read(buffer) !== null);
  Deno.exit(0);
}

outlived();
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({ port: listener.addr.port }) + "\n"),
);
for await (const connection of listener) {
  const line = new Line(connection);
  lines.add(line);
  line.serve();
}
