/**
 * A small configuration of one paper venue, written with what a test wants otherwise.
 * @module
 */
import { declareClients, declareVenues, parseConfiguration } from "../../config/mod.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import type { View } from "../../core/view.ts";
import type { Declared } from "../../daemon/tighten.ts";
import { renumber } from "../../edge/declarations.ts";

/** What a test writes otherwise than the default, by its place in the file. */
export type Parts = {
  readonly top?: string;
  readonly venue?: string;
  readonly limits?: string;
  readonly venueLimits?: string;
  readonly instrument?: string;
  readonly more?: string;
};

function yaml({ top, venue, limits, venueLimits, instrument, more }: Parts): string {
  return `${top ?? ""}
venues:
  - name: paper
    exchange: sim
    ${venue ?? ""}
    limits: { ${venueLimits ?? ""} }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
        ${instrument ?? ""}
        limits: { ${limits ?? ""} }
${more ?? ""}`;
}

const ADAPTERS = new Map([["paper", { capabilities: () => PAPER_CAPABILITIES }]]);

/** Reads a configuration as a daemon does whose core has what `view` shows. */
export function declared(parts: Parts, view: View): Declared {
  const configuration = parseConfiguration(
    { file: "c.yaml", directory: "/", text: yaml(parts) },
    { adapters: new Map(), captureFormats: [], fileExists: () => false },
  );
  const venues = renumber(declareVenues(configuration, ADAPTERS), view);
  return { configuration, venues, clients: declareClients(configuration) };
}
