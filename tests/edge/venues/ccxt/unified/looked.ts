/**
 * An account at an exchange object of our own, whose methods answer at once, for the parts that ask.
 * @module
 */
import type { LookupOrder } from "../../../../../core/command.ts";
import type { Draft, EventType } from "../../../../../core/event.ts";
import { micros, orderId, requestId, seqId, venueId } from "../../../../../core/numbers.ts";
import type { VenueHost } from "../../../../../edge/venue.ts";
import { Reporter } from "../../../../../edge/venues/ccxt/reporter.ts";
import { Account } from "../../../../../edge/venues/ccxt/unified/account.ts";
import { Executions } from "../../../../../edge/venues/ccxt/unified/executions.ts";
import { Lookups } from "../../../../../edge/venues/ccxt/unified/lookups.ts";
import { OrderRows } from "../../../../../edge/venues/ccxt/unified/order_rows.ts";
import { Reads } from "../../../../../edge/venues/ccxt/unified/reads.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { CallBench } from "./call_bench.ts";

type Answers = Readonly<Record<string, (...of: readonly unknown[]) => unknown>>;

/** The account; each method of its exchange answers at once, or throws. */
export class Looked {
  readonly bench: CallBench;
  readonly said: Draft[] = [];
  readonly called: string[] = [];
  readonly account: Account;
  readonly lookups: Lookups;
  readonly executions: Executions;
  readonly rows: OrderRows;

  constructor(answers: Answers) {
    const methods = Object.entries(answers).map(([name, answer]) => [
      name,
      (...of: readonly unknown[]) => {
        this.called.push(name);
        return new Promise((resolve) => resolve(answer(...of)));
      },
    ]);
    const has = Object.fromEntries(Object.keys(answers).map((name) => [name, true]));
    this.bench = new CallBench({ has, ...Object.fromEntries(methods) }, () => "lost");
    const { calls, exchange, time: timers } = this.bench;
    const nowUs = () => micros(timers.wallUs());
    const host = {
      ...{ nowUs, instruments: [SPOT], clOrdIdPrefix: PREFIX, declaration: { id: venueId(0) } },
      offer: (draft: Draft) => this.said.push(draft) > 0,
      log: () => {},
    } as unknown as VenueHost;
    this.account = new Account({
      ...{ host, timers, exchange, calls, reporter: new Reporter(host, timers) },
      reads: new Reads({ calls, timers, nowUs, gapMs: 1 }),
      listed: [{ symbol: SPOT.symbol, instrument: SPOT }],
      skewUs: () => 0,
    });
    this.account.beganMs = this.account.venueMs - 86_400_000;
    this.executions = new Executions(this.account);
    this.rows = new OrderRows(this.account);
    this.lookups = new Lookups(this.account, { executions: this.executions, rows: this.rows });
  }

  /** Looks an order up whose number is not known, and returns what is said last. */
  async lookup(): Promise<{ readonly eventType: EventType; readonly payload: unknown }> {
    const command: LookupOrder = {
      ...{ kind: "Lookup", seqId: seqId(1), request: requestId(1), venue: venueId(0) },
      ...{ instrument: SPOT.id, order: orderId(1), clOrdId: `${PREFIX}-1-1`, venueOrderId: null },
    };
    this.lookups.lookup(command);
    const ends: readonly string[] = ["OrderFound", "OrderNotFound", "RequestFailed"];
    await this.bench.until(() => ends.includes(this.said.at(-1)?.eventType ?? ""));
    const last = this.said.at(-1);
    if (last === undefined) throw new Error("Cannot find what was said");
    return last;
  }
}
