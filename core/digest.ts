/**
 * The rolling digest: 64 bits over everything that the engine did, in order.
 *
 * Two 32-bit lanes, integers only, so every machine gives the same digits. It tells two runs apart,
 * it does not resist an adversary: the journal's hash chain does.
 *
 * The mixing, exact enough to write it again. All arithmetic is modulo 2^32. The lanes begin as
 * `high` = 9e3779b9 and `low` = 7f4a7c15; {@link Digest.hex} is `high`, then `low`, 8 digits each.
 * One round takes two 32-bit words `a` and `b`:
 * `x` = (`low` xor `a`) × 85ebca6b; `y` = (`high` + `b`) × c2b2ae35;
 * `low` = (`x` xor (`x` >> 15)) + `y`; `high` = `y` xor (`y` >> 13) xor the new `low`
 * (>> shifts zeros in). Everything else is rounds:
 * - an integer is one round of its low 32 bits and its next 32 bits (two's complement);
 * - what is absent is one round of 6e756c6c and 6c6c756e, which no safe integer gives;
 * - a text is one round of its length in UTF-16 units and 74657874, then one round for every four
 *   units: the first and second as the low and high half of `a`, the third and fourth of `b`,
 *   0 where the text has ended;
 * - a wide integer is an integer if it is above -2^53 and below 2^53, else the text of its
 *   hexadecimal digits, lower case, after a minus if it is below 0.
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

  /** Mixes two words of 32 bits: one round. */
  pair(a: number, b: number): void {
    const x = Math.imul(this.#low ^ a, 0x85ebca6b);
    const y = Math.imul((this.#high + b) | 0, 0xc2b2ae35);
    const low = ((x ^ (x >>> 15)) + y) | 0;
    this.#low = low;
    this.#high = y ^ (y >>> 13) ^ low;
  }

  /** Mixes a safe integer. */
  int(value: number): void {
    this.pair(value | 0, Math.floor(value / 4294967296) | 0);
  }

  /** Mixes an integer that may be absent. */
  maybeInt(value: number | null | undefined): void {
    if (value === null || value === undefined) this.absent();
    else this.int(value);
  }

  /** Mixes that something is not there. */
  absent(): void {
    this.pair(0x6e756c6c, 0x6c6c756e);
  }

  /** Mixes a string: its length, then four UTF-16 units at a time. */
  text(value: string): void {
    const length = value.length;
    const whole = length & ~3;
    this.pair(length, 0x74657874);
    let low = this.#low; // both lanes in registers: a round waits for what the last one stored
    let high = this.#high;
    for (let i = 0; i < whole; i += 4) {
      const a = value.charCodeAt(i) | (value.charCodeAt(i + 1) << 16);
      const b = value.charCodeAt(i + 2) | (value.charCodeAt(i + 3) << 16);
      const x = Math.imul(low ^ a, 0x85ebca6b);
      const y = Math.imul((high + b) | 0, 0xc2b2ae35);
      low = ((x ^ (x >>> 15)) + y) | 0;
      high = y ^ (y >>> 13) ^ low;
    }
    this.#low = low;
    this.#high = high;
    if (whole === length) return;
    const second = whole + 1 < length ? value.charCodeAt(whole + 1) << 16 : 0;
    const third = whole + 2 < length ? value.charCodeAt(whole + 2) : 0;
    this.pair(value.charCodeAt(whole) | second, third);
  }

  /** Mixes a string that may be absent. */
  maybeText(value: string | null | undefined): void {
    if (value === null || value === undefined) this.absent();
    else this.text(value);
  }

  /** Mixes a wide integer. */
  big(value: bigint): void {
    const narrow = Number(value);
    if (Number.isSafeInteger(narrow)) this.int(narrow);
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
