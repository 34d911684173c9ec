/**
 * Messages of a betting stream, one by one: images, segments, ladders, volume, what is lost
 * (R-MODE-2, R-HOT-1, R-VENUE-7).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { LINE_NAMES, payloadLines } from "../../../support/stream_payloads.ts";
import { defined, line, message, OPEN, ReaderRig } from "../../../support/stream_lines.ts";

/** The first that is said of a market. */
const IMAGE = { img: true, ...OPEN, rc: [{ id: 1, atb: [[2, 1]] }] };

function opened(): ReaderRig {
  const rig = new ReaderRig();
  rig.read(line(OPEN));
  return rig;
}

Deno.test("read() gives bids from what can be laid and asks from what can be backed", () => {
  const words = opened().words(line({ rc: [{ id: 1, atb: [[3, 50.25]], atl: [[3.1, 40]] }] }));
  deepStrictEqual(words, ["book 0 bids 310 4000 asks 300 5025"]);
});

Deno.test("read() passes on the removal of a level that was never there", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, atb: [[3, 50]] }] }));
  deepStrictEqual(rig.words(line({ rc: [{ id: 1, atb: [[2.5, 0]] }] })), [
    "delta 0 bids  asks 250 0",
  ]);
});

Deno.test("read() applies rows of one runner in turn, trades before its one book change", () => {
  const rig = opened();
  const rc = [
    { id: 1, atl: [[3.15, 3.68]] },
    { id: 1, trd: [[3.15, 364.45]], ltp: 3.15, tv: 364.45 },
    { id: 2, trd: [[2, 1]] },
    { id: 1, atb: [[3.15, 0]], atl: [[3.15, 2]] },
  ];
  deepStrictEqual(rig.words(line({ rc })), [
    "trade 0 315 36445",
    "trade 1 200 100",
    "book 0 bids 315 368 315 200 asks 315 0",
  ]);
});

Deno.test("read() makes a book of one kind of ladder, and anew when a fuller one comes", () => {
  const rig = opened();
  const words = rig.words(
    line({ rc: [{ id: 1, bdatb: [[0, 2.9, 5]] }] }),
    line({ rc: [{ id: 1, batb: [[0, 3, 6]], bdatb: [[0, 2.8, 5]] }] }),
    line({ rc: [{ id: 1, bdatb: [[0, 2.7, 5]] }] }),
    line({ rc: [{ id: 1, atb: [[3, 7]], batb: [[0, 3, 7]] }] }),
    line({ rc: [{ id: 1, batb: [[0, 3, 8]] }] }),
    line({ rc: [{ id: 1, atb: [[3, 9]] }] }),
  );
  deepStrictEqual(words, [
    "book 0 bids  asks 290 500",
    "book 0 bids  asks 300 600",
    "book 0 bids  asks 300 700",
    "delta 0 bids  asks 300 900",
  ]);
});

Deno.test("read() takes up ladders by level again when an image brings no fuller ones", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, atb: [[3, 7]], batb: [[0, 3, 7]] }] }));
  const rc = [{ id: 1, batb: [[0, 2.9, 5]] }, { id: 2, batb: [] }];
  const image = line({ rc, img: true });
  deepStrictEqual(rig.words(line({ rc })), []);
  deepStrictEqual(rig.words(image), ["book 0 bids  asks 290 500", "book 1 bids  asks "]);
  strictEqual(rig.reader.totals.fields.batb, 5);
  deepStrictEqual(rig.words(line({ rc: [{ id: 1, batb: [[0, 2.8, 5]] }] })), [
    "delta 0 bids  asks 290 0 280 500",
  ]);
});

