/**
 * Notes about poison events: recorded events that make the machines throw.
 *
 * The first time one is met, when it comes or by a recovery, its number is noted in the file
 * `poison` and the process ends; where recovery then fails at the same one, the daemon comes up in
 * safe mode. An event may throw once, when it comes, and never again (memory ran out): nothing of it
 * is recorded, so that a replay differs there, and only the note tells that from a journal of another
 * machine. `quarantine` lists the events that an operator has decided to pass over: each is replayed
 * as an event that changes nothing.
 * Both only grow: numbers belong to a journal, and go with it when it is set aside after a loss.
 * Bounded: by the times that a process ended so, one number each.
 * Known limit: a daemon that is killed between writing such an event and noting it leaves a journal
 * that is refused.
 * @module
 */
import { readWhole, replaceFile } from "./journal/files.ts";
import type { Disk } from "./ports.ts";

/** What a replay is told of events that made the machines throw. */
export type KnownPoison = {
  /** Events at which they threw, when they came or in a replay. */
  readonly met: ReadonlySet<number>;
  /** Events that an operator has decided to pass over. */
  readonly passedOver: ReadonlySet<number>;
};

/** Nothing is known of any. */
export const NO_POISON: KnownPoison = { met: new Set(), passedOver: new Set() };

/** The notes about poison events, kept in the state directory. */
export class PoisonNotes {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, stateDirectory: string) {
    this.#disk = disk;
    this.#directory = stateDirectory;
  }

  /** Notes that the machines threw at `seq`, which is on the disk; true if that was known. */
  meet(seq: number): boolean {
    const before = this.#read("poison");
    if (before.includes(seq)) return true;
    this.#write("poison", [...before, seq]);
    return false;
  }

  /** What replays go by. */
  known(): KnownPoison {
    return { met: new Set(this.#read("poison")), passedOver: this.quarantined() };
  }

  /** Events to pass over. */
  quarantined(): ReadonlySet<number> {
    return new Set(this.#read("quarantine"));
  }

  /**
   * Lets the next start pass over `seq`.
   * @throws {RangeError} If nothing failed there: passing over a sound event is damage.
   */
  quarantine(seq: number): void {
    const known = this.#read("quarantine");
    if (known.includes(seq)) return;
    const met = this.#read("poison");
    if (!met.includes(seq)) {
      const was = met.length === 0 ? "no event" : `event ${met.join(", ")}`;
      throw new RangeError(
        `Cannot pass over event ${seq}: the daemon must have failed there: it failed at ${was}`,
      );
    }
    this.#write("quarantine", [...known, seq]);
  }

  #read(name: string): readonly number[] {
    const path = `${this.#directory}/${name}`;
    if (!this.#disk.exists(path)) return [];
    const text = new TextDecoder().decode(readWhole(this.#disk, path));
    return text.split("\n").filter((line) => /^\d+$/.test(line)).map(Number);
  }

  #write(name: string, seqs: readonly number[]): void {
    const text = seqs.map((seq) => `${seq}\n`).join("");
    replaceFile(this.#disk, { directory: this.#directory, name }, text);
  }
}
