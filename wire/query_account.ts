/**
 * Queries about the listing, orders, fills, positions and balances.
 * @module
 */
import { instrumentAt } from "../core/instrument.ts";
import { micros, orderId, seqId, type VenueId } from "../core/numbers.ts";
import type { FillFilter, View } from "../core/view.ts";
import { encodeOrderRow } from "./encode_report.ts";
import { externalRows, parseExternalCursor } from "./external_orders.ts";
import { unknownInstrument } from "./feed.ts";
import type { QueryArgs } from "./message.ts";
import {
  badCursor,
  parseCursor,
  type QueryAnswer,
  type QueryContext,
  type Row,
  rowsAfter,
  rowsToRead,
  toPage,
} from "./query_answer.ts";
import { encodeBalanceRow, encodeFillRow, encodeInstrumentRow, encodePositionRow } from "./rows.ts";

/** Answers `instruments`: in order of listing. */
export function answerInstruments(
  args: QueryArgs["instruments"],
  context: QueryContext,
): QueryAnswer {
  const { view } = context;
  const venue = findVenue(view, args.venue);
  if (venue !== undefined && !venue.ok) return venue;
  const listed = view.instruments.filter((row) => venue === undefined || row.venue === venue.id);
  return pageOf(
    args,
    context,
    rowsAfter(listed, args.cursor, (row) => {
      const { name = "", exchange = "" } = view.venues[row.venue] ?? {};
      return encodeInstrumentRow(row, { name, exchange });
    }),
  );
}

/** Answers `orders`: ascending by order id; of the account after them those that are not ours. */
export function answerOrders(args: QueryArgs["orders"], context: QueryContext): QueryAnswer {
  const { view } = context;
  const external = parseExternalCursor(args.cursor);
  const after = external === undefined ? parseCursor(args.cursor) : 0;
  if (after === undefined) return badCursor(args.cursor);
  const instrument = args.instrument === undefined
    ? undefined
    : view.instrumentByName(args.instrument)?.id;
  if (args.instrument !== undefined && instrument === undefined) {
    return unknownInstrument(args.instrument);
  }
  const isAccount = args.scope === "account";
  const reports = external !== undefined
    ? []
    : view.orders(isAccount ? "account" : context.client, {
      ...(instrument === undefined ? {} : { instrument }),
      open: args.open,
      ...(after === 0 ? {} : { after: orderId(after) }),
      limit: rowsToRead(args.limit),
    });
  const rows = reports.map((report): Row => ({
    text: encodeOrderRow(report, view.instruments),
    cursor: String(report.order?.orderId ?? 0),
  }));
  if (isAccount) rows.push(...externalRows(view, { instrument, start: external ?? 0 }));
  return pageOf(args, context, rows);
}

/** Answers `order`: one of this client's. */
export function answerOrder(args: QueryArgs["order"], context: QueryContext): QueryAnswer {
  const { view, client } = context;
  const report = "orderId" in args
    ? findOrder(context, args.orderId)
    : view.orderByIntent(client, args.intentId);
  if (report !== undefined) return { ok: true, result: encodeOrderRow(report, view.instruments) };
  const was = "orderId" in args ? `order_id ${args.orderId}` : `intent_id ${args.intentId}`;
  return notFound(`Cannot find the order: it must be kept and this client's: was ${was}`);
}

/** Returns the order of this client that an id names. */
export function findOrder(context: QueryContext, id: string): ReturnType<View["order"]> {
  if (!/^[1-9][0-9]{0,14}$/.test(id)) return undefined;
  return context.view.order(context.client, orderId(Number(id)));
}

/** Answers `fills`: ascending by sequence. The cursor is a sequence number and its `exec_id`. */
export function answerFills(args: QueryArgs["fills"], context: QueryContext): QueryAnswer {
  const { view } = context;
  const after = args.cursor === undefined ? namedFill(args.afterExecId) : fillAt(args.cursor);
  if (args.cursor !== undefined && after === undefined) return badCursor(args.cursor);
  const fills = view.fills(context.client, {
    ...(args.sinceUs === undefined ? {} : { sinceUs: micros(args.sinceUs) }),
    ...(after === undefined ? {} : { after }),
    limit: rowsToRead(args.limit),
  });
  const rows = fills.flatMap((fill): Row[] => {
    const instrument = instrumentAt(view.instruments, fill.instrument);
    if (instrument === undefined) return [];
    const cursor = `${fill.seqId}-${fill.execution.execId}`;
    return [{ text: encodeFillRow(fill, instrument), cursor }];
  });
  return pageOf(args, context, rows);
}

function namedFill(execId: string | undefined): FillFilter["after"] {
  return execId === undefined ? undefined : { execId };
}

/** Returns the fill that a cursor names; undefined: it is none of ours. */
function fillAt(cursor: string): FillFilter["after"] {
  const [, seq, execId] = /^([1-9][0-9]{0,14})-(.+)$/s.exec(cursor) ?? [];
  return execId === undefined ? undefined : { execId, seqId: seqId(Number(seq)) };
}

/** Answers `positions`. */
export function answerPositions(args: QueryArgs["positions"], context: QueryContext): QueryAnswer {
  const { view } = context;
  const positions = view.positions(args.scope === "account" ? "account" : context.client);
  const known = positions.flatMap((row) => {
    const instrument = instrumentAt(view.instruments, row.instrument);
    return instrument === undefined ? [] : [{ row, instrument }];
  });
  return pageOf(
    args,
    context,
    rowsAfter(known, args.cursor, ({ row, instrument }) => encodePositionRow(row, instrument)),
  );
}

/** Answers `balances`: of the accounts, which all clients share. */
export function answerBalances(args: QueryArgs["balances"], context: QueryContext): QueryAnswer {
  const { view } = context;
  const venue = findVenue(view, args.venue);
  if (venue !== undefined && !venue.ok) return venue;
  const balances = view.balances(venue?.id);
  return pageOf(
    args,
    context,
    rowsAfter(
      balances,
      args.cursor,
      (row) => encodeBalanceRow(row, view.venues[row.venue]?.name ?? ""),
    ),
  );
}

function pageOf(
  args: { readonly limit?: number; readonly cursor?: string },
  context: QueryContext,
  rows: Iterable<Row> | undefined,
): QueryAnswer {
  if (rows === undefined) return badCursor(args.cursor);
  return toPage(rows, { limit: args.limit, maxFrameBytes: context.maxFrameBytes });
}

type FoundVenue = { readonly ok: true; readonly id: VenueId };

function findVenue(
  view: View,
  name: string | undefined,
): FoundVenue | Extract<QueryAnswer, { ok: false }> | undefined {
  if (name === undefined) return undefined;
  const venue = view.venues.find((row) => row.name === name);
  if (venue !== undefined) return { ok: true, id: venue.id };
  return notFound(`args.venue: must be a configured venue: was ${JSON.stringify(name)}`);
}

function notFound(message: string): Extract<QueryAnswer, { ok: false }> {
  return { ok: false, code: "NOT_FOUND", message };
}
