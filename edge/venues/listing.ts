/**
 * What a venue lists of an instrument: checked against what the configuration fixed, and made of the
 * venue's own decimals.
 *
 * Invariant: a listing never changes what orders and positions are counted in (quanta, class,
 * contract, names); grids, minima, status and capabilities are the venue's to say.
 * @module
 */
import { canonicalDecimal, toQuanta } from "../../core/decimal.ts";
import { MODES } from "../../core/event.ts";
import {
  type Capabilities,
  type Instrument,
  ORD_TYPES,
  TIMES_IN_FORCE,
} from "../../core/instrument.ts";
import {
  type Check,
  flag,
  instrument as instrumentNumber,
  isMap,
  list,
  mapOf,
  name,
  orNull,
  shape,
  whole,
  word,
  wrong,
} from "./fields.ts";

/** A venue's rules of an instrument, decimals as it prints them. */
export type VenueRules = {
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minQty: string | null;
  readonly maxQty: string | null;
  readonly minNotional: string | null;
  readonly status: Instrument["status"];
  readonly capabilities?: Partial<Capabilities>;
};

/** A listing, or the sentence that says what to write in the configuration. */
export type Listing =
  | { readonly ok: true; readonly instrument: Instrument }
  | { readonly ok: false; readonly reason: string };

/**
 * Returns the instrument with the venue's rules. Minimum and maximum are moved inwards onto the
 * venue's own step where they are off it; a maximum that cannot be counted in quanta becomes the
 * largest that can.
 */
export function withVenueRules(configured: Instrument, rules: VenueRules): Listing {
  const { priceRule, qtyRule } = configured;
  const tick = stepOf(rules.tickSize, priceRule.scale);
  if (tick === undefined) return tooCoarse(configured, { key: "price", step: rules.tickSize });
  const step = stepOf(rules.stepSize, qtyRule.scale);
  if (step === undefined) return tooCoarse(configured, { key: "quantity", step: rules.stepSize });
  const least = quantaUp(rules.minQty ?? "0", qtyRule.scale);
  const most = rules.maxQty === null ? null : toQuantaDown(rules.maxQty, qtyRule.scale);
  const minNotional = rules.minNotional === null ? null : canonicalDecimal(rules.minNotional);
  if (least === undefined || most === undefined || minNotional === undefined) {
    return {
      ok: false,
      reason: `Cannot list ${configured.name}: its limits must be decimals: was ${
        JSON.stringify(rules)
      }`,
    };
  }
  const minQuanta = Math.max(step, Math.ceil(least / step) * step);
  const maxQuanta = most === null ? null : Math.max(minQuanta, Math.floor(most / step) * step);
  const own = rules.capabilities;
  return {
    ok: true,
    instrument: {
      ...configured,
      priceRule: { scale: priceRule.scale, ticks: [{ fromQuanta: tick, stepQuanta: tick }] },
      qtyRule: { scale: qtyRule.scale, stepQuanta: step, minQuanta, maxQuanta },
      minNotional: minNotional === "0" ? null : minNotional,
      status: rules.status,
      capabilities: own === undefined
        ? configured.capabilities
        : { ...configured.capabilities, ...own },
    },
  };
}

/** Says what is wrong with a listing of a configured instrument, or nothing. */
export function listingProblem(
  listed: unknown,
  configured: readonly Instrument[],
): string | undefined {
  const problem = LISTED(listed, { instruments: new Set(configured.map(({ id }) => id)) });
  if (problem !== undefined) return `listing${problem}`;
  const instrument = listed as Instrument; // every field was looked at
  const known = configured.find(({ id }) => id === instrument.id);
  for (const key of FIXED) {
    const [was, is] = [JSON.stringify(known?.[key]), JSON.stringify(instrument[key])];
    if (was !== is) return `listing.${key} must be what is configured, ${was}: was ${is}`;
  }
  const scales = (of: Instrument | undefined): string =>
    `${of?.priceRule.scale} ${of?.qtyRule.scale}`;
  if (scales(known) === scales(instrument)) return undefined;
  return `listing must keep the configured quanta: was ${instrument.name} with other scales`;
}

const FIXED = ["venue", "name", "symbol", "base", "quote", "assetClass", "contract"] as const;

const TICK = mapOf(shape({ fromQuanta: whole(Number.MIN_SAFE_INTEGER), stepQuanta: whole(1) }));
const anything: Check = () => undefined;
const LISTED: Check = mapOf(shape({
  id: instrumentNumber,
  venue: whole(0),
  name,
  symbol: name,
  base: name,
  quote: name,
  assetClass: name,
  contract: anything,
  priceRule: mapOf(shape({ scale: whole(0), ticks: ascending }, { maxQuanta: whole(1) })),
  qtyRule: mapOf(shape({
    scale: whole(0),
    stepQuanta: whole(1),
    minQuanta: whole(1),
    maxQuanta: orNull(whole(1)),
  })),
  minNotional: orNull(positive),
  sessionEndUs: orNull(whole(0)),
  status: word(["open", "suspended", "closed"]),
  capabilities: orNull(capabilities),
}));

