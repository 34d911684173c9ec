/**
 * Proves R-JRN-1: the derived database shows events, orders, fills, reports and P&L to other
 * readers while it is written, and is made anew whenever it is not this journal's.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import * as say from "../../support/venue_words.ts";
import { Effects } from "../../../core/effects.ts";
import type { Event } from "../../../core/event.ts";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { instrumentId, sessionId } from "../../../core/numbers.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { PnlBook, type PnlColumns, type PnlTerms } from "../../../edge/journal/pnl_book.ts";
import { openSqlite } from "../../../edge/journal/sqlite_database.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { ref, World as EngineWorld } from "../../support/engine_world.ts";
import { dropSegments, query, startIndex, withIndex, type World } from "../../support/index_rig.ts";
import { controlHead, JournalRig, STATE } from "../../support/journal_rig.ts";
import { runner, token } from "../../support/outcome_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

function opened(n: number, of: { session: number; client: string }): Event<"SessionOpened"> {
  return {
    ...controlHead(n),
    eventType: "SessionOpened",
    payload: {
      session: sessionId(of.session),
      client: of.client,
      cancelOnDisconnect: true,
      cancelGraceMs: 0,
      agent: null,
    },
  };
}

/** Lists an instrument under the name of the one that the echo machine trades. */
function list(rig: JournalRig, instrument: Instrument): void {
  const event: Event<"InstrumentListed"> = {
    ...controlHead(rig.timeline.seqId + 1),
    eventType: "InstrumentListed",
    payload: { ...instrument, name: "paper:A/B" },
  };
  rig.record(event);
}

function closed(n: number, session: number): Event<"SessionClosed"> {
  const payload = { session: sessionId(session), cause: "lost", keepOrders: false } as const;
  return { ...controlHead(n), eventType: "SessionClosed", payload };
}

Deno.test(
  "runIndex() shows events, orders, fills, reports and P&L while the journal is written",
  withIndex((world) => {
    const { rig } = world;
    for (let session = 1; session <= 7; session++) {
      const event = opened(session, { session, client: `client${session % 3}` });
      rig.timeline.apply(event, new Effects());
      rig.journal.record({ event, effects: new Effects() }, []);
    }
    list(rig, spotInstrument());
    startIndex(world);
    rig.fill(200);
    strictEqual(query(world, "SELECT value FROM meta WHERE key = 'last_seq'")[0]?.["value"], "208");
    deepStrictEqual(query(world, "SELECT count(*) AS n FROM events WHERE source = 'intent'"), [
      { n: 50 },
    ]);
    deepStrictEqual(query(world, "SELECT DISTINCT client FROM reports ORDER BY client"), [
      { client: "client0" },
      { client: "client1" },
      { client: "client2" },
    ]);
    const fills = query(world, "SELECT count(*) AS n, sum(qty) AS qty FROM fills")[0];
    deepStrictEqual(fills, { n: 25, qty: 50 });
    const [pnl] = query(world, "SELECT * FROM pnl WHERE client = 'client2'");
    ok(Number(pnl?.["position"]) < 0);
    strictEqual(pnl?.["position_exact"], String(pnl?.["position"]));
    match(String(pnl?.["fees"]), /^0\.\d+ B$/);
    strictEqual(query(world, "SELECT * FROM orders WHERE ord_status = 'Filled'").length, 25);
    strictEqual(query(world, "SELECT * FROM effects WHERE kind = 'command'").length, 50);
  }),
);

Deno.test(
  "runIndex() goes on where it was after a restart, each row once",
  withIndex((world) => {
    startIndex(world).terminate();
    world.rig.fill(100);
    world.rig.stop();
    for (let round = 0; round < 2; round++) {
      const next = { ...world, rig: new JournalRig(world.disk) };
      const link = startIndex(next);
      next.rig.fill(48);
      link.terminate();
      next.rig.stop();
    }
    const count = query(world, "SELECT count(*) AS n FROM effects WHERE kind = 'transition'");
    deepStrictEqual(count, [{ n: 49 }]);
    const [pnl] = query(world, "SELECT sum(fills) AS n FROM pnl");
    deepStrictEqual(query(world, "SELECT count(*) AS n FROM fills"), [{ n: pnl?.["n"] }]);
  }),
);

for (
  const [what, spoil] of [
    ["another journal's", "UPDATE meta SET value = 'x' WHERE key = 'journal_id'"],
    ["an older format's", "UPDATE meta SET value = '0' WHERE key = 'format'"],
  ] as const
) {
  Deno.test(
    `runIndex() makes ${what} database anew`,
    withIndex((world) => {
      startIndex(world).terminate();
      world.rig.fill(40);
      const database = openSqlite(world.disk.real("/events.sqlite"), "write");
      database.exec(spoil);
      database.close();
      startIndex(world);
      deepStrictEqual(query(world, "SELECT count(*) AS n FROM reports"), [{ n: 10 }]);
    }),
  );
}

