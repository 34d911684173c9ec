/**
 * The venues that the suite can be played on.
 * @module
 */
import type { Driver } from "../driver.ts";
import { BINANCE_SPOT_DRIVER, BINANCE_USDM_DRIVER, CCXT_EXPERIMENTAL_DRIVER } from "./binance.ts";
import { PAPER_DRIVER } from "./paper.ts";
import { TEST_EXCHANGE_DRIVER } from "./test_exchange.ts";

/** All of them, by name. */
export const DRIVERS: readonly Driver[] = [
  PAPER_DRIVER,
  TEST_EXCHANGE_DRIVER,
  BINANCE_SPOT_DRIVER,
  BINANCE_USDM_DRIVER,
  CCXT_EXPERIMENTAL_DRIVER,
];
