/**
 * The command line of a fake venue: `--name value` pairs, all optional.
 *
 * `--port`, `--control-port` (0: a free one) · `--seed` · `--speed` (steps of the crowd per second, 20; 0: quotes stand
 * still) · `--empty` (no crowd at all) · `--depth-ms` (cadence of depth messages, 100) · `--weight-limit` per minute ·
 * `--order-limit` per 10 s · `--bnb-fees` (spot: fees in BNB while there is any) · `--key`, `--secret` · `--key-may` (`trade,withdraw,transfer,any-address,expire`) · `--balances` (`BTC=10,USDT=1000000`) · `--flood` (book updates per
 * second, `flood.ts`).
 * @module
 */
import { type Units, units } from "./units.ts";

/** What a fake venue starts with. */
export type VenueOptions = {
  readonly port: number;
  readonly controlPort: number;
  readonly seed: number;
  readonly stepsPerS: number;
  readonly isEmpty: boolean;
  readonly depthMs: number;
  readonly limits: { readonly weightPerMinute: number; readonly ordersPer10s: number };
  readonly credentials: { readonly key: string; readonly secret: string };
  /** What the key may do, see `RouteState`. */
  readonly keyMay: ReadonlySet<string>;
  readonly balances: ReadonlyMap<string, Units>;
  readonly floodPerS: number;
  readonly paysInBnb: boolean;
};

/** What differs between venues. */
export type VenueDefaults = {
  readonly weightPerMinute: number;
  readonly ordersPer10s: number;
  readonly balances: string;
};

const FLAGS: readonly string[] = ["empty", "bnb-fees"];

/** Reads the arguments. @throws {Error} If one is malformed. */
export function readOptions(args: readonly string[], defaults: VenueDefaults): VenueOptions {
  const given = pairsOf(args);
  const number = (name: string, absent: number): number => Number(given.get(name) ?? absent);
  return {
    port: number("port", 0),
    controlPort: number("control-port", 0),
    seed: number("seed", 1),
    stepsPerS: number("speed", 20),
    isEmpty: given.has("empty"),
    depthMs: number("depth-ms", 100),
    limits: {
      weightPerMinute: number("weight-limit", defaults.weightPerMinute),
      ordersPer10s: number("order-limit", defaults.ordersPer10s),
    },
    credentials: {
      key: given.get("key") ?? "test-api-key",
      secret: given.get("secret") ?? "test-secret",
    },
    keyMay: new Set((given.get("key-may") ?? "trade").split(",")),
    balances: balancesOf(given.get("balances") ?? defaults.balances),
    floodPerS: number("flood", 0),
    paysInBnb: given.has("bnb-fees"),
  };
}

function pairsOf(args: readonly string[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const name = /^--([a-z-]+)$/.exec(args[at] ?? "")?.[1];
    if (name === undefined) throw new Error(`Cannot read options: must be --name: was ${args[at]}`);
    if (FLAGS.includes(name)) pairs.set(name, "");
    else pairs.set(name, args[++at] ?? "");
  }
  return pairs;
}

function balancesOf(text: string): ReadonlyMap<string, Units> {
  return new Map(
    text.split(",").filter((part) => part !== "").map((part) => {
      const [asset = "", amount = "0"] = part.split("=");
      return [asset, units(amount)];
    }),
  );
}
