/**
 * A steady rate with many live orders: is any message ever late?
 *
 *   steady.ts LIVE PER_SECOND SECONDS
 *
 * A message is either the bytes of a Replace, checked, applied and its report written as bytes, or
 * the venue's answer to one, likewise. Messages come on a plan; a loop spins until each is due and
 * serves it. Beside it, before and after, the same loop serves nothing: the machine's own stalls.
 * Meanwhile a follower in a Worker holds as many orders and builds one checkpoint, as in the
 * daemon. Prints one JSON object: lateness against the plan and time of service, microseconds.
 * @module
 */
import { orderId, px, qty } from "../../core/mod.ts";
import { ByteWriter } from "../../wire/byte_writer.ts";
import { JsonScanner } from "../../wire/json_scanner.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { PlainIntentReader } from "../../wire/plain_intent.ts";
import { decimal, PRICE_SCALE, QTY_SCALE, Scene, START_US } from "./scene.ts";
import { isBuying, Lives } from "./lives.ts";
import { heldBytes } from "../held_bytes.ts";
import { Distribution } from "./distribution.ts";
import type { Written } from "./checkpoint_worker.ts";

const FRAME_BYTES = 256;
const SEED = 11;
/** So long messages are served before they count: beside a young process its compiler is at work. */
const WARM_UP_SECONDS = 2;
/** Part of the pass after which the checkpoint begins: it rests nine tenths of its time. */
const CHECKPOINT_AFTER = 0.05;
const encoder = new TextEncoder();

/**
 * Texts by number, each handed out as a fresh one: what a venue says comes as text. Made of numbers
 * while the clock runs they would cost more, and the language would remember each of them.
 */
class FreshTexts {
  readonly #text: string;
  readonly #ends: Uint32Array;

  constructor(count: number, textOf: (number: number) => string) {
    const texts = Array.from({ length: count }, (_, number) => textOf(number));
    let end = 0;
    this.#ends = Uint32Array.from(texts, (text) => end += text.length);
    this.#text = texts.join("");
  }

  at(number: number): string {
    return this.#text.slice(this.#ends[number - 1] ?? 0, this.#ends[number]);
  }
}

/** What one pass saw. */
type Pass = { readonly lateness: Distribution; readonly service: Distribution };

/**
 * Serves `count` messages from number `from` on, one every `gapUs`; returns how late each began and
 * how long it took.
 */
function pace(
  of: { readonly count: number; readonly gapUs: number; readonly from?: number },
  serve: (number: number) => void,
): Pass {
  const lateness = new Distribution();
  const service = new Distribution();
  const { count, gapUs, from = 0 } = of;
  const startMs = performance.now() + 1;
  for (let number = from; number < from + count; number++) {
    const dueMs = startMs + (number - from) * gapUs / 1000;
    let beganMs = performance.now();
    while (beganMs < dueMs) beganMs = performance.now();
    serve(number);
    const endedMs = performance.now();
    service.add((endedMs - beganMs) * 1000);
    lateness.add((endedMs - dueMs) * 1000);
  }
  return { lateness, service };
}

/** Orders that are replaced in turn, messages made ahead. */
class Replaced {
  readonly #scene: Scene;
  readonly #live: number;
  readonly #frames: Uint8Array;
  readonly #lengths: Uint16Array;
  readonly #venueOrderIds: FreshTexts;
  readonly #keys: FreshTexts;
  readonly #reader = new PlainIntentReader();
  readonly #out = new ByteWriter();
  #written = 0;

  constructor(of: { readonly live: number; readonly count: number; readonly gapUs: number }) {
    this.#live = of.live;
    this.#scene = new Scene({ stepUs: of.gapUs, horizonMs: 2_000 });
    this.#scene.begin(new Lives(of.live, SEED));
    const frames = Math.ceil(of.count / 2);
    this.#frames = new Uint8Array(frames * FRAME_BYTES);
    this.#lengths = new Uint16Array(frames);
    for (let number = 0; number < frames; number++) this.#prepare(number, of.gapUs);
    this.#venueOrderIds = new FreshTexts(of.live, (number) => `v-${number + 1}`);
    this.#keys = new FreshTexts(frames, (number) => `replaced-${number}`);
  }

  /** Bytes of reports so far, so that nothing is optimised away. */
  get written(): number {
    return this.#written;
  }

