/**
 * Reads an order off the parameters of a request, as the venue checks them.
 * @module
 */
import type { NewOrder, OrderType, Refusal, TimeInForce } from "../order.ts";
import { refusal } from "../order.ts";
import { missing } from "../signature.ts";
import { parseUnits } from "../units.ts";

const TYPES: readonly string[] = ["LIMIT", "LIMIT_MAKER", "MARKET"] satisfies OrderType[];
const TIMES_IN_FORCE: readonly string[] = ["GTC", "IOC", "FOK"] satisfies TimeInForce[];
const CLIENT_ID = /^[a-zA-Z0-9-_]{1,36}$/;

/** Reads a new order. `clientOrderId` is used where the request has none. */
export function readNewOrder(params: URLSearchParams, clientOrderId: string): NewOrder | Refusal {
  const symbol = params.get("symbol") ?? "";
  const side = params.get("side");
  const type = params.get("type") ?? "";
  const timeInForce = params.get("timeInForce") ?? (type === "LIMIT" ? "" : "GTC");
  const id = params.get("newClientOrderId") ?? clientOrderId;
  const qty = parseUnits(params.get("quantity") ?? "");
  const price = parseUnits(params.get("price") ?? (type === "MARKET" ? "0" : ""));
  if (side !== "BUY" && side !== "SELL") return refusal(-1117, "Invalid side.");
  if (!TYPES.includes(type)) return refusal(-1116, "Invalid orderType.");
  if (timeInForce === "") return missing("timeInForce");
  if (!TIMES_IN_FORCE.includes(timeInForce)) return refusal(-1115, "Invalid timeInForce.");
  if (qty === undefined) return malformed(params, "quantity");
  if (price === undefined) return malformed(params, "price");
  if (!CLIENT_ID.test(id)) return illegal("newClientOrderId", "^[a-zA-Z0-9-_]{1,36}$");
  return {
    symbol,
    side,
    type: type as OrderType,
    timeInForce: timeInForce as TimeInForce,
    price,
    qty,
    clientOrderId: id,
    isReduceOnly: false,
  };
}

function malformed(params: URLSearchParams, name: string): Refusal {
  const value = params.get(name);
  if (value === null || value === "") return missing(name);
  if (/^\d+\.\d{9,}$/.test(value)) {
    return refusal(-1111, `Parameter '${name}' has too much precision.`);
  }
  return illegal(name, "^([0-9]{1,20})(\\.[0-9]{1,20})?$");
}

function illegal(name: string, range: string): Refusal {
  return refusal(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '${range}'.`,
  );
}
