/**
 * The high-water mark: how far the journal had come, kept outside the journal's directory.
 *
 * Two slots of 4 KiB are written in turn, so a torn write spoils one at most. A mark is written
 * after its batch is durable, so it can lag behind the journal but never lead it: a journal that
 * ends before its mark, or has another chain there, has lost something or is another journal.
 * @module
 */
import { ByteWriter, fixed } from "../../wire/byte_writer.ts";
import type { Disk, DiskFile } from "../ports.ts";
import { replacingFile } from "./files.ts";
import { sha256 } from "../../sha256.ts";

const NAME = "high_water";
const SLOT_BYTES = 4096;
const MARK =
  /^(\{"high_water":\{"journal_id":"([0-9a-f]{32})","batch":(\d{1,15}),"seq":(\d{1,15}),"chain":"([0-9a-f]{64})","segment":(\d{1,8}),"offset":(\d{1,12}))\},"check":"([0-9a-f]{64})"\}\n/;

/** How far the journal had come. */
export type HighWaterMark = {
  readonly journalId: string;
  /** Last durable batch; 0: none yet. */
  readonly batch: number;
  readonly seq: number;
  readonly chain: string;
  readonly segment: number;
  /** Where the next batch goes. */
  readonly offset: number;
};

/** Returns the path of the mark. */
export function highWaterPath(stateDirectory: string): string {
  return `${stateDirectory}/${NAME}`;
}

/** Makes the file, with its first mark: a crash or a full disk leaves it whole or leaves none. */
export function createHighWater(disk: Disk, stateDirectory: string, mark: HighWaterMark): void {
  const first = new ByteWriter();
  writeMark(first, mark);
  const slots = new Uint8Array(2 * SLOT_BYTES);
  slots.set(first.bytes);
  for (const _ of replacingFile(disk, { directory: stateDirectory, name: NAME }, [slots]));
}

/** Reads the mark; `missing` if there is no file, `damaged` if neither slot is intact. */
export function readHighWater(disk: Disk, path: string): HighWaterMark | "missing" | "damaged" {
  if (!disk.exists(path)) return "missing";
  const file = disk.open(path, "read");
  try {
    const slots = readSlots(file);
    return slots[newerOf(slots)] ?? "damaged";
  } finally {
    file.close();
  }
}

type Slots = readonly [HighWaterMark | undefined, HighWaterMark | undefined];

function readSlots(file: DiskFile): Slots {
  const bytes = new Uint8Array(2 * SLOT_BYTES);
  const text = new TextDecoder().decode(bytes.subarray(0, file.readAt(bytes, 0)));
  return [parseMark(text.slice(0, SLOT_BYTES)), parseMark(text.slice(SLOT_BYTES))];
}

/** Which slot has the newer mark; one that is not intact is older than any. */
function newerOf([first, second]: Slots): 0 | 1 {
  return (first?.batch ?? -1) > (second?.batch ?? -1) ? 0 : 1;
}

/** Writes marks. Not synced by `write`: a mark that is lost only lags. */
export class HighWaterWriter {
  readonly #file: DiskFile;
  readonly #text = new ByteWriter();
  #next: number;

  constructor(disk: Disk, path: string) {
    this.#file = disk.open(path, "create");
    if (this.#file.size() !== 2 * SLOT_BYTES) this.#file.writeAt(new Uint8Array(2 * SLOT_BYTES), 0);
    this.#next = 1 - newerOf(readSlots(this.#file));
  }

  /** Writes `mark` over the older of the two. */
  write(mark: HighWaterMark): void {
    this.#text.clear();
    writeMark(this.#text, mark);
    this.#file.writeAt(this.#text.bytes, this.#next * SLOT_BYTES);
    this.#next = 1 - this.#next;
  }

  /** Makes the marks durable. */
  sync(): void {
    this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}

/** Keys with the separators around them. */
const KEY = {
  journalId: fixed('{"high_water":{"journal_id":"'),
  batch: fixed('","batch":'),
  seq: fixed(',"seq":'),
  chain: fixed(',"chain":"'),
  segment: fixed('","segment":'),
  offset: fixed(',"offset":'),
  check: fixed('},"check":"'),
  end: fixed('"}\n'),
} as const;

function writeMark(to: ByteWriter, mark: HighWaterMark): void {
  to.fixed(KEY.journalId);
  to.plain(mark.journalId);
  to.fixed(KEY.batch);
  to.integer(mark.batch);
  to.fixed(KEY.seq);
  to.integer(mark.seq);
  to.fixed(KEY.chain);
  to.plain(mark.chain);
  to.fixed(KEY.segment);
  to.integer(mark.segment);
  to.fixed(KEY.offset);
  to.integer(mark.offset);
  const check = sha256(to.bytes); // of what stands before the last brace of the mark itself
  to.fixed(KEY.check);
  to.plain(check);
  to.fixed(KEY.end);
}

function parseMark(slot: string): HighWaterMark | undefined {
  const match = MARK.exec(slot);
  if (match === null || sha256(match[1] ?? "") !== match[8]) return undefined;
  return {
    journalId: match[2] ?? "",
    batch: Number(match[3]),
    seq: Number(match[4]),
    chain: match[5] ?? "",
    segment: Number(match[6]),
    offset: Number(match[7]),
  };
}
