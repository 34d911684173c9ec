/**
 * Finds the instrument that a line names.
 *
 * `BTC/USDT`, `btcusdt` and `BTCUSDT` name the same one: letters and digits count. A line that names
 * none can only be read if there is exactly one.
 * Bounded: at most `DISCOVERED_MAX` instruments that nobody configured.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import type { CaptureOptions } from "./capture_reader.ts";

const DISCOVERED_MAX = 100_000;

/** Returns the letters and digits of a symbol, in capitals. */
function symbolKey(symbol: string): string {
  return symbol.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
}

/** The instruments of a capture, by symbol. */
export class CaptureInstruments {
  readonly #discover: CaptureOptions["discover"];
  readonly #byKey = new Map<string, Instrument | undefined>();
  /** Spares the key of a symbol that was looked for before. */
  readonly #byName = new Map<string, Instrument | undefined>();

  constructor({ instruments, discover }: Pick<CaptureOptions, "instruments" | "discover">) {
    this.#discover = discover;
    for (const instrument of instruments) this.#byKey.set(symbolKey(instrument.symbol), instrument);
  }

  /** Returns the instrument, or undefined if it is not one of the capture's. */
  find(symbol: string | undefined): Instrument | undefined {
    if (symbol === undefined) return this.#only();
    const known = this.#byName.get(symbol);
    if (known !== undefined || this.#byName.has(symbol)) return known;
    const found = this.#byKeyOf(symbol);
    if (this.#byName.size < DISCOVERED_MAX) this.#byName.set(symbol, found);
    return found;
  }

  #byKeyOf(symbol: string): Instrument | undefined {
    const key = symbolKey(symbol);
    if (this.#byKey.has(key) || this.#byKey.size >= DISCOVERED_MAX) return this.#byKey.get(key);
    const found = this.#discover?.(symbol);
    this.#byKey.set(key, found);
    return found;
  }

  #only(): Instrument | undefined {
    if (this.#byKey.size === 0) return this.find("unnamed");
    return this.#byKey.size === 1 ? [...this.#byKey.values()][0] : undefined;
  }
}