Deno.test(
  "runIndex() shows a corrected execution as it stands, a voided one as voided, and P&L without it",
  withIndex((world) => {
    const { rig } = world;
    const w = say.worldIn("PartiallyFilled");
    w.fill(1, { id: "e1", qty: 1000 });
    say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
    say.corrected(w, { ref: "x1", id: "x2", qty: 2000, px: 9_900 });
    say.voided(w, "e1");
    startIndex(world);
    rig.recordWorld(w.events);
    const fills = query(world, "SELECT exec_id, last_qty, last_px, voided FROM fills");
    deepStrictEqual(fills, [
      { exec_id: "e0", last_qty: "2", last_px: "99", voided: 0 },
      { exec_id: "e1", last_qty: "1", last_px: "100", voided: 1 },
    ]);
    const [pnl] = query(world, "SELECT position_exact, cost_exact, fills FROM pnl");
    deepStrictEqual(pnl, { position_exact: "2", cost_exact: "198", fills: 1 });
  }),
);

Deno.test(
  "runIndex() shows an order under the intent that placed or last replaced it",
  withIndex((world) => {
    const w = new EngineWorld().start().open();
    w.place("i1");
    w.accept();
    w.replace("r1", { orig: "i1", qty: "12" });
    say.replacedTo(w, { qty: 12_000 });
    startIndex(world);
    world.rig.recordWorld(w.events);
    const orders = query(world, "SELECT order_id, intent_id, order_qty FROM orders");
    deepStrictEqual(orders, [{ order_id: "1", intent_id: "r1", order_qty: "12" }]);
  }),
);

const LINEAR = linearInstrument({ id: instrumentId(1), name: "test:PERP" });
const INVERSE = inverseInstrument({ id: instrumentId(2), name: "test:COIN" });

/** The examples of the ledger's page, up to the last row that leaves a position. */
const TRADES: readonly (readonly [Instrument, Side, number, string])[] = [
  [LINEAR, "Buy", 10, "60000"],
  [LINEAR, "Buy", 5, "60100.5"],
  [LINEAR, "Sell", 7, "60200"],
  [INVERSE, "Buy", 100, "50000"],
  [INVERSE, "Sell", 50, "62500"],
];

/** A world in which alice made these trades, each with an order of its own. */
function tradedWorld(): EngineWorld {
  const w = new EngineWorld().start().open();
  for (const listed of [LINEAR, INVERSE]) w.control("InstrumentListed", listed, listed.id);
  for (const [at, [{ name }, side, count, price]] of TRADES.entries()) {
    const order = at + 1;
    w.place(`a${order}`, { instrument: name, side, orderQty: `${count}`, price });
    w.accept(order);
    w.fill(order, { id: `e${order}`, qty: count, px: Number(price) * 10, fee: "0" });
  }
  return w;
}

Deno.test(
  "runIndex() shows P&L of a contract by what it is worth",
  withIndex((world) => {
    const w = tradedWorld();
    const refused = { kind: "linear", multiplier: "1", settlement: "USDT" } as const;
    w.control("InstrumentListed", { ...LINEAR, contract: refused }, LINEAR.id);
    strictEqual(w.effects.alarms[0]?.code, "UNSUPPORTED");
    startIndex(world);
    world.rig.recordWorld(w.events);
    const columns = "position_exact, round(avg_px, 6) AS avg_px, cost_exact, realised_exact";
    deepStrictEqual(query(world, `SELECT ${columns} FROM pnl ORDER BY instrument`), [
      { position_exact: "50", avg_px: null, cost_exact: null, realised_exact: null },
      { position_exact: "8", avg_px: 60033.5, cost_exact: "480.268", realised_exact: "1.1655" },
    ]);
    const values = query(world, "SELECT round(value, 6) AS value FROM fills ORDER BY seq_id");
    deepStrictEqual(values.map(({ value }) => value), [600, 300.5025, 421.4, null, null]);
  }),
);