Deno.test("read() turns levels by number into levels by price, and an empty list into nothing", () => {
  const rig = opened();
  const words = rig.words(
    line({ rc: [{ id: 1, batb: [[0, 3, 5], [1, 2.9, 6]] }] }),
    line({ rc: [{ id: 1, batb: [] }] }),
    line({ rc: [{ id: 1, batb: [[0, 3.05, 1], [1, 3, 5], [2, 2.9, 6]] }] }),
    line({ rc: [{ id: 1, batb: [[0, 3, 5], [1, 2.9, 6], [2, 0, 0]] }] }),
  );
  deepStrictEqual(words, [
    "book 0 bids  asks 300 500 290 600",
    "delta 0 bids  asks 305 100",
    "delta 0 bids  asks 305 0",
  ]);
});

Deno.test("read() takes what volume grows by as a trade, but not what the venue only restated", () => {
  const rig = opened();
  const trd = (size: number): string => line({ rc: [{ id: 1, trd: [[2, size]] }] });
  deepStrictEqual(rig.words(trd(10), trd(10), trd(9.98), trd(10), trd(12.5), trd(0), trd(3)), [
    "trade 0 200 1000",
    "trade 0 200 250",
    "trade 0 200 300",
  ]);
});

Deno.test("read() makes no trade of volume in an image, nor of a runner nobody named before", () => {
  const rig = new ReaderRig();
  const rc = [{ id: 1, trd: [[2, 10]] }];
  deepStrictEqual(rig.words(line({ img: true, ...OPEN, rc })), []);
  deepStrictEqual(rig.words(line({ rc: [{ id: 3, trd: [[2, 10]] }] })), []);
  const later = [{ id: 1, trd: [[2, 11]] }, { id: 3, trd: [[2, 12]] }];
  deepStrictEqual(rig.words(line({ rc: later })), ["trade 0 200 100", "trade 2 200 200"]);
});

Deno.test("read() counts trades from the first volume of a price where a recording begins in the middle", () => {
  const rig = new ReaderRig();
  const trd = (...levels: readonly (readonly [number, number])[]): string =>
    line({ rc: [{ id: 1, trd: levels }] });
  deepStrictEqual(rig.words(trd([2, 10]), trd([2, 12], [3, 500]), line(OPEN)), ["trade 0 200 200"]);
  deepStrictEqual(rig.words(trd([3, 501], [4, 70])), ["trade 0 300 100"]);
  const image = line({ img: true, rc: [{ id: 1, trd: [[2, 12]] }] });
  deepStrictEqual(rig.words(image, trd([5, 6])), ["trade 0 500 600"]);
});

Deno.test("read() makes no trade once the market is closed", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, trd: [[2, 10]] }] }));
  const marketDefinition = { status: "CLOSED", runners: [{ id: 1, status: "ACTIVE" }] };
  const rc = [{ id: 1, trd: [[2, 0], [3, 50]] }];
  deepStrictEqual(rig.words(line({ marketDefinition, rc }), line({ rc })), []);
});

Deno.test("read() replaces every book of a market by its image, also those left out of it", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, atb: [[3, 5], [2, 4]] }, { id: 2, atb: [[4, 1]] }] }));
  deepStrictEqual(rig.words(line({ img: true, rc: [{ id: 1, atb: [[2, 6]] }] })), [
    "book 0 bids  asks 200 600",
    "book 1 bids  asks ",
  ]);
});

Deno.test("read() lets segments act with the last of them, as one message", () => {
  const rig = opened();
  const words = rig.words(
    line({ img: true, rc: [{ id: 1, atb: [[2, 1]] }] }, {
      ct: "SUB_IMAGE",
      segmentType: "SEG_START",
    }),
    line({ img: true, rc: [{ id: 1, atb: [[3, 1]] }] }, { segmentType: "SEG" }),
  );
  deepStrictEqual(words, []);
  const last = line({ img: true, rc: [{ id: 2, atl: [[5, 1]] }] }, { segmentType: "SEG_END" });
  deepStrictEqual(rig.words(last), [
    "book 0 bids  asks 200 100 300 100",
    "book 1 bids 500 100 asks ",
  ]);
  strictEqual(rig.reader.totals.images, 1);
});

