/**
 * A stream in the making: the chronicle, what is known of its orders, and the draws.
 *
 * Owns what a random event needs: sessions, intents that were sent, keys that were used.
 * @module
 */
import type { EventType } from "../../core/event.ts";
import type { AssetClass, Instrument } from "../../core/instrument.ts";
import type { Intent, TradingState } from "../../core/intent.ts";
import { fromQuanta } from "../../core/decimal.ts";
import { Chronicle, type Told } from "../contracts/engine/chronicle.ts";
import type { WorldSpec } from "../contracts/engine/world.ts";
import { type Caused, causedOf } from "../contracts/trace/effects_json.ts";
import type { Draws } from "../support/draws.ts";
import { Model } from "./model.ts";
import { CLIENTS, drawWorld, pricesOf } from "./world.ts";

const TINY = "0.0000000000001";

const KEPT_MAX = 60;
/** Facts about accounts add to the shares of the last four. */
const CLASS_SHARES: readonly AssetClass[] = [
  ...["spot", "spot", "spot", "spot", "linear", "linear", "linear"] as const,
  ...[
    "inverse",
    "inverse",
    "inverse",
    "binary",
    "binary",
    "betting",
    "betting",
    "betting",
  ] as const,
];

/** What a core answers to one event. */
export type Answer = Caused & {
  readonly digest: string;
  readonly next_deadline_us: number | null;
};

/** An intent that was sent, with the client that sent it. */
export type SentIntent = { readonly client: number; readonly intent: Intent };

/** One stream. */
export class Scene extends Chronicle {
  draws: Draws;
  readonly world: WorldSpec;
  readonly model = new Model();
  readonly answers: Answer[] = [];
  readonly sent: SentIntent[] = [];
  readonly keys: string[] = [];
  /** Executions of orders that are not ours. */
  readonly externals: { readonly execId: string; readonly instrument: number }[] = [];
  /** Session that speaks for each client, 0: none. */
  readonly sessions: number[] = CLIENTS.map(() => 0);
  isStopping = false;
  #sessionsGiven = 0;
  #named = 0;

  constructor(draws: Draws) {
    super();
    this.draws = draws;
    this.world = drawWorld(draws);
    this.start(this.world);
    for (const at of (this.world.venues ?? []).keys()) this.venue("up", at);
    for (const at of CLIENTS.keys()) this.say(at);
  }

  /** From now on draws come from here: each step has its own. */
  redraw(draws: Draws): void {
    this.draws = draws;
  }

  /** As a chronicle does; learns from the answer and keeps it. */
  override offer<Type extends EventType>(told: Told<Type>): this {
    super.offer(told);
    this.model.learn(this.effects);
    this.answers.push({
      ...causedOf(this.effects),
      digest: this.timeline.digest,
      next_deadline_us: this.timeline.nextDeadlineUs() ?? null,
    });
    return this;
  }

  /** A client says HELLO. */
  say(client: number): void {
    this.#sessionsGiven += 1;
    this.sessions[client] = this.#sessionsGiven;
    this.open({
      session: this.#sessionsGiven,
      client: CLIENTS[client] ?? "nobody",
      cancelOnDisconnect: this.draws.chance(70),
      graceMs: this.draws.pick([0, 50, 5000]),
    });
  }

  /** Sends an intent and remembers it. */
  send(client: number, intent: Intent): void {
    this.sent.push({ client, intent });
    if (this.sent.length > KEPT_MAX) this.sent.shift();
    this.intent(intent, this.sessions[client] ?? 1);
  }

  /** The operator's word about one instrument. */
  tradingStateOf(instrument: Instrument, state: TradingState): void {
    const payload = { state, reason: "told" };
    const { venue, id } = instrument;
    this.control("TradingStateSet", payload, { venue, instrument: id });
  }

  /** A new name: of an intent, an execution, a key. */
  name(prefix: string): string {
    this.#named += 1;
    return `${prefix}${this.#named}`;
  }

  /** A key for a report: mostly none, sometimes one that was used. */
  key(): string | null {
    if (this.draws.chance(65)) return null;
    if (this.keys.length > 0 && this.draws.chance(25)) return this.draws.pick(this.keys);
    const key = this.name("k");
    this.keys.push(key);
    if (this.keys.length > KEPT_MAX) this.keys.shift();
    return key;
  }

  /** An instrument, so that each class has its share of events. */
  instrument(): Instrument {
    const { draws } = this;
    const assetClass = draws.pick(CLASS_SHARES);
    return draws.pick(this.instruments.filter((each) => each.assetClass === assetClass));
  }

  /** What an execution is charged, often off its base: many quanta of it, or less than one. */
  commission(
    { base, quote }: Instrument,
  ): { readonly commission: string; readonly commissionCurrency: string } {
    const { draws } = this;
    return {
      commission: draws.pick(["0", "0", "0.01", "-0.005", "0.0004", "1.23456789", TINY]),
      commissionCurrency: draws.pick([quote, base, base, "BNB"]),
    };
  }

  /** A price in quanta, mostly one that makes sense and lies on the grid. */
  price(instrument: Instrument): number {
    const { draws } = this;
    const { least, most, step } = pricesOf(instrument);
    if (draws.chance(1)) return draws.pick([0, -1, least - 1, 7 * most, 2 ** 52 + 1]);
    const middle = Math.floor((least + most) / 2 / step) * step;
    if (draws.chance(60)) return middle + step * (draws.below(5) - 2);
    return least + step * draws.below(Math.floor((most - least) / step) + 1);
  }

  /** A quantity in quanta, mostly small, seldom at the edge of what is exact. */
  quantity(instrument: Instrument): number {
    const { draws } = this;
    const { minQuanta, maxQuanta } = instrument.qtyRule;
    if (draws.chance(0.3)) return draws.pick([2 ** 53 - 1, 2 ** 52, maxQuanta ?? 3, 0]);
    if (draws.chance(2)) return minQuanta + draws.below(1_000_000_000);
    return minQuanta + draws.below(draws.pick([3, 20, 1000]));
  }

  /** A decimal of a quantity, or of something that is off its grid. */
  quantityText(instrument: Instrument, quanta: number): string {
    const text = fromQuanta(quanta, instrument.qtyRule.scale);
    return this.draws.chance(1) ? `${text}${text.includes(".") ? "" : "."}0000001` : text;
  }
}
