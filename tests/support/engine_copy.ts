/**
 * A copy of a world's engine, opened: the one place where a test reaches into a state, to plant a
 * fault in it.
 * @module
 */
import { ok } from "node:assert/strict";
import { type Checkpoint, Effects, type Event } from "../../core/mod.ts";
import { Engine, engineNode, type EngineState, readEngine } from "../../core/engine/mod.ts";
import type { Order } from "../../core/order.ts";
import { orderId } from "../../core/numbers.ts";
import type { World } from "./engine_world.ts";

/** An engine over its own copy of a state. */
export class EngineCopy {
  readonly state: EngineState;
  readonly effects = new Effects();
  readonly engine: Engine;

  constructor(checkpoint: Checkpoint) {
    // A checkpoint is a document: what is read back shares nothing with the world.
    this.state = readEngine(structuredClone(checkpoint));
    this.engine = new Engine(this.state, this.effects);
  }

  /** An order of the copy. */
  order(id = 1): Order {
    const order = this.state.blotter.get(orderId(id));
    ok(order !== undefined, "there must be an order");
    return order;
  }

  apply(event: Event): this {
    this.effects.clear();
    this.engine.apply(event, this.effects);
    return this;
  }

  /** Another one, which goes on from the checkpoint of this one. */
  restored(): EngineCopy {
    const { engineVersion, seqId, nowUs: ingestTime, digest } = this.state;
    const engine = engineNode(this.state);
    const kept = { engineVersion, seqId, ingestTime, digest: digest.hex, engine };
    return new EngineCopy({ version: 1, ...kept, simulators: [] });
  }
}

/** Plays `act` in the world; returns a copy of the engine before it, and the event it made. */
export function beforeAndEvent(
  w: World,
  act: (w: World) => unknown,
): { readonly copy: () => EngineCopy; readonly event: Event } {
  const checkpoint = w.timeline.checkpoint();
  act(w);
  const event = w.events.at(-1);
  ok(event !== undefined, "the act must make an event");
  return { copy: () => new EngineCopy(checkpoint), event };
}
