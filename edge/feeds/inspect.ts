/**
 * What is in recorded files: instruments, period, counts, order, gaps, compression.
 *
 * Bounded: by the instruments of the files, whatever their size.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { type InstrumentId, instrumentId, venueId } from "../../core/numbers.ts";
import type { Disk } from "../ports.ts";
import { CaptureStream } from "./capture_stream.ts";
import type { CaptureFiles } from "./capture_stream.ts";
import type { CaptureSummary } from "./capture_summary.ts";
import { problemsOf } from "./capture_summary.ts";
import type { Compression } from "./unpack.ts";

/** A pause between two events of an instrument from which on it is told. */
const PAUSE_MIN_US = 60_000_000;
/** Moments between two words on progress. */
const PROGRESS_MOMENTS = 65_536;
/** Decimals of instruments that nobody configured: as fine as venues quote, and 2^53 is far. */
const DISCOVERED_SCALE = 8;

/** What one instrument's events are. Times in microseconds. */
export type InstrumentFindings = {
  readonly name: string;
  readonly counts: Record<string, number>;
  firstUs: number;
  lastUs: number;
  /** Time of the last event of each kind. */
  readonly lastByKind: Map<string, number>;
  /** Events whose time is before that of the one of their kind before them. */
  outOfOrder: number;
  longestPauseUs: number;
  /** How many pauses are longer than a minute. */
  pauses: number;
};

/** What a capture holds. */
export type Findings = {
  readonly compression: readonly Compression[];
  readonly bytes: number;
  readonly events: number;
  readonly summary: Readonly<CaptureSummary>;
  readonly instruments: readonly InstrumentFindings[];
  /** It was read to its end. */
  readonly isWhole: boolean;
};

export type InspectOptions = CaptureFiles & {
  /** Instruments of a configuration; none: all that the files name. */
  readonly instruments: readonly Instrument[];
  readonly disk: Disk;
  readonly isStrict: boolean;
  readonly problem: (text: string) => void;
  /** Told now and then how many moments were read, and of which file. */
  readonly progress: (text: string) => void;
};

/**
 * Reads the files to their end.
 * @throws {RangeError} If the format is unknown or its columns are wrong.
 */
export function inspectCapture(options: InspectOptions): Findings {
  const names = new Map<InstrumentId | null, string>(
    options.instruments.map(({ id, name }) => [id, name]),
  );
  const discover = (symbol: string): Instrument => {
    const instrument = unknownInstrument(symbol, names.size);
    names.set(instrument.id, symbol);
    return instrument;
  };
  const isOpen = options.instruments.length === 0;
  const stream = new CaptureStream(isOpen ? { ...options, discover } : options);
  const found = new Map<InstrumentId | null, InstrumentFindings>();
  let [moments, events] = [0, 0];
  for (let moment = stream.next(); moment !== undefined; moment = stream.next()) {
    for (const draft of moment.drafts) {
      events++;
      note(draft, { found, names });
    }
    if (++moments % PROGRESS_MOMENTS === 0) {
      options.progress(`${moments} moments, ${events} events`);
    }
  }
  const { summary } = stream.reader;
  for (const text of problemsOf(summary, undefined)) options.problem(text);
  return {
    compression: [...stream.compressions],
    bytes: options.files.reduce((sum, path) => sum + sizeOf(options.disk, path), 0),
    events,
    summary,
    instruments: [...found.values()],
    isWhole: !stream.isBroken,
  };
}

type Notebook = {
  readonly found: Map<InstrumentId | null, InstrumentFindings>;
  readonly names: Map<InstrumentId | null, string>;
};

function note(draft: Draft, { found, names }: Notebook): void {
  const { instrument, eventType, eventTime } = draft;
  if (eventType === "InstrumentListed") names.set(instrument, draft.payload.name);
  let of = found.get(instrument);
  if (of === undefined) {
    of = emptyFindings(names.get(instrument) ?? "(none)", eventTime);
    found.set(instrument, of);
  }
  of.counts[eventType] = (of.counts[eventType] ?? 0) + 1;
  const pauseUs = eventTime - of.lastUs;
  if (eventTime < (of.lastByKind.get(eventType) ?? 0)) of.outOfOrder++;
  of.lastByKind.set(eventType, eventTime);
  if (pauseUs >= PAUSE_MIN_US) of.pauses++;
  of.longestPauseUs = Math.max(of.longestPauseUs, pauseUs);
  of.firstUs = Math.min(of.firstUs, eventTime);
  of.lastUs = Math.max(of.lastUs, eventTime);
}

function emptyFindings(name: string, us: number): InstrumentFindings {
  return {
    name,
    counts: {},
    lastByKind: new Map(),
    firstUs: us,
    lastUs: us,
    outOfOrder: 0,
    longestPauseUs: 0,
    pauses: 0,
  };
}

function sizeOf(disk: Disk, path: string): number {
  if (!disk.exists(path)) return 0;
  const file = disk.open(path, "read");
  try {
    return file.size();
  } finally {
    file.close();
  }
}

function unknownInstrument(symbol: string, id: number): Instrument {
  const rule = { scale: DISCOVERED_SCALE };
  return {
    id: instrumentId(id),
    venue: venueId(0),
    name: symbol,
    symbol,
    base: symbol,
    quote: "",
    assetClass: "spot",
    contract: null,
    priceRule: { ...rule, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
    qtyRule: { ...rule, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
    sessionEndUs: null,
    status: "open",
    capabilities: null,
  };
}
