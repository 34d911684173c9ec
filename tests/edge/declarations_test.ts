/**
 * What a run tells the core first, over restarts with changed configurations. Proves R-CORE-2 and
 * R-CORE-7 at the edge: numbers belong to a journal, operator's states only tighten by themselves.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { createTimeline, Effects } from "../../core/mod.ts";
import type { Draft, Event } from "../../core/event.ts";
import type { TradingState } from "../../core/intent.ts";
import type { Instrument } from "../../core/instrument.ts";
import { NO_EXCHANGE_LIMITS, NO_LIMITS, NO_VENUE_LIMITS } from "../../core/limits.ts";
import { instrumentId, micros, seqId, venueId } from "../../core/numbers.ts";
import type { Timeline } from "../../core/timeline.ts";
import { NO_CLIENT_LIMITS } from "../../core/limits.ts";
import type { DeclaredClient, DeclaredVenue } from "../../config/mod.ts";
import {
  declarationDrafts,
  DeclarationError,
  declarationsMax,
  heldBack,
  renumber,
} from "../../edge/declarations.ts";
import { controlDraft } from "../../edge/control_draft.ts";
import { spotInstrument, VENUE } from "../support/spot_instrument.ts";

const ACTIVE = { tradingState: "Active", killSwitch: false, resume: false } as const;
const SIMULATION = { orderLatencyUs: 0, reportLatencyUs: 0, makerFeePpm: 0, takerFeePpm: 0 };
const LIMITS = { ...NO_LIMITS, bookStaleMs: 1000 };

type Changes = {
  readonly instrument?: Partial<Instrument>;
  readonly simulation?: DeclaredVenue["declaration"]["simulation"];
  readonly balances?: DeclaredVenue["balances"];
};

/** Returns a venue as the configuration declares it: numbers count from 0 in the file. */
function venue(name: string, symbols: readonly string[], changes: Changes = {}): DeclaredVenue {
  return {
    declaration: { ...VENUE, name, simulation: changes.simulation ?? null },
    adapter: "test",
    options: {},
    credentials: {},
    deadManMs: null,
    feed: { kind: "client", rawFormat: null },
    balances: changes.balances ?? [{ currency: "USDT", total: "100" }],
    limits: NO_VENUE_LIMITS,
    exchangeLimits: NO_EXCHANGE_LIMITS,
    instruments: symbols.map((symbol, at) => ({
      instrument: spotInstrument({
        id: instrumentId(at),
        symbol,
        name: `${name}:${symbol}`,
        ...changes.instrument,
      }),
      limits: LIMITS,
      clientLimits: [],
      isDryRun: false,
      startPrice: null,
    })),
  };
}

/** A journal over several runs. */
class Journal {
  readonly timeline: Timeline = createTimeline();
  #seq = 0;

  /** Starts a run with this configuration and returns what it declared, each as words. */
  run(
    venues: readonly DeclaredVenue[],
    operator: Operator = ACTIVE,
    clients: readonly DeclaredClient[] = [],
  ): string[] {
    const drafts = this.#drafts(venues, operator, clients);
    for (const draft of drafts) this.apply(draft);
    return drafts.map(wordsOf);
  }

  /** Starts a run that ends when so many of its declarations are in the journal; false: all are. */
  runInterrupted(venues: readonly DeclaredVenue[], after: number): boolean {
    const drafts = this.#drafts(venues, ACTIVE, []);
    for (const draft of drafts.slice(0, after)) this.apply(draft);
    return after < drafts.length;
  }

  /** What accounts hold, each as words. */
  get balances(): string[] {
    const rows = this.timeline.view.balances();
    return rows.map(({ venue: of, total, currency }) => `${of} ${total} ${currency}`);
  }

