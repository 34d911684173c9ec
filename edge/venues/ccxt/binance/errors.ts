/**
 * What Binance's errors mean, as data: each code once, its class.
 *
 * A code that is not listed is ambiguous. Sources: "Error codes" of the spot and the USD-M API; where the two give one number
 * two meanings, each product has its own row.
 * @module
 */
import type { ErrorClass } from "../error_classes.ts";
import type { ExchangeProduct } from "../options.ts";

type Row = readonly [code: number, means: ErrorClass];

/** Codes that mean the same in both APIs. */
const COMMON: readonly Row[] = [
  [-1000, "ambiguous"], // unknown error while processing
  [-1001, "ambiguous"], // internal error, disconnected
  [-1002, "auth"], // not authorised to execute this request
  [-1003, "rate"], // too many requests, IP banned until …
  [-1004, "ambiguous"], // server busy; duplicate IP in the futures list
  [-1006, "ambiguous"], // unexpected response, execution status unknown
  [-1007, "ambiguous"], // timeout, execution status unknown
  [-1008, "overload"], // throttled by system-level protection, not executed
  [-1010, "ambiguous"], // "ERROR_MSG_RECEIVED": says what it means in words only
  [-1013, "rejected"], // a filter failed
  [-1014, "rejected"], // unknown order composition
  [-1015, "orderCount"], // too many new orders
  [-1016, "suspended"], // service shutting down
  [-1020, "rejected"], // unsupported operation
  [-1021, "clock"], // timestamp outside recvWindow
  [-1022, "auth"], // signature not valid
  [-1023, "rejected"], // start time after end time
  [-1099, "auth"], // not found, unauthenticated or unauthorised
  [-1100, "rejected"],
  [-1101, "rejected"],
  [-1102, "rejected"],
  [-1103, "rejected"],
  [-1104, "rejected"],
  [-1105, "rejected"],
  [-1106, "rejected"],
  [-1108, "rejected"],
  [-1111, "rejected"], // precision over the maximum
  [-1112, "rejected"], // no orders on book for symbol
  [-1114, "rejected"],
  [-1115, "rejected"],
  [-1116, "rejected"],
  [-1117, "rejected"],
  [-1118, "rejected"],
  [-1119, "rejected"],
  [-1120, "rejected"],
  [-1121, "rejected"], // invalid symbol
  [-1125, "auth"], // listen key does not exist
  [-1127, "rejected"],
  [-1128, "rejected"],
  [-1130, "rejected"],
  [-2013, "notFound"], // order does not exist
  [-2014, "auth"], // API-key format invalid
  [-2015, "auth"], // API-key, IP or permissions
  [-2016, "suspended"], // no trading window
];

const SPOT: readonly Row[] = [
  [-1034, "rate"], // too many connections
  [-1131, "rejected"],
  [-1134, "rejected"],
  [-1135, "rejected"],
  [-1145, "rejected"],
  [-1151, "rejected"],
  [-2008, "auth"], // bad API id
  [-2010, "rejected"], // new order rejected; the message may say more
  [-2011, "rejected"], // cancel rejected; the message says why
  [-2021, "ambiguous"], // cancel-replace partially failed
  [-2022, "ambiguous"], // cancel-replace failed
  [-2026, "notFound"], // order was archived over 90 days ago
];