for (const versions of [[7, 8], [8, 7]] as const) {
  Deno.test(`read() takes of two images of one market that of version 8, of ${versions}`, () => {
    const rig = new ReaderRig();
    const copies = versions.map((version) => ({
      id: "1.1",
      marketDefinition: defined([[1, "ACTIVE"]], {
        version,
        status: version === 7 ? "CLOSED" : "OPEN",
      }),
      rc: [{ id: 1, atb: [[version, 1]] }],
    }));
    deepStrictEqual(rig.words(message(copies, { ct: "SUB_IMAGE" })), [
      "book 0 bids  asks 800 100",
    ]);
    strictEqual(rig.reader.markets[0]?.definition?.version, 8);
  });
}

Deno.test("read() loses every book when the end of a segmented message is missing", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, atb: [[2, 1]] }, { id: 2, atb: [[2, 1]] }] }));
  rig.words(line({ rc: [{ id: 1, atb: [[3, 1]] }] }, { segmentType: "SEG_START" }));
  deepStrictEqual(rig.words(line({ img: true, rc: [{ id: 1, atb: [[4, 1]] }] })), [
    "lost 0",
    "lost 1",
    "book 0 bids  asks 400 100",
    "book 1 bids  asks ",
  ]);
  strictEqual(rig.reader.summary.gaps, 1);
});

Deno.test("read() loses the markets that a new image of their subscription leaves out", () => {
  const rig = opened();
  const two = { id: "1.2", ...OPEN };
  const books = [{ id: 1, atb: [[2, 1]] }];
  rig.words(message([{ id: "1.1", rc: books }, { ...two, rc: books }], { id: 4 }));
  const image = { ct: "SUB_IMAGE", id: 4 };
  deepStrictEqual(rig.words(message([{ id: "1.1", img: true, rc: books }], image)), [
    "lost 2",
    "book 0 bids  asks 200 100",
    "book 1 bids  asks ",
  ]);
  const later = message([{ ...two, rc: [{ id: 1, atb: [[2, 5]] }] }], { id: 4 });
  deepStrictEqual(rig.words(later), []);
  const back = message([{ id: "1.2", img: true, rc: books }], { ct: "RESUB_DELTA", id: 4 });
  deepStrictEqual(rig.words(back), ["book 2 bids  asks 200 100", "book 3 bids  asks "]);
});

const CONNECTION = '{"op":"connection"}';
const laterImages = [
  ["another connection", [CONNECTION], 2],
  ["a subscription that replaces theirs", [], 3],
  ["another connection's higher subscription", [CONNECTION], 3],
  ["another connection's lower subscription", [CONNECTION], 1],
] as const;
for (const [whose, before, id] of laterImages) {
  Deno.test(`read() loses the markets that the first image of ${whose} leaves out`, () => {
    const rig = new ReaderRig();
    const two = { ...IMAGE, id: "1.2" };
    const image = { ct: "SUB_IMAGE", id: 2 };
    rig.words(CONNECTION, message([{ ...IMAGE, id: "1.1" }, two], image));
    const words = rig.words(...before, line(IMAGE, { ...image, id }));
    deepStrictEqual(words.slice(0, 2), ["lost 2", "lost 3"]);
    const change = message([{ id: "1.2", rc: [{ id: 1, atb: [[2, 7]] }] }], { id });
    deepStrictEqual(rig.words(change), []);
  });
}

Deno.test("read() loses every market of the subscription by an image that names none", () => {
  const rig = new ReaderRig();
  rig.words(line(IMAGE, { ct: "SUB_IMAGE", id: 2 }));
  deepStrictEqual(rig.words(message([], { ct: "SUB_IMAGE", id: 3 })), ["lost 0", "lost 1"]);
});

