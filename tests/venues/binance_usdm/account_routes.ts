/**
 * The REST routes of Binance USD-M for the account: balances, positions, settings, income, listen keys.
 * @module
 */
import { refusal } from "../order.ts";
import type { Route, RouteState } from "../router.ts";
import { printUnits } from "../units.ts";
import { averageOf } from "../averages.ts";
import { entryPriceOf } from "./payloads.ts";
import type { UsdmUserStream } from "./user_stream.ts";
import { type Income, MARGIN_ASSET, type UsdmWallet } from "./wallet.ts";

/** What the routes answer from. */
export type AccountState = RouteState & {
  readonly wallet: UsdmWallet;
  readonly users: UsdmUserStream;
};

type Json = Readonly<Record<string, unknown>>;

const SAME_MODE = refusal(-4059, "No need to change position side.");
const OPEN_ORDERS = refusal(-4067, "Position side cannot be changed if there exists open orders.");
const POSITIONS = refusal(-4068, "Position side cannot be changed if there exists position.");
const BAD_LEVERAGE = refusal(-4028, "Leverage is not valid.");
const LEVERAGE_MAX = 125;
const NO_LISTEN_KEY = refusal(-1125, "This listenKey does not exist.");

/** The routes. */
export const USDM_ACCOUNT_ROUTES: Readonly<Record<string, Route<AccountState>>> = {
  "GET /fapi/v2/account": { weight: 5, needs: "signature", answer: account },
  "GET /fapi/v3/account": { weight: 5, needs: "signature", answer: openAccount },
  "GET /fapi/v2/balance": { weight: 5, needs: "signature", answer: balance },
  "GET /fapi/v3/balance": { weight: 5, needs: "signature", answer: balance },
  "GET /fapi/v2/positionRisk": { weight: 5, needs: "signature", answer: positionRisk },
  "GET /fapi/v3/positionRisk": { weight: 5, needs: "signature", answer: openPositionRisk },
  "GET /fapi/v1/income": { weight: 30, needs: "signature", answer: income },
  "GET /fapi/v1/leverageBracket": { weight: 1, needs: "signature", answer: leverageBracket },
  "GET /fapi/v1/commissionRate": { weight: 20, needs: "signature", answer: commissionRate },
  "GET /fapi/v1/accountConfig": {
    weight: 5,
    needs: "signature",
    answer: ({ wallet }) => ({
      feeTier: 0,
      canTrade: true,
      dualSidePosition: wallet.isDual,
      multiAssetsMargin: false,
    }),
  },
  "POST /fapi/v1/leverage": { weight: 1, needs: "signature", answer: setLeverage },
  "GET /fapi/v1/positionSide/dual": {
    weight: 30,
    needs: "signature",
    answer: ({ wallet }) => ({ dualSidePosition: wallet.isDual }),
  },
  "POST /fapi/v1/positionSide/dual": {
    weight: 1,
    needs: "signature",
    answer: setMode,
  },
  "POST /fapi/v1/listenKey": {
    weight: 1,
    needs: "key",
    answer: ({ users }) => ({ listenKey: users.openKey() }),
  },
  "PUT /fapi/v1/listenKey": {
    weight: 1,
    needs: "key",
    answer: ({ users }) => users.hasKey ? { listenKey: users.openKey() } : NO_LISTEN_KEY,
  },
  "DELETE /fapi/v1/listenKey": {
    weight: 1,
    needs: "key",
    answer: ({ users }) => {
      users.closeKey();
      return {};
    },
  },
};

function totalsOf({ wallet, exchange }: AccountState): Readonly<Record<string, bigint>> {
  const symbols = [...exchange.markets.keys()];
  const unrealised = symbols.reduce((sum, symbol) => sum + wallet.unrealised(symbol), 0n);
  const positions = symbols.reduce((sum, symbol) => sum + wallet.positionMargin(symbol), 0n);
  return { unrealised, positions, orders: wallet.orderMargin() };
}

function assetOf(state: AccountState): Json {
  const { unrealised = 0n, positions = 0n, orders = 0n } = totalsOf(state);
  const { wallet, clock } = state;
  return {
    asset: MARGIN_ASSET,
    walletBalance: printUnits(wallet.balance),
    unrealizedProfit: printUnits(unrealised),
    marginBalance: printUnits(wallet.balance + unrealised),
    maintMargin: printUnits(0n),
    initialMargin: printUnits(positions + orders),
    positionInitialMargin: printUnits(positions),
    openOrderInitialMargin: printUnits(orders),
    crossWalletBalance: printUnits(wallet.balance),
    crossUnPnl: printUnits(unrealised),
    availableBalance: printUnits(wallet.available()),
    maxWithdrawAmount: printUnits(wallet.available()),
    marginAvailable: true,
    updateTime: clock.now(),
  };
}

function account(state: AccountState): Json {
  const asset = assetOf(state);
  return {
    feeTier: 0,
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
    totalInitialMargin: asset["initialMargin"],
    totalMaintMargin: asset["maintMargin"],
    totalWalletBalance: asset["walletBalance"],
    totalUnrealizedProfit: asset["unrealizedProfit"],
    totalMarginBalance: asset["marginBalance"],
    totalPositionInitialMargin: asset["positionInitialMargin"],
    totalOpenOrderInitialMargin: asset["openOrderInitialMargin"],
    totalCrossWalletBalance: asset["crossWalletBalance"],
    totalCrossUnPnl: asset["crossUnPnl"],
    availableBalance: asset["availableBalance"],
    maxWithdrawAmount: asset["maxWithdrawAmount"],
    assets: [asset],
    positions: positionRisk(state, new URLSearchParams()),
  };
}