const POSITION = ["position", "position_exact"];
const MONEY = ["avg_px", "realised", "cost_exact", "realised_exact"];
/** What `pnl` knows of each class. */
const KNOWN: readonly (readonly [Instrument, readonly string[]])[] = [
  [spotInstrument(), [...POSITION, ...MONEY]],
  [linearInstrument(), [...POSITION, ...MONEY]],
  [inverseInstrument(), POSITION],
  [token("YES"), []],
  [runner(20), []],
];
for (const [instrument, known] of KNOWN) {
  const shown = known.join(", ") || "neither position nor money";
  Deno.test(
    `runIndex() knows ${shown} in a class listed before a restart: ${instrument.assetClass}`,
    withIndex((world) => {
      list(world.rig, instrument);
      const link = startIndex(world);
      world.rig.fill(1);
      link.terminate();
      world.rig.stop();
      const next = { ...world, rig: new JournalRig(world.disk) };
      startIndex(next);
      next.rig.fill(48);
      const [row] = query(world, "SELECT * FROM pnl");
      ok(row !== undefined && Number(row["fills"]) > 0);
      deepStrictEqual([...POSITION, ...MONEY].filter((column) => row[column] !== null), known);
    }),
  );
}

Deno.test(
  "runIndex() shows no position where the journal begins later than at 1, and what it does know",
  withIndex((world) => {
    const { rig, disk } = world;
    rig.fill(150);
    const [, second] = listSegments(disk, `${STATE}/journal`);
    ok(second !== undefined && second.firstSeq > 1);
    disk.remove(`${STATE}/journal/00000001.log`);
    disk.put(anchorPath(`${STATE}/journal`), new TextEncoder().encode(encodeAnchor(second)));
    startIndex(world).terminate();
    list(rig, spotInstrument());
    rig.fill(30);
    startIndex(world);
    const begins = query(world, "SELECT value FROM meta WHERE key = 'begins_after_seq'");
    deepStrictEqual(begins, [{ value: String(second.firstSeq - 1) }]);
    const rows = query(world, "SELECT * FROM pnl");
    ok(rows.length > 0);
    for (const row of rows) {
      for (const column of ["position", "avg_px", "realised"]) {
        strictEqual(row[column], null, column);
      }
      for (const column of ["position_exact", "cost_exact", "realised_exact"]) {
        strictEqual(row[column], null, column);
      }
      ok(Number(row["fills"]) > 0);
      match(String(row["sold_qty_exact"]), /^\d/);
      match(String(row["fees"]), /^0\.\d+ B$/);
    }
  }),
);

const COUNTS = "SELECT (SELECT count(*) FROM events) AS events, " +
  "(SELECT count(*) FROM effects) AS effects, (SELECT count(*) FROM reports) AS reports, " +
  "(SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM fills) AS fills";

/** What the database must hold when events before `first` are gone. */
function countsFrom(world: World, first: number): readonly Record<string, unknown>[] {
  return query(
    world,
    COUNTS.replaceAll(/(events|effects|reports)\)/g, `$1 WHERE seq_id >= ${first})`),
  );
}

for (const isRunning of [true, false]) {
  const when = isRunning ? "while it runs" : "before it is started";
  Deno.test(
    `runIndex() drops what retention removed ${when}, and keeps orders, fills and P&L`,
    withIndex((world) => {
      const { rig } = world;
      list(rig, spotInstrument());
      let link = startIndex(world);
      rig.fill(300);
      if (!isRunning) link.terminate();
      const first = dropSegments(world);
      const expected = countsFrom(world, first);
      const pnl = query(world, "SELECT * FROM pnl");
      ok(query(world, COUNTS)[0]?.["events"] !== expected[0]?.["events"]);
      if (isRunning) link.segmentsDropped();
      else link = startIndex(world);
      rig.threads.run();
      deepStrictEqual(query(world, COUNTS), expected);
      deepStrictEqual(query(world, "SELECT * FROM pnl"), pnl);
      for (const table of ["events", "effects", "reports"]) {
        const [least] = query(world, `SELECT min(seq_id) AS seq FROM ${table}`);
        ok(Number(least?.["seq"]) >= first, table);
      }
      rig.fill(48);
      const [count] = query(world, COUNTS);
      ok(Number(count?.["reports"]) > Number(expected[0]?.["reports"]), "and goes on");
    }),
  );
}

Deno.test(
  "runIndex() keeps no session that is over, however many there were",
  withIndex((world) => {
    const { rig } = world;
    const take = (event: Event): void => {
      rig.timeline.apply(event, new Effects());
      rig.journal.record({ event, effects: new Effects() }, []);
    };
    startIndex(world);
    for (let session = 1; session <= 50; session++) {
      take(opened(rig.timeline.seqId + 1, { session, client: "often" }));
      if (session > 2) take(closed(rig.timeline.seqId + 1, session));
    }
    rig.fill(1);
    const [kept] = query(world, "SELECT value FROM meta WHERE key = 'clients'");
    const { sessions } = JSON.parse(String(kept?.["value"]));
    deepStrictEqual(sessions, [[1, "often"], [2, "often"]]);
  }),
);