Deno.test("read() leaves markets alone that an image cannot be about, ended or of no subscription", () => {
  const rig = new ReaderRig();
  const ended = { marketDefinition: defined([[1, "ACTIVE"]], { status: "CLOSED" }) };
  rig.words(line(IMAGE), message([{ ...IMAGE, id: "1.2", ...ended }], { id: 2 }));
  const words = rig.words(message([{ ...IMAGE, id: "1.3" }], { ct: "SUB_IMAGE", id: 2 }));
  deepStrictEqual(words, ["book 3 bids  asks 200 100", "book 4 bids  asks "]);
});

Deno.test("read() keeps the books of markets that a resumed subscription has no news of", () => {
  const rig = new ReaderRig();
  const two = { ...IMAGE, id: "1.2" };
  rig.words(message([{ ...IMAGE, id: "1.1" }, two], { ct: "SUB_IMAGE", id: 2 }), CONNECTION);
  const rc = [{ id: 1, atb: [[2, 7]] }];
  const resumed = line({ rc }, { ct: "RESUB_DELTA", id: 2 });
  const change = message([{ id: "1.2", rc }], { id: 2 });
  deepStrictEqual(rig.words(resumed, change), [
    "delta 0 bids  asks 200 700",
    "delta 2 bids  asks 200 700",
  ]);
});

Deno.test("read() drops what a replaced subscription says of markets that the new one lacks", () => {
  const rig = new ReaderRig();
  const of = (market: string, size: number): string =>
    message([{ ...IMAGE, id: market, rc: [{ id: 1, atb: [[2, size]] }] }], { id: 2 });
  rig.words(of("1.2", 1), line(IMAGE, { ct: "SUB_IMAGE", id: 3 }));
  deepStrictEqual(rig.words(of("1.2", 7), of("1.3", 7)), []);
  strictEqual(rig.reader.totals.superseded, 2);
  strictEqual(rig.reader.markets.length, 2);
});

Deno.test("read() takes what comes under no subscription for no older one's", () => {
  const rig = new ReaderRig();
  const change = (id: number, size: number): string =>
    line({ rc: [{ id: 1, atb: [[2, size]] }] }, { id });
  rig.words(message([{ ...IMAGE, id: "1.2" }], { ct: "SUB_IMAGE", id: 3 }), line(OPEN));
  deepStrictEqual(rig.words(change(0, 7), change(2, 8), change(3, 9)), [
    "book 2 bids  asks 200 700",
    "delta 2 bids  asks 200 900",
  ]);
});

Deno.test("read() drops what an older subscription still says, until a new connection", () => {
  const rig = opened();
  const change = (id: number, size: number): string =>
    line({ rc: [{ id: 1, atb: [[2, size]] }] }, { id });
  deepStrictEqual(rig.words(change(5, 1), change(4, 2), CONNECTION, change(1, 3)), [
    "book 0 bids  asks 200 100",
    "delta 0 bids  asks 200 300",
  ]);
  strictEqual(rig.reader.totals.superseded, 1);
});

Deno.test("read() takes an image of a lower subscription for a new session's, without a connection", () => {
  const rig = new ReaderRig();
  const change = (market: string, id: number, size: number): string =>
    message([{ id: market, rc: [{ id: 1, atb: [[2, size]] }] }], { id });
  rig.words(line(IMAGE, { ct: "SUB_IMAGE", id: 4 }), change("1.1", 4, 5));
  const image = message([{ ...IMAGE, id: "1.2" }], { ct: "SUB_IMAGE", id: 2 });
  deepStrictEqual(rig.words(image, change("1.2", 2, 7), change("1.2", 1, 8)), [
    "lost 0",
    "lost 1",
    "book 2 bids  asks 200 100",
    "book 3 bids  asks ",
    "delta 2 bids  asks 200 700",
  ]);
  strictEqual(rig.reader.totals.superseded, 1);
});

Deno.test("read() tells the first message that it drops for a replaced subscription", () => {
  const rig = opened();
  const change = (id: number): string => line({ rc: [{ id: 1, atb: [[2, 1]] }] }, { id });
  rig.words(change(5), change(4), change(4), change(3));
  deepStrictEqual(rig.problems, [
    "file:1: subscription 4 was replaced by 5: its messages are dropped",
  ]);
  strictEqual(rig.reader.totals.superseded, 3);
});