function balance(state: AccountState): unknown {
  const asset = assetOf(state);
  return [{
    accountAlias: "SgsR",
    asset: MARGIN_ASSET,
    balance: asset["walletBalance"],
    crossWalletBalance: asset["crossWalletBalance"],
    crossUnPnl: asset["crossUnPnl"],
    availableBalance: asset["availableBalance"],
    maxWithdrawAmount: asset["maxWithdrawAmount"],
    marginAvailable: true,
    updateTime: asset["updateTime"],
  }];
}

function positionRisk(
  { wallet, exchange }: AccountState,
  params: URLSearchParams,
): readonly Json[] {
  const wanted = params.get("symbol");
  return [...exchange.markets.values()]
    .filter(({ rules: { symbol } }) => wanted === null || wanted === symbol)
    .map(({ rules, lastPrice }) => {
      const position = wallet.position(rules.symbol);
      const margin = printUnits(wallet.positionMargin(rules.symbol));
      const notional = position.qty * lastPrice / 100_000_000n;
      return {
        symbol: rules.symbol,
        positionSide: "BOTH",
        positionAmt: printUnits(position.qty, rules.qtyDecimals),
        entryPrice: entryPriceOf(position),
        breakEvenPrice: printUnits(averageOf(position.cost, position)),
        markPrice: printUnits(lastPrice),
        unRealizedProfit: printUnits(wallet.unrealised(rules.symbol)),
        unrealizedProfit: printUnits(wallet.unrealised(rules.symbol)),
        liquidationPrice: "0",
        isolatedMargin: "0",
        notional: printUnits(notional),
        marginAsset: MARGIN_ASSET,
        isolatedWallet: "0",
        marginType: "cross",
        isolated: false,
        maxNotional: "1000000",
        maxNotionalValue: "1000000",
        leverage: String(wallet.leverage(rules.symbol)),
        maintMargin: "0",
        initialMargin: margin,
        positionInitialMargin: margin,
        openOrderInitialMargin: "0",
        adl: 0,
        bidNotional: "0",
        askNotional: "0",
        updateTime: position.updateTime,
      };
    });
}

/** The third version leaves out symbols without a position and without an open order. */
function openPositionRisk(state: AccountState, params: URLSearchParams): readonly Json[] {
  return positionRisk(state, params).filter((row) => {
    const symbol = String(row["symbol"]);
    const { wallet, exchange } = state;
    return wallet.position(symbol).qty !== 0n || exchange.openOrders(symbol).length > 0;
  });
}

function openAccount(state: AccountState): unknown {
  return { ...account(state), positions: openPositionRisk(state, new URLSearchParams()) };
}

function setMode({ wallet, exchange }: AccountState, params: URLSearchParams): unknown {
  const isDual = params.get("dualSidePosition") === "true";
  if (isDual === wallet.isDual) return SAME_MODE;
  if (exchange.openOrders().length > 0) return OPEN_ORDERS;
  if ([...wallet.positions.values()].some(({ qty }) => qty !== 0n)) return POSITIONS;
  wallet.isDual = isDual;
  return { code: 200, msg: "success" };
}

function income({ wallet, exchange }: AccountState, params: URLSearchParams): unknown {
  const number = (name: string, absent: number): number => Number(params.get(name) ?? absent);
  const type = params.get("incomeType");
  const symbol = params.get("symbol");
  const found = wallet.incomes.filter((one) =>
    (type === null || one.type === type) && (symbol === null || one.symbol === symbol) &&
    exchange.isShown(one.time) &&
    one.time >= number("startTime", 0) && one.time <= number("endTime", Infinity)
  );
  const limit = Math.min(number("limit", 100), 1000);
  return (params.has("startTime") ? found.slice(0, limit) : found.slice(-limit)).map(incomeShown);
}

function incomeShown(one: Income): Json {
  return {
    symbol: one.symbol,
    incomeType: one.type,
    income: printUnits(one.amount),
    asset: MARGIN_ASSET,
    info: one.type,
    time: one.time,
    tranId: one.id,
    tradeId: one.tradeId,
  };
}

function setLeverage({ wallet }: AccountState, params: URLSearchParams): unknown {
  const leverage = Number(params.get("leverage"));
  const symbol = params.get("symbol") ?? "";
  if (!(Number.isInteger(leverage) && leverage >= 1 && leverage <= LEVERAGE_MAX)) {
    return BAD_LEVERAGE;
  }
  wallet.leverages.set(symbol, BigInt(leverage));
  return { leverage, maxNotionalValue: "1000000", symbol };
}

function leverageBracket({ exchange }: AccountState): unknown {
  return [...exchange.markets.keys()].map((symbol) => ({
    symbol,
    brackets: [{
      bracket: 1,
      initialLeverage: LEVERAGE_MAX,
      notionalCap: 50000,
      notionalFloor: 0,
      maintMarginRatio: 0.004,
      cum: 0,
    }],
  }));
}

function commissionRate(_state: AccountState, params: URLSearchParams): unknown {
  return {
    symbol: params.get("symbol"),
    makerCommissionRate: "0.000200",
    takerCommissionRate: "0.000400",
  };
}