Deno.test(
  "runIndex() makes a damaged database anew",
  withIndex((world) => {
    Deno.writeTextFileSync(world.disk.real("/events.sqlite"), "no database ".repeat(1000));
    startIndex(world);
    world.rig.fill(40);
    deepStrictEqual(query(world, "SELECT count(*) AS n FROM reports"), [{ n: 10 }]);
  }),
);

Deno.test(
  "journalSql() changes nothing",
  withIndex((world) => {
    throws(
      () => query(world, "SELECT 1"),
      /the daemon must have made it: was .*, or ask as a user who may read it$/,
    );
    startIndex(world);
    world.rig.fill(10);
    throws(() => query(world, "DELETE FROM reports"), /must be one that reads: was .*readonly/);
  }),
);

Deno.test(
  "runIndex() makes files that nobody but their owner may read, whatever the directory allows",
  withIndex((world) => {
    startIndex(world);
    world.rig.fill(10);
    const modes = [...Deno.readDirSync(world.disk.folder)]
      .map(({ name }) => (Deno.statSync(`${world.disk.folder}/${name}`).mode ?? 0) & 0o777);
    deepStrictEqual(modes, [0o600, 0o600, 0o600]);
  }),
);

Deno.test(
  "journalSql() takes one statement, and says so when there are two or none",
  withIndex((world) => {
    startIndex(world);
    world.rig.fill(10);
    throws(
      () => query(world, "SELECT 1; SELECT 'é'"),
      /one statement: was followed by "SELECT 'é'"/,
    );
    throws(() => query(world, "SELECT 1; /* ; */ DELETE FROM reports"), /one statement: was/);
    for (const nothing of ["", " \n", ";", "-- all of it"]) {
      throws(() => query(world, nothing), /Cannot query: there must be a query: was "/);
    }
    for (const end of ["", ";", " ; ;\n", "; -- that is all", " /* ; */", "; /* a\nb */ -- c\n"]) {
      deepStrictEqual(query(world, `SELECT ';' AS x${end}`), [{ x: ";" }], end);
    }
  }),
);

Deno.test(
  "runIndex() takes a commission of a simulated venue on the finest grids, and goes on",
  withIndex((world) => {
    // The scales of price and quantity, and six decimals of the rate: 22 decimals.
    const fine = (units: number): string => `0.${String(units).padStart(22, "0")}`;
    const w = new EngineWorld().start().open();
    const commissions = [fine(1), fine(3)];
    for (const [at, commission] of commissions.entries()) {
      const order = at + 1;
      w.place(`a${order}`, { orderQty: "1" });
      w.accept(order);
      w.fill(order, { id: `e${order}`, qty: 1000, fee: commission });
    }
    const link = startIndex(world);
    world.rig.recordWorld(w.events);
    link.terminate();
    startIndex(world);
    deepStrictEqual(query(world, "SELECT fills, fees FROM pnl"), [
      { fills: 2, fees: `${fine(4)} USDT` },
    ]);
  }),
);

Deno.test(
  "runIndex() shows the ledger's position of what is charged in base, of spot and no derivative",
  withIndex((world) => {
    const w = new EngineWorld().start().open();
    w.control("InstrumentListed", LINEAR, LINEAR.id);
    const charged = ["0.0003", "0.0008", "0.001"].flatMap((commission) => [
      { commission, of: {} },
      { commission, of: { instrument: LINEAR.name } },
    ]);
    for (const [at, { commission, of }] of charged.entries()) {
      const order = at + 1;
      w.place(`a${order}`, { orderQty: "1", ...of });
      w.accept(order);
      w.fill(order, { id: `e${order}`, qty: 1, fee: commission, feeCurrency: LINEAR.base });
    }
    w.broker("ExecutionVoided", { ...ref(3), execId: "v3", execRefId: "e3" });
    startIndex(world);
    world.rig.recordWorld(w.events);
    const rows = query(world, "SELECT position_exact FROM pnl ORDER BY instrument");
    const held = w.timeline.view.positions("account").map((row) => row.qty);
    deepStrictEqual(rows.map((row) => row["position_exact"]), held);
    deepStrictEqual(held, ["0", "3"]);
  }),
);

const TERMS: PnlTerms = { multiplier: "1", base: "BTC", qtyScale: 4 };

Deno.test("PnlBook takes off what fees in base take off, in whole quanta, and goes on from that", () => {
  let book = new PnlBook(TERMS);
  const inBase = { last_px: "100", commission_currency: "BTC" };
  const steps = [
    ["Buy", "1", "0.00103", "0.9989"],
    ["Buy", "1", "0.00007", "1.9989"],
    ["Sell", "0.5", "0.00001", "1.4988"],
    ["Buy", "0.0011", "-0.00111", "1.5011"],
    ["Buy", "0.0001", "-0.00001", "1.5012"],
  ] as const;
  for (const [side, last_qty, commission, held] of steps) {
    book.book({ ...inBase, side, last_qty, commission });
    strictEqual(book.toColumns().position, held);
    book = bookOf(book.toColumns(), TERMS);
  }
});

Deno.test("PnlBook realises by average cost, through zero and back, exactly", () => {
  const book = new PnlBook(TERMS);
  const fee = { commission: "0.1", commission_currency: "USDT" };
  book.book({ side: "Buy", last_qty: "2", last_px: "10", ...fee });
  book.book({ side: "Buy", last_qty: "1", last_px: "13", ...fee });
  book.book({ side: "Sell", last_qty: "1.5", last_px: "12", ...fee });
  strictEqual(book.toColumns().realised, "1.5");
  book.book({ side: "Sell", last_qty: "2.5", last_px: "10", ...fee });
  const columns = book.toColumns();
  deepStrictEqual(columns, {
    fills: 4,
    position: "-1",
    cost: "-10",
    realised: "0",
    boughtQty: "3",
    soldQty: "4",
    fees: "0.4 USDT",
  });
  deepStrictEqual(restored(columns), columns);
});

/** The columns of the book that is read from these. */
function restored(columns: PnlColumns, terms: PnlTerms = TERMS): PnlColumns {
  return bookOf(columns, terms).toColumns();
}

function bookOf(columns: PnlColumns, terms: PnlTerms): PnlBook {
  return PnlBook.from({
    fills: columns.fills,
    position_exact: columns.position,
    cost_exact: columns.cost,
    realised_exact: columns.realised,
    bought_qty_exact: columns.boughtQty,
    sold_qty_exact: columns.soldQty,
    fees: columns.fees,
  }, terms);
}

Deno.test("PnlBook sums fees of any number of decimals exactly, and goes on from its sum", () => {
  const book = new PnlBook(TERMS);
  const finest = "0.0000000000000000000000000000000000001";
  for (const commission of ["0.0000001008641966947", "12345678", finest]) {
    const fee = { commission, commission_currency: "USDT" };
    book.book({ side: "Buy", last_qty: "1", last_px: "1", ...fee });
  }
  const columns = book.toColumns();
  strictEqual(columns.fees, "12345678.0000001008641966947000000000000000001 USDT");
  deepStrictEqual(restored(columns), columns);
});

Deno.test("PnlBook goes on from fees in currencies of any name", () => {
  const book = new PnlBook(TERMS);
  const named = ["A, B c", "USDT", "1, 2", "-"];
  for (const [at, commission_currency] of named.entries()) {
    const fee = { commission: `-0.${at + 1}`, commission_currency };
    book.book({ side: "Buy", last_qty: "1", last_px: "1", ...fee });
  }
  const columns = book.toColumns();
  strictEqual(columns.fees, "-0.1 A, B c, -0.2 USDT, -0.3 1, 2, -0.4 -");
  deepStrictEqual(restored(columns), columns);
});

Deno.test("PnlBook goes on from sums of more digits than a decimal from outside may have", () => {
  const book = new PnlBook(TERMS);
  const [largest, free] = ["9007199254740991", { commission: "0", commission_currency: "USDT" }];
  book.book({ side: "Buy", last_qty: "7", last_px: largest, ...free });
  book.book({ side: "Buy", last_qty: largest, last_px: largest, ...free });
  book.book({ side: "Sell", last_qty: "0.000000001", last_px: "1", ...free });
  const columns = book.toColumns();
  strictEqual(columns.cost, "81129638414606726731785269841818.745259009");
  deepStrictEqual(restored(columns), columns);
});

Deno.test("PnlBook takes a multiplier of more decimals than its sums have", () => {
  const terms = { ...TERMS, multiplier: "0.0000000000000000000125" };
  const book = new PnlBook(terms);
  const [largest, free] = ["9007199254740991", { commission: "0", commission_currency: "USDT" }];
  book.book({ side: "Buy", last_qty: largest, last_px: largest, ...free });
  const columns = book.toColumns();
  strictEqual(columns.cost, "1014120480182.583296017381195776");
  deepStrictEqual(restored(columns, terms), columns);
});
