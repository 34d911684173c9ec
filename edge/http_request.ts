/**
 * The bytes of an HTTP/1.1 request, built to the last one before anything is sent.
 *
 * Invariants: nothing that a caller gives can break out of its line; length and connection headers
 * are ours. On the way of an order: no object of the runtime is made for what is plain text already.
 * Source: RFC 9110 §5, RFC 9112 §3.
 * @module
 */
import type { HttpRequest } from "./ports.ts";

/** Where a request goes. */
export type HttpTarget = {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, as they are sent. */
  readonly path: string;
};

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;
/** What may be sent as it is: characters that mean in an address what they are. RFC 3986 §3.3. */
const PLAIN_PATH = /^\/[\w.~!$&'()*+,;=:@%/?-]*$/;
const BEYOND_ASCII = /[\u0080-\uffff]/;
/** Headers that say how the bytes are framed. */
const OWN = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
]);

const encoder = new TextEncoder();

/** Takes addresses apart; what it has seen once it does not ask the runtime again. */
export class HttpTargets {
  /** Origins that are spelled as the runtime spells them. */
  readonly #origins = new Set<string>();

  /** @throws {TypeError} If it is no address of http or https. */
  of(url: string): HttpTarget {
    const end = url.indexOf("/", url.indexOf("://") + 3);
    const origin = url.slice(0, Math.max(0, end));
    const path = url.slice(end);
    if (this.#origins.has(origin) && PLAIN_PATH.test(path)) return { origin, path };
    const parsed = new URL(url);
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") {
      throw new TypeError(
        `Cannot prepare a request: must be http or https: was ${parsed.protocol}`,
      );
    }
    if (parsed.origin === origin) this.#origins.add(origin);
    return { origin: parsed.origin, path: parsed.pathname + parsed.search };
  }
}

/** Returns a request as it goes on the wire. @throws {TypeError} If a header cannot be spelled. */
export function requestBytes(
  { method, headers, body }: HttpRequest,
  { origin, path }: HttpTarget,
): Uint8Array<ArrayBuffer> {
  const host = origin.slice(origin.indexOf("://") + 3);
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\naccept-encoding: identity\r\n`;
  let hasAgent = false;
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (OWN.has(name)) continue;
    if (!NAME.test(name) || !VALUE.test(value)) {
      throw new TypeError(`header ${JSON.stringify(given)} must be one line of plain text`);
    }
    if (name === "user-agent") hasAgent = true;
    head += `${name}: ${value}\r\n`;
  }
  if (!hasAgent) head += "user-agent: tapeline\r\n";
  const text = body ?? "";
  if (text !== "" || method !== "GET") head += `content-length: ${byteLength(text)}\r\n`;
  return encoder.encode(`${head}\r\n${text}`);
}

function byteLength(text: string): number {
  return BEYOND_ASCII.test(text) ? encoder.encode(text).length : text.length;
}
