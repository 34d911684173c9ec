/**
 * Examines an account at an exchange that is not tested here: its clock, and whether it takes the key.
 * What a key may do the library does not ask.
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import { OrderTransport } from "../../../order_transport.ts";
import { redactor } from "../../../redaction.ts";
import type { Examination, ExaminerOptions, KeyScope } from "../../examination.ts";
import { nothingSaid } from "../../examination.ts";
import { setClocks } from "./clocks.ts";
import { Calls } from "./calls.ts";
import { AGAIN, claims, type UnifiedExchange } from "./exchange.ts";
import { giveKeys, missingKeys } from "./keyring.ts";
import type { UnifiedOptions } from "./options.ts";

const BODY_BYTES_MAX = 64 << 20;

/** Examines, and says once what was found. */
export function examineUnified(
  of: ExaminerOptions & { readonly read: UnifiedOptions; readonly exchange: UnifiedExchange },
  done: (found: Examination) => void,
): void {
  const { credentials, read, exchange, ports } = of;
  const nowUs = () => micros(ports.clock.wallUs());
  const secrets = [...credentials?.values() ?? []].map((secret) => secret.reveal());
  const shared = {
    ...{ timers: ports.timers, nowUs, redact: redactor(secrets) },
    deadlineUs: read.requestTimeoutMs * 1000,
  };
  const transport = new OrderTransport({
    ...{ ...shared, http: ports.http, bodyBytesMax: BODY_BYTES_MAX },
    isCutOff: () => false, // nobody answers for what is only read
  });
  const calls = new Calls({ ...shared, exchange, transport });
  setClocks(exchange, () => Math.floor(nowUs() / 1000));
  calls.read((there) => there.loadMarkets(AGAIN), (markets) => {
    if (markets.kind === "error") {
      const reason = "the venue was not reached";
      return done(nothingSaid(markets.error.text, { kind: "unknown", reason }));
    }
    measure(calls, exchange, (reach) => {
      if (credentials === null) {
        return done({ reach, key: { kind: "absent", reason: "there are no keys" } });
      }
      giveKeys(exchange, credentials);
      askKey({ calls, exchange, read }, (key) => done({ reach, key }));
    });
  });
}

/** Where the exchange does not tell the time, it was reached all the same. */
function measure(
  calls: Calls,
  exchange: UnifiedExchange,
  done: (reach: Examination["reach"]) => void,
): void {
  if (!claims(exchange, "fetchTime")) return done({ kind: "reached", tripMs: 0, skewMs: null });
  calls.read((there) => there.fetchTime(), ({ stamps: { submitUs, ackUs }, ...answer }) => {
    const isTold = answer.kind === "ok" && typeof answer.value === "number";
    const venueMs = isTold ? Number(answer.value) : null;
    const skewMs = venueMs === null ? null : Math.round(venueMs - (submitUs + ackUs) / 2000);
    done({ kind: "reached", tripMs: Math.round((ackUs - submitUs) / 1000), skewMs });
  });
}

function askKey(
  of: {
    readonly calls: Calls;
    readonly exchange: UnifiedExchange;
    readonly read: UnifiedOptions;
  },
  done: (key: KeyScope) => void,
): void {
  const missing = missingKeys(of.exchange, of.read);
  if (missing !== undefined) return done({ kind: "refused", reason: missing });
  of.calls.read((there) => there.fetchBalance(), (answer) => {
    if (answer.kind === "ok") {
      const reason = "it reads the account; CCXT does not ask what else it may do";
      return done({ kind: "unknown", reason });
    }
    const { class: kind, text } = answer.error;
    done({ kind: kind === "auth" ? "refused" : "unknown", reason: text });
  });
}
