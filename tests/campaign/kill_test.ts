/**
 * The kill campaign on real processes: kill -9 under load from reconnecting clients, on the paper
 * venue and against a test exchange in a process of its own that loses answers on purpose.
 * Proves R-WIRE-2, R-WIRE-3, R-EXEC-2, R-EXEC-3, R-JRN-2, R-CORE-5, R-CORE-9.
 *
 * `KILLS` and `SEED` from the environment make other and longer runs. A seed fixes what is drawn,
 * not how processes are scheduled: a failure is told by the journal it leaves.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Draws } from "../support/draws.ts";
import { textIfAny } from "../support/temporary.ts";
import { type Audit, ExchangeProcess } from "../venue/exchange_process.ts";
import { testVenueConfiguration } from "../venue/capabilities.ts";
import { MOMENTS, Strikes } from "../venue/strikes.ts";
import { unwrittenFile } from "../venue/written_first.ts";
import {
  alarmsOf,
  gapsHit,
  type Outcome,
  runCampaign,
  summaryOf,
  type Trading,
} from "./campaign.ts";
import {
  assertIntentsAnsweredOnce,
  assertLedgersEqual,
  assertReplayable,
  assertReportsComplete,
  assertSettled,
  executionsOf,
  holdingsAfter,
} from "./judge.ts";

const SEED = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);
const KILLS = Deno.env.get("KILLS");
const STOP_MS = 2000;

const PAPER = `
mode: paper
wire: { heartbeat_ms: 500 }
journal: { segment_bytes: 1048576, checkpoint_events: 2000 }
exchanges: [{ name: paper, self_match: allow }]
venues:
  - name: paper
    exchange: paper
    feed: { kind: generator, seed: ${SEED} }
    balances: [{ currency: USDT, total: "1000000" }, { currency: BTC, total: "1000" }]
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
        start_price: "60000"
        limits: { price_collar_ppm: null }
`;

const PAPER_TRADING: Trading = {
  instrument: "paper:BTC/USDT",
  price: (draws) => `${59_970 + draws.below(60)}.${10 + draws.below(90)}`,
  qty: (draws) => `0.00${1 + draws.below(9)}`,
  atLeast: { executions: 51, replaced: 1 },
};

const EXCHANGE_TRADING: Trading = {
  instrument: "x:TST/USD",
  price: (draws) => String(90 + draws.below(20)),
  qty: (draws) => String(1 + draws.below(9)),
  atLeast: { executions: 101, replaced: 1, inDoubt: 1 },
};

function assertCommon(outcome: Outcome, initial: Map<string, string>): void {
  const { campaign, traders, holdings, history } = outcome;
  assertReportsComplete(traders, history);
  assertIntentsAnsweredOnce(traders);
  assertSettled(traders);
  assertReplayable(history);
  deepStrictEqual(alarmsOf(campaign.logs), {});
  const expected = holdingsAfter(executionsOf(traders).values(), initial);
  strictEqual(holdings.position, expected.position);
  for (const [currency, total] of holdings.totals) {
    strictEqual(total, expected.totals.get(currency) ?? "0", `the account's ${currency}`);
  }
}

function say(summary: Record<string, unknown>): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${JSON.stringify(summary)}\n`));
}

async function inTemporaryDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "tapeline-campaign-" });
  try {
    await run(directory);
  } catch (error) {
    throw new Error(`seed ${SEED}, state kept in ${directory}`, { cause: error });
  }
  if (Deno.env.get("KEEP") === undefined) await Deno.remove(directory, { recursive: true });
}

Deno.test(`the daemon keeps its word through kills on the paper venue (seed ${SEED})`, () =>
  inTemporaryDirectory(async (directory) => {
    const config = `${directory}/paper.yaml`;
    await Deno.writeTextFile(config, PAPER);
    const outcome = await runCampaign(
      {
        start: { stateDir: `${directory}/state`, config },
        kills: Number(KILLS ?? 15),
        draws: new Draws(SEED),
        lifeMs: [100, 900],
        moments: ["random", "random", "starting"],
        stopMs: STOP_MS,
      },
      PAPER_TRADING,
      () => Promise.resolve(),
    );
    assertCommon(outcome, new Map([["USDT", "1000000"], ["BTC", "1000"]]));
    const summary = summaryOf(outcome);
    say(summary);
    ok(Number(summary["executions"]) > 50, "orders are filled");
    ok(Number(summary["replaced"]) > 0, "orders are replaced");
  }));

Deno.test(`two ledgers agree after kills against a test exchange (seed ${SEED})`, () =>
  inTemporaryDirectory(async (directory) => {
    const exchange = await ExchangeProcess.start(SEED, directory);
    try {
      const config = `${directory}/test.yaml`;
      const options = { replace: "cancel_new", campaign_directory: directory } as const;
      await Deno.writeTextFile(config, testVenueConfiguration(exchange.port, options));
      const outcome = await runCampaign(
        {
          start: { stateDir: `${directory}/state`, config, main: "tests/venue/main.ts" },
          kills: Number(KILLS ?? 20),
          draws: new Draws(SEED),
          lifeMs: [50, 800],
          moments: [...MOMENTS, ...MOMENTS, "random", "starting"],
          strikes: new Strikes(directory),
          stopMs: STOP_MS,
        },
        EXCHANGE_TRADING,
        () => exchange.calm(),
      );
      assertAgainst(await exchange.audit(), outcome);
      strictEqual(await textIfAny(unwrittenFile(directory)), undefined, "sent before written");
    } finally {
      await exchange.stop();
    }
  }));

function assertAgainst(audit: Audit, outcome: Outcome): void {
  const { traders, holdings, history } = outcome;
  assertCommon(outcome, new Map([["USD", "0"]]));
  assertLedgersEqual(traders, audit);
  strictEqual(holdings.position, String(audit.position));
  strictEqual(holdings.totals.get("USD"), String(audit.cash - audit.fees));
  const gaps = gapsHit(history, audit);
  const summary = summaryOf(outcome);
  say({ ...summary, gaps });
  ok(audit.trades.length > 100, "orders are filled");
  ok(Number(summary["replaced"]) > 0, "orders are replaced");
  ok(Number(summary["inDoubt"]) > 0, "orders come into doubt");
  for (const [gap, hits] of Object.entries(gaps)) ok(hits > 0, `a gap is hit: ${gap}`);
  strictEqual(history.verified.torn_bytes, 0);
}