Deno.test("read() counts a line that it cannot read, and loses every book if it was a change", () => {
  const rig = opened();
  const whole = line({ rc: [{ id: 1, atb: [[2, 1]] }] });
  rig.words(whole);
  deepStrictEqual(rig.words("garbage", ""), []);
  deepStrictEqual(rig.words(whole.slice(0, -4)), ["lost 0"]);
  deepStrictEqual(rig.words(whole), []);
  deepStrictEqual(rig.words(line({ img: true, rc: [{ id: 1, atb: [[2, 1]] }] })), [
    "book 0 bids  asks 200 100",
    "book 1 bids  asks ",
  ]);
  strictEqual(rig.reader.summary.badLines, 2);
  match(rig.problems[1] ?? "", /^file:1: Cannot read a message: a comma or the end must stand at/);
});

const CHANGE = line({ rc: [{ id: 1, atb: [[2, 1]] }] });
const parts = [
  ["has no beginning", CHANGE.slice(8), ["lost 0"]],
  ["ends before it says what it is", CHANGE.slice(0, 5), ["lost 0"]],
  ["is of another stream", '{"op":"ocm","mc":', []],
] as const;
for (const [what, text, words] of parts) {
  Deno.test(`read() ${words.length > 0 ? "loses" : "keeps"} every book by a line that ${what}`, () => {
    const rig = opened();
    rig.words(CHANGE);
    deepStrictEqual(rig.words(text), words);
    strictEqual(rig.reader.summary.badLines, 1);
  });
}

Deno.test("read() changes nothing when a later part of the message cannot be read", () => {
  const rig = opened();
  const bad = { status: "PAUSED", runners: [] };
  const text = message([{ id: "1.1", rc: [{ id: 1, atb: [[2, 1]] }] }, {
    id: "1.2",
    marketDefinition: bad,
  }]);
  deepStrictEqual(rig.words(text), []);
  match(
    rig.problems[0] ?? "",
    /status must be one of INACTIVE, OPEN, SUSPENDED, CLOSED: was PAUSED/,
  );
});

const UNREAD = { ...IMAGE, marketDefinition: defined([], { status: "PAUSED" }) };
const lostImages = [
  ["is cut", line(IMAGE, { ct: "SUB_IMAGE" }).slice(0, -4)],
  ["lacks its first segment", line(IMAGE, { ct: "SUB_IMAGE", segmentType: "SEG_END" })],
  ["has a definition that cannot be read", line(UNREAD, { ct: "SUB_IMAGE" })],
] as const;
for (const [what, lost] of lostImages) {
  Deno.test(`read() shows no book of a market whose image ${what}, until the next image`, () => {
    const rig = new ReaderRig();
    const change = (id: number): string => line({ rc: [{ id, atb: [[2, 5]] }] });
    deepStrictEqual(rig.words(lost, change(1), line(OPEN), change(1), change(2), change(3)), []);
    deepStrictEqual(rig.words(line(IMAGE), change(3)), [
      "book 0 bids  asks 200 100",
      "book 1 bids  asks ",
      "book 2 bids  asks ",
      "book 2 bids  asks 200 500",
    ]);
  });
}

Deno.test("read() begins a market with its definition after a loss, but not in a subscription", () => {
  const change = { rc: [{ id: 1, atb: [[2, 5]] }] };
  for (const [id, words] of [[0, ["book 0 bids  asks 200 500"]], [4, []]] as const) {
    const rig = new ReaderRig();
    const head = id === 0 ? {} : { id };
    rig.read(message([{ id: "1.9", ...IMAGE }], head).slice(0, -4));
    deepStrictEqual(rig.words(line(OPEN, head), line(change, head)), words);
  }
});

