/**
 * Proves for R-WIRE-1, R-WIRE-6, R-WIRE-7: this codec passes every byte vector that other
 * languages run.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Intent } from "../../core/intent.ts";
import { parseClientMessage } from "../../wire/client_message.ts";
import { encodeFrame, FrameReader, FrameSizeError } from "../../wire/frame.ts";
import { PUBLISHED_SCHEMAS } from "../../wire/schema.ts";
import { canonicalMessage } from "../support/canonical_message.ts";
import { World } from "../support/engine_world.ts";
import { bytesOfBase64, readVectors } from "../support/wire_vectors.ts";

type FrameVector = {
  readonly name: string;
  readonly max_frame_bytes: number;
  readonly chunks_base64: readonly string[];
  readonly frames: readonly string[];
  readonly left_bytes: number;
  readonly error?: string;
};

for (const vector of readVectors<FrameVector>("frames").vectors) {
  Deno.test(`FrameReader reads the vector: ${vector.name}`, () => {
    const reader = new FrameReader({ maxFrameBytes: vector.max_frame_bytes });
    const frames: string[] = [];
    let error: string | undefined;
    try {
      for (const chunk of vector.chunks_base64) {
        const bytes = bytesOfBase64(chunk);
        reader.push(bytes);
        for (let body = reader.next(); body !== undefined; body = reader.next()) {
          frames.push(new TextDecoder().decode(body));
        }
        bytes.fill(0xee); // the memory of a segment is not ours after the call
      }
    } catch (thrown) {
      ok(thrown instanceof FrameSizeError);
      error = "FRAME_SIZE";
    }
    deepStrictEqual(frames, vector.frames);
    strictEqual(error, vector.error);
    if (error === undefined) strictEqual(reader.bufferedBytes, vector.left_bytes);
  });
}

/** Returns the one frame's body. */
function bodyOf(frame: string): Uint8Array {
  const reader = new FrameReader({ maxFrameBytes: 1_048_576 });
  reader.push(bytesOfBase64(frame));
  const body = reader.next();
  ok(body !== undefined && reader.bufferedBytes === 0);
  return body;
}

type HostileVector = {
  readonly name: string;
  readonly frame_base64: string;
  readonly body?: string;
  readonly error: string;
};

for (const vector of readVectors<HostileVector>("hostile_json").vectors) {
  Deno.test(`parseClientMessage() refuses the vector: ${vector.name}`, () => {
    const problem = parseClientMessage(bodyOf(vector.frame_base64));
    ok(problem.type === "problem");
    strictEqual(problem.code, vector.error, problem.message);
    strictEqual(problem.reply, "error");
  });
}

type DecimalVector = {
  readonly name: string;
  readonly json: string;
  readonly canonical: string | null;
};

for (const vector of readVectors<DecimalVector>("decimals").vectors) {
  Deno.test(`parseClientMessage() reads the decimal: ${vector.name}`, () => {
    const body = `{"type":"QuoteIntent","v":1,"intent_id":"a","action":"Place","sent_us":0,` +
      `"instrument":"p:x","side":"Buy","order_qty":"1","price":${vector.json}}`;
    const message = parseClientMessage(new TextEncoder().encode(body));
    ok(message.type === "QuoteIntent");
    const { intent } = message;
    strictEqual(intent.action === "Place" ? intent.price : null, vector.canonical);
    if (intent.action === "Malformed") {
      ok(intent.text.startsWith("price: must be a decimal string"));
    }
  });
}

type ClientVector = {
  readonly name: string;
  readonly body: string;
  readonly frame_base64: string;
  readonly expect: {
    readonly message?: unknown;
    readonly refused?: "SCHEMA";
    readonly intent_id?: string;
    readonly error?: string;
    readonly path?: string;
    readonly reply?: string;
    readonly ref?: string | number;
  };
};

const client = readVectors<ClientVector>("client_messages");
for (const { name, body, frame_base64, expect } of client.vectors) {
  Deno.test(`parseClientMessage() reads the vector: ${name}`, () => {
    deepStrictEqual(encodeFrame(body), bytesOfBase64(frame_base64));
    const message = parseClientMessage(bodyOf(frame_base64));
    if (message.type === "problem") {
      const { code, reply, ref } = message;
      const found = { error: code, path: pathOf(message.message), reply };
      deepStrictEqual(ref === undefined ? found : { ...found, ref }, expect);
    } else if (message.type === "QuoteIntent" && expect.refused !== undefined) {
      deepStrictEqual(refusalOf(message.intent, client.now_us ?? 0), expect);
    } else {
      deepStrictEqual(canonicalMessage(message), expect.message);
    }
  });
}

/** The core's refusal of an intent that comes when its clock reads `nowUs`. */
function refusalOf(intent: Intent, nowUs: number): ClientVector["expect"] | undefined {
  const world = new World().start().open();
  world.nowUs = nowUs;
  const [report] = world.intent(intent);
  if (report?.rejectCode !== "SCHEMA" || report.intentId === null) return undefined;
  return { refused: "SCHEMA", path: pathOf(report.text ?? ""), intent_id: report.intentId };
}

function pathOf(message: string): string {
  return message.slice(0, message.indexOf(": must "));
}

type DaemonVector = {
  readonly name: string;
  readonly body: string;
  readonly frame_base64: string;
  readonly message: { readonly type: string };
};

/** Schemas of what the daemon sends, by type. */
const DAEMON_SCHEMAS = new Map(
  PUBLISHED_SCHEMAS.filter((published) => published.sender === "daemon")
    .map((published) => [published.name.replace(".daemon", ""), published.schema]),
);

for (const vector of readVectors<DaemonVector>("daemon_messages").vectors) {
  Deno.test(`the schema of ${vector.message.type} knows the vector: ${vector.name}`, () => {
    deepStrictEqual(encodeFrame(vector.body), bytesOfBase64(vector.frame_base64));
    deepStrictEqual(JSON.parse(vector.body), vector.message);
    const schema = DAEMON_SCHEMAS.get(vector.message.type);
    ok(schema !== undefined);
    deepStrictEqual(schema.parse(vector.message), vector.message);
  });
}
