/**
 * Named counts: each is a box, so that counting is one look-up and no write into a map.
 * @module
 */

/** Counts by name, all 0 at first. */
export class Counters<Name extends string> {
  readonly #boxes: ReadonlyMap<Name, { value: number }>;

  constructor(names: readonly Name[]) {
    this.#boxes = new Map(names.map((name) => [name, { value: 0 }]));
  }

  get(name: Name): number {
    return this.#boxes.get(name)?.value ?? 0;
  }

  set(name: Name, value: number): void {
    const box = this.#boxes.get(name);
    if (box !== undefined) box.value = value;
  }

  /** Counts one more. */
  add(name: Name): void {
    const box = this.#boxes.get(name);
    if (box !== undefined) box.value += 1;
  }
}
