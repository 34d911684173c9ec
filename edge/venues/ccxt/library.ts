/**
 * CCXT as it is used here: signer, map of addresses, WebSocket client, and for exchanges without parsers
 * here its unified methods. Loaded in its Node mode.
 *
 * CCXT decides once, while it is evaluated, whether it runs in Node or in a browser, by the globals
 * `Deno`, `WorkerGlobalScope` and `window`. In browser mode it sends no ping, so that a half-open
 * socket is never noticed, and a connection that times out ends the process. So these globals are
 * hidden for as long as its modules are evaluated; what it needs of Node is loaded before, since
 * those modules look for the runtime too. It is verified afterwards.
 * Ordering: nothing else of this thread may use the runtime's global meanwhile: it is loaded first.
 * @module
 */
import process from "node:process";
import "node:buffer";
import "node:crypto";
import "node:events";
import "node:fs";
import "node:http";
import "node:https";
import "node:net";
import "node:os";
import "node:path";
import "node:stream";
import "node:tls";
import "node:url";
import "node:zlib";
import type { CcxtFetch } from "./fetch.ts";
import { type CcxtHmac, nativeHmac } from "./hmac.ts";

/** A request, signed. */
export type SignedRequest = {
  readonly url: string;
  readonly method: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A connection of the library `ws`, which CCXT uses in Node mode. */
export interface CcxtConnection {
  ping?(): void;
  pause?(): void;
  resume?(): void;
  terminate?(): void;
}

/** CCXT's WebSocket client: it dials, pings, and hands frames over one by one. */
export interface CcxtClient {
  connection: CcxtConnection | undefined;
  /** In ms of the wall clock. */
  readonly connectionEstablished: number | undefined;
  /** When the last answer to a ping came, in ms of the wall clock. */
  lastPong: number | undefined;
  onMessage: (event: { readonly data: unknown }) => void;
  onConnectedCallback: (client: unknown) => void;
  onErrorCallback: (client: unknown, error: unknown) => void;
  onCloseCallback: (client: unknown, event: unknown) => void;
  connect(): Promise<unknown>;
  send(message: string): Promise<unknown>;
  reset(error: Error): void;
}

/** One exchange of CCXT with its keys. */
export interface CcxtExchange {
  readonly urls: { readonly api: Readonly<Record<string, unknown>> };
  sign(
    path: string,
    api: string,
    method: string,
    params: Record<string, string | number>,
  ): SignedRequest;
  /** The parameters of a WebSocket request, signed. */
  signParams(params: Record<string, string | number>): Record<string, string | number>;
  client(url: string): CcxtClient;
  clients: Record<string, CcxtClient>;
  loadHttpProxyAgent(): Promise<unknown>;
  setSandboxMode: (...on: readonly boolean[]) => void;
  enableDemoTrading: (...on: readonly boolean[]) => void;
  getHttpAgentIfNeeded(url: string): unknown;
  nonce: () => number;
  hmac: CcxtHmac;
  fetchImplementation: CcxtFetch;
  FetchError: unknown;
  log: (...parts: unknown[]) => void;
}

/** The library: exchanges by their ids there. */
export interface CcxtLibrary {
  readonly pro: Readonly<Record<string, new (options: object) => CcxtExchange>>;
}

/**
 * True for an error of the library's own. Nothing of ours leaves a promise of it unwatched: one that
 * nobody caught was made by the library, as a socket that is refused leaves some behind.
 */
export function isOfLibrary(error: unknown): boolean {
  let at: unknown = error instanceof Error ? error.constructor : undefined;
  while (typeof at === "function") {
    if (at.name === "BaseError") return true;
    at = Object.getPrototypeOf(at);
  }
  return false;
}

const HIDDEN = ["Deno", "WorkerGlobalScope", "window"] as const;

/** Loads CCXT, once per thread: some 60 MB, which only a venue that needs it pays. */
export function loadCcxt(): Promise<CcxtLibrary> {
  // Node's modules read these lazily, from the very global that is going to be hidden.
  const { versions, platform, env } = process;
  if (versions["node"] === undefined || platform === undefined) {
    throw new Error("Cannot load CCXT: the runtime must offer Node's process");
  }
  void env["WS_NO_BUFFER_UTIL"];
  const show = hide();
  return import("ccxt")
    .then((module) => module.default as unknown as CcxtLibrary)
    .finally(show);
}

/** Hides the globals by which CCXT takes itself to be in a browser; returns what shows them again. */
function hide(): () => void {
  const hidden = HIDDEN.flatMap((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    const isHidden = Reflect.get(globalThis, name) === undefined; // by another loading
    return descriptor?.configurable === true && !isHidden ? [{ name, descriptor }] : [];
  });
  for (const { name } of hidden) {
    Object.defineProperty(globalThis, name, {
      value: undefined,
      configurable: true,
      writable: true,
    });
  }
  return () => {
    for (const { name, descriptor } of hidden) Object.defineProperty(globalThis, name, descriptor);
  };
}

/**
 * Makes an exchange ready for use and verifies that the library is in Node mode.
 * @throws {Error} Rejects if it is not: half-open sockets would never be noticed.
 */
export function openExchange(
  library: CcxtLibrary,
  id: string,
  options: object,
): Promise<CcxtExchange> {
  const Exchange = Object.hasOwn(library.pro, id) ? library.pro[id] : undefined;
  if (typeof Exchange !== "function") { // there is more in it than exchanges
    return Promise.reject(new Error(`Cannot open the exchange: CCXT must know it: was ${id}`));
  }
  const exchange = new Exchange(options);
  exchange.hmac = nativeHmac(exchange.hmac);
  return exchange.loadHttpProxyAgent().then(() => {
    if (exchange.getHttpAgentIfNeeded("ws://127.0.0.1") !== undefined) return exchange;
    throw new Error(
      "Cannot use CCXT: it must run in its Node mode, in which it pings: it took itself to be in a browser",
    );
  });
}
