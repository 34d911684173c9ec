/**
 * A clock and timers that move only when told to, for tests and simulations.
 *
 * Ordering: tasks run by due time, those of one time in the order in which they were set; `soon`
 * tasks before any timer.
 * @module
 */
import type { Cancel, Clock, Timers } from "../../edge/ports.ts";

type Task = {
  readonly dueUs: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
};

const START_WALL_US = 1_795_000_000_000_000;

/** Virtual time: both ports in one. */
export class VirtualTime implements Clock, Timers {
  #startWallUs: number;
  #nowUs = 0;
  #order = 0;
  /** A binary heap, the first task at index 0. */
  readonly #heap: Task[] = [];
  #soon: (() => void)[] = [];

  constructor(startWallUs: number = START_WALL_US) {
    this.#startWallUs = startWallUs;
  }

  wallUs(): number {
    return this.#startWallUs + this.#nowUs;
  }

  monotonicUs(): number {
    return this.#nowUs;
  }

  /** Somebody sets the wall clock; nothing is due sooner or later by it. */
  setWall(byUs: number): void {
    this.#startWallUs += byUs;
  }

  after(delayUs: number, task: () => void): Cancel {
    this.#order += 1;
    const dueUs = this.#nowUs + Math.max(0, delayUs);
    const entry = { dueUs, order: this.#order, run: task, isCancelled: false };
    this.#push(entry);
    return () => {
      entry.isCancelled = true;
    };
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** When the next timer is due, or undefined. */
  nextDueUs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueUs;
  }

  /** Runs what is due now, without moving time. Returns whether anything ran. */
  runDue(): boolean {
    let ran = false;
    while (this.#runSoon() || this.#runTimer(this.#nowUs)) ran = true;
    return ran;
  }

  /** Runs the next task, moving time to it; false if nothing is left to run. */
  step(): boolean {
    const soon = this.#soon.shift();
    if (soon !== undefined) {
      soon();
      return true;
    }
    const dueUs = this.nextDueUs();
    if (dueUs === undefined) return false;
    this.#nowUs = Math.max(this.#nowUs, dueUs);
    return this.#runTimer(this.#nowUs);
  }

  /** Moves time on by `us`, running everything on the way. */
  advance(us: number): void {
    const untilUs = this.#nowUs + us;
    this.runDue();
    for (let due = this.nextDueUs(); due !== undefined && due <= untilUs; due = this.nextDueUs()) {
      this.#nowUs = Math.max(this.#nowUs, due);
      this.runDue();
    }
    this.#nowUs = untilUs;
    this.runDue();
  }

  #runSoon(): boolean {
    const tasks = this.#soon;
    if (tasks.length === 0) return false;
    this.#soon = [];
    for (const task of tasks) task();
    return true;
  }

  #runTimer(untilUs: number): boolean {
    this.#dropCancelled();
    const first = this.#heap[0];
    if (first === undefined || first.dueUs > untilUs) return false;
    this.#pop();
    first.run();
    return true;
  }

  #dropCancelled(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isCancelled) return;
      this.#pop();
    }
  }

  #push(entry: Task): void {
    this.#heap.push(entry);
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (this.#isBefore(parent, at)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let least = at;
      for (const child of [left, left + 1]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return true;
    return first.dueUs === second.dueUs ? first.order < second.order : first.dueUs < second.dueUs;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
