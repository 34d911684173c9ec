/**
 * The read-only look at the engine's state, for queries and heartbeats.
 *
 * Ordering: orders by id, fills by sequence number, positions by instrument.
 * @module
 */
import { type Client, rowOf } from "../clients.ts";
import { gauges } from "./gauges.ts";
import { orderStatus } from "./reports.ts";
import { limitedClients, limitsMap } from "./risk_view.ts";
import { COUNTERS, type EngineState } from "./state.ts";
import type { Mode } from "../event.ts";
import type { Gauges } from "../gauges.ts";
import type { Instrument } from "../instrument.ts";
import type { TradingState } from "../intent.ts";
import { decimalOf, sum } from "../ledger/money.ts";
import type { ClientIndex, InstrumentId, Micros, OrderId, Px } from "../numbers.ts";
import type { SeqId, VenueId } from "../numbers.ts";
import type { Order } from "../order.ts";
import type { ExecutionReport } from "../report.ts";
import { midOf, strictest } from "../risk/mod.ts";
import type {
  BalanceRow,
  BookView,
  ExternalOrderRow,
  FillFilter,
  FillRow,
  LimitedClient,
  OrderFilter,
  PositionRow,
  RiskView,
  TagRow,
  VenueView,
  View,
} from "../view.ts";

type Declared = Pick<View, "venues" | "instruments"> & { readonly declarations: number };

/** View over one state. */
export class EngineView implements View {
  readonly #state: EngineState;
  #shown: Declared | undefined;

  constructor(state: EngineState) {
    this.#state = state;
  }

  get seqId(): SeqId {
    return this.#state.seqId;
  }

  get mode(): Mode {
    return this.#state.mode;
  }

  get operatorState(): TradingState {
    return this.#state.operatorState;
  }

  get killSwitch(): boolean {
    return this.#state.killSwitch;
  }

  get halts(): View["halts"] {
    const { venues, instruments } = this.#state;
    return {
      venues: venues.filter(({ tradingState }) => tradingState !== "Active")
        .map(({ declaration }) => declaration.id),
      instruments: instruments.flatMap((entry) =>
        entry === undefined || entry.tradingState === "Active" ? [] : [entry.instrument.id]
      ),
    };
  }

  get venues(): readonly VenueView[] {
    return this.#declared.venues;
  }

  get openedVenues(): readonly VenueId[] {
    return this.#state.venues.filter(({ isOpened }) => isOpened)
      .map(({ declaration }) => declaration.id);
  }

  get instruments(): readonly Instrument[] {
    return this.#declared.instruments;
  }

  instrumentByName(name: string): Instrument | undefined {
    return this.#state.instrumentByName.get(name)?.instrument;
  }

  clientIndex(name: string): ClientIndex | undefined {
    return this.#state.clients.byName(name)?.index;
  }

  clientName(client: ClientIndex): string {
    return this.#client(client)?.name ?? "";
  }

  reportSeq(client: ClientIndex): number {
    return this.#client(client)?.reportSeq ?? 0;
  }

  tradingState(client?: ClientIndex): TradingState {
    const state = this.#state;
    const own = client === undefined ? "Active" : this.#client(client)?.tradingState ?? "Active";
    const venues = state.venues.map((venue) => venue.tradingState);
    return strictest(state.operatorState, own, ...venues);
  }

  order(client: ClientIndex, id: OrderId): ExecutionReport | undefined {
    const order = this.#state.blotter.get(id);
    return order?.client === client ? this.#status(order) : undefined;
  }

  orderByIntent(client: ClientIndex, intentId: string): ExecutionReport | undefined {
    const id = this.#state.blotter.intents.find(client, intentId)?.order ?? null;
    return id === null ? undefined : this.order(client, id);
  }

