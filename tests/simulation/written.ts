/**
 * Which requests to venues are on the disk, not only in its cache (R-EXEC-2): read on in the
 * segments as far as a power cut now would leave them.
 * @module
 */
import type { MemoryDisk } from "../support/memory_disk.ts";
import { STATE } from "./setup.ts";

export class WrittenRequests {
  readonly #disk: MemoryDisk;
  readonly #clOrdIds = new Set<string>();
  /** How far each segment was read. */
  readonly #readTo = new Map<string, number>();

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  /** True if a request with this client order id is durable. */
  has(clOrdId: string): boolean {
    if (!this.#clOrdIds.has(clOrdId)) this.#readOn();
    return this.#clOrdIds.has(clOrdId);
  }

  #readOn(): void {
    for (const name of this.#disk.list(`${STATE}/journal`)) {
      const bytes = this.#disk.durable(`${STATE}/journal/${name}`);
      const from = this.#readTo.get(name) ?? 0;
      const end = bytes.indexOf(0, from);
      const text = new TextDecoder().decode(bytes.subarray(from, end < 0 ? bytes.length : end));
      for (const [, clOrdId = ""] of text.matchAll(/"cl_ord_id":"([^"]+)"/g)) {
        this.#clOrdIds.add(clOrdId);
      }
      this.#readTo.set(name, from + text.lastIndexOf("\n") + 1); // lines are ASCII here
    }
  }
}
