/**
 * The venue's clock: the machine's, off by what it is told, or standing still.
 * @module
 */

/** Milliseconds since the epoch, as the venue sees them. */
export class VenueClock {
  skewMs = 0;
  /** Where it stands; undefined: it runs. */
  stillMs: number | undefined;

  now(): number {
    return this.stillMs ?? Date.now() + this.skewMs;
  }
}