  orders(scope: ClientIndex | "account", filter: OrderFilter): readonly ExecutionReport[] {
    const rows: ExecutionReport[] = [];
    for (const order of this.#candidates(scope, filter)) {
      if (rows.length >= filter.limit) break;
      if (scope !== "account" && order.client !== scope) continue;
      if (filter.instrument !== undefined && order.instrument !== filter.instrument) continue;
      if (filter.after !== undefined && order.id <= filter.after) continue;
      rows.push(this.#status(order));
    }
    return rows;
  }

  get externalOrders(): readonly ExternalOrderRow[] {
    const { seqId, venues } = this.#state;
    return venues.flatMap(({ externalOrders, reconciledUs }) =>
      externalOrders.map((order) => ({ ...order, seqId, listedUs: reconciledUs }))
    );
  }

  fills(client: ClientIndex, filter: FillFilter): readonly FillRow[] {
    const { sinceUs, after } = filter;
    const all = [...this.#client(client)?.fills ?? []];
    // One that is kept no more is older than all; one that was voided since still has its place.
    const at = all.findIndex(({ seqId, execution }) =>
      execution.execId === after?.execId && seqId === (after.seqId ?? seqId)
    );
    const rows: FillRow[] = [];
    for (const fill of all.slice(at + 1)) {
      if (rows.length === filter.limit) break;
      const execution = this.#asItStands(fill);
      const isMeant = sinceUs === undefined || fill.eventUs >= sinceUs;
      if (isMeant && execution !== undefined) rows.push({ ...rowOf(fill), execution });
    }
    return rows;
  }

  positions(scope: ClientIndex | "account"): readonly PositionRow[] {
    return this.#state.ledger.positions(scope, (id) => this.#mark(id));
  }

  get clients(): readonly ClientIndex[] {
    return this.#state.clients.all.map(({ index }) => index);
  }

  tags(client: ClientIndex): readonly TagRow[] {
    return this.#state.ledger.tags(client, (id) => this.#mark(id));
  }

  balances(venue?: VenueId): readonly BalanceRow[] {
    return this.#state.ledger.balances(
      venue,
      (id, currency) => this.#reserved(id, currency),
    );
  }

  book(instrument: InstrumentId): BookView | undefined {
    return this.#state.instruments[instrument]?.book;
  }

  get limitedClients(): readonly LimitedClient[] {
    return limitedClients(this.#state);
  }

  get dryRuns(): View["dryRuns"] {
    const { dryClients, instruments } = this.#state;
    const dry = instruments.filter((entry) => entry?.isDryRun === true);
    return {
      clients: [...dryClients].sort(),
      instruments: dry.flatMap((entry) => entry === undefined ? [] : [entry.instrument.id]),
    };
  }

  risk(client: ClientIndex): RiskView {
    const state = this.#state;
    return {
      trading_state: this.tradingState(client),
      operator_trading_state: state.operatorState,
      client_trading_state: this.#client(client)?.tradingState ?? "Active",
      kill_switch: state.killSwitch,
      intents_per_second: state.settings.intentsPerSecond,
      burst: state.settings.burst,
      ...limitsMap(state, this.#client(client)),
    };
  }

  counters(): Readonly<Record<string, number>> {
    const state = this.#state;
    let open = 0;
    let inDoubt = 0;
    for (const client of state.clients.all) {
      open += client.open.size;
      for (const order of client.open) if (order.doubt !== 0) inDoubt += 1;
    }
    return {
      ...Object.fromEntries(COUNTERS.map((name) => [name, state.counters.get(name)])),
      orders_open: open,
      orders_kept: state.blotter.size,
      orders_in_doubt: inDoubt,
      external_orders: state.venues.reduce((sum, venue) => sum + venue.externalOrders.length, 0),
      clients: state.clients.all.length,
    };
  }

  gauges(nowUs: Micros): Gauges {
    return gauges(this.#state, nowUs);
  }

  /** Every report and command asks for these: made anew only when they have changed. */
  get #declared(): Declared {
    const { declarations, venues, instruments } = this.#state;
    if (this.#shown?.declarations === declarations) return this.#shown;
    this.#shown = {
      declarations,
      venues: venues.map(({ declaration, status }) => ({ ...declaration, status })),
      instruments: instruments.flatMap((entry) => entry === undefined ? [] : [entry.instrument]),
    };
    return this.#shown;
  }

  #client(client: ClientIndex): Client | undefined {
    return this.#state.clients.all[client];
  }

  /**
   * The execution of a row as it stands; undefined if it was voided, if another row shows the same
   * execution, or if its order is forgotten.
   */
  #asItStands(row: FillRow): FillRow["execution"] | undefined {
    const { execId } = row.execution;
    const fill = this.#state.blotter.get(row.orderId)?.fillOf(execId);
    return fill?.execution.execId !== execId || fill.isVoided ? undefined : fill.execution;
  }

  /** What live orders and positions of an account hold back of a currency at worst. */
  #reserved(venue: VenueId, currency: string): string {
    const positions = this.#state.funds.positionsHoldBack(venue, currency);
    const purse = this.#state.risk.venues[venue]?.purses.get(currency);
    if (purse === undefined) return decimalOf(positions);
    const orders = { units: purse.reserved.value, scale: purse.scale };
    return decimalOf(sum({ left: positions, right: orders }));
  }

  #status(order: Order): ExecutionReport {
    return orderStatus(order, this.#state);
  }

  /** Live orders of one client are found without a walk over all that are kept. */
  *#candidates(scope: ClientIndex | "account", filter: OrderFilter): Iterable<Order> {
    const { blotter } = this.#state;
    const onlyOpen = filter.open !== false;
    if (scope === "account" || !onlyOpen) {
      for (const order of blotter.values()) if (!onlyOpen || !order.isTerminal) yield order;
      return;
    }
    yield* this.#client(scope)?.open ?? [];
  }

  /** Middle of a fresh book, rounded down; undefined without one. */
  #mark(instrument: InstrumentId): Px | undefined {
    const book = this.#state.instruments[instrument]?.book;
    return book?.isFresh === true ? midOf(book) : undefined;
  }
}