function ascending(value: unknown, scope: Parameters<Check>[1]): string | undefined {
  const problem = list(TICK)(value, scope);
  if (problem !== undefined) return problem;
  const rows = value as Instrument["priceRule"]["ticks"];
  const isAscending = rows.every(({ fromQuanta }, at) =>
    at === 0 || fromQuanta > (rows[at - 1]?.fromQuanta ?? fromQuanta)
  );
  return rows.length > 0 && isAscending ? undefined : wrong("rows that ascend", value);
}

function positive(value: unknown): string | undefined {
  const canonical = typeof value === "string" ? canonicalDecimal(value) : undefined;
  const isPositive = canonical !== undefined && canonical !== "0" && !canonical.startsWith("-");
  return isPositive ? undefined : wrong("a decimal above 0", value);
}

/** Kinds of value that capabilities have; what they say is the venue's business. */
function capabilities(value: unknown, scope: Parameters<Check>[1]): string | undefined {
  if (!isMap(value)) return wrong("a map", value);
  for (const [key, inner] of Object.entries(value)) {
    const check = CAPABILITIES.get(key);
    const problem = check === undefined ? " must be absent: was given" : check(inner, scope);
    if (problem !== undefined) return `.${key}${problem}`;
  }
  return undefined;
}

const CAPABILITIES: ReadonlyMap<string, Check> = new Map<keyof Capabilities, Check>([
  ["ordTypes", list(word(ORD_TYPES))],
  ["timeInForce", list(word(TIMES_IN_FORCE))],
  ["postOnly", flag],
  ["reduceOnly", flag],
  ["reduceOnlyAnyNotional", flag],
  ["replace", word(["native", "cancel_new", "reduce_only", "none"])],
  ["clientOrderId", word(["unique", "echoed", "window", "none"])],
  ["lookupByClientOrderId", flag],
  ["cancelAll", flag],
  ["batchMax", whole(1)],
  ["deadMan", flag],
  ["orderStream", flag],
  ["fillsReplay", flag],
  ["book", word(["none", "best", "depth", "full"])],
  ["trades", flag],
  ["queueSignals", flag],
  ["assetClass", word(["spot", "linear", "inverse", "binary", "betting"])],
  ["fillsProvisional", flag],
  ["tradingModes", list(word(MODES))],
  ["params", list(name)],
  ["absenceProofMs", orNull(whole(0))],
]);

/** A step above 0 in quanta; undefined if the quantum does not divide it. */
function stepOf(...[step, scale]: readonly [string, number]): number | undefined {
  const canonical = canonicalDecimal(step);
  const quanta = canonical === undefined ? undefined : toQuanta(canonical, scale);
  return quanta !== undefined && quanta > 0 ? quanta : undefined;
}

function tooCoarse(
  { name: instrument }: Instrument,
  of: { readonly key: "price" | "quantity"; readonly step: string },
): Listing {
  const needed = quantumOf(of.step);
  const advice = needed === undefined ? "" : `; write ${of.key}: { quantum: "${needed}" }`;
  return {
    ok: false,
    reason:
      `Cannot list ${instrument}: ${of.key}.quantum must divide the venue's step, which is ${of.step}${advice}`,
  };
}

/** The quantum that divides a step: its last decimal; undefined if it is no step. */
export function quantumOf(step: string): string | undefined {
  const canonical = canonicalDecimal(step);
  if (canonical === undefined || canonical === "0" || canonical.startsWith("-")) return undefined;
  const decimals = canonical.split(".")[1]?.length ?? 0;
  return decimals === 0 ? "1" : `0.${"0".repeat(decimals - 1)}1`;
}

/** Rounds up to a whole quantum, since nothing smaller can be said. */
function quantaUp(...[decimal, scale]: readonly [string, number]): number | undefined {
  const down = toQuantaDown(decimal, scale);
  const canonical = canonicalDecimal(decimal);
  if (down === undefined || canonical === undefined) return undefined;
  return toQuanta(canonical, scale) === undefined ? down + 1 : down;
}

/** Cuts what is finer than a quantum, and what is more than can be counted. */
function toQuantaDown(...[decimal, scale]: readonly [string, number]): number | undefined {
  const canonical = canonicalDecimal(decimal);
  if (canonical === undefined || canonical.startsWith("-")) return undefined;
  const [units = "0", fraction = ""] = canonical.split(".");
  const quanta = Number(BigInt(units + fraction.slice(0, scale).padEnd(scale, "0")));
  return Math.min(quanta, Number.MAX_SAFE_INTEGER);
}
