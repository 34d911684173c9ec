/**
 * What a running daemon takes over of a new configuration. Proves R-OPS-2 (reload of what can
 * change, nothing of the rest) and, with the core as the judge, R-CORE-7: limits that a reload lets
 * through never loosen anything, and what it refuses would.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createTimeline, Effects } from "../../core/mod.ts";
import type { Draft, Event } from "../../core/event.ts";
import { micros, seqId } from "../../core/numbers.ts";
import { controlDraft } from "../../edge/control_draft.ts";
import { declarationDrafts } from "../../edge/declarations.ts";
import { planReload, type ReloadPlan } from "../../daemon/reload.ts";
import { type Declared, tighten } from "../../daemon/tighten.ts";
import { declared, type Parts } from "../support/reload_parts.ts";

/** A core that was started with a configuration. */
class Run {
  readonly timeline = createTimeline();
  readonly alarms: string[] = [];
  readonly before: Declared;
  #seq = 0;

  constructor(parts: Parts) {
    this.before = declared(parts, this.timeline.view);
    const { venues, clients, configuration } = this.before;
    const operator = { ...configuration.operator, resume: false };
    const { view } = this.timeline;
    this.apply(declarationDrafts(venues, { view, clients, operator, nowUs: micros(1) }));
  }

  apply(drafts: readonly Draft[]): void {
    const effects = new Effects();
    for (const draft of drafts) {
      this.#seq += 1;
      const event = { ...draft, seqId: seqId(this.#seq), ingestTime: micros(1) } as Event;
      this.timeline.apply(event, effects);
      this.alarms.push(...effects.alarms.map(({ code }) => code));
    }
  }

  plan(parts: Parts): ReloadPlan {
    const after = declared(parts, this.timeline.view);
    return planReload(this.before, after, { view: this.timeline.view, nowUs: micros(2) });
  }

  /** What the core makes of the new limits, whether a reload lets them through or not. */
  alarmsOf(parts: Parts): readonly string[] {
    const after = declared(parts, this.timeline.view);
    const { drafts } = tighten(
      this.before,
      after,
      (scoped, place) =>
        controlDraft(
          { eventType: "LimitsSet", payload: { ...scoped, admin: false }, ...place },
          micros(2),
        ),
    );
    this.apply(drafts);
    return this.alarms;
  }
}

function typesOf(plan: ReloadPlan): readonly string[] {
  return plan.kind === "changed" ? plan.drafts.map(({ eventType }) => eventType) : [plan.kind];
}

function problemsOf(plan: ReloadPlan): string {
  return plan.kind === "refused" ? plan.problems.join("\n") : plan.kind;
}

const CLIENT = "clients: [{ name: bot, max_open_orders: 5 }]";
const DRY = "clients: [{ name: bot, dry_run: true }]";
const PAIR = 'clients: [{ name: bot, instruments: [{ instrument: "paper:BTC/USDT", ' +
  "max_open_orders: 5 }] }]";

/** A client's row with a limit in the one instrument. */
function pairRow(name: string, max: number): string {
  return `{ name: "${name}", instruments: [{ instrument: "paper:BTC/USDT", ` +
    `max_open_orders: ${max} }] }`;
}

const taken: readonly (readonly [string, Parts, Parts, readonly string[]])[] = [
  ["a limit that was not there", {}, { limits: 'max_order_qty: "1"' }, ["LimitsSet"]],
  ["a lower limit", { limits: 'max_position: "2"' }, { limits: 'max_position: "1"' }, [
    "LimitsSet",
  ]],
  ["a venue's limit", {}, { venueLimits: "max_open_orders: 9" }, ["LimitsSet"]],
  ["an exchange's row", {}, { top: "exchanges: [{ name: sim, max_open_orders: 9 }]" }, [
    "LimitsSet",
  ]],
  ["a client's row", {}, { top: CLIENT }, ["LimitsSet"]],
  ["a client's limit in an instrument", {}, { top: PAIR }, ["LimitsSet", "LimitsSet"]],
  ["a dry run of a client", {}, { top: DRY }, ["LimitsSet", "DryRunSet"]],
  ["a dry run of an instrument", {}, { instrument: "dry_run: true" }, ["DryRunSet"]],
  ["a stricter trading state", {}, { top: "operator: { trading_state: Reducing }" }, [
    "TradingStateSet",
  ]],
  ["a lower limit of a client in an instrument", { top: PAIR }, { top: PAIR.replace("5", "4") }, [
    "LimitsSet",
  ]],
  ["the kill switch", {}, { top: "operator: { kill_switch: true }" }, ["KillSwitchSet"]],
  ["levels of the log", {}, { top: "log: { level: debug, categories: { wire: error } }" }, []],
  ["settings of the hot loop", {}, { top: "hotloop: { half_life_s: 5 }" }, []],
  ["another pacing", { venue: "pacing: { per_second: 5, burst: 5 }" }, {
    venue: "pacing: { per_second: 10, burst: 5 }",
  }, ["VenueDeclared"]],
];
for (const [what, before, after, types] of taken) {
  Deno.test(`planReload() takes over ${what}`, () => {
    const run = new Run(before);
    const plan = run.plan(after);
    deepStrictEqual(typesOf(plan), ["ConfigurationReloaded", ...types], problemsOf(plan));
    if (plan.kind === "changed") run.apply(plan.drafts);
    const drafts = plan.kind === "changed" ? plan.drafts : [];
    const isAdmin = ({ eventType, payload }: Draft): boolean =>
      eventType === "LimitsSet" && payload.admin;
    ok(!drafts.some(isAdmin), "whoever writes the file is no admin");
    deepStrictEqual(run.alarms, []);
  });
}

Deno.test("planReload() sets switches, each of what it is said of, and takes none back", () => {
  const before = { top: "operator: { trading_state: Active }" };
  const operator = "operator: { trading_state: Reducing, kill_switch: true }";
  const plan = new Run(before).plan({ top: `${operator}\n${DRY}`, instrument: "dry_run: true" });
  const drafts = plan.kind === "changed" ? plan.drafts : [];
  const set = drafts.filter(({ eventType }) => /DryRunSet|StateSet|SwitchSet/.test(eventType));
  const reason = "configuration reloaded";
  deepStrictEqual(set.map(({ payload, instrument }) => [payload, instrument]), [
    [{ client: "bot", on: true }, null],
    [{ client: null, on: true }, drafts.find(({ instrument }) => instrument !== null)?.instrument],
    [{ state: "Reducing", reason }, null],
    [{ on: true, reason }, null],
  ]);
});

const loosened: readonly (readonly [string, Parts, Parts, RegExp])[] = [
  [
    "a higher limit",
    { limits: 'max_order_qty: "1"' },
    { limits: 'max_order_qty: "2"' },
    /^Cannot loosen venues\[0\]\.instruments\[0\]\.limits\.max_order_qty while .*: was "1", wanted "2"$/,
  ],
  [
    "a limit taken away",
    { venueLimits: "max_open_orders: 9" },
    {},
    /^Cannot loosen venues\[0\]\.limits\.max_open_orders .*, a restart loosens them: was 9, wanted null$/,
  ],
  [
    "a part of a rate",
    { venueLimits: "order_rate: { per_second: 5, burst: 5 }" },
    { venueLimits: "order_rate: { per_second: 4, burst: 6 }" },
    /^Cannot loosen venues\[0\]\.limits\.order_rate\.(per_second|burst) /,
  ],
  [
    "funds that are no longer checked",
    {},
    { venueLimits: "check_funds: false" },
    /^Cannot loosen venues\[0\]\.limits\.check_funds .*: was true, wanted false$/,
  ],
  [
    "self-match that is allowed",
    {},
    { top: "exchanges: [{ name: sim, self_match: allow }]" },
    /^Cannot loosen exchanges\[0\] /,
  ],
  [
    "an exchange's row taken away",
    { top: "exchanges: [{ name: sim, max_open_orders: 9 }]" },
    {},
    /^Cannot loosen exchanges\[0\]\.max_open_orders /,
  ],
  [
    "a client that leaves the limits of all others in an instrument",
    {},
    { top: `clients: [${pairRow("*", 5)}, ${pairRow("bot", 6)}]` },
    /^Cannot loosen clients\[1\] /,
  ],
  ["a client's row taken away", { top: CLIENT }, {}, /^Cannot loosen clients\[0\] .*not there$/],
  [
    "a client that leaves the limits of all others",
    { top: 'clients: [{ name: "*", max_open_orders: 5 }]' },
    { top: 'clients: [{ name: "*", max_open_orders: 5 }, { name: bot, max_open_orders: 6 }]' },
    /^Cannot loosen clients\[1\] /,
  ],
  [
    "a client's limit in an instrument taken away",
    { top: PAIR },
    { top: "clients: [{ name: bot }]" },
    /^Cannot loosen clients\[0\]\.instruments\[0\] /,
  ],
  [
    "a dry run that ends",
    { top: DRY },
    { top: "clients: [{ name: bot }]" },
    /clients\[0\]\.dry_run/,
  ],
  [
    "a dry instrument that trades",
    { instrument: "dry_run: true" },
    {},
    /venues\[0\]\.instruments\[0\]\.dry_run .*was true, wanted false/,
  ],
  [
    "a looser trading state",
    { top: "operator: { trading_state: Halted }" },
    { top: "operator: { trading_state: Active }" },
    /operator\.trading_state .*was "Halted", wanted "Active"$/,
  ],
  [
    "the kill switch off",
    { top: "operator: { kill_switch: true }" },
    {},
    /operator\.kill_switch while .*, a restart with --resume-trading loosens them: was true/,
  ],
];
for (const [what, before, after, expected] of loosened) {
  Deno.test(`planReload() refuses ${what}`, () => {
    match(problemsOf(new Run(before).plan(after)), expected);
  });
}

const OTHER_VENUE = `
  - name: b
    exchange: sim
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: "1" }, quantity: { quantum: "1" } }`;
const fixed: readonly (readonly [string, Parts, Parts])[] = [
  ["wire.heartbeat_ms", {}, { top: "wire: { heartbeat_ms: 500 }" }],
  ["engine.seed", {}, { top: "engine: { seed: 7 }" }],
  ["journal.index", {}, { top: "journal: { index: false }" }],
  ["queues.intents.max", {}, { top: "queues: { intents: { max: 99 } }" }],
  ["venues[0].simulation.taker_fee_ppm", {}, { venue: "simulation: { taker_fee_ppm: 9 }" }],
  ["venues[0].feed.seed", {}, { venue: "feed: { kind: generator, seed: 9 }" }],
  ["venues[0].breaker", {}, { venue: "breaker: { failures: 3, cool_ms: 1000 }" }],
  ["venues[0].instruments[0].min_notional", {}, { instrument: 'min_notional: "5"' }],
  ["venues[1]", {}, { more: OTHER_VENUE }],
];
for (const [path, before, after] of fixed) {
  Deno.test(`planReload() refuses another ${path}, which needs a restart`, () => {
    const problems = problemsOf(new Run(before).plan(after));
    ok(
      problems.startsWith(`Cannot change ${path} while the daemon runs: it needs a restart`),
      problems,
    );
  });
}

Deno.test("planReload() applies nothing if one thing may not change, and names each", () => {
  const after = {
    top: "wire: { heartbeat_ms: 500 }\nlog: { level: debug }",
    limits: 'max_order_qty: "2"',
    venueLimits: "max_open_orders: 3",
  };
  const plan = new Run({ limits: 'max_order_qty: "1"' }).plan(after);
  strictEqual(plan.kind === "refused" && plan.problems.length, 2, problemsOf(plan));
});

Deno.test("planReload() says that nothing differs, also where rows stand elsewhere", () => {
  const rows = ['{ name: "*", max_open_orders: 5 }', "{ name: bot, max_open_orders: 4 }"];
  const run = new Run({ top: `clients: [${rows.join(", ")}]` });
  strictEqual(run.plan({ top: `clients: [${rows.toReversed().join(", ")}]` }).kind, "unchanged");
});

Deno.test("planReload() names a row that is gone, and not the one that now stands in its place", () => {
  const pair = 'instruments: [{ instrument: "paper:BTC/USDT", max_open_orders: 2 }]';
  const run = new Run({ top: `clients: [{ name: "*" }, { name: a, ${pair} }]` });
  const plan = run.plan({ top: "clients: [{ name: a }]" });
  const problems = plan.kind === "refused" ? plan.problems : [];
  deepStrictEqual(problems.map((problem) => problem.split(" ", 3)[2]), [
    "clients[0].instruments[0]",
    "clients[0]",
  ]);
  ok(problems.every((problem) => problem.endsWith("wanted not there")), problems.join("\n"));
});

Deno.test("planReload() keeps a stricter trading state that the journal holds", () => {
  const run = new Run({});
  const payload = { state: "Halted", reason: "test" } as const;
  run.apply([controlDraft({ eventType: "TradingStateSet", payload }, micros(1))]);
  const plan = run.plan({ top: "operator: { trading_state: Reducing }" });
  deepStrictEqual(typesOf(plan), ["ConfigurationReloaded"]);
});

const most = fc.constantFrom(null, 1, 2, 3);
const rate = fc.constantFrom(null, [1, 1], [1, 2], [2, 1]);
const amounts = fc.constantFrom("", "USDT: 1", "USDT: 2", "BTC: 1", "USDT: 1, BTC: 1");
const SETTINGS = {
  qty: most,
  collar: fc.constantFrom(null, 100, 200),
  stale: fc.constantFrom(100, 200),
  margin: fc.constantFrom(null, 100, 200),
  open: most,
  rate,
  loss: amounts,
  tolerances: amounts,
  reports: fc.constantFrom(1, 2),
  funds: fc.boolean(),
  selfMatch: fc.constantFrom(null, "refuse", "allow"),
  clients: fc.array(
    fc.record({
      name: fc.constantFrom("*", "a", "b"),
      open: most,
      pair: most,
      hasPair: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
};
const settings = fc.record(SETTINGS);
type Settings = typeof settings extends fc.Arbitrary<infer Value> ? Value : never;

/** One setting, written otherwise: of two files that differ in all, one is always looser somewhere. */
const oneSetting: fc.Arbitrary<Partial<Settings>> = fc.oneof(
  ...Object.entries(SETTINGS).map(([key, value]: readonly [string, fc.Arbitrary<unknown>]) =>
    value.map((other) => ({ [key]: other }))
  ),
  ...[1, 2, 3, 4].map(() => SETTINGS.clients.map((clients) => ({ clients }))),
);
const twoSettings = fc.tuple(settings, fc.array(oneSetting, { maxLength: 2 }))
  .map(([before, changes]): readonly [Parts, Parts] => [
    partsOf(before),
    partsOf(changes.reduce<Settings>((after, change) => ({ ...after, ...change }), before)),
  ]);

function partsOf(of: Settings): Parts {
  const list = (text: string): string =>
    `[${
      text.split(", ").filter((one) => one !== "").map((one) => {
        const [currency, amount] = one.split(": ");
        return `{ currency: ${currency}, amount: "${amount}" }`;
      }).join(", ")
    }]`;
  const known = new Map(of.clients.map((client) => [client.name, client]));
  const clients = [...known.values()].map(({ name, open, pair, hasPair }) =>
    `{ name: "${name}", max_open_orders: ${open}, instruments: [${
      hasPair ? `{ instrument: "paper:BTC/USDT", max_open_orders: ${pair} }` : ""
    }] }`
  );
  const perSecond = of.rate === null
    ? "null"
    : `{ per_second: ${of.rate[0]}, burst: ${of.rate[1]} }`;
  const exchange = of.selfMatch === null ? "" : `{ name: sim, self_match: ${of.selfMatch} }`;
  return {
    top: `exchanges: [${exchange}]\nclients: [${clients.join(", ")}]`,
    limits: `max_order_qty: ${of.qty === null ? null : `"${of.qty}"`}, price_collar_ppm: ` +
      `${of.collar}, book_stale_ms: ${of.stale}, initial_margin_ppm: ${of.margin}`,
    venueLimits: `max_open_orders: ${of.open}, order_rate: ${perSecond}, max_loss: ` +
      `${list(of.loss)}, check_funds: ${of.funds}, tripwire: { reports: ${of.reports}, ` +
      `tolerances: ${list(of.tolerances)} }`,
  };
}

Deno.test("planReload() refuses limits exactly when the core would hold them back", () => {
  const seen = { changed: 0, refused: 0, unchanged: 0, gone: 0 };
  fc.assert(
    fc.property(twoSettings, ([before, after]) => {
      const plan = new Run(before).plan(after);
      const isRowGone = plan.kind === "refused" &&
        plan.problems.every((problem) => problem.endsWith("not there"));
      seen[isRowGone ? "gone" : plan.kind] += 1;
      const held = new Run(before).alarmsOf(after);
      // A row that is gone is refused as such; the core is not told of it.
      if (isRowGone) deepStrictEqual(held, []);
      else strictEqual(held.includes("LIMITS_HELD"), plan.kind === "refused", problemsOf(plan));
    }),
    { numRuns: 200 },
  );
  ok(Object.values(seen).every((times) => times >= 5), JSON.stringify(seen));
});
