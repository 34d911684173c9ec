/**
 * The drafts of recorded files that name their own instruments, one file after the other.
 *
 * Ordering: as the lines stand. A line that cannot be read is told with its place and left out.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { openReader } from "../feeds/betfair/reader.ts";
import type { CaptureReader } from "../feeds/capture_reader.ts";
import { LineReader } from "../feeds/line_reader.ts";
import type { Disk } from "../ports.ts";

type Open = (options: { readonly problem: (text: string) => void }) => CaptureReader;

/** Readers by the name of their format. */
const FORMATS: ReadonlyMap<string, Open> = new Map([
  ["betfair", ({ problem }) => openReader({ instruments: [], problem })],
]);

/** Formats whose files name their own instruments. */
export const SELF_LISTING_FORMATS: readonly string[] = [...FORMATS.keys()];

/** After so many lines progress is told. */
const LINES_PER_WORD = 100_000;

export type FileDraftsOptions = {
  readonly disk: Disk;
  readonly files: readonly string[];
  /** One of {@link SELF_LISTING_FORMATS}. */
  readonly format: string;
  readonly problem: (text: string) => void;
  readonly progress: (text: string) => void;
};

/**
 * Returns the drafts.
 * @throws {RangeError} If the format is unknown. @throws {DiskError} If a file cannot be read.
 */
export function* fileDrafts(options: FileDraftsOptions): Generator<Draft, void> {
  const open = FORMATS.get(options.format);
  if (open === undefined) {
    const known = SELF_LISTING_FORMATS.join(", ");
    throw new RangeError(
      `Cannot read a file: its format must be one of ${known}: was ${options.format}`,
    );
  }
  const reader = open(options);
  for (const path of options.files) yield* draftsOf(path, { ...options, reader });
}

function* draftsOf(
  path: string,
  of: FileDraftsOptions & { readonly reader: CaptureReader },
): Generator<Draft, void> {
  const file = of.disk.open(path, "read");
  try {
    const lines = new LineReader(file);
    for (let line = lines.next(); line !== undefined; line = lines.next()) {
      yield* of.reader.read(line, `${path}:${lines.lineNumber}`);
      if (lines.lineNumber % LINES_PER_WORD === 0) {
        of.progress(`${path}: ${lines.lineNumber} lines`);
      }
    }
  } finally {
    file.close();
  }
}
