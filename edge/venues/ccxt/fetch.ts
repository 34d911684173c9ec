/**
 * The `fetch` that CCXT is given: every request that the library makes by itself leaves through our
 * transport, with our deadline, and once.
 * @module
 */
import { EdgeError } from "../../edge_error.ts";
import type { OrderTransport } from "../../order_transport.ts";
import type { HttpRequest } from "../../ports.ts";

/** What CCXT passes along; the rest (agents, signals, time-outs) is ours to decide. */
export type CcxtRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The part of a response that CCXT reads. */
export type CcxtResponse = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly text: () => Promise<string>;
};

/** For `exchange.fetchImplementation`. */
export type CcxtFetch = (url: string, request: CcxtRequest) => Promise<CcxtResponse>;

/**
 * Returns a `fetch` over a transport. It rejects with `EdgeError`; give that class to the library
 * as `exchange.FetchError`, and it becomes a `NetworkError` there.
 */
export function ccxtFetch(transport: OrderTransport): CcxtFetch {
  return (url, request) =>
    new Promise((resolve, reject) => {
      transport.send(transport.prepare(toRequest(url, request)), (result) => {
        switch (result.kind) {
          case "answered":
            return resolve({
              status: result.answer.status,
              statusText: "",
              headers: new Headers([...result.answer.headers]),
              text: () => Promise.resolve(result.answer.text),
            });
          case "failed":
            return reject(result.error);
          case "dryRun":
            return reject(
              new EdgeError("Cannot send: this is a dry run", { outcome: "notSent" }),
            );
        }
      });
    });
}

const METHODS: readonly HttpRequest["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** @throws {EdgeError} `notSent`, if the method is none that we know. */
function toRequest(url: string, request: CcxtRequest): HttpRequest {
  const method = METHODS.find((known) => known === (request.method ?? "GET"));
  if (method === undefined) {
    throw new EdgeError(
      `Cannot send: the method must be one of ${METHODS.join(", ")}: was ${request.method}`,
      { outcome: "notSent" },
    );
  }
  return { method, url, headers: request.headers ?? {}, body: request.body ?? null };
}
