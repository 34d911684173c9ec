/**
 * Draws a look at a daemon: a pure function from model and window to lines.
 *
 * Invariants: no line is wider than the window and there are not more lines than it has. What an
 * operator must see first stands first: is it connected, may it trade, is anything in doubt.
 * @module
 */
import { unreachable } from "../../../core/invariant.ts";
import { beside, type Block, type Size, stack } from "./block.ts";
import { ageText, clockText, countText, latencyText } from "./figures.ts";
import { cutLine, type Line, type Span, span, spread } from "./line.ts";
import type { TopModel } from "./model.ts";
import {
  latencyBlock,
  ordersBlock,
  pnlBlock,
  positionsBlock,
  queuesBlock,
  rejectsBlock,
  sinceText,
  stateTone,
  venuesBlock,
} from "./sections.ts";

export const PAGES = ["overview", "orders", "venues"] as const;
/** Which of its pages the view shows. */
export type Page = (typeof PAGES)[number];

/** How it is to be drawn. */
export type RenderOptions = {
  readonly size: Size;
  readonly page: Page;
  readonly isPaused: boolean;
  /** False: nobody can press a key. */
  readonly hasKeys: boolean;
};

const HEADER_LINES = 2;
const NEWS_MAX = 6;

/** Returns the lines of the view. */
export function render(model: TopModel, options: RenderOptions): readonly Line[] {
  const { size: { columns, rows }, page, hasKeys } = options;
  if (columns < 1 || rows < 1) return [];
  const footer = hasKeys && rows > HEADER_LINES + 1 ? [footerLine(options)] : [];
  const room = Math.max(0, rows - HEADER_LINES - footer.length);
  const body = stack(blocksOf(page, model), { columns, rows: room });
  return [titleLine(model, columns), newsLine(model, columns), ...body, ...footer]
    .slice(0, rows).map((line) => cutLine(line, columns));
}

function blocksOf(page: Page, model: TopModel): readonly Block[] {
  switch (page) {
    case "overview":
      return [
        ordersBlock(model, 6),
        beside(positionsBlock(model, 5), pnlBlock(model, 5), 0.5),
        beside(venuesBlock(model, 5), queuesBlock(model, 5), 0.5),
        beside(latencyBlock(model, 5), rejectsBlock(model, 5), 0.5),
      ];
    case "orders":
      return [ordersBlock(model, 3), rejectsBlock(model, 4)];
    case "venues":
      return [venuesBlock(model, 3), queuesBlock(model, 3), latencyBlock(model, 3)];
    default:
      return unreachable(page);
  }
}

/** Which daemon, may it trade, how far it is. */
function titleLine(model: TopModel, columns: number): Line {
  const { daemon, tradingState, killSwitch, seqId, eventsPerSecond, nowUs } = model;
  const left: Span[] = [span(`tapeline ${daemon?.version ?? ""} `.trimEnd(), "title")];
  if (daemon !== null) {
    left.push(span("  "), span(daemon.mode === "live" ? "LIVE" : daemon.mode, "title"));
  }
  if (tradingState !== null) {
    left.push(span("  "), span(tradingState, stateTone(tradingState)));
  }
  if (killSwitch !== null) {
    left.push(
      span("  "),
      killSwitch ? span("KILL SWITCH ON", "bad") : span("kill switch off", "dim"),
    );
  }
  const rate = eventsPerSecond === null ? "" : `  ${countText(eventsPerSecond)}/s`;
  const sequence = seqId === null ? "" : `seq ${countText(seqId)}${rate}  `;
  return spread(left, [span(`${sequence}${clockText(nowUs)}`, "dim")], columns);
}

/** What is wrong, the worst first; or that nothing is. */
function newsLine(model: TopModel, columns: number): Line {
  const news = newsOf(model);
  const { address, queueDepth, roundTripUs, link } = model;
  if (link.kind === "connecting") return [span(`connecting to ${address} …`, "warn")];
  const trip = roundTripUs === null ? "" : `  answers in ${latencyText(roundTripUs)}`;
  const waiting = queueDepth === null ? "" : `  ${countText(queueDepth)} waiting`;
  const right: Line = [span(`${address}${waiting}${trip}`, "dim")];
  if (news.length === 0) {
    return spread([span("nothing in doubt, all venues up", "good")], right, columns);
  }
  const shown = news.slice(0, NEWS_MAX).flatMap((item, at) =>
    at === 0 ? [item] : [span("; "), item]
  );
  return spread(shown, right, columns);
}

function newsOf(model: TopModel): readonly Span[] {
  const { link, killSwitch, tradingState, orders, venues, instruments, nowUs } = model;
  const news: Span[] = [];
  if (link.kind === "lost") {
    const age = ageText(nowUs - link.sinceUs);
    news.push(span(`NOT CONNECTED for ${age}, figures are old: ${link.reason}`, "bad"));
  }
  if (killSwitch === true) news.push(span("kill switch on", "bad"));
  if (orders.inDoubt !== null && orders.inDoubt > 0) {
    news.push(span(`${countText(orders.inDoubt)} in doubt${oldestDoubt(model)}`, "bad"));
  }
  for (const { venue, status, tradingState: state } of venues) {
    if (status !== "up") news.push(span(`${venue} ${status}`, "bad"));
    if (state !== null && state !== "Active") {
      news.push(span(`${venue} ${state}`, stateTone(state)));
    }
  }
  news.push(...instrumentNews(instruments), ...leftOutNews(model));
  const stale = venues.filter(({ books, freshBooks }) =>
    books !== null && freshBooks !== null && freshBooks < books
  );
  for (const { venue } of stale) news.push(span(`${venue} has stale books`, "bad"));
  if (tradingState !== null && tradingState !== "Active") {
    news.push(span(`trading is ${tradingState}`, stateTone(tradingState)));
  }
  return news;
}

/** An order that was in doubt before the view was opened may be the oldest of all. */
function oldestDoubt({ orders, nowUs }: TopModel): string {
  const doubtful = orders.rows.filter(({ isInDoubt }) => isInDoubt);
  const [oldest] = doubtful;
  if (oldest === undefined) return "";
  const isSinceAtLeast = doubtful.some((row) => row.isSinceAtLeast);
  return `, oldest ${sinceText({ ...oldest, isSinceAtLeast }, nowUs)}`;
}

/** Of each state the first instrument and how many more: there may be hundreds. */
function instrumentNews(instruments: TopModel["instruments"]): readonly Span[] {
  const states = new Set(["Halted", ...instruments.map(({ tradingState }) => tradingState)]);
  return [...states].flatMap((state) => {
    const [first, ...more] = instruments.filter(({ tradingState }) => tradingState === state);
    if (first === undefined) return [];
    const others = more.length === 0 ? "" : ` and ${countText(more.length)} more`;
    return [span(`${first.instrument}${others} ${state}`, stateTone(state))];
  });
}

/** What is not looked at may be wrong, too. */
function leftOutNews({ leftOut, positions }: TopModel): readonly Span[] {
  const held = `more than ${countText(positions.length)} positions: no totals`;
  return [
    ...(leftOut.positions ? [span(held, "warn")] : []),
    ...(leftOut.instruments ? [span("not all instruments are looked at", "warn")] : []),
  ];
}

function footerLine({ page, isPaused, size }: RenderOptions): Line {
  const keys = "q quit  p pause  a overview  o orders  v venues";
  const state: Line = isPaused ? [span("PAUSED", "warn")] : [span(page, "dim")];
  return spread([span(keys, "dim")], state, size.columns);
}
