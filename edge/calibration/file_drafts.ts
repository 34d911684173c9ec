/**
 * The drafts of recorded files that name their own instruments, in the order of a capture's moments.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { LISTING_FORMATS } from "../feeds/capture_formats.ts";
import { CaptureStream } from "../feeds/capture_stream.ts";
import type { Disk } from "../ports.ts";

/** Formats whose files say all of the instruments that they name; the first is taken by default. */
export const CALIBRATION_FORMATS: readonly string[] = [...LISTING_FORMATS, "journal"];

/** After so many moments progress is told. */
const MOMENTS_PER_WORD = 100_000;

export type FileDraftsOptions = {
  readonly disk: Disk;
  readonly files: readonly string[];
  /** One whose files list the instruments that they name. */
  readonly format: string;
  readonly problem: (text: string) => void;
  readonly progress: (text: string) => void;
  /** The files could not be read to their end; `problem` has said why. */
  readonly broken: () => void;
};

/**
 * Returns the drafts. A line that cannot be read is told with its place and left out.
 * @throws {RangeError} If the format is none of these.
 */
export function* fileDrafts(options: FileDraftsOptions): Generator<Draft, void> {
  if (!CALIBRATION_FORMATS.includes(options.format)) {
    const known = CALIBRATION_FORMATS.join(", ");
    throw new RangeError(
      `Cannot calibrate: the format must be one whose files list instruments (${known}): was ` +
        options.format,
    );
  }
  const stream = new CaptureStream({ ...options, instruments: [], isStrict: false });
  let moments = 0;
  for (let moment = stream.next(); moment !== undefined; moment = stream.next()) {
    yield* moment.drafts;
    if (++moments % MOMENTS_PER_WORD === 0) options.progress(`${moments} moments`);
  }
  if (stream.isBroken) options.broken();
}
