/**
 * The files of a loss that was accepted: the old journal aside, the new one into its place.
 *
 * Invariant: once the note is written, every start goes on where the last one was interrupted, before
 * it reads anything else; so that there is never a mixture of the two, nor neither.
 * @module
 */
import type { Disk } from "../ports.ts";
import { readWhole, replaceFile } from "./files.ts";
import { JournalRefused } from "./refusal.ts";

/** Says that a loss was accepted and how far its steps have come. */
const NOTE = "loss_accepted";
/** What belongs to a journal beside its two directories. */
const FILES = [
  "high_water",
  "events.sqlite",
  "events.sqlite-wal",
  "events.sqlite-shm",
  "poison",
  "quarantine",
];
const FOLDERS = ["journal", "checkpoints"];

/** `aside`: a name within the state directory. */
export type LossNote = { readonly aside: string; readonly step: "set aside" | "take place" };

/** Returns where the new journal's files wait. */
export function nextOf(aside: string): string {
  return `${aside}/next`;
}

/** Does what is left of a loss that was accepted; nothing if none was. */
export function finishAcceptedLoss(disk: Disk, stateDirectory: string): void {
  const path = `${stateDirectory}/${NOTE}`;
  if (!disk.exists(path)) return;
  const note = parseNote(new TextDecoder().decode(readWhole(disk, path)));
  const aside = `${stateDirectory}/${note.aside}`;
  if (note.step === "set aside") {
    moveAll(disk, stateDirectory, aside);
    noteLoss(disk, stateDirectory, { ...note, step: "take place" });
  }
  moveAll(disk, nextOf(aside), stateDirectory);
  disk.remove(path);
  disk.syncDirectory(stateDirectory);
}

/** Moves what is there of a journal; a second time it moves what was left. */
function moveAll(disk: Disk, from: string, to: string): void {
  disk.makeDirectory(to);
  for (const folder of FOLDERS) disk.makeDirectory(`${to}/${folder}`);
  disk.syncDirectory(to); // what is moved must not be lost with the folder that it is moved to
  for (const folder of FOLDERS) {
    if (!disk.exists(`${from}/${folder}`)) continue;
    for (const name of disk.list(`${from}/${folder}`)) {
      disk.rename(`${from}/${folder}/${name}`, `${to}/${folder}/${name}`);
    }
    disk.syncDirectory(`${to}/${folder}`);
    disk.syncDirectory(`${from}/${folder}`);
  }
  for (const name of FILES) {
    if (disk.exists(`${from}/${name}`)) disk.rename(`${from}/${name}`, `${to}/${name}`);
  }
  disk.syncDirectory(to);
  disk.syncDirectory(from);
}

/** Writes the note, durably. */
export function noteLoss(disk: Disk, directory: string, note: LossNote): void {
  replaceFile(disk, { directory, name: NOTE }, JSON.stringify(note));
}

function parseNote(text: string): LossNote {
  const found = /^\{"aside":"(lost\/[0-9a-f]{8})","step":"(set aside|take place)"\}$/.exec(text);
  const [, aside, step] = found ?? [];
  if (aside === undefined || (step !== "set aside" && step !== "take place")) {
    throw new JournalRefused(
      `the note ${NOTE} must be readable: was ${JSON.stringify(text.slice(0, 80))}`,
      "Put the directory of the journal, below lost/, back as the state directory",
    );
  }
  return { aside, step };
}
