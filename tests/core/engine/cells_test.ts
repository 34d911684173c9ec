/**
 * A way through events into every cell of the life-cycle table: what the table allows can happen,
 * and what it does not list is never reported. Proves R-CORE-4.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { NEXT, ORDER_STATES } from "../../../core/lifecycle.ts";
import type { OrdStatus } from "../../../core/report.ts";
import type { World } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

const CANCEL_NEW = { capabilities: { replace: "cancel_new" } } as const;

type Act = (w: World) => unknown;

/** Acts in each state; the world of each begins anew. */
const ACTS: Readonly<Record<OrdStatus, readonly Act[]>> = {
  Submitted: [
    (w) => w.accept(),
    (w) => w.cancel("c1", "a1"),
    say.rejected,
    (w) => w.cancelled(),
    say.expired,
  ],
  Accepted: [
    (w) => w.fill(1, { id: "e1", qty: 1000 }),
    (w) => w.cancel("c1", "a1"),
    (w) => w.replace("r1", { orig: "a1", qty: "12" }),
    say.rejected,
    (w) => w.cancelled(),
    say.expired,
    (w) => say.replacedTo(w, { qty: 9000 }),
  ],
  PartiallyFilled: [
    (w) => w.fill(1, { id: "e1", qty: 1000 }),
    (w) => w.cancel("c1", "a1"),
    (w) => w.replace("r1", { orig: "a1", qty: "12" }),
    (w) => w.cancelled(),
    say.expired,
    (w) => say.replacedTo(w, { qty: 9000 }),
    (w) => say.voided(w, "e0"),
    (w) => say.corrected(w, { ref: "e0", id: "x1", qty: 3000 }),
  ],
  CancelPending: [
    (w) => w.fill(1, { id: "e1", qty: 1000 }),
    say.cancelRefused,
    say.rejected,
    (w) => w.cancelled(),
    say.expired,
    (w) => say.replacedTo(w, { qty: 9000 }),
  ],
  ReplacePending: [
    (w) => w.fill(1, { id: "e1", qty: 1000 }),
    (w) => w.cancel("c1", "a1"),
    (w) => say.replacedTo(w, { qty: 12_000 }),
    say.replaceRefused,
    say.rejected,
    (w) => w.cancelled(),
    say.expired,
  ],
  Filled: [(w) => w.fill(1, { id: "e1", qty: 1 })],
  Cancelled: [(w) => w.fill(1, { id: "e1", qty: 1000 })],
  Rejected: [(w) => w.fill(1, { id: "e1", qty: 1000 })],
  Expired: [(w) => w.fill(1, { id: "e1", qty: 1000 })],
};

/** Voids and corrections of a fill in every state that can have one. */
function afterwards(status: OrdStatus): readonly World[] {
  return [
    (w: World) => say.corrected(w, { ref: "e1", id: "x1", qty: 500 }),
    (w: World) => say.voided(w, "e1"),
  ].map((act) => {
    const w = say.worldIn(status);
    w.fill(1, { id: "e1", qty: 1000 });
    act(w);
    return w;
  });
}

/** Where two messages cross. */
const CROSSINGS: readonly (() => World)[] = [
  () => played(say.placed(), [(w) => w.cancel("c1", "a1"), (w) => w.accept()]),
  () => played(say.placed(), [(w) => w.cancel("c1", "a1"), say.rejected]),
  () =>
    played(say.worldIn("ReplacePending"), [
      (w) => w.cancel("c1", "a1"),
      (w) => say.replacedTo(w, { qty: 12_000 }),
    ]),
  () => played(say.worldIn("ReplacePending"), [(w) => w.cancel("c1", "a1"), say.replaceRefused]),
  () => played(say.worldIn("CancelPending"), [(w) => w.fill(1, { id: "e1", qty: 10_000 })]),
  () =>
    played(say.worldIn("Accepted"), [
      (w) => w.replace("r1", { orig: "a1", qty: "10", price: "101" }),
      (w) => w.fill(1, { id: "e1", qty: 10_000 }),
    ]),
  () =>
    played(say.worldIn("ReplacePending", CANCEL_NEW), [
      (w) => say.replacedTo(w, { qty: 9000 }),
      (w) => w.cancelled(),
      (w) => w.cancel("c1", "a1"),
      say.rejected,
    ]),
];

function played(w: World, acts: readonly Act[]): World {
  for (const act of acts) act(w);
  return w;
}

/** The cells that a world's reports visited. */
function visitedBy(w: World): readonly string[] {
  let from = "Created";
  return w.reports.flatMap(({ execType, ordStatus, order }) => {
    if (order === null || execType === "OrderStatus") return [];
    const cell = `${from} ${execType}`;
    from = ordStatus ?? from;
    return [cell];
  });
}

Deno.test("apply() visits every cell of the table, and no other", () => {
  const worlds = [
    ...Object.entries(ACTS).flatMap(([status, acts]) =>
      acts.map((act) => played(say.worldIn(status as OrdStatus), [act]))
    ),
    ...Object.keys(ACTS).flatMap((status) => afterwards(status as OrdStatus)),
    ...CROSSINGS.map((cross) => cross()),
  ];
  const visited = new Set(worlds.flatMap(visitedBy));
  const cells = ORDER_STATES.flatMap((from) =>
    Object.keys(NEXT[from]).map((by) => `${from} ${by}`)
  );
  deepStrictEqual([...visited].sort(), cells.sort());
});