  serve(number: number): void {
    const scene = this.#scene;
    const event = number % 2 === 0 ? this.#intent(number >> 1) : this.#answer(number >> 1);
    scene.timeline.apply(event, scene.effects);
    const { instruments } = scene.timeline.view;
    this.#out.clear();
    for (const report of scene.effects.reports) writeReport(this.#out, report, instruments);
    this.#written += this.#out.length;
    scene.applyDue();
  }

  #intent(number: number): ReturnType<Scene["intentEvent"]> {
    const from = number * FRAME_BYTES;
    const frame = { memory: this.#frames, from, to: from + (this.#lengths[number] ?? 0) };
    const intent = this.#reader.read(frame);
    if (intent === undefined) throw new Error("Cannot serve: the frame must be plain: was not");
    return this.#scene.intentEvent(intent);
  }

  #answer(number: number): ReturnType<Scene["reportEvent"]> {
    const { orderQty, price } = this.#terms(number);
    const lane = number % this.#live;
    const payload = {
      order: orderId(lane + 1),
      clOrdId: null,
      venueOrderId: this.#venueOrderIds.at(lane),
      orderQty: qty(orderQty),
      price: px(price),
    };
    return this.#scene.reportEvent("OrderReplaced", payload, this.#keys.at(number));
  }

  /** New terms each time: the quantity says how often the order was replaced. */
  #terms(number: number): { readonly orderQty: number; readonly price: number } {
    const round = Math.floor(number / this.#live);
    const isBuy = isBuying(number % this.#live);
    const away = 100_000 + number % 997;
    return { orderQty: 1_000 + round, price: isBuy ? 6_000_000 - away : 6_000_000 + away };
  }

  #prepare(number: number, gapUs: number): void {
    const order = number % this.#live;
    const { orderQty, price } = this.#terms(number);
    const round = Math.floor(number / this.#live);
    const origIntentId = round === 0 ? `i-${order + 1}` : `r-${number - this.#live}`;
    const sentUs = START_US + (2 * this.#live + 2 * number) * gapUs;
    const text = `{"type":"QuoteIntent","v":1,"intent_id":"r-${number}","action":"Replace",` +
      `"sent_us":${sentUs},"orig_intent_id":"${origIntentId}",` +
      `"order_qty":"${decimal(orderQty, QTY_SCALE)}","price":"${decimal(price, PRICE_SCALE)}",` +
      `"tag":"bench"}`;
    const into = this.#frames.subarray(number * FRAME_BYTES, (number + 1) * FRAME_BYTES);
    this.#lengths[number] = encoder.encodeInto(text, into).written;
  }
}

/**
 * Reads a text as long as a token: a client's HELLO comes before its intents, and the first long text
 * of a process loads a part of the runtime, which takes tens of milliseconds.
 */
function readHello(): void {
  const token = new JsonScanner(encoder.encode("t".repeat(64)));
  token.at = 64;
  token.asciiFrom(0);
}

/** Starts the follower; resolves when it holds its orders and has been told to begin. */
function startFollower(live: number): Promise<Worker> {
  const url = new URL("checkpoint_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = (): void => resolve(worker);
    worker.postMessage({ live });
  });
}

async function main(): Promise<void> {
  const [live = "300000", perSecond = "50000", seconds = "40"] = Deno.args;
  const gapUs = 1_000_000 / Number(perSecond);
  const count = Number(perSecond) * Number(seconds);
  const warmUp = Number(perSecond) * WARM_UP_SECONDS;
  const orders = new Replaced({ live: Number(live), count: warmUp + count, gapUs });
  const follower = await startFollower(Number(live));
  readHello();
  heldBytes(); // collects what preparing left: it is not the engine's
  const idle = { count: count >> 3, gapUs };
  pace({ count: count >> 4, gapUs: 0 }, (number) => void number);
  const before = pace(idle, (number) => void number);
  const checkpoint = new Promise<Written>((resolve) => {
    follower.onmessage = ({ data }: MessageEvent<Written>): void => resolve(data);
  });
  pace({ count: warmUp, gapUs }, (number) => orders.serve(number));
  follower.postMessage({ checkpointAfterMs: Number(seconds) * 1000 * CHECKPOINT_AFTER });
  const pass = pace({ count, gapUs, from: warmUp }, (number) => orders.serve(number));
  const endedMs = Date.now();
  const written = await checkpoint;
  const after = pace(idle, (number) => void number);
  follower.terminate();
  const result = {
    live: Number(live),
    per_second: Number(perSecond),
    report_bytes: orders.written,
    checkpoint_bytes: written.bytes,
    checkpoint_ended_in_pass: written.endedMs <= endedMs,
    lateness: pass.lateness.summary(),
    service: pass.service.summary(),
    no_op_lateness: [before.lateness.summary(), after.lateness.summary()],
    no_op_service: [before.service.summary(), after.service.summary()],
  };
  Deno.stdout.writeSync(encoder.encode(JSON.stringify(result) + "\n"));
}

await main();
