/**
 * The examination of a venue on the fakes of real exchanges. Proves R-OPS-7 as far as venues go:
 * reach, clock and scope of the key are found out, no secret is in what is said, nothing is changed.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { denoHttp } from "../../../edge/deno_http.ts";
import { denoClock, denoTimers } from "../../../edge/deno_time.ts";
import type { Ports, WorkerScope } from "../../../edge/ports.ts";
import { Secret, type Secrets } from "../../../edge/secrets.ts";
import { type Examination, runExamination } from "../../../edge/venues/examination.ts";
import { ADAPTERS } from "../../../edge/venues/registry.ts";
import { freePort } from "../../support/free_port.ts";
import { type VenueName, VenueProcess } from "../../venues/control.ts";

const GIVEN: Secrets = {
  read: (source) => {
    const value = "env" in source && source.env === "KEY" ? "test-api-key" : "test-secret";
    return { ok: true, value: new Secret(value), isExposed: false };
  },
};
const WRONG: Secrets = {
  read: () => ({ ok: true, value: new Secret("wrong-hush-hush"), isExposed: false }),
};
const NONE: Secrets = { read: () => ({ ok: false, reason: "must be there: was not" }) };
const CREDENTIALS = { api_key: { env: "KEY" }, secret: { env: "SECRET" } };

function examine(
  of: { readonly exchange: string; readonly port: number; readonly secrets?: Secrets },
): Promise<Examination> {
  const clock = denoClock();
  const ports = { http: denoHttp(), timers: denoTimers(clock), clock } as unknown as Ports;
  const endpoints = {
    rest: `http://127.0.0.1:${of.port}`,
    stream: `ws://127.0.0.1:${of.port}`,
  };
  const options = { exchange: of.exchange, endpoints, request_timeout_ms: 5000 };
  return new Promise((done) => {
    const scope: WorkerScope = { post: (found) => done(found as Examination), onMessage: () => {} };
    runExamination(scope, ports, {
      init: { adapter: "ccxt", options, credentials: CREDENTIALS },
      adapters: ADAPTERS,
      secrets: of.secrets ?? GIVEN,
    });
  });
}

/** What is found of a clock is right to half the trip that the answer made, all in whole milliseconds. */
function isReached(reach: Examination["reach"], skewMs: number): boolean {
  if (reach.kind !== "reached" || reach.skewMs === null) return false;
  return Math.abs(reach.skewMs - skewMs) <= reach.tripMs / 2 + 2;
}

const venues: readonly (readonly [VenueName, string])[] = [
  ["binance_spot", "binance"],
  ["binance_usdm", "binanceusdm"],
];
for (const [name, exchange] of venues) {
  Deno.test(`runExamination() finds reach, clock and a narrow key of ${exchange}`, async () => {
    await using venue = await VenueProcess.start(name, ["--speed", "0"]);
    const { reach, key } = await examine({ exchange, port: venue.port });
    ok(isReached(reach, 0), JSON.stringify(reach));
    deepStrictEqual(key, {
      kind: "known",
      mayTrade: true,
      mayWithdraw: false,
      mayTransfer: false,
      isBoundToAddresses: true,
      endsMs: null,
    });
  });

  Deno.test(`runExamination() finds a key of ${exchange} that may too much`, async () => {
    const may = ["--key-may", "withdraw,transfer,any-address,expire", "--speed", "0"];
    await using venue = await VenueProcess.start(name, may);
    const { key } = await examine({ exchange, port: venue.port });
    deepStrictEqual(key, {
      kind: "known",
      mayTrade: false,
      mayWithdraw: true,
      mayTransfer: true,
      isBoundToAddresses: false,
      endsMs: 1_698_645_219_000,
    });
  });
}

Deno.test("runExamination() tells a refused key, an absent one, a clock that is off, and shows no secret", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  const at = { exchange: "binance", port: venue.port };
  const refused = await examine({ ...at, secrets: WRONG });
  strictEqual(refused.key.kind, "refused");
  ok(!JSON.stringify(refused).includes("hush"));
  const absent = await examine({ ...at, secrets: NONE });
  deepStrictEqual([absent.reach.kind, absent.key.kind], ["reached", "absent"]);
  await venue.tell({ op: "skew", ms: 90_000 });
  const { reach, key } = await examine(at);
  ok(isReached(reach, 90_000), JSON.stringify(reach));
  strictEqual(key.kind, "known", "signed by the venue's own clock");
});

Deno.test("runExamination() says why a venue cannot be reached, or an adapter cannot examine", async () => {
  const gone = await examine({ exchange: "binance", port: freePort() });
  ok(gone.reach.kind === "unreachable");
  match(gone.reach.reason, /^Cannot complete GET .*refused/);
  strictEqual(gone.key.kind, "unknown");
  const posted: unknown[] = [];
  const scope: WorkerScope = { post: (found) => posted.push(found), onMessage: () => {} };
  const init = { adapter: "other", options: {}, credentials: {} };
  runExamination(scope, {} as Ports, { init, adapters: ADAPTERS, secrets: GIVEN });
  match(JSON.stringify(posted), /the adapter other cannot examine its venue/);
});
