/**
 * The head of an HTTP/1.1 request, and an answer, as bytes.
 *
 * Strict where RFC 9112 lets a server be lenient: one form of everything, no folding, no blanks
 * before a colon, no body. What two readers could understand differently is refused.
 * @module
 */
import type { HttpQuestion, HttpReply } from "./ports.ts";

/** What has come so far. */
export type Head =
  | { readonly kind: "partial" }
  | { readonly kind: "refused"; readonly status: number; readonly sentence: string }
  | { readonly kind: "whole"; readonly question: HttpQuestion };

const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\x21-\x7e]{0,2047}) HTTP\/1\.([01])$/;
const FIELD_LINE = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}):[ \t]*([\x20-\x7e]*?)[ \t]*$/;
const FIELDS_MAX = 64;

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
};

/** Reads a request's head. */
export function parseHead(bytes: Uint8Array): Head {
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return { kind: "partial" };
  if (text.length > end + 4) return refused("it must have no body");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const request = REQUEST_LINE.exec(first);
  if (request === null) return refused("its first line must be METHOD /path HTTP/1.1");
  if (lines.length > FIELDS_MAX) return refused(`it must have at most ${FIELDS_MAX} headers`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const field = FIELD_LINE.exec(line);
    const [, name = "", value = ""] = field ?? [];
    const key = name.toLowerCase();
    if (field === null) return refused("each header must be NAME: VALUE");
    if (headers.has(key)) return refused(`the header ${key} must come once`);
    headers.set(key, value);
  }
  const hasBody = headers.has("transfer-encoding") ||
    (headers.get("content-length") ?? "0") !== "0";
  if (hasBody) return refused("it must have no body");
  const [, method = "", target = ""] = request;
  return { kind: "whole", question: { method, target, headers } };
}

/** Returns an answer's bytes. It names its length also where a HEAD leaves the body out. */
export function encodeReply(reply: HttpReply, of: { readonly hasBody: boolean }): Uint8Array {
  const encoder = new TextEncoder();
  const body = encoder.encode(reply.body);
  const head = encoder.encode(
    `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? "Unknown"}\r\n` +
      `Content-Type: ${reply.contentType}\r\n` +
      `Content-Length: ${body.length}\r\n` +
      "Cache-Control: no-store\r\n" +
      "X-Content-Type-Options: nosniff\r\n" +
      (reply.status === 405 ? "Allow: GET, HEAD\r\n" : "") +
      "Connection: close\r\n\r\n",
  );
  if (!of.hasBody) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function refused(rule: string): Head {
  return { kind: "refused", status: 400, sentence: `Cannot read the request: ${rule}` };
}
