/**
 * What Binance lets one address ask for in a minute, as weight. Sources: "Limits" of the spot and the
 * USD-M API, and `rateLimits` of their `exchangeInfo`.
 * @module
 */
import type { ExchangeProduct } from "../options.ts";

export const WEIGHT_LIMITS: Readonly<Record<ExchangeProduct, number>> = { spot: 6000, usdm: 2400 };
