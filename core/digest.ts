/**
 * The rolling digest: 64 bits over everything that the engine did, in order.
 *
 * Two 32-bit lanes with different multipliers; integers only, so every machine gives the same
 * digits. It tells two runs apart, it does not resist an adversary: the journal's hash chain does.
 * @module
 */

/** Rolling 64-bit digest. */
export class Digest {
  #low: number;
  #high: number;

  /** Starts fresh, or continues from `hex` (16 digits, as {@link Digest.hex} gave them). */
  constructor(hex = "9e3779b97f4a7c15") {
    this.#high = Number.parseInt(hex.slice(0, 8), 16) | 0;
    this.#low = Number.parseInt(hex.slice(8, 16), 16) | 0;
  }

  /** Lane values, signed 32 bits. */
  get low(): number {
    return this.#low;
  }

  get high(): number {
    return this.#high;
  }

  /** The digest so far, 16 hex digits. */
  get hex(): string {
    return laneHex(this.#high) + laneHex(this.#low);
  }

  /** Forgets everything. */
  reset(): void {
    this.#high = 0x9e3779b9 | 0;
    this.#low = 0x7f4a7c15;
  }

  /** Mixes 32 bits. */
  word(value: number): void {
    const low = Math.imul(this.#low ^ value, 0x85ebca6b);
    const high = Math.imul((this.#high + value) | 0, 0xc2b2ae35);
    this.#low = (low ^ (low >>> 15)) + this.#high | 0;
    this.#high = high ^ (high >>> 13) ^ this.#low;
  }

  /** Mixes a safe integer. */
  int(value: number): void {
    this.word(value | 0);
    this.word(Math.floor(value / 4294967296) | 0);
  }

  /** Mixes an integer that may be absent. */
  maybeInt(value: number | null | undefined): void {
    if (value === null || value === undefined) this.word(0x6e756c6c);
    else this.int(value);
  }

  /** Mixes a string: its length, then two UTF-16 units at a time. */
  text(value: string): void {
    const length = value.length;
    this.word(length);
    for (let i = 0; i < length; i += 2) {
      const next = i + 1 < length ? value.charCodeAt(i + 1) : 0;
      this.word(value.charCodeAt(i) | (next << 16));
    }
  }

  /** Mixes a string that may be absent. */
  maybeText(value: string | null | undefined): void {
    if (value === null || value === undefined) this.word(0x6e756c6c);
    else this.text(value);
  }

  /** Mixes a wide integer. */
  big(value: bigint): void {
    if (value === 0n) this.word(0);
    else this.text(value.toString(16));
  }

  /** Mixes any scalar. */
  mix(value: number | bigint | string): void {
    if (typeof value === "number") this.int(value);
    else if (typeof value === "bigint") this.big(value);
    else this.text(value);
  }
}

function laneHex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, "0");
}
