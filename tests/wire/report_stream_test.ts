/**
 * Proves for R-WIRE-3: a client's reports leave in order, each once, framed, and none before its
 * event is durable, against a plain list.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { clientIndex } from "../../core/numbers.ts";
import { encodeFrames } from "../../wire/frame.ts";
import { ReportStream } from "../../wire/report_stream.ts";

const CLIENT = clientIndex(0);

type Step =
  | { readonly kind: "hold"; readonly text: string; readonly gap: number }
  | { readonly kind: "release"; readonly back: number }
  | { readonly kind: "take"; readonly most: number }
  | { readonly kind: "drop" };

const shortText = fc.string({ minLength: 1, maxLength: 300, size: "max", unit: "grapheme" });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("hold" as const),
      text: fc.oneof(
        { weight: 20, arbitrary: shortText },
        {
          weight: 1,
          arbitrary: fc.constantFrom(5_000, 40_000).map((length) => "x".repeat(length)),
        },
      ),
      gap: fc.nat(2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release" as const), back: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("take" as const), most: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const) }) },
);

/** The plain twin: every report with its event, and three marks. */
class Twin {
  readonly stream = new ReportStream(CLIENT, 5);
  readonly #held: { readonly seq: number; readonly text: string }[] = [];
  #seq = 1;
  #released = 0;
  #taken = 0;

  run(step: Step): void {
    switch (step.kind) {
      case "hold":
        return this.#hold(step.text, step.gap);
      case "release":
        return this.#release(this.#seq - step.back);
      case "take":
        return this.#take(step.most);
      case "drop":
        this.stream.drop();
        this.#taken = this.#released;
    }
  }

  check(): void {
    strictEqual(this.stream.durable, 5 + this.#released);
    strictEqual(this.stream.applied, 5 + this.#held.length);
    strictEqual(this.stream.waiting, this.#released - this.#taken);
  }

  #hold(text: string, gap: number): void {
    this.#seq += gap;
    const memory = new TextEncoder().encode(`..${text}..`);
    const report = { client: CLIENT, reportSeq: 0, memory, from: 2, to: memory.length - 2 };
    this.stream.hold(this.#seq, report);
    memory.fill(0); // it holds during the call only
    this.#held.push({ seq: this.#seq, text });
  }

  #release(upTo: number): void {
    this.stream.release(upTo);
    while ((this.#held[this.#released]?.seq ?? Infinity) <= upTo) this.#released += 1;
  }

  #take(most: number): void {
    const count = Math.min(most, this.#released - this.#taken);
    const texts = this.#held.slice(this.#taken, this.#taken + count).map(({ text }) => text);
    deepStrictEqual([...this.stream.take(most)], [...encodeFrames(texts)]);
    this.#taken += count;
  }
}

Deno.test("ReportStream gives what a plain list gives, on random steps", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 120, size: "max" }), (all) => {
      const twin = new Twin();
      for (const step of all) {
        twin.run(step);
        twin.check();
      }
    }),
    { numRuns: 200 },
  );
});