  #drafts(
    venues: readonly DeclaredVenue[],
    operator: Operator,
    clients: readonly DeclaredClient[],
  ): Draft[] {
    const { view } = this.timeline;
    const numbered = renumber(venues, view);
    return declarationDrafts(numbered, { view, clients, operator, nowUs: micros(1) });
  }

  apply(draft: Draft): void {
    this.#seq++;
    const event = { ...draft, seqId: seqId(this.#seq), ingestTime: micros(this.#seq) } as Event;
    this.timeline.apply(event, new Effects());
  }

  get numbers(): string[] {
    const { venues, instruments } = this.timeline.view;
    return [
      ...venues.map(({ id, name }) => `${name}=${id}`),
      ...instruments.map(({ id, name, venue: of, status }) => `${name}=${id}@${of} ${status}`),
    ];
  }
}

type Operator = {
  readonly tradingState: TradingState;
  readonly killSwitch: boolean;
  readonly resume: boolean;
};

function limitsOf(payload: Draft<"LimitsSet">["payload"]): string {
  const whose = "client" in payload ? ` ${payload.client}` : "";
  return `limits ${payload.scope}${whose}${payload.limits === null ? " none" : ""}`;
}

function wordsOf(draft: Draft): string {
  switch (draft.eventType) {
    case "VenueDeclared":
      return `venue ${draft.payload.name}`;
    case "InstrumentListed":
      return `${draft.payload.status} ${draft.payload.name}`;
    case "BalanceSet":
      return `balance ${draft.venue} ${draft.payload.currency}`;
    case "TradingStateSet":
      return draft.payload.state;
    case "LimitsSet":
      return limitsOf(draft.payload);
    case "DryRunSet": {
      const whose = draft.payload.client ?? `instrument ${draft.instrument}`;
      return `dry run of ${whose} ${draft.payload.on}`;
    }
    case "KillSwitchSet":
      return `kill switch ${draft.payload.on}`;
    default:
      return draft.eventType;
  }
}

Deno.test("declarationDrafts() declares venue, limits, opening balances, then instruments", () => {
  deepStrictEqual(new Journal().run([venue("a", ["X/Y", "Z/Y"])]), [
    "venue a",
    "limits venue",
    "limits exchange",
    "balance 0 USDT",
    "open a:X/Y",
    "limits instrument",
    "open a:Z/Y",
    "limits instrument",
  ]);
});

Deno.test("declarationDrafts() says the opening balance of a venue once in a journal's life", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"])]);
  deepStrictEqual(journal.run([venue("a", ["X/Y"])]), [
    "venue a",
    "limits venue",
    "limits exchange",
    "open a:X/Y",
    "limits instrument",
  ]);
  const third = journal.run([venue("a", ["X/Y"]), venue("b", ["X/Y"])]);
  deepStrictEqual(third.filter((words) => words.startsWith("balance")), ["balance 1 USDT"]);
});

const TWO = [{ currency: "BTC", total: "2" }, { currency: "USDT", total: "100" }];

Deno.test("declarationDrafts() makes up for what a start left out of the opening balances, wherever it was interrupted", () => {
  const changes = { simulation: SIMULATION, balances: TWO };
  const venues = [venue("a", ["X/Y", "Z/Y"], changes), venue("b", ["X/Y"], changes)];
  for (let after = 0;; after += 1) {
    const journal = new Journal();
    const isInterrupted = journal.runInterrupted(venues, after);
    journal.run(venues);
    const all = ["0 2 BTC", "0 100 USDT", "1 2 BTC", "1 100 USDT"];
    deepStrictEqual(journal.balances, all, `after ${after}`);
    if (!isInterrupted) return;
  }
});

Deno.test("declarationDrafts() opens an account whose instruments are known and whose balances never were", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION, balances: [] })]);
  deepStrictEqual(journal.balances, []);
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION, balances: TWO })]);
  deepStrictEqual(journal.balances, ["0 2 BTC", "0 100 USDT"]);
});

Deno.test("declarationDrafts() says no opening balance that is new or another once the account is opened", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION })]);
  const balances = [{ currency: "USDT", total: "500" }, { currency: "BTC", total: "2" }];
  const words = journal.run([venue("a", ["X/Y", "Z/Y"], { simulation: SIMULATION, balances })]);
  deepStrictEqual(words.filter((said) => said.startsWith("balance")), []);
  deepStrictEqual(journal.balances, ["0 100 USDT"]);
});

Deno.test("renumber() keeps the journal's numbers when the file's order changes", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y", "Z/Y"]), venue("b", ["X/Y"])]);
  journal.run([venue("c", ["N/Y"]), venue("b", ["M/Y", "X/Y"]), venue("a", ["Z/Y"])]);
  deepStrictEqual(journal.numbers, [
    "a=0",
    "b=1",
    "c=2",
    "a:X/Y=0@0 closed",
    "a:Z/Y=1@0 open",
    "b:X/Y=2@1 open",
    "c:N/Y=3@2 open",
    "b:M/Y=4@1 open",
  ]);
});

Deno.test("renumber() gives no number twice after a listing that was refused", () => {
  const journal = new Journal();
  const refused = venue("b", ["X/Y"], { instrument: { assetClass: "linear" } });
  journal.run([venue("a", ["X/Y"]), refused, venue("c", ["X/Y"])]);
  deepStrictEqual(journal.numbers.slice(3), ["a:X/Y=0@0 open", "c:X/Y=2@2 open"]);
  journal.run([venue("a", ["X/Y"]), venue("c", ["X/Y"]), venue("d", ["X/Y"])]);
  deepStrictEqual(journal.numbers.at(-1), "d:X/Y=3@3 open");
});

