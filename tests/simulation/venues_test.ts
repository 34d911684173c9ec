/**
 * A venue outside through the whole daemon: its account is taken over and compared, its adapter is
 * checked, hangs, comes back, and runs dry. Proves R-EXEC-5, R-EXEC-7 and R-VENUE-1 end to end.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Configuration } from "../../config/mod.ts";
import type { Draft } from "../../core/event.ts";
import type { AdapterFactory } from "../../edge/venue.ts";
import { testVenue } from "../venue/adapter.ts";
import { hasReport, Machine, place } from "./machine.ts";
import type { SimEntry } from "./process.ts";
import { simulationConfiguration, venueEntry } from "./setup.ts";

/** Counts the requests for the account that reach the exchange. */
function accountsAsked(machine: Machine): () => number {
  const { exchange } = machine.venue;
  const handle = exchange.handle.bind(exchange);
  let asked = 0;
  exchange.handle = (request) => {
    if (request.op === "account") asked++;
    return handle(request);
  };
  return () => asked;
}

function cancelOf(machine: Machine, intentId: string): Readonly<Record<string, unknown>> {
  return {
    type: "QuoteIntent",
    v: 1,
    intent_id: `cancel-${intentId}`,
    action: "Cancel",
    sent_us: machine.time.wallUs(),
    orig_intent_id: intentId,
  };
}

Deno.test("a venue is up once its account was asked for, and what it holds is the ledger's", () => {
  const machine = new Machine();
  machine.venue.exchange.cash = 250;
  machine.venue.exchange.position = 3;
  const asked = accountsAsked(machine);
  const run = machine.start();
  machine.ready(run);
  ok(asked() > 0);
  deepStrictEqual(machine.said("venue_status").map(({ fields }) => fields["status"]), [
    "reconciling",
    "up",
  ]);
  machine.pass(100_000);
  machine.kill(run);
  const { view } = machine.replay();
  const totals = view.balances().filter(({ venue }) => venue === 0)
    .map(({ currency, total }) => `${currency} ${total}`);
  deepStrictEqual(totals.sort(), ["TST 3", "USD 250"]);
  strictEqual(view.counters()["accounts_adopted"], 1);
});

Deno.test("an account that changed behind our back halts, and is taken over when an operator says so", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  machine.venue.exchange.cash += 1000;
  machine.until(() => machine.said("FUNDS_MISMATCH").length > 0, "the tripwire");
  machine.kill(run);
  machine.lines.length = 0;
  const next = machine.start([], { adoptAccounts: ["x"] });
  machine.ready(next);
  machine.pass(1_200_000);
  deepStrictEqual(machine.said("FUNDS_MISMATCH"), []);
  machine.kill(next);
  const { view } = machine.replay();
  deepStrictEqual(view.balances().find(({ currency }) => currency === "USD")?.total, "1000");
  strictEqual(view.counters()["accounts_adopted"], 2);
});

Deno.test("an account that changed behind our back is taken over by no restart of its own, nor for another venue", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  machine.venue.exchange.cash += 1000;
  machine.until(() => machine.said("FUNDS_MISMATCH").length > 0, "the tripwire");
  machine.pass(100_000); // it is durable by now
  machine.kill(run);
  for (const adoptAccounts of [[], ["paper"]]) {
    machine.lines.length = 0;
    const next = machine.start([], { adoptAccounts });
    machine.ready(next);
    machine.pass(1_200_000);
    match(String(machine.said("trading_held_back")[0]?.fields["text"]), /^x stays halted/);
    machine.kill(next);
  }
  const { view } = machine.replay();
  deepStrictEqual(view.balances().find(({ currency }) => currency === "USD")?.total, "0");
});

Deno.test("reconcile() asks a venue that is up for its account, once, at once", () => {
  const machine = new Machine();
  const asked = accountsAsked(machine);
  const run = machine.start();
  machine.ready(run);
  machine.until(() => asked() >= 2, "the periodic one");
  machine.pass(50_000);
  const before = asked();
  run.daemon?.reconcile("test");
  machine.pass(50_000);
  strictEqual(asked(), before + 1);
  run.daemon?.stop("over");
  machine.until(() => run.ends.length > 0, "an end");
  run.daemon?.reconcile("too late");
  machine.pass(50_000);
  strictEqual(asked(), before + 1);
});

Deno.test("orders of a dry client are acknowledged and cancellable and never reach the venue", () => {
  const machine = new Machine();
  const configuration = simulationConfiguration("clients: [{ name: dora, dry_run: true }]");
  const run = machine.start([], { configuration });
  machine.ready(run);
  const [dora, alice] = [machine.client("dora"), machine.client("alice")];
  dora.send(place(machine, "d1"));
  dora.send(place(machine, "d2", { time_in_force: "IOC" }));
  alice.send(place(machine, "a1"));
  machine.until(() => hasReport(alice, { intent_id: "a1", exec_type: "New" }), "New");
  const dry = { dry_run: true };
  machine.until(() => hasReport(dora, { ...dry, intent_id: "d1", exec_type: "New" }), "dry New");
  machine.until(() => hasReport(dora, { ...dry, intent_id: "d2", exec_type: "Cancelled" }), "end");
  dora.send(cancelOf(machine, "d1"));
  const cancelled = { ...dry, intent_id: "cancel-d1", exec_type: "Cancelled" };
  machine.until(() => hasReport(dora, cancelled), "dry Cancelled");
  strictEqual(machine.placed.length, 1);
  ok(!hasReport(dora, { exec_type: "Trade" }));
  machine.pass(1_000_000);
  deepStrictEqual(machine.said("UNKNOWN_ORDER_AT_VENUE"), []);
});

