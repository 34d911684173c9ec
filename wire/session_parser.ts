/**
 * HELLO, HEARTBEAT, GOODBYE: the messages that open, keep and end a session.
 *
 * Invariant: a HELLO's token is told with its problem, in a field of its own and never in a text,
 * so that it can be judged before anything else.
 * @module
 */
import {
  boolean,
  Breach,
  Fields,
  type Found,
  integer,
  listOf,
  natural,
  object,
  oneOf,
  pattern,
  secret,
  text,
} from "./fields.ts";
import type { JsonObject } from "./json.ts";
import type { Agent, ClientHeartbeat, Goodbye, Hello, MessageProblem } from "./message.ts";

/** The version of the protocol that this codec speaks. */
export const WIRE_VERSION = 1;
/** Longest `cancel_grace_ms`: a day. */
export const CANCEL_GRACE_MAX_MS = 86_400_000;
export const CLIENT_ID_SHAPE = /^[A-Za-z0-9._-]{1,64}$/;

const clientIdRule = pattern(CLIENT_ID_SHAPE, "1 to 64 of A-Za-z0-9._-");
const tokenRule = secret({ min: 1, max: 256 });
const nameRule = text({ min: 1, max: 64 });
const reasonRule = text({ min: 0, max: 256 });
const wireRule = listOf(integer({ min: 1 }), { min: 1, max: 16 });
const graceRule = integer({ min: 0, max: CANCEL_GRACE_MAX_MS });
const modeRule = oneOf(["stream", "lockstep"]);

/** Parses a HELLO; a problem carries the token, to be judged first. */
export function parseHello(message: JsonObject): Hello | MessageProblem {
  const token = message.get("token");
  const helloToken = typeof token === "string" ? token : null;
  const fields = new Fields(message);
  try {
    const versions = fields.required("wire", wireRule);
    if (!versions.includes(WIRE_VERSION)) {
      const text = `wire: must include ${WIRE_VERSION}: was [${versions.join(", ")}]`;
      return { type: "problem", code: "WIRE_VERSION", message: text, reply: "error", helloToken };
    }
    return readHello(fields);
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
    const code = "BAD_MESSAGE";
    return { type: "problem", code, message: error.message, reply: "error", helloToken };
  }
}

function readHello(fields: Fields): Hello {
  const clientId = fields.required("client_id", clientIdRule);
  const token = fields.required("token", tokenRule);
  const resumeFrom = fields.optional("resume_from", natural);
  const resumeJournalId = fields.optional("resume_journal_id", nameRule);
  const cancelOnDisconnect = fields.optional("cancel_on_disconnect", boolean);
  const cancelGraceMs = fields.optional("cancel_grace_ms", graceRule);
  const sessionMode = fields.optional("session_mode", modeRule) ?? "stream";
  const agent = fields.optional("agent", parseAgent);
  return {
    type: "HELLO",
    clientId,
    token,
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    ...(resumeJournalId === undefined ? {} : { resumeJournalId }),
    ...(cancelOnDisconnect === undefined ? {} : { cancelOnDisconnect }),
    ...(cancelGraceMs === undefined ? {} : { cancelGraceMs }),
    sessionMode,
    ...(agent === undefined ? {} : { agent }),
  };
}

function parseAgent(found: Found): Agent {
  const fields = new Fields(object(found), found.path);
  const name = fields.required("name", nameRule);
  const version = fields.required("version", nameRule);
  const commit = fields.optional("commit", nameRule);
  return { name, version, ...(commit === undefined ? {} : { commit }) };
}

/** Parses a HEARTBEAT. @throws {Breach} If it is malformed. */
export function parseHeartbeat(message: JsonObject): ClientHeartbeat {
  const fields = new Fields(message);
  const nowUs = fields.required("now_us", natural);
  const echoUs = fields.optional("echo_us", natural);
  return { type: "HEARTBEAT", nowUs, ...(echoUs === undefined ? {} : { echoUs }) };
}

/** Parses a GOODBYE. @throws {Breach} If it is malformed. */
export function parseGoodbye(message: JsonObject): Goodbye {
  const fields = new Fields(message);
  const reason = fields.optional("reason", reasonRule);
  const keepOrders = fields.optional("keep_orders", boolean) ?? false;
  return { type: "GOODBYE", ...(reason === undefined ? {} : { reason }), keepOrders };
}
