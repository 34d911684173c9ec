/**
 * The blocks of the view: what each shows of the model.
 * @module
 */
import type { Block } from "./block.ts";
import { list } from "./block.ts";
import type { Cell } from "./columns.ts";
import {
  ageText,
  clockText,
  countText,
  latencyText,
  moneyText,
  negated,
  priceText,
  sumOf,
} from "./figures.ts";
import { type Line, span, type Tone } from "./line.ts";
import type { OrderRow, TopModel } from "./model.ts";

const NONE: Cell = { text: "-", tone: "dim" };

/** Orders that are not over, those in doubt first. */
export function ordersBlock(model: TopModel, least: number): Block {
  const { open, inDoubt, external, states, rows } = model.orders;
  const counts = states.map(([status, count]) => `${status} ${countText(count)}`).join("  ");
  const title: Line = [
    span("ORDERS ", "title"),
    span(open === null ? "" : `${countText(open)} open  `),
    ...(inDoubt === null || inDoubt === 0
      ? []
      : [span(`${countText(inDoubt)} IN DOUBT`, "bad"), span("  ")]),
    ...(external === null || external === 0
      ? []
      : [span(`${countText(external)} external`, "warn"), span("  ")]),
    span(counts, "dim"),
  ];
  return list({
    title,
    columns: [
      { title: "id", align: "right" },
      { title: "instrument", align: "left", least: 14 },
      { title: "side", align: "left" },
      { title: "qty", align: "right" },
      { title: "price", align: "right" },
      { title: "filled", align: "right" },
      { title: "state", align: "left", least: 8 },
      { title: "age", align: "right" },
      { title: "intent", align: "left", least: 12 },
      { title: "client", align: "left", least: 6 },
      { title: "tag", align: "left", least: 4 },
    ],
    rows: rows.map((row) => orderCells(row, model.nowUs)),
    empty: "none",
    least,
  });
}

function orderCells(row: OrderRow, nowUs: number): readonly Cell[] {
  const state = row.isInDoubt ? `IN DOUBT ${row.status}` : row.status;
  return [
    { text: row.orderId ?? "external", ...(row.orderId === null ? { tone: "warn" as const } : {}) },
    { text: row.instrument },
    { text: row.side },
    cell(row.orderQty),
    row.price === null ? { text: "market", tone: "dim" } : { text: row.price },
    cell(row.cumQty),
    { text: row.isDryRun ? `${state} dry` : state, tone: row.isInDoubt ? "bad" : "plain" },
    { text: sinceText(row, nowUs), tone: row.isInDoubt ? "bad" : "dim" },
    cell(row.intentId ?? row.venueOrderId),
    cell(row.client),
    cell(row.tag),
  ];
}

/** Returns for how long an order has been as it is; `>`: or longer. */
export function sinceText(
  { sinceUs, isSinceAtLeast }: Pick<OrderRow, "sinceUs" | "isSinceAtLeast">,
  nowUs: number,
): string {
  return `${isSinceAtLeast ? ">" : ""}${ageText(nowUs - sinceUs)}`;
}

/** Positions of the accounts. */
export function positionsBlock({ positions }: TopModel, least: number): Block {
  return list({
    title: [span("POSITIONS ", "title"), span(countText(positions.length))],
    columns: [
      { title: "instrument", align: "left", least: 12 },
      { title: "qty", align: "right" },
      { title: "unrealised", align: "right" },
      { title: "avg", align: "right" },
      { title: "realised", align: "right" },
      { title: "", align: "left" },
    ],
    rows: positions.map((row) => [
      { text: row.instrument },
      { text: row.qty },
      moneyCell(row.unrealisedPnl),
      row.avgPx === null ? NONE : { text: priceText(row.avgPx) },
      moneyCell(row.realisedPnl),
      { text: row.currency, tone: "dim" },
    ]),
    empty: "none",
    least,
  });
}

/** P&L: a row for each currency, then for each tag. */
export function pnlBlock({ totals, tags, leftOut }: TopModel, least: number): Block {
  const totalRows = totals.map((row): readonly Cell[] => [
    { text: "all accounts", tone: "title" },
    leftOut.positions ? NONE : moneyCell(totalOf(row.realised, row.unrealised)),
    feeCell(row.fees),
    { text: row.currency, tone: "dim" },
  ]);
  const tagRows = tags.map((row): readonly Cell[] => [
    { text: `${row.client}/${row.isRest ? "(rest)" : row.tag ?? "(no tag)"}` },
    moneyCell(row.pnl),
    feeCell(row.fees),
    { text: row.currency, tone: "dim" },
  ]);
  return list({
    title: [span("P&L ", "title"), span("total and by client/tag, fees apart", "dim")],
    columns: [
      { title: "of", align: "left", least: 8 },
      { title: "P&L", align: "right" },
      { title: "fees", align: "right" },
      { title: "", align: "left" },
    ],
    rows: [...totalRows, ...tagRows],
    empty: "nothing traded",
    least,
  });
}

function totalOf(realised: string | null, unrealised: string | null): string | null {
  if (realised === null || unrealised === null) return null;
  return sumOf([realised, unrealised]) ?? null;
}

