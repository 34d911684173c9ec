/**
 * What leaves the hot loop by itself: news of detectors, and faults that its seam caught.
 * @module
 */
import type { InstrumentId, Micros } from "../numbers.ts";

/** A detector's news. `value` and `args` are plain JSON values with snake_case keys. */
export type SignalEmission = {
  readonly kind: "signal";
  readonly name: "sweep_sniffer" | "big_move_trigger" | "rf_seen_recently" | "trend_lens";
  readonly instrument: InstrumentId;
  readonly atUs: Micros;
  readonly value: boolean | number;
  readonly args: Readonly<Record<string, string | number | null>>;
};

/** A fault that was caught: what was asked, and the error's own words. */
export type DiagnosticEmission = {
  readonly kind: "diagnostic";
  readonly code: "SIGNAL_FAILED";
  readonly instrument: InstrumentId | null;
  readonly text: string;
};

export type Emission = SignalEmission | DiagnosticEmission;

/** The one sink. */
export type Emit = (emission: Emission) => void;
