/**
 * A timeline of the engine alone, whose state tests can look into after every event.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import { Engine, engineNode, EngineState, EngineView } from "../../core/engine/mod.ts";
import type { Event } from "../../core/event.ts";
import type { Micros, SeqId } from "../../core/numbers.ts";
import type { Checkpoint, Timeline } from "../../core/timeline.ts";
import type { View } from "../../core/view.ts";

/** The engine without simulators. `onApplied` is told of every event. */
export class EngineTimeline implements Timeline {
  readonly state: EngineState = new EngineState();
  readonly view: View = new EngineView(this.state);
  readonly #engine = new Engine(this.state, new Effects());
  readonly #onApplied: (state: EngineState, event: Event) => void;

  constructor(onApplied: (state: EngineState, event: Event) => void) {
    this.#onApplied = onApplied;
  }

  get seqId(): SeqId {
    return this.state.seqId;
  }

  get nowUs(): Micros {
    return this.state.nowUs;
  }

  get digest(): string {
    return this.state.digest.hex;
  }

  apply(event: Event, effects: Effects): void {
    effects.clear();
    this.#engine.apply(event, effects);
    this.#onApplied(this.state, event);
  }

  nextDeadlineUs(): Micros | undefined {
    return this.#engine.nextDeadlineUs();
  }

  takeOutputs(): [] {
    return [];
  }

  nextOutputUs(): undefined {
    return undefined;
  }

  checkpoint(): Checkpoint {
    return {
      version: 1,
      engineVersion: this.state.engineVersion,
      seqId: this.state.seqId,
      ingestTime: this.state.nowUs,
      digest: this.digest,
      engine: engineNode(this.state),
      simulators: [],
    };
  }

  *checkpointPieces(): Generator<string, void> {
    yield JSON.stringify(this.checkpoint());
  }
}
