/**
 * From a frame's bytes to a client message: the one door for what clients send.
 *
 * Invariant: never throws for anything a client can send; a problem says what to answer, names the
 * path of the first thing that is wrong, and holds no secret.
 * Ordering of checks: JSON, an object, a string `type`, then the message's own.
 * @module
 */
import { cutText } from "../core/cut_text.ts";
import { parsePublish, parseSubscribe, parseUnsubscribe } from "./data_parser.ts";
import { Breach, breach, Fields, type Found, listOf, natural, object } from "./fields.ts";
import { INTENT_ID_SHAPE } from "./intent_fields.ts";
import { parseIntent } from "./intent_parser.ts";
import { JsonError, type JsonObject, type JsonValue, parseJson } from "./json.ts";
import type { Advance, ClientMessage, MessageProblem, RequestKey } from "./message.ts";
import { readPlainIntent } from "./plain_intent.ts";
import { parseQuery } from "./query_parser.ts";
import { parseGoodbye, parseHeartbeat, parseHello } from "./session_parser.ts";

/** Most intents in one ADVANCE. */
export const ADVANCE_INTENTS_MAX = 10_000;

const advanceIntentsRule = listOf(object, { min: 0, max: ADVANCE_INTENTS_MAX });

/**
 * Parses one frame's body.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * const bytes = new TextEncoder().encode('{"type":"HEARTBEAT","now_us":5}');
 * deepStrictEqual(parseClientMessage(bytes), { type: "HEARTBEAT", nowUs: 5 });
 * ```
 */
export function parseClientMessage(bytes: Uint8Array): ClientMessage | MessageProblem {
  const plain = readPlainIntent(bytes);
  return plain === undefined ? parseGeneralMessage(bytes) : { type: "QuoteIntent", intent: plain };
}

/** `parseClientMessage` without the fast door for plain intents: slower, never a different answer. */
export function parseGeneralMessage(bytes: Uint8Array): ClientMessage | MessageProblem {
  try {
    return parseValue(parseJson(bytes));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { type: "problem", code: "BAD_JSON", message: error.message, reply: "error" };
  }
}

function parseValue(value: JsonValue): ClientMessage | MessageProblem {
  if (!(value instanceof Map)) return badMessage("Cannot read a message: it must be an object");
  const type = value.get("type");
  if (typeof type !== "string") {
    return badMessage("type: must be a string", refOf(value));
  }
  try {
    return parseByType(type, value);
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
    return badMessage(error.message, refOf(value));
  }
}

function badMessage(message: string, ref?: RequestKey): MessageProblem {
  const problem = { type: "problem", code: "BAD_MESSAGE", message, reply: "error" } as const;
  return ref === undefined ? problem : { ...problem, ref };
}

function parseByType(type: string, message: JsonObject): ClientMessage | MessageProblem {
  switch (type) {
    case "QuoteIntent":
      return { type, intent: parseIntent({ object: message, path: "" }) };
    case "HEARTBEAT":
      return parseHeartbeat(message);
    case "HELLO":
      return parseHello(message);
    case "GOODBYE":
      return parseGoodbye(message);
    case "PUBLISH":
      return parsePublish(message);
    case "ADVANCE":
      return parseAdvance(message);
    case "SUBSCRIBE":
      return parseRequest(message, parseSubscribe);
    case "UNSUBSCRIBE":
      return parseRequest(message, parseUnsubscribe);
    case "QUERY":
      return parseRequest(message, parseQuery);
    default:
      return unknownType(type, refOf(message));
  }
}

function unknownType(type: string, ref: RequestKey | undefined): MessageProblem {
  const shown = JSON.stringify(type.length <= 40 ? type : `${cutText(type, 40)}…`);
  const message = `type: must be a message that a client sends: was ${shown}`;
  const problem = { type: "problem", code: "UNKNOWN_TYPE", message, reply: "error" } as const;
  return ref === undefined ? problem : { ...problem, ref };
}

/** A request with a valid `id` gets a RESULT, whatever else is wrong with it. */
function parseRequest<T extends ClientMessage>(
  message: JsonObject,
  parse: (message: JsonObject, id: RequestKey) => T,
): T | MessageProblem {
  const id = new Fields(message).required("id", requestKey);
  try {
    return parse(message, id);
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
    const { message: text } = error;
    return { type: "problem", code: "BAD_MESSAGE", message: text, ref: id, reply: "result" };
  }
}

function requestKey(found: Found): RequestKey {
  const { value } = found;
  return isRequestKey(value)
    ? value
    : breach(found, "a string of 1 to 64 characters or an integer");
}

function isRequestKey(value: JsonValue | undefined): value is RequestKey {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value !== "string" || value.length > 128) return false;
  return value.length > 0 && [...value].length <= 64;
}

/** What an ERROR about this message refers to: its `intent_id` or `id`, if valid. */
function refOf(message: JsonObject): RequestKey | undefined {
  const intentId = message.get("intent_id");
  if (typeof intentId === "string" && INTENT_ID_SHAPE.test(intentId)) return intentId;
  const id = message.get("id");
  return isRequestKey(id) ? id : undefined;
}

/** An intent without a valid `v` and `intent_id` makes the whole ADVANCE a BAD_MESSAGE. */
function parseAdvance(message: JsonObject): Advance {
  const fields = new Fields(message);
  const seqId = fields.required("seq_id", natural);
  const intents = fields.required("intents", advanceIntentsRule).map((object, index) => {
    const path = `intents[${index}]`;
    const intentFields = new Fields(object, path);
    intentFields.required("type", quoteIntentType);
    const atSeq = intentFields.required("at_seq", natural);
    return { atSeq, intent: parseIntent({ object, path }) };
  });
  return { type: "ADVANCE", seqId, intents };
}

function quoteIntentType(found: Found): "QuoteIntent" {
  return found.value === "QuoteIntent" ? found.value : breach(found, '"QuoteIntent"');
}
