/**
 * Checks "written before sent" (R-EXEC-2) where it matters: each time the adapter is told to send,
 * the command must already stand in the journal's files.
 *
 * A kill shows a violation only if it falls into the instant between; this sees every one.
 * @module
 */
import { Buffer } from "node:buffer";
import type { VenueAdapter } from "../../edge/venue.ts";
import type { MakesNow } from "./strikes.ts";

const CHUNK_BYTES = 65_536;

/** What was sent before it was written is noted here, one client order id per line. */
export function unwrittenFile(campaignDirectory: string): string {
  return `${campaignDirectory}/unwritten`;
}

/** Wraps an adapter. `options.campaign_directory`: holds `state`, the daemon's state directory. */
export function writtenFirst(create: MakesNow): MakesNow {
  return (host, ports, options): VenueAdapter => {
    const inner = create(host, ports, options);
    const directory = options["campaign_directory"];
    if (typeof directory !== "string") return inner;
    return checkingAdapter(inner, directory);
  };
}

/** An adapter that notes what it is told to send before it is written. */
export function checkingAdapter(inner: VenueAdapter, directory: string): VenueAdapter {
  const reader = new JournalReader(`${directory}/state/journal`);
  return {
    start: () => inner.start(),
    prepare: (command) => inner.prepare?.(command),
    send: (released) => {
      const { kind, request } = released.command;
      const name = "clOrdId" in released.command ? released.command.clOrdId : kind;
      // Begins where the last one was found: commands are sent in the journal's order.
      if (!reader.find(`"kind":"${kind}","request":${request},`)) {
        Deno.writeTextFileSync(unwrittenFile(directory), `${name}\n`, { append: true });
      }
      inner.send(released);
    },
    cancelAll: () => inner.cancelAll(),
    stop: () => inner.stop(),
    isLeftBehind: (cause) => inner.isLeftBehind?.(cause) === true,
  };
}

/** Finds texts in the journal's segments, each after the last one found. */
class JournalReader {
  readonly #directory: string;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #segment = "";
  #file: Deno.FsFile | undefined;
  #offset = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  find(text: string): boolean {
    if (this.#findInOpen(text)) return true;
    for (const segment of this.#segmentsAfter()) {
      this.#file?.close();
      this.#file = Deno.openSync(`${this.#directory}/${segment}`);
      this.#segment = segment;
      this.#offset = 0;
      if (this.#findInOpen(text)) return true;
    }
    return false;
  }

  /** The first time only the last two: a running daemon sends what it has just written. */
  #segmentsAfter(): readonly string[] {
    const names = [...Deno.readDirSync(this.#directory)].map(({ name }) => name).sort();
    return this.#file === undefined
      ? names.slice(-2)
      : names.filter((name) => name > this.#segment);
  }

  #findInOpen(text: string): boolean {
    for (let offset = this.#offset; this.#file !== undefined;) {
      this.#file.seekSync(offset, Deno.SeekMode.Start);
      const count = this.#file.readSync(this.#chunk) ?? 0;
      const at = Buffer.from(this.#chunk.buffer, 0, count).indexOf(text);
      if (at >= 0) {
        this.#offset = offset + at;
        return true;
      }
      if (count < CHUNK_BYTES) break;
      offset += count - text.length; // it may stand across two chunks
    }
    return false;
  }
}
