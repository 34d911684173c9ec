/**
 * How much of each limit is used, where it is used most.
 *
 * What is compared is what the guards compare: live orders at their worst, positions if everything
 * that is open on a side fills, losses since 00:00 UTC. Of every client, also of one that has not
 * ordered since the daemon started.
 * @module
 */
import type { LimitScope, UsedLimit, Utilisation } from "../gauges.ts";
import { LIMIT_SCOPES, USED_LIMITS } from "../gauges.ts";
import { type Amount, decimalOf } from "../ledger/money.ts";
import type { Client } from "../clients.ts";
import { ANY_CLIENT, type CurrencyLimit, type OrderLimits } from "../limits.ts";
import type { InstrumentId } from "../numbers.ts";
import { OpenSums, type RiskState } from "../risk/mod.ts";
import type { EngineState } from "./state.ts";

type Used = {
  readonly scope: LimitScope;
  readonly limit: UsedLimit;
  readonly used: number;
  readonly most: number;
};

/** Returns the highest share of each scope and limit; 0 where none is set. */
export function utilisation(state: EngineState): readonly Utilisation[] {
  const highest = new Highest();
  const { risk, losses } = state;
  for (const listed of risk.instruments) {
    if (listed === undefined) continue;
    const position = state.ledger.positionQuanta("account", listed.instrument.id);
    highest.orders("instrument", listed, position);
  }
  for (const venue of state.venues) {
    const { id } = venue.declaration;
    const { limits, orders } = risk.venue(id);
    highest.count("venue", { used: orders, most: limits.maxOpenOrders });
    highest.losses("venue", limits.maxLoss, (currency) => losses.venueLoss(id, currency));
  }
  for (const { limits, orders } of risk.exchanges.values()) {
    highest.count("exchange", { used: orders, most: limits.maxOpenOrders });
  }
  for (const client of state.clients.all) addClient(highest, state, client);
  return highest.all;
}

function addClient(highest: Highest, state: EngineState, { index, name }: Client): void {
  const { risk } = state;
  const limits = risk.clientLimitsOf(name);
  const scope = risk.clients[index];
  highest.count("client", { used: scope?.orders ?? 0, most: limits.maxOpenOrders });
  highest.losses(
    "client",
    limits.maxLoss,
    (currency) => state.losses.clientLoss(index, currency),
  );
  for (const id of limitedIn(risk, name)) {
    const sums = scope?.pairs[id]?.sums ?? new OpenSums();
    const position = state.ledger.positionQuanta(index, id);
    highest.orders("client_instrument", { limits: risk.pairLimitsOf(name, id), sums }, position);
  }
}

/** Instruments in which a client has limits: its own, or those of every client. */
function limitedIn({ pairLimits }: RiskState, name: string): ReadonlySet<InstrumentId> {
  const [own, any] = [pairLimits.get(name), pairLimits.get(ANY_CLIENT)];
  return new Set([...own?.keys() ?? [], ...any?.keys() ?? []]);
}

/** The highest shares so far. */
class Highest {
  readonly #ratios = new Map<string, number>();

  get all(): readonly Utilisation[] {
    return LIMIT_SCOPES.flatMap((scope) =>
      USED_LIMITS.map((limit) => ({ scope, limit, ratio: this.#of(scope, limit) }))
    );
  }

  /** Live orders and position of a scope with limits on orders. */
  orders(
    scope: LimitScope,
    of: { readonly limits: OrderLimits; readonly sums: OpenSums },
    position: number,
  ): void {
    const { limits, sums } = of;
    this.count(scope, { used: sums.orders, most: limits.maxOpenOrders });
    if (limits.maxPosition === null) return;
    const used = Math.max(position + sums.buyQty, sums.sellQty - position);
    this.#note({ scope, limit: "max_position", used, most: limits.maxPosition });
  }

  /** Live orders. */
  count(scope: LimitScope, of: { readonly used: number; readonly most: number | null }): void {
    const { used, most } = of;
    if (most !== null) this.#note({ scope, limit: "max_open_orders", used, most });
  }

  /** Losses of the day; what cannot be judged counts as all of the limit. */
  losses(
    scope: LimitScope,
    limits: readonly CurrencyLimit[],
    lossOf: (currency: string) => Amount | undefined,
  ): void {
    for (const { currency, most } of limits) {
      const loss = lossOf(currency);
      const used = loss === undefined ? Number(most) : Number(decimalOf(loss));
      this.#note({ scope, limit: "max_loss", used, most: Number(most) });
    }
  }

  #note({ scope, limit, used, most }: Used): void {
    const ratio = shareOf(used, { most });
    if (ratio > this.#of(scope, limit)) this.#ratios.set(`${scope} ${limit}`, ratio);
  }

  #of(scope: LimitScope, limit: UsedLimit): number {
    return this.#ratios.get(`${scope} ${limit}`) ?? 0;
  }
}

/** Of a limit of 0 nothing is used, or all of it. */
function shareOf(used: number, of: { readonly most: number }): number {
  if (of.most > 0) return used / of.most;
  return used > 0 ? 1 : 0;
}
