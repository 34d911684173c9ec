/**
 * A configuration on paper with metrics, as text.
 * @module
 */

/** Returns it; `metricsPort` 0 takes any free one. */
export function paperWithMetrics(metricsPort: number): string {
  return `mode: paper
wire: { port: 0 }
metrics: { port: ${metricsPort} }
journal: { checkpoint_events: 100 }
venues:
  - name: paper
    exchange: paper
    limits: { max_open_orders: 10 }
    balances:
      - { currency: USDT, total: "1000000" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
        start_price: "60000"
`;
}