const USDM: readonly Row[] = [
  [-1005, "auth"], // no such IP in the white list
  [-1011, "auth"], // this IP cannot access this route
  [-1109, "auth"], // not a valid account
  [-1110, "rejected"],
  [-1113, "rejected"],
  [-1122, "suspended"], // invalid symbol status
  [-1126, "rejected"],
  [-1136, "rejected"],
  [-2010, "rejected"],
  [-2011, "notFound"], // unknown order sent
  [-2012, "ambiguous"], // cancel all failed
  [-2017, "auth"], // API keys are locked
  [-2018, "funds"],
  [-2019, "funds"], // margin not sufficient
  [-2020, "unfilled"], // unable to fill
  [-2021, "rejected"], // would immediately trigger
  [-2022, "rejected"], // reduce-only rejected
  [-2023, "suspended"], // user in liquidation mode
  [-2024, "funds"], // position not sufficient
  [-2025, "rejected"], // open order limit reached
  [-2026, "rejected"], // reduce-only not supported for this type
  [-2027, "rejected"], // position limit at current leverage
  [-2028, "rejected"], // leverage smaller than permitted
  [-4000, "rejected"],
  [-4001, "rejected"],
  [-4002, "rejected"],
  [-4003, "rejected"],
  [-4004, "rejected"],
  [-4005, "rejected"],
  [-4006, "rejected"],
  [-4007, "rejected"],
  [-4008, "rejected"],
  [-4009, "rejected"],
  [-4010, "rejected"],
  [-4011, "rejected"],
  [-4012, "rejected"],
  [-4013, "rejected"], // price below the minimum
  [-4014, "rejected"], // price off the tick
  [-4015, "rejected"], // client order id not valid
  [-4016, "rejected"],
  [-4023, "rejected"], // quantity off the step
  [-4024, "rejected"],
  [-4025, "rejected"],
  [-4026, "rejected"],
  [-4027, "rejected"],
  [-4028, "rejected"],
  [-4029, "rejected"],
  [-4030, "rejected"],
  [-4044, "rejected"],
  [-4045, "rejected"],
  [-4050, "funds"],
  [-4051, "funds"],
  [-4054, "rejected"],
  [-4055, "rejected"],
  [-4056, "auth"],
  [-4057, "auth"],
  [-4058, "rejected"],
  [-4060, "rejected"],
  [-4061, "rejected"], // order's position side does not match the user's setting
  [-4062, "rejected"],
  [-4067, "rejected"],
  [-4068, "rejected"],
  [-4082, "rejected"],
  [-4083, "rejected"],
  [-4086, "rejected"],
  // What the account may not do for now, though its keys work: reductions and cancels may go on.
  [-4087, "suspended"], // may only place reduce-only
  [-4088, "suspended"], // may not place an order currently
  [-4104, "rejected"],
  [-4109, "rejected"], // account not active: nothing was transferred to it
  [-4114, "rejected"], // client order id not valid
  [-4115, "rejected"], // duplicate client order id within a batch
  [-4116, "duplicate"], // client order id is duplicated
  [-4117, "rejected"],
  [-4118, "rejected"],
  [-4120, "rejected"], // a type of order for another address
  [-4131, "rejected"], // counterparty's best price outside the percent filter
  [-4135, "rejected"],
  [-4136, "rejected"],
  [-4137, "rejected"],
  [-4138, "rejected"],
  [-4139, "rejected"],
  [-4140, "suspended"], // symbol status does not allow
  [-4141, "suspended"], // symbol is closed
  [-4142, "rejected"], // would trigger immediately
  [-4144, "rejected"],
  [-4164, "rejected"], // notional below the minimum
  [-4183, "rejected"], // price above the multiplier's cap
  [-4184, "rejected"], // price below the multiplier's floor
  [-4192, "suspended"], // cooling-off period
  [-4202, "rejected"],
  [-4203, "rejected"],
  [-4205, "rejected"],
  [-4206, "rejected"],
  [-4208, "rejected"],
  [-4209, "rejected"],
  [-4400, "suspended"], // quantitative rules: only reduce-only, for minutes or hours
  [-4401, "suspended"], // a position too large: only reduce-only of its symbol
  [-4402, "suspended"], // the symbol is not offered in this region
  [-4403, "rejected"],
  [-5021, "unfilled"], // FOK not filled
  [-5022, "postOnly"], // GTX would take
  [-5024, "rejected"],
  [-5025, "rejected"], // only limit orders can be amended
  [-5026, "rejected"], // amended too often
  [-5027, "rejected"], // nothing to amend
  [-5028, "clock"], // outside the matching engine's recvWindow
  [-5029, "rejected"], // an amendment's notional below the minimum
  [-5037, "rejected"],
  [-5038, "rejected"],
  [-5039, "rejected"],
  [-5040, "rejected"],
  [-5041, "ambiguous"], // no depth matches, taken back
  [-5043, "rejected"], // an amendment before it is not done yet
];

/** The codes of a product: `code` to class. */
export const ERROR_CODES: Readonly<Record<ExchangeProduct, ReadonlyMap<number, ErrorClass>>> = {
  spot: new Map([...COMMON, ...SPOT]),
  usdm: new Map([...COMMON, ...USDM]),
};

/** Said of a symbol that does not exist, or not any more, and of one whose status allows no such thing. */
export const SYMBOL_CODES: ReadonlySet<number> = new Set([-1121, -1122]);

/** Messages that say more than their code; the whole message, or its beginning where it ends in …. */
export const ERROR_MESSAGES: readonly (readonly [string, ErrorClass])[] = [
  ["Duplicate order sent.", "duplicate"],
  ["Unknown order sent.", "notFound"],
  ["Account has insufficient balance for requested action.", "funds"],
  ["Order would immediately match and take.", "postOnly"],
  ["Market is closed.", "suspended"],
  ["This action is disabled on this account.", "auth"],
  ["This account may not place or cancel orders.", "auth"],
  ["Rest API trading is not enabled.", "auth"],
  ["You don't have permission.", "auth"],
  ["This symbol is restricted for this account.", "rejected"],
  ["This symbol is not permitted for this account.", "rejected"],
  ["Too many requests. Please try again later.", "rate"],
  ["System is under maintenance.", "overload"],
];

/**
 * Statuses without a code that is known. 429 and 418 are the limits of requests; of a 503 the
 * documents name two messages that mean "failed", every other is of unknown effect.
 */
export const STATUS_CLASSES: ReadonlyMap<number, ErrorClass> = new Map([
  [401, "auth"],
  [418, "rate"],
  [429, "rate"],
]);

/** Messages of a 503 that mean that nothing was done. */
export const FAILED_503: readonly string[] = [
  "Service Unavailable.",
  "Internal error; unable to process your request. Please try again.",
];
