/**
 * The embedded configuration: paper trading on a generated market, so that the program runs without
 * a file. Everything not said here is the schema's default.
 * @module
 */
import type { ConfigurationText } from "./load.ts";

/** The adapter whose venue is the simulator. */
export const PAPER_ADAPTER = "paper";

/** What `run` uses without `--config`. */
export const PAPER_DEFAULT: ConfigurationText = {
  file: "(built-in paper configuration)",
  directory: ".",
  text: `
mode: paper
venues:
  - name: paper
    exchange: paper
    adapter: paper
    feed: { kind: generator, seed: 1 }
    simulation:
      order_latency_us: 2000
      report_latency_us: 2000
      maker_fee_ppm: 100
      taker_fee_ppm: 500
    balances:
      - { currency: USDT, total: "1000000" }
      - { currency: BTC, total: "10" }
      - { currency: ETH, total: "200" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
        min_notional: "5"
        start_price: "60000"
        limits: { max_order_qty: "5" }
      - symbol: ETH/USDT
        base: ETH
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.001" }
        min_notional: "5"
        start_price: "3000"
        limits: { max_order_qty: "100" }
`,
};
