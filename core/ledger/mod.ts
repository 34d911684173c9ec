/**
 * Ledger: who holds what, exactly. Owns cash, positions, P&L and the accounting policies.
 * @module
 */
export { Ledger, type LedgerExecution, type Touched } from "./ledger.ts";
export { Pools } from "./pools.ts";
export { type AccountingPolicy, policyOf, policyProblem } from "./policy.ts";
