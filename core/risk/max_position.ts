/**
 * Guard: how far a position may come from 0 if everything that is open on the order's side fills.
 *
 * Counted: the position, what every other live order on that side may still fill (in flight, in
 * doubt, the larger version of a replace under way), and this order. A replace that adds nothing
 * passes. The client's own limit looks at its sub-book, the instrument's at the account book.
 *
 * Without a configured limit the account's worst case must still stay below 2^53 quanta.
 * @module
 */
import { addedQty, type Guard, qtyText, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import type { OpenSums } from "./scopes.ts";

/** Refuses an order that could take a position beyond a limit. */
export const MAX_POSITION: Guard = { name: "max_position", check: checkMaxPosition };

function checkMaxPosition(request: RiskRequest): Refusal | undefined {
  const { pair, listed, clientPosition, accountPosition } = request;
  const added = addedQty(request);
  if (added === 0) return undefined;
  const own = pair.limits.maxPosition;
  const shared = listed.limits.maxPosition;
  return (own === null ? undefined : checkScope(request, {
    most: own,
    position: clientPosition,
    sums: pair.sums,
    added,
    key: pair.key,
  })) ?? checkScope(request, {
    most: shared ?? Number.MAX_SAFE_INTEGER,
    position: accountPosition,
    sums: listed.sums,
    added,
    key: shared === null ? null : listed.key,
  });
}

function checkScope(
  request: RiskRequest,
  of: {
    readonly most: number;
    readonly position: number;
    readonly sums: OpenSums;
    readonly added: number;
    /** Where the limit stands; null: nowhere. */
    readonly key: string | null;
  },
): Refusal | undefined {
  const { most, sums, added } = of;
  const { side } = request;
  const open = sums.openQty(side);
  const worst = (side === "Buy" ? of.position : -of.position) + open + added;
  const isExact = open + added <= Number.MAX_SAFE_INTEGER;
  if (worst <= most && isExact) return undefined;
  const word = side === "Buy" ? "long" : "short";
  const where = of.key === null ? "the largest that is exact" : `${of.key}.max_position`;
  const limit = `${qtyText(request, most)} (${where})`;
  const position = qtyText(request, of.position);
  const parts = `position ${position}, open ${qtyText(request, open)}, this order adds ` +
    qtyText(request, added);
  const was = Number.isSafeInteger(worst) ? qtyText(request, worst) : "more than 2^53 quanta";
  const rule = `the position must be at most ${limit} ${word} if all that is open fills`;
  return refusal("MAX_POSITION", `${rule}: was ${was} (${parts})`);
}
