/**
 * Two daemons with journals of their own on one account of the test exchange: to each the other is a
 * stranger, whose orders it leaves alone and whose executions it books to nobody.
 * Proves R-EXEC-5 where the account is not ours alone.
 * @module
 */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { WireClient } from "../support/wire_client.ts";
import { hasReport, Machine, place, type Run } from "./machine.ts";

/** Longer than between two reconciliations. */
const COMPARED_US = 1_200_000;

type Side = { readonly machine: Machine; readonly run: Run; readonly client: WireClient };

/** A daemon that trades, and another on the same account. */
function twoDaemons(): { readonly ours: Side; readonly theirs: Side } {
  const begin = (machine: Machine): Side => {
    const run = machine.start();
    machine.ready(run);
    return { machine, run, client: machine.client("alice") };
  };
  const ours = begin(new Machine());
  return { ours, theirs: begin(new Machine(ours.machine)) };
}

/** Places an order that rests; returns its key at the exchange. */
function rest({ machine, client }: Side, intentId: string): string {
  client.send(place(machine, intentId, { price: "90" }));
  machine.until(() => hasReport(client, { intent_id: intentId, exec_type: "New" }), "New");
  return [...machine.venue.exchange.orders.keys()].at(-1) ?? "";
}

function ask({ machine, client }: Side, what: string): unknown {
  const id = `q${client.received.length}`;
  client.send({ type: "QUERY", id, what, args: {} });
  const answers = (): readonly unknown[] => client.all("RESULT").filter((row) => row["id"] === id);
  machine.until(() => answers().length > 0, "an answer");
  return (answers()[0] as { readonly result: unknown }).result;
}

function intent(side: Side, of: Readonly<Record<string, unknown>>): void {
  const { machine, client } = side;
  client.send({ type: "QuoteIntent", v: 1, sent_us: machine.time.wallUs(), ...of });
  machine.until(() => hasReport(client, { intent_id: of["intent_id"] }), "an answer");
}

function stateOf(side: Side, key: string): string | undefined {
  return side.machine.venue.exchange.orders.get(key)?.state;
}

Deno.test("two daemons on one account give their orders keys of which none is the other's", () => {
  const { ours, theirs } = twoDaemons();
  const keys = [rest(ours, "a1"), rest(theirs, "a1")];
  const [prefix, other] = keys.map((key) => key.slice(0, key.indexOf("-")));
  notStrictEqual(prefix, other);
  strictEqual(ours.machine.venue.exchange.duplicates, 0);
});

Deno.test("a daemon cancels no order of another on its account, neither asked nor at its start", () => {
  const { ours, theirs } = twoDaemons();
  const [mine, foreign] = [rest(ours, "a1"), rest(theirs, "a1")];
  ours.machine.pass(COMPARED_US);
  intent(ours, { intent_id: "all", action: "CancelAll" });
  ours.machine.until(() => stateOf(ours, mine) === "cancelled", "our own end");
  ours.machine.kill(ours.run);
  const again = ours.machine.start();
  ours.machine.ready(again);
  ours.machine.pass(COMPARED_US);
  strictEqual(stateOf(theirs, foreign), "open");
  ok(!hasReport(theirs.client, { exec_type: "Cancelled" }));
  theirs.client.send({
    ...{ type: "QuoteIntent", v: 1, intent_id: "c1", action: "Cancel", orig_intent_id: "a1" },
    sent_us: theirs.machine.time.wallUs(),
  });
  const cancelled = { intent_id: "c1", exec_type: "Cancelled" };
  theirs.machine.until(() => hasReport(theirs.client, cancelled), "its own end");
});

Deno.test("what another daemon trades on the account is nobody's, is alarmed, and halts its instrument here", () => {
  const { ours, theirs } = twoDaemons();
  const foreign = rest(theirs, "a1");
  ours.machine.venue.exchange.fill(foreign, 1);
  ours.machine.until(() => ours.machine.said("EXTERNAL_FILL").length > 0, "the alarm");
  ours.machine.pass(COMPARED_US);
  strictEqual(ours.machine.said("EXTERNAL_FILL").length, 1, "once, however often it is told");
  deepStrictEqual(ask(ours, "positions"), [], "it is in no client's book");
  deepStrictEqual(ours.machine.said("FUNDS_MISMATCH"), []);
  intent(ours, { ...place(ours.machine, "a2"), intent_id: "a2" });
  ok(hasReport(ours.client, { intent_id: "a2", reject_code: "TRADING_HALTED" }));
  theirs.machine.until(() => hasReport(theirs.client, { exec_type: "Trade" }), "whose it is");
  deepStrictEqual(theirs.machine.said("EXTERNAL_FILL"), []);
  ours.machine.kill(ours.run);
  const totals = ours.machine.replay().view.balances().filter(({ venue }) => venue === 0)
    .map(({ currency, total }) => `${currency} ${total}`);
  deepStrictEqual(totals.sort(), ["TST 1", "USD -90"], "but the account has it");
});
