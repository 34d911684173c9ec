/**
 * The exchanges that CCXT knows with streams, as data: a configuration is checked where the library is
 * not loaded, which takes half a second and 60 MB.
 * Source: the library, 4.5.84; a test holds it to that.
 * @module
 */

/** All of them, by the library's names. */
export const EXCHANGE_IDS: ReadonlySet<string> = new Set([
  "alpaca apex aster backpack bequant binance binancecoinm binanceus binanceusdm bingx bitfinex",
  "bitget bithumb bitopro bitrue bitstamp bittrade bitvavo blockchaincom blofin bullish bybit",
  "bybiteu bybitid bydfi cex coinbase coinbaseexchange coinbaseinternational coincheck coinex",
  "coinone cryptocom deepcoin deribit derive dydx extended gate gateeu gemini grvt hashkey",
  "hitbtc hollaex htx hyperliquid independentreserve kraken krakenfutures kucoin kucoinfutures",
  "lbank lighter luno mexc modetrade mudrex myokx nado ndax okx okxus onetrading p2b pacifica",
  "paradex phemex poloniex toobit upbit weex whitebit woo woofipro xt",
].flatMap((line) => line.split(" ")));

/** Those of which the library knows no testnet. */
export const LIVE_ONLY_IDS: ReadonlySet<string> = new Set([
  "aster backpack bitfinex bithumb bitopro bitrue bitstamp bittrade bitvavo bydfi cex coinbase",
  "coincheck coinex coinone deepcoin htx independentreserve kraken kucoin kucoinfutures lbank",
  "luno mexc mudrex onetrading p2b toobit upbit whitebit xt",
].flatMap((line) => line.split(" ")));
