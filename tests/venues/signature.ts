/**
 * Checks who asks: key, timestamp and HMAC-SHA256 over query and body as they were sent, in the venue's words.
 * @module
 */
import { createHmac } from "node:crypto";
import { type Refusal, refusal } from "./order.ts";

/** The one account's key. */
export type Credentials = { readonly key: string; readonly secret: string };
/** What proves a request. */
export type Proof = {
  readonly key: string | undefined;
  /** What was signed, with `signature` in it. */
  readonly text: string;
  readonly params: URLSearchParams;
  readonly nowMs: number;
};

const RECV_WINDOW_DEFAULT_MS = 5000;
const RECV_WINDOW_MAX_MS = 60_000;
/** How far ahead of the venue a timestamp may be. */
const AHEAD_MAX_MS = 1000;

/** Why a signed request is not believed; undefined if it is. */
export function signatureRefusal(proof: Proof, { key, secret }: Credentials): Refusal | undefined {
  const { params, nowMs } = proof;
  const refusedKey = keyRefusal(proof.key, key);
  if (refusedKey) return refusedKey;
  const timestamp = Number(params.get("timestamp"));
  const recvWindow = Number(params.get("recvWindow") ?? RECV_WINDOW_DEFAULT_MS);
  if (!params.has("timestamp") || !Number.isSafeInteger(timestamp)) {
    return missing("timestamp");
  }
  if (!(recvWindow > 0 && recvWindow <= RECV_WINDOW_MAX_MS)) {
    return refusal(-1131, "'recvWindow' must be less than 60000.");
  }
  if (timestamp >= nowMs + AHEAD_MAX_MS) {
    return refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  }
  if (nowMs - timestamp > recvWindow) {
    return refusal(-1021, "Timestamp for this request is outside of the recvWindow.");
  }
  const given = params.get("signature");
  if (given === null) return missing("signature");
  const signed = proof.text.replace(/(^|&)signature=[^&]*/, "");
  return given === signatureOf(signed, secret)
    ? undefined
    : refusal(-1022, "Signature for this request is not valid.");
}

/** Why a key is not believed; undefined if it is. */
export function keyRefusal(given: string | undefined, key: string): Refusal | undefined {
  if (given === undefined) return { ...refusal(-2014, "API-key format invalid."), status: 401 };
  const msg = "Invalid API-key, IP, or permissions for action.";
  return given === key ? undefined : { ...refusal(-2015, msg), status: 401 };
}

/** The refusal of a request that lacks a parameter. */
export function missing(name: string): Refusal {
  return refusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}

/** HMAC-SHA256, in hex. */
export function signatureOf(text: string, secret: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}
