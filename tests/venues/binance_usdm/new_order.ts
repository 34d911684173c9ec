/**
 * Reads orders and amendments off the parameters of a request, as the venue checks them.
 * @module
 */
import {
  isRefusal,
  type NewOrder,
  type OrderType,
  type Refusal,
  refusal,
  type TimeInForce,
} from "../order.ts";
import { missing } from "../signature.ts";
import { parseUnits, type Units } from "../units.ts";

const TYPES: readonly string[] = ["LIMIT", "MARKET"] satisfies OrderType[];
const TIMES_IN_FORCE: readonly string[] = ["GTC", "IOC", "FOK", "GTX"] satisfies TimeInForce[];
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const BAD_PRECISION = refusal(-1111, "Precision is over the maximum defined for this asset.");

/** Reads a new order. `clientOrderId` is used where the request has none. */
export function readContractOrder(
  params: URLSearchParams,
  clientOrderId: string,
): NewOrder | Refusal {
  const side = params.get("side");
  const type = params.get("type") ?? "";
  const timeInForce = params.get("timeInForce") ?? (type === "LIMIT" ? "" : "GTC");
  const id = params.get("newClientOrderId") ?? clientOrderId;
  const positionSide = params.get("positionSide") ?? "BOTH";
  if (side !== "BUY" && side !== "SELL") return refusal(-1117, "Invalid side.");
  if (!TYPES.includes(type)) return refusal(-1116, "Invalid orderType.");
  if (timeInForce === "") return missing("timeInForce");
  if (!TIMES_IN_FORCE.includes(timeInForce)) return refusal(-1115, "Invalid timeInForce.");
  if (!CLIENT_ID.test(id)) return refusal(-4015, "Client order id is not valid.");
  if (positionSide !== "BOTH") {
    return refusal(-4061, "Order's position side does not match user's setting.");
  }
  const size = readSize(params, type);
  if (isRefusal(size)) return size;
  return {
    symbol: params.get("symbol") ?? "",
    side,
    type: type as OrderType,
    timeInForce: timeInForce as TimeInForce,
    ...size,
    clientOrderId: id,
    isReduceOnly: params.get("reduceOnly") === "true",
  };
}

/** Reads price and quantity. A market order has no price. */
export function readSize(
  params: URLSearchParams,
  type: string,
): { readonly price: Units; readonly qty: Units } | Refusal {
  const qty = parseUnits(params.get("quantity") ?? "");
  const price = parseUnits(type === "MARKET" ? "0" : params.get("price") ?? "");
  if (qty === undefined) return params.get("quantity") ? BAD_PRECISION : missing("quantity");
  if (price === undefined) return params.get("price") ? BAD_PRECISION : missing("price");
  return { price, qty };
}