Deno.test("read() shows no book of a runner that comes up in a lost market, until the next image", () => {
  const rig = opened();
  rig.read(line(IMAGE).slice(0, -4));
  const change = line({ rc: [{ id: 3, atb: [[2, 5]] }] });
  deepStrictEqual(rig.words(change), []);
  deepStrictEqual(rig.words(line(IMAGE)).at(-1), "book 2 bids  asks ");
});

Deno.test("read() takes an image without ladders for empty books after a loss", () => {
  const rig = opened();
  rig.read(line(IMAGE).slice(0, -4));
  const change = line({ rc: [{ id: 1, atb: [[2, 1]] }] });
  deepStrictEqual(rig.words(line({ img: true }), change), ["book 0 bids  asks 200 100"]);
});

Deno.test("read() shows an empty book again by the first image after its loss", () => {
  const rig = opened();
  deepStrictEqual(rig.words(line(IMAGE), line(IMAGE).slice(0, -4), line({ img: true })), [
    "book 0 bids  asks 200 100",
    "book 1 bids  asks ",
    "lost 0",
    "lost 1",
    "book 0 bids  asks ",
    "book 1 bids  asks ",
  ]);
});

Deno.test("read() counts connections, statuses, heartbeats and what it does not know", () => {
  const rig = opened();
  const lines = [
    '{"op":"connection","connectionId":"1"}',
    '{"op":"status","id":1,"statusCode":"SUCCESS","connectionClosed":false}',
    '{"op":"mcm","id":1,"clk":"A","pt":1700000000001,"ct":"HEARTBEAT"}',
    '{"op":"ocm","pt":1}',
  ];
  deepStrictEqual(rig.words(...lines), []);
  const { connections, statuses, heartbeats } = rig.reader.totals;
  deepStrictEqual([connections, statuses, heartbeats], [1, 1, 1]);
  strictEqual(rig.reader.summary.ignored, 1);
  deepStrictEqual(rig.problems, []);
});

Deno.test("read() tells once that the venue says its data are late", () => {
  const rig = opened();
  const late = line({ rc: [] }, { status: 503 });
  rig.words(late, late, line({ rc: [] }), late);
  strictEqual(rig.problems.length, 2);
  strictEqual(rig.reader.totals.late, 3);
});

Deno.test("read() counts prices that the ladder does not have", () => {
  const rig = opened();
  rig.words(line({ rc: [{ id: 1, atb: [[2.01, 5], [2.02, 5]], atl: [[1001, 1]] }] }));
  strictEqual(rig.reader.totals.offLadder, 2);
});

Deno.test("read() passes over starting prices, also those that are no numbers", () => {
  const rig = opened();
  const rc = [{ id: 1, spn: "NaN", spf: "Infinity", spb: [[2, 1]], spl: [[3, 1]], ltp: 2, tv: 9 }];
  deepStrictEqual(rig.words(line({ con: true, rc })), []);
  const { spn, spf, spb, spl, ltp, tv } = rig.reader.totals.fields;
  deepStrictEqual([spn, spf, spb, spl, ltp, tv], [1, 1, 1, 1, 1, 1]);
});

/** Samples that give the price ladders of every level with numbers of levels, as no stream does. */
const REFUSED: ReadonlySet<string> = new Set(["mcm_RESUB_DELTA", "mcm_SUB_IMAGE_no_market_def"]);

for (const name of LINE_NAMES) {
  const lines = payloadLines(name);
  Deno.test({
    name: `read() reads the recorded message ${name}${lines === undefined ? " [skipped]" : ""}`,
    ignore: lines === undefined,
    fn: () => {
      const rig = new ReaderRig();
      for (const text of lines ?? []) rig.read(text);
      const badLines = REFUSED.has(name) ? lines?.length : 0;
      strictEqual(rig.reader.summary.badLines, badLines, rig.problems.join());
      const said = rig.problems.filter((text) => text.includes("Cannot"));
      for (const text of said) match(text, /a level must have nothing behind its size$/);
    },
  });
}