Deno.test("an adapter that says what cannot be is replaced, and the fill that it spoilt is found", () => {
  let spoilt = 0;
  const faulty: AdapterFactory = (host, ports, options) => {
    const offer = (draft: Draft): boolean => {
      if (draft.eventType !== "OrderExecuted" || spoilt++ > 0) return host.offer(draft);
      return host.offer({ ...draft, payload: { ...draft.payload, lastPx: 100.5 } } as Draft);
    };
    return testVenue({ ...host, offer }, ports, options);
  };
  const machine = new Machine();
  const run = machine.start([["venue", venueEntry(faulty)]]);
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "takes", { time_in_force: "IOC" }));
  machine.until(() => hasReport(alice, { intent_id: "takes", exec_type: "Trade" }), "the fill");
  match(
    String(machine.said("venue_adapter_died")[0]?.fields["reason"]),
    /said what cannot be: OrderExecuted: payload\.lastPx must be whole: was 100\.5$/,
  );
  strictEqual(machine.venue.exchange.duplicates, 0);
  strictEqual(run.ends.length, 0);
});

Deno.test("a Worker that hangs is replaced, and its venue comes back", () => {
  let starts = 0;
  const hangs: SimEntry = (scope, ports, init) => {
    if (starts++ > 0) venueEntry(testVenue)(scope, ports, init);
  };
  const machine = new Machine();
  const run = machine.start([["venue", hangs]]);
  machine.pass(9_000_000);
  strictEqual(starts, 1);
  machine.until(() => starts === 2, "another Worker");
  match(String(machine.said("venue_adapter_died")[0]?.fields["reason"]), /not answered for 10 s/);
  machine.ready(run);
});

Deno.test("an order on an instrument that left the configuration is told of, and cancelled all the same", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "rests", { price: "1" }));
  machine.until(() => hasReport(alice, { intent_id: "rests", exec_type: "New" }), "New");
  machine.kill(run);
  const known: string[] = [];
  const adapter: AdapterFactory = (host, ports, options) => {
    known.push(...host.instruments.map(({ name, status }) => `${name} ${status}`));
    return testVenue({ ...host, instruments: host.instruments.toReversed() }, ports, options);
  };
  const configuration = withoutInstrument(simulationConfiguration());
  const next = machine.start([["venue", venueEntry(adapter)]], { configuration });
  machine.ready(next);
  deepStrictEqual(known, ["x:NEW/USD open", "x:TST/USD closed"]);
  match(
    String(machine.said("orders_left_behind")[0]?.fields["text"]),
    /^x:TST\/USD .* with 1; they/,
  );
  const again = machine.client("alice", { resume_from: 0 });
  again.send(place(machine, "more", { price: "1" }));
  again.send(cancelOf(machine, "rests"));
  const cancelled = { intent_id: "cancel-rests", exec_type: "Cancelled" };
  machine.until(() => hasReport(again, cancelled), "Cancelled");
  ok(hasReport(again, { intent_id: "more", exec_type: "Rejected" }));
});

/** The test exchange's instrument gives way to another. */
function withoutInstrument(configuration: Configuration): Configuration {
  const venues = configuration.venues.map((venue) =>
    venue.name !== "x" ? venue : {
      ...venue,
      instruments: venue.instruments.map((one) => ({ ...one, symbol: "NEW/USD", base: "NEW" })),
    }
  );
  return { ...configuration, venues };
}

Deno.test("a start says which orders are open at a venue that left the configuration, until it is back", () => {
  const machine = new Machine();
  const first = machine.start();
  machine.ready(first);
  const alice = machine.client("alice", { cancel_on_disconnect: false });
  alice.send(place(machine, "rests", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "rests", exec_type: "New" }), "New");
  machine.pass(100_000);
  machine.kill(first);
  const configuration = simulationConfiguration();
  const venues = configuration.venues.filter(({ simulation }) => simulation !== null);
  const without = machine.start([], { configuration: { ...configuration, venues } });
  machine.until(() => machine.said("listening").length > 1, "listening");
  const said = machine.said("orders_left_behind").map((
    { level, fields },
  ) => [level, fields["text"]]);
  strictEqual(said.length, 1);
  match(
    said.join(),
    /^alarm,x:TST\/USD must be in the configuration .* with 1; its venue was left out too/,
  );
  machine.kill(without);
  machine.ready(machine.start());
  strictEqual(machine.said("orders_left_behind").length, 1);
});
