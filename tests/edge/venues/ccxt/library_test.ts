/**
 * CCXT in Node mode, in a Worker as the daemon runs it, and what is refused otherwise.
 *
 * Proves: R-VENUE-2, R-VENUE-7 (a client that pings).
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import {
  type CcxtLibrary,
  isOfLibrary,
  loadCcxt,
  openExchange,
} from "../../../../edge/venues/ccxt/library.ts";

/** Tells what became of the globals and of the library. */
const WORKER = `
import { loadCcxt, openExchange } from "${new URL(
  "../../../../edge/venues/ccxt/library.ts",
  import.meta.url,
)}";
const before = [typeof Deno, typeof WorkerGlobalScope];
const library = await loadCcxt();
const exchange = await openExchange(library, "binance", {});
const after = [typeof Deno, typeof WorkerGlobalScope];
postMessage({ before, after, opened: typeof exchange.sign });
`;

Deno.test("loadCcxt() is in Node mode in a Worker, and gives its globals back", async () => {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "application/typescript" }));
  const worker = new Worker(url, { type: "module" });
  try {
    const told = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    });
    const globals = ["object", "function"];
    deepStrictEqual(told, { before: globals, after: globals, opened: "function" });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
});

Deno.test("loadCcxt() twice at once leaves the globals as they were", async () => {
  const [first, second] = await Promise.all([loadCcxt(), loadCcxt()]);
  strictEqual(first, second);
  strictEqual(typeof Deno.version.deno, "string");
});

/** A library that took itself to be in a browser. */
class InBrowser {
  loadHttpProxyAgent(): Promise<void> {
    return Promise.resolve();
  }
  getHttpAgentIfNeeded(): undefined {
    return undefined;
  }
}

Deno.test("openExchange() refuses a library that will not ping", async () => {
  const library = { pro: { some: InBrowser } } as unknown as CcxtLibrary;
  await rejects(openExchange(library, "some", {}), (error) => {
    match(String(error), /Cannot use CCXT: it must run in its Node mode/);
    return true;
  });
});

Deno.test("openExchange() refuses an exchange that CCXT does not know", async () => {
  await rejects(openExchange({ pro: {} }, "nowhere", {}), /CCXT must know it: was nowhere/);
});

Deno.test("isOfLibrary() tells the library's errors from everybody else's", async () => {
  const { NetworkError, InvalidOrder } = await loadCcxt() as unknown as Record<
    string,
    new (text: string) => Error
  >;
  for (const Theirs of [NetworkError, InvalidOrder]) {
    if (Theirs === undefined) throw new Error("the library must have it");
    ok(isOfLibrary(new Theirs("refused")));
  }
  for (const ours of [new Error("x"), new TypeError("x"), "NetworkError", undefined, null]) {
    ok(!isOfLibrary(ours));
  }
});