Deno.test("declarationDrafts() closes what left the configuration once, and reopens it", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y", "Z/Y"])]);
  const closing = journal.run([venue("a", ["X/Y"])]);
  deepStrictEqual(closing.filter((words) => words.startsWith("closed")), ["closed a:Z/Y"]);
  const after = journal.run([venue("a", ["X/Y"])]);
  deepStrictEqual(after.filter((words) => words.startsWith("closed")), []);
  journal.run([venue("a", ["X/Y", "Z/Y"])]);
  deepStrictEqual(journal.numbers, ["a=0", "a:X/Y=0@0 open", "a:Z/Y=1@0 open"]);
});

Deno.test("declarationDrafts() suspends what a simulated venue's own feed has listed", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION })]);
  journal.run([venue("a", [], { simulation: SIMULATION })]);
  deepStrictEqual(journal.numbers, ["a=0", "a:X/Y=0@0 suspended"]);
});

Deno.test("declarationDrafts() closes the instruments of a venue that left", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"]), venue("b", ["X/Y"])]);
  journal.run([venue("b", ["X/Y"])]);
  deepStrictEqual(journal.numbers, ["a=0", "b=1", "a:X/Y=0@0 closed", "b:X/Y=1@1 open"]);
});

const FORBIDDEN = [
  ["the price quantum", { priceRule: { scale: 3, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] } }],
  [
    "the quantity quantum",
    { qtyRule: { scale: 5, stepQuanta: 10, minQuanta: 20, maxQuanta: null } },
  ],
  ["the asset class", { assetClass: "linear" }],
  ["the contract", { contract: { kind: "linear", multiplier: "10", settlement: "USDT" } }],
] as const;
for (const [what, instrument] of FORBIDDEN) {
  Deno.test(`renumber() refuses a change of ${what} and says what to do`, () => {
    const journal = new Journal();
    journal.run([venue("a", ["X/Y"])]);
    throws(
      () => renumber([venue("a", ["X/Y"], { instrument })], journal.timeline.view),
      (error: unknown) =>
        error instanceof DeclarationError &&
        /^Cannot change instrument a:X\/Y: .* or use another state directory$/.test(error.message),
    );
    strictEqual(renumber([venue("b", ["X/Y"], { instrument })], journal.timeline.view).length, 1);
  });
}

Deno.test("declarationDrafts() switches dry runs on and off, each once, also of what has gone", () => {
  const journal = new Journal();
  type Dry = { readonly instruments: readonly string[]; readonly isAlice: boolean };
  const of = (dry: Dry): string[] => {
    const declared = venue("a", ["X/Y", "Z/Y"]);
    const instruments = declared.instruments.map((listed) => ({
      ...listed,
      isDryRun: dry.instruments.includes(listed.instrument.symbol),
    }));
    const client: DeclaredClient = {
      client: "alice",
      limits: NO_CLIENT_LIMITS,
      isDryRun: dry.isAlice,
    };
    const said = journal.run([{ ...declared, instruments }], ACTIVE, [client]);
    return said.filter((words) => words.startsWith("dry run"));
  };
  const first = { instruments: ["Z/Y"], isAlice: true };
  deepStrictEqual(of(first), ["dry run of alice true", "dry run of instrument 1 true"]);
  deepStrictEqual(of(first), []);
  deepStrictEqual(of({ instruments: ["X/Y"], isAlice: false }), [
    "dry run of alice false",
    "dry run of instrument 0 true",
    "dry run of instrument 1 false",
  ]);
  const gone = journal.run([]);
  deepStrictEqual(gone.filter((words) => words.startsWith("dry run")), [
    "dry run of instrument 0 false",
  ]);
});

const RULES = {
  priceRule: { scale: 2, ticks: [{ fromQuanta: 5, stepQuanta: 5 }] },
  qtyRule: { scale: 4, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: null,
};

Deno.test("renumber() takes a change of tick, lot and minimum of a simulated venue", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION })]);
  journal.run([venue("a", ["X/Y"], { simulation: SIMULATION, instrument: RULES })]);
  deepStrictEqual(journal.timeline.view.instruments[0]?.priceRule, RULES.priceRule);
});

Deno.test("renumber() keeps what a venue outside listed last until it lists it again", () => {
  const journal = new Journal();
  journal.run([venue("a", ["X/Y"], { instrument: { ...RULES, status: "suspended" } })]);
  journal.run([venue("a", ["X/Y"])]);
  const [kept] = journal.timeline.view.instruments;
  deepStrictEqual([kept?.priceRule, kept?.qtyRule], [RULES.priceRule, RULES.qtyRule]);
  strictEqual(kept?.status, "open");
});

