/**
 * A parsed client message as the byte vectors show it: snake_case, defaults filled in, what is
 * absent left out.
 * @module
 */
import type { Intent } from "../../core/intent.ts";
import { unreachable } from "../../core/invariant.ts";
import type { ClientMessage, Publish } from "../../wire/message.ts";

type Json = Readonly<Record<string, unknown>>;

/** Returns what `client_messages.json` holds for this message. */
export function canonicalMessage(message: ClientMessage): Json {
  switch (message.type) {
    case "QuoteIntent":
      return canonicalIntent(message.intent);
    case "ADVANCE":
      return {
        type: message.type,
        seq_id: message.seqId,
        intents: message.intents.map(({ atSeq, intent }) => ({
          ...canonicalIntent(intent),
          at_seq: atSeq,
        })),
      };
    case "PUBLISH":
      return canonicalPublish(message);
    case "QUERY":
      return { type: message.type, id: message.id, what: message.what, args: snake(message.args) };
    case "HELLO":
      return { ...snake(message), wire: [1] };
    case "HEARTBEAT":
    case "GOODBYE":
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
      return snake(message);
    default:
      return unreachable(message);
  }
}

function canonicalIntent(intent: Intent): Json {
  const { params, ...rest } = { params: undefined, ...intent };
  const fields = Object.entries(snake(rest)).filter(([key, value]) =>
    key !== "has_tag" && value !== null
  );
  const options = params === undefined || params === null ? {} : { params };
  return { type: "QuoteIntent", v: 1, ...Object.fromEntries(fields), ...options };
}

function canonicalPublish(message: Publish): Json {
  const { type, instrument, kind, tsUs } = message;
  const head = { type, instrument, kind, ts_us: tsUs };
  if (message.kind === "raw") return { ...head, payload: message.line };
  const { bids, asks, trades, updateId } = message;
  return { ...head, payload: { bids, asks, trades: trades.map(snake), update_id: updateId } };
}

function snake(value: object): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      isPlainObject(item) ? snake(item) : item,
    ]),
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
