/**
 * What the benches of the hot loop read: the lines of a recorded betting market, or, where there is
 * none, lines of a made-up one of the same shape.
 * @module
 */
import { sharedLines } from "../../tests/support/shared_lines.ts";

const RUNNERS = 9;
const LINES = 8_000;
/** Prices of the made-up market lie in the row of the ladder with a step of 0.1. */
const MIDDLE = 50;

/** Lines, and where they come from. */
export type Recording = { readonly name: string; readonly lines: readonly string[] };

/** Returns the recording. */
export function recording(): Recording {
  const name = "betfair/1.241629436.jsonl.gz";
  const lines = sharedLines(name);
  return lines === undefined ? { name: "made up", lines: [...madeUp()] } : { name, lines };
}

function* madeUp(): Generator<string, void> {
  let seed = 1;
  const below = (bound: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % bound;
  };
  const traded = new Map<string, number>();
  yield line(0, { rc: [], marketDefinition: definition() });
  for (let at = 1; at < LINES; at++) {
    const rc = Array.from({ length: 1 + below(3) }, () => {
      const id = 100 + below(RUNNERS);
      const back = (MIDDLE - 1 - below(12)) / 10;
      const lay = (MIDDLE + below(10)) / 10;
      const total = (traded.get(`${id} ${lay}`) ?? 0) + below(90);
      traded.set(`${id} ${lay}`, total);
      const size = (): number => below(5) === 0 ? 0 : below(900) + below(100) / 100;
      const both = { id, atb: [[back, size()]], atl: [[lay, size()]] };
      return below(3) === 0 ? { ...both, trd: [[lay, total]], ltp: lay, tv: total } : both;
    });
    yield line(at, { rc });
  }
}

function line(at: number, change: Readonly<Record<string, unknown>>): string {
  const pt = 1_743_511_673_000 + at * 100;
  return JSON.stringify({ op: "mcm", id: 2, clk: `AAM${at}`, pt, mc: [{ id: "1.1", ...change }] });
}

function definition(): unknown {
  const runners = Array.from({ length: RUNNERS }, (_, at) => ({
    id: 100 + at,
    status: "ACTIVE",
    sortPriority: at + 1,
  }));
  return {
    status: "OPEN",
    inPlay: false,
    betDelay: 0,
    version: 1,
    marketBaseRate: 5,
    discountAllowed: true,
    numberOfWinners: 1,
    bettingType: "ODDS",
    priceLadderDefinition: { type: "CLASSIC" },
    runners,
  };
}