Deno.test("renumber() refuses that a venue becomes simulated, or ceases to be", () => {
  const simulated = venue("a", ["X/Y"], { simulation: SIMULATION });
  for (const [first, second] of [[venue("a", []), simulated], [simulated, venue("a", [])]]) {
    if (first === undefined || second === undefined) continue;
    const journal = new Journal();
    journal.run([first]);
    throws(
      () => renumber([second], journal.timeline.view),
      /^DeclarationError: Cannot change venue a: a simulated venue must stay simulated/,
    );
  }
});

const STATES: readonly TradingState[] = ["Active", "Reducing", "Halted"];
for (const [had, held] of STATES.entries()) {
  for (const [asks, asked] of STATES.entries()) {
    const outcome = asks > had ? asked : held;
    Deno.test(`a run that asks for ${asked} after ${held} has ${outcome}, with resume ${asked}`, () => {
      for (const resume of [false, true]) {
        const journal = new Journal();
        journal.run([], { ...ACTIVE, tradingState: held });
        const operator = { ...ACTIVE, tradingState: asked, resume };
        const isHeldBack = heldBack(journal.timeline.view, operator) !== undefined;
        strictEqual(isHeldBack, !resume && asks < had);
        journal.run([], operator);
        strictEqual(journal.timeline.view.operatorState, resume ? asked : outcome);
      }
    });
  }
}

Deno.test("the kill switch stays on until an operator resumes", () => {
  const journal = new Journal();
  deepStrictEqual(journal.run([], { ...ACTIVE, killSwitch: true }), ["kill switch true"]);
  deepStrictEqual(journal.run([], ACTIVE), []);
  match(heldBack(journal.timeline.view, ACTIVE) ?? "", /the kill switch stays on/);
  deepStrictEqual(journal.run([], { ...ACTIVE, resume: true }), ["kill switch false"]);
  strictEqual(heldBack(journal.timeline.view, ACTIVE), undefined);
});

Deno.test("declarationDrafts() lifts halts of venues and instruments, but only when told to resume", () => {
  const journal = new Journal();
  const venues = [venue("a", ["X/Y", "Z/Y"])];
  journal.run(venues);
  const payload = { state: "Halted", reason: "test" } as const;
  const halt = { eventType: "TradingStateSet", payload, venue: venueId(0) } as const;
  journal.apply(controlDraft(halt, micros(1)));
  journal.apply(controlDraft({ ...halt, instrument: instrumentId(1) }, micros(1)));
  const { view } = journal.timeline;
  match(heldBack(view, ACTIVE) ?? "", /^a stays halted and a:Z\/Y stays halted, as the journal/);
  const states = (words: readonly string[]): readonly string[] =>
    words.filter((word) => word === "Active");
  deepStrictEqual(states(journal.run(venues)), []);
  deepStrictEqual(states(journal.run(venues, { ...ACTIVE, resume: true })), ["Active", "Active"]);
  deepStrictEqual(view.halts, { venues: [], instruments: [] });
  strictEqual(heldBack(view, ACTIVE), undefined);
});

Deno.test("declarationsMax() leaves room for all that a start says", () => {
  const journal = new Journal();
  const symbols = Array.from({ length: 700 }, (_, at) => `S${at}/Y`);
  const operator = { tradingState: "Halted", killSwitch: true, resume: false } as const;
  for (const venues of [[venue("a", symbols)], [venue("b", symbols), venue("c", [])]]) {
    const most = declarationsMax(venues, { clients: [], view: journal.timeline.view });
    const said = 1 + journal.run(venues, operator).length + venues.length;
    ok(said <= most, `${said} must fit ${most}`);
  }
});

Deno.test("declarationDrafts() does not say again what an operator's state is", () => {
  const journal = new Journal();
  const operator = { tradingState: "Halted", killSwitch: true, resume: false } as const;
  deepStrictEqual(journal.run([], operator), ["Halted", "kill switch true"]);
  deepStrictEqual(journal.run([], operator), []);
});

Deno.test("controlDraft() concerns no venue unless it says one", () => {
  const payload = { reason: "over" };
  const draft = controlDraft({ eventType: "Stopping", payload, venue: venueId(1) }, micros(3));
  deepStrictEqual([draft.venue, draft.instrument, draft.source], [1, null, "control"]);
  strictEqual(controlDraft({ eventType: "Stopping", payload }, micros(3)).venue, null);
});
