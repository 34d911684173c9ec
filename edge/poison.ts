/**
 * Notes about poison events: recorded events that make the machines throw.
 *
 * The first time recovery meets one, its number is noted in the file `poison` and the process ends;
 * meeting the same one again, the daemon comes up in safe mode. `quarantine` lists the events that
 * an operator has decided to pass over: each is replayed as an event that changes nothing.
 * @module
 */

import type { Disk } from "./ports.ts";

/** The notes about poison events, kept in the state directory. */
export class PoisonNotes {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, stateDirectory: string) {
    this.#disk = disk;
    this.#directory = stateDirectory;
  }

  /** Notes that recovery threw at `seq`; true if it had thrown there before. */
  meet(seq: number): boolean {
    const before = this.#read("poison");
    if (before.includes(seq)) return true;
    this.#write("poison", [seq]);
    return false;
  }

  /** Events to pass over. */
  quarantined(): ReadonlySet<number> {
    return new Set(this.#read("quarantine"));
  }

  /**
   * Lets the next start pass over `seq`.
   * @throws {RangeError} If recovery did not fail there: passing over a sound event is damage.
   */
  quarantine(seq: number): void {
    const met = this.#read("poison");
    if (!met.includes(seq)) {
      const was = met.length === 0 ? "no event" : `event ${met.join(", ")}`;
      throw new RangeError(
        `Cannot pass over event ${seq}: recovery must have failed there: it failed at ${was}`,
      );
    }
    const known = this.#read("quarantine");
    if (!known.includes(seq)) this.#write("quarantine", [...known, seq]);
  }

  #read(name: string): readonly number[] {
    const path = `${this.#directory}/${name}`;
    if (!this.#disk.exists(path)) return [];
    const file = this.#disk.open(path, "read");
    try {
      const buffer = new Uint8Array(file.size());
      const count = file.readAt(buffer, 0);
      const text = new TextDecoder().decode(buffer.subarray(0, count));
      return text.split("\n").filter((line) => /^\d+$/.test(line)).map(Number);
    } finally {
      file.close();
    }
  }

  #write(name: string, seqs: readonly number[]): void {
    const path = `${this.#directory}/${name}`;
    const file = this.#disk.open(`${path}.new`, "create");
    try {
      file.truncate(0);
      file.writeAt(new TextEncoder().encode(seqs.map((seq) => `${seq}\n`).join("")), 0);
      file.syncData();
    } finally {
      file.close();
    }
    this.#disk.rename(`${path}.new`, path);
    this.#disk.syncDirectory(this.#directory);
  }
}
