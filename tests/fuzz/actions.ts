/**
 * Actions: what may happen next, each with its weight.
 * @module
 */
import type { Draws } from "../support/draws.ts";
import type { Scene } from "./scene.ts";

/** Something that may happen. It offers one event, or none if the scene has no place for it. */
export type Action = { readonly weight: number; readonly act: (scene: Scene) => void };

/** A table of actions from which one is drawn by weight. */
export class ActionTable {
  readonly #actions: readonly Action[];
  readonly #total: number;

  constructor(actions: readonly Action[]) {
    this.#actions = actions;
    this.#total = actions.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Draws an action and lets it happen. */
  act(scene: Scene): void {
    this.#draw(scene.draws).act(scene);
  }

  #draw(draws: Draws): Action {
    let left = draws.below(this.#total);
    for (const action of this.#actions) {
      left -= action.weight;
      if (left < 0) return action;
    }
    return draws.pick(this.#actions);
  }
}

/** Draws one of several things by weight. */
export function weighed<Item>(draws: Draws, items: readonly (readonly [number, Item])[]): Item {
  let left = draws.below(items.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return draws.pick(items)[1];
}
