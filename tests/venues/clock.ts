/**
 * The venue's clock: the machine's, off by what it is told.
 * @module
 */

/** Milliseconds since the epoch, as the venue sees them. */
export class VenueClock {
  skewMs = 0;

  now(): number {
    return Date.now() + this.skewMs;
  }
}
