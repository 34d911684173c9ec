/**
 * Checks across keys of the limits: that they name what there is, once, on its grid.
 * @module
 */
import { canonicalDecimal } from "../core/decimal.ts";
import { limitGridProblems } from "./grids.ts";
import { type PathProblem, shown } from "./problems.ts";
import { listOf, mapOf, type Path, type Raw, repeated } from "./raw.ts";

type Listed = { readonly instrument: Raw; readonly exchange: unknown; readonly path: Path };

/** Returns what is wrong with the limits of a file. */
export function limitProblems(root: unknown): readonly PathProblem[] {
  const file = mapOf(root) ?? {};
  const venues = listOf(file["venues"]);
  const exchanges = listOf(file["exchanges"]);
  const clients = listOf(file["clients"]);
  return [
    ...repeated(exchanges, { key: "name", path: ["exchanges"], what: "exchange" }),
    ...exchanges.flatMap((exchange, index) => unknownExchange(exchange, { index, venues })),
    ...repeated(clients, { key: "name", path: ["clients"], what: "client" }),
    ...clients.flatMap((client, index) => clientProblems(client, { index, venues })),
    ...venues.flatMap((venue, index) => venueAmounts(venue, ["venues", index, "limits"])),
    ...marketProblems(venues),
  ];
}

function unknownExchange(
  raw: unknown,
  of: { readonly index: number; readonly venues: readonly unknown[] },
): readonly PathProblem[] {
  const name = mapOf(raw)?.["name"];
  if (typeof name !== "string") return [];
  if (of.venues.some((venue) => mapOf(venue)?.["exchange"] === name)) return [];
  const text = `must be the exchange of a venue: was ${shown(name)}`;
  return [{ path: ["exchanges", of.index, "name"], at: "value", text }];
}

function clientProblems(
  raw: unknown,
  of: { readonly index: number; readonly venues: readonly unknown[] },
): readonly PathProblem[] {
  const client = mapOf(raw) ?? {};
  const path = ["clients", of.index];
  const instruments = listOf(client["instruments"]);
  const listed = instrumentsOf(of.venues);
  return [
    ...dryRunOfAll(client, path),
    ...repeatedCurrency(client["max_loss"], [...path, "max_loss"]),
    ...repeated(instruments, {
      key: "instrument",
      path: [...path, "instruments"],
      what: "instrument",
    }),
    ...instruments.flatMap((limits, at) =>
      pairProblems(limits, { path: [...path, "instruments", at], listed })
    ),
  ];
}

/** The switch goes by name: for everybody there is the mode. */
function dryRunOfAll(client: Raw, path: Path): readonly PathProblem[] {
  if (client["name"] !== "*" || client["dry_run"] !== true) return [];
  const text = 'must be false for "*", since it is switched by name; mode: dry_run is for all: ' +
    "was true";
  return [{ path: [...path, "dry_run"], at: "value", text }];
}

function pairProblems(
  raw: unknown,
  of: { readonly path: Path; readonly listed: ReadonlyMap<string, Listed> },
): readonly PathProblem[] {
  const limits = mapOf(raw) ?? {};
  const name = limits["instrument"];
  if (typeof name !== "string") return [];
  const listed = of.listed.get(name);
  if (listed === undefined) {
    const text = `must be an instrument of this file, as venue:symbol: was ${shown(name)}`;
    return [{ path: [...of.path, "instrument"], at: "value", text }];
  }
  const quantum = quantumOf(listed.instrument, "quantity");
  if (quantum === null) return [];
  return limitGridProblems({
    max_order_qty: decimalOf(limits["max_order_qty"]),
    max_position: decimalOf(limits["max_position"]),
  }, quantum).map(({ path, message, input }) => ({
    path: [...of.path, ...path],
    at: "value",
    text: `${message}: was ${shown(input)}`,
  }));
}

function venueAmounts(raw: unknown, path: Path): readonly PathProblem[] {
  const limits = mapOf(mapOf(raw)?.["limits"]) ?? {};
  const tripwire = mapOf(limits["tripwire"]) ?? {};
  return [
    ...repeatedCurrency(limits["max_loss"], [...path, "max_loss"]),
    ...repeatedCurrency(tripwire["tolerances"], [...path, "tripwire", "tolerances"]),
  ];
}

function repeatedCurrency(amounts: unknown, path: Path): readonly PathProblem[] {
  return repeated(listOf(amounts), { key: "currency", path, what: "amount" });
}

/**
 * One symbol and asset class at one exchange is one market, with one book: prices and quantities of
 * its accounts must count in the same quanta, or what is displayed to one could not judge the other.
 */
function marketProblems(venues: readonly unknown[]): readonly PathProblem[] {
  const first = new Map<string, { readonly name: string; readonly instrument: Raw }>();
  return [...instrumentsOf(venues)].flatMap(([name, { instrument, exchange, path }]) => {
    if (typeof exchange !== "string") return [];
    const assetClass = String(instrument["asset_class"] ?? "spot");
    const market = `${exchange} ${assetClass} ${String(instrument["symbol"])}`;
    const known = first.get(market);
    if (known === undefined) {
      first.set(market, { name, instrument });
      return [];
    }
    return (["price", "quantity"] as const).flatMap((key) => {
      const [wanted, was] = [quantumOf(known.instrument, key), quantumOf(instrument, key)];
      if (wanted === null || was === null || wanted === was) return [];
      const text =
        `must be ${wanted}, as of ${known.name}, since both are one market of exchange ` +
        `${exchange}; write the finer quantum at both: was ${shown(was)}`;
      return [{ path: [...path, key, "quantum"], at: "value" as const, text }];
    });
  });
}

function quantumOf(instrument: Raw, key: "price" | "quantity"): string | null {
  return decimalOf(mapOf(instrument[key])?.["quantum"]);
}

/** Instruments by `venue:symbol`. */
function instrumentsOf(venues: readonly unknown[]): ReadonlyMap<string, Listed> {
  const found = new Map<string, Listed>();
  for (const [index, raw] of venues.entries()) {
    const venue = mapOf(raw) ?? {};
    for (const [at, each] of listOf(venue["instruments"]).entries()) {
      const instrument = mapOf(each) ?? {};
      const name = `${String(venue["name"])}:${String(instrument["symbol"])}`;
      const path = ["venues", index, "instruments", at];
      found.set(name, { instrument, exchange: venue["exchange"], path });
    }
  }
  return found;
}

function decimalOf(value: unknown): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  return canonicalDecimal(String(value)) ?? null;
}