/** Venues, and whether their books can be trusted. */
export function venuesBlock({ venues, nowUs }: TopModel, least: number): Block {
  return list({
    title: [span("VENUES ", "title"), span(countText(venues.length))],
    columns: [
      { title: "venue", align: "left", least: 6 },
      { title: "status", align: "left" },
      { title: "books", align: "right" },
      { title: "orders", align: "right" },
      { title: "state", align: "left" },
      { title: "why", align: "left", least: 4 },
    ],
    rows: venues.map((row) => {
      const isStale = row.books !== null && row.freshBooks !== null && row.freshBooks < row.books;
      const isPaused = row.pausedUntilUs !== null && row.pausedUntilUs > nowUs;
      const paused = isPaused ? `paused ${ageText((row.pausedUntilUs ?? 0) - nowUs)} ` : "";
      return [
        { text: row.venue },
        { text: row.status, tone: row.status === "up" ? "good" : "bad" },
        row.books === null ? { text: `-${ofOpen(row)}`, tone: "dim" } : {
          text: `${row.freshBooks}/${row.books}${ofOpen(row)}${isStale ? " STALE" : ""}`,
          tone: isStale ? "bad" : "plain",
        },
        row.openOrders === null ? NONE : { text: countText(row.openOrders) },
        row.tradingState === null
          ? NONE
          : { text: row.tradingState, tone: stateTone(row.tradingState) },
        { text: `${paused}${row.reason}`, tone: isPaused ? "warn" : "dim" },
      ];
    }),
    empty: "none",
    least,
  });
}

/** Of how many instruments the books are that were asked for, where it is some of them. */
function ofOpen({ books, openInstruments }: TopModel["venues"][number]): string {
  return openInstruments > (books ?? 0) ? ` of ${countText(openInstruments)}` : "";
}

/** Queues before the sequencer. */
export function queuesBlock({ queues }: TopModel, least: number): Block {
  const hasDropped = queues.some(({ dropped }) => dropped > 0);
  return list({
    title: [span("QUEUES ", "title"), ...(hasDropped ? [span("events were dropped", "warn")] : [])],
    columns: [
      { title: "queue", align: "left", least: 6 },
      { title: "depth", align: "right" },
      { title: "most", align: "right" },
      { title: "lost", align: "right" },
      { title: "merged", align: "right" },
      { title: "held", align: "right" },
    ],
    rows: queues.map((row) => [
      { text: row.name },
      { text: countText(row.depth), tone: row.depth > 0 ? "plain" : "dim" },
      { text: countText(row.highWater) },
      { text: countText(row.dropped), tone: row.dropped > 0 ? "warn" : "dim" },
      { text: countText(row.conflated), tone: "dim" },
      { text: countText(row.heldBack), tone: "dim" },
    ]),
    empty: "none",
    least,
  });
}

/** How long the hops of an intent take. */
export function latencyBlock({ latency }: TopModel, least: number): Block {
  return list({
    title: [span("LATENCY", "title")],
    columns: [
      { title: "hop", align: "left", least: 8 },
      { title: "p50", align: "right" },
      { title: "p99", align: "right" },
      { title: "max", align: "right" },
      { title: "of", align: "right" },
    ],
    rows: latency.map((row) => [
      { text: row.hop },
      { text: latencyText(row.p50Us) },
      { text: latencyText(row.p99Us) },
      row.maxUs === null ? NONE : { text: latencyText(row.maxUs) },
      { text: countText(row.count), tone: "dim" },
    ]),
    empty: "nothing measured yet",
    least,
  });
}

/** Refusals by code. */
export function rejectsBlock({ rejects }: TopModel, least: number): Block {
  const { sinceUs, codes } = rejects;
  const total = codes.reduce((sum, { count }) => sum + count, 0);
  const since = sinceUs === null ? " since the start" : ` since ${clockText(sinceUs)}`;
  return list({
    title: [span("REJECTS ", "title"), span(`${countText(total)}${since}`)],
    columns: [
      { title: "code", align: "left", least: 8 },
      { title: "n", align: "right" },
      { title: "newest", align: "left", least: 6 },
    ],
    rows: codes.map(({ code, count, text }) => [
      { text: code, tone: "warn" },
      { text: countText(count) },
      { text, tone: "dim" },
    ]),
    empty: "none",
    least,
  });
}

/** Returns the tone of a trading state. */
export function stateTone(state: string): Tone {
  if (state === "Active") return "good";
  return state === "Reducing" ? "warn" : "bad";
}

function cell(text: string | null): Cell {
  return text === null ? NONE : { text };
}

function moneyCell(amount: string | null): Cell {
  if (amount === null) return { text: "no price", tone: "dim" };
  const text = moneyText(amount);
  if (text.startsWith("-")) return { text, tone: "bad" };
  return { text, tone: text.startsWith("+") ? "good" : "plain" };
}

/** A fee is a cost: it is shown as what it takes away. */
function feeCell(fees: string | null): Cell {
  return fees === null ? NONE : moneyCell(negated(fees));
}
