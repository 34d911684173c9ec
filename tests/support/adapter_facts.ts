/**
 * What a configuration asks of an adapter, for tests that run none.
 * @module
 */
import type { AdapterDescription } from "../../edge/venue.ts";
import type { Capabilities } from "../../core/instrument.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";

/**
 * Returns the facts of an adapter that knows the secrets `api_key` and `secret` and refuses the
 * option `bad` and names with a colon; `dead_man: true` among its options gives it a dead-man switch, of at least a second
 * for each instrument.
 */
export function adapterFacts(
  tradingModes: Capabilities["tradingModes"] = ["live", "dry_run"],
): AdapterDescription {
  return {
    capabilities: (options) => ({
      ...PAPER_CAPABILITIES,
      tradingModes,
      deadMan: options["dead_man"] === true,
    }),
    problems: (options) =>
      Object.keys(options).filter((key) => key === "bad" || key.includes(":")).map((key) => ({
        path: key === "bad" ? "bad.inner" : key,
        problem: "must be left out: was given",
      })),
    deadManMinMs: (instruments) => instruments * 1000,
    credentials: () => ["api_key", "secret"],
  };
}
