/**
 * What a state directory takes on the disk, truth and market data apart, read while the daemon
 * writes: headers of batches only, each segment once, the open one from where it was left.
 *
 * Known limit: a segment that is being replaced counts as it was, until the next look.
 * @module
 */
import { denoDisk } from "../../edge/deno_disk.ts";
import { readWindow, SegmentReader } from "../../edge/journal/segment_reader.ts";
import { JournalRefused } from "../../edge/journal/refusal.ts";
import { DiskError } from "../../edge/ports.ts";
import { segmentNumber } from "../../edge/journal/format.ts";

const BLOCK_BYTES = 512;
/** How a segment that goes or changes at this moment shows. */
const GONE = [JournalRefused, DiskError, Deno.errors.NotFound] as const;

/** Bytes of a state directory. */
export type DiskUse = {
  readonly truthBytes: number;
  readonly marketBytes: number;
  readonly journalBytes: number;
  readonly indexBytes: number;
  readonly checkpointBytes: number;
};

/** How far a segment is known. */
type Known = {
  readonly fileBytes: number;
  readonly changedMs: number;
  readonly isLast: boolean;
  readonly offset: number;
  readonly truthBytes: number;
  readonly marketBytes: number;
};

/** Looks at one state directory, again and again. */
export class DiskGauge {
  readonly #directory: string;
  readonly #disk = denoDisk();
  readonly #window = readWindow();
  readonly #known = new Map<number, Known>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Returns what is there now. */
  read(): DiskUse {
    const journal = `${this.#directory}/journal`;
    const names = [...Deno.readDirSync(journal)].map(({ name }) => name);
    const numbers = names.map(segmentNumber).filter((number) => number !== undefined)
      .sort((a, b) => a - b);
    const last = numbers.at(-1);
    for (const number of this.#known.keys()) {
      if (!numbers.includes(number)) this.#known.delete(number);
    }
    for (const number of numbers) this.#look(journal, number, { isLast: number === last });
    const parts = [...this.#known.values()];
    const index = ["events.sqlite", "events.sqlite-wal"];
    return {
      truthBytes: parts.reduce((sum, { truthBytes }) => sum + truthBytes, 0),
      marketBytes: parts.reduce((sum, { marketBytes }) => sum + marketBytes, 0),
      journalBytes: sizes(names.map((name) => `${journal}/${name}`)),
      indexBytes: sizes(index.map((name) => `${this.#directory}/${name}`)),
      checkpointBytes: sizes(filesIn(`${this.#directory}/checkpoints`)),
    };
  }

  #look(directory: string, number: number, { isLast }: { readonly isLast: boolean }): void {
    const path = `${directory}/${String(number).padStart(8, "0")}.log`;
    const known = this.#known.get(number);
    try {
      const { size, mtime } = Deno.statSync(path);
      const changedMs = mtime?.getTime() ?? 0;
      const isSettled = known !== undefined && !known.isLast && known.fileBytes === size &&
        known.changedMs === changedMs;
      if (isSettled) return;
      const from = isLast && known?.isLast === true ? known : undefined;
      const walked = this.#walk({ directory, number, from });
      this.#known.set(number, { ...walked, fileBytes: size, changedMs, isLast });
    } catch (error) {
      // It was removed or replaced between two calls: the next look sees what is there.
      if (!GONE.some((kind) => error instanceof kind)) throw error;
    }
  }

  #walk(
    { directory, number, from }: {
      readonly directory: string;
      readonly number: number;
      readonly from: Known | undefined;
    },
  ): Pick<Known, "offset" | "truthBytes" | "marketBytes"> {
    const reader = new SegmentReader(this.#disk, { directory, number }, this.#window);
    try {
      let { offset, truthBytes, marketBytes } = from ??
        { offset: reader.firstOffset, truthBytes: 0, marketBytes: 0 };
      for (;;) {
        const found = reader.read(offset, "header");
        if (found.kind !== "batch") return { offset, truthBytes, marketBytes };
        const { header, bytes } = found.batch;
        truthBytes += header.truthBytes;
        marketBytes += header.isMarketDropped ? 0 : header.marketBytes;
        offset += bytes;
      }
    } finally {
      reader.close();
    }
  }
}

/** The paths in a directory; one that is not made yet has none. */
function filesIn(directory: string): readonly string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What files take; one that is gone takes nothing. */
function sizes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + sizeOf(path), 0);
}

function sizeOf(path: string): number {
  try {
    const { blocks, size } = Deno.statSync(path);
    return blocks === null ? size : blocks * BLOCK_BYTES;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
