/**
 * The view on a wire server in memory, under a virtual clock: what it says to the daemon, what it
 * shows, how it ends.
 *
 * Proves R-OPS-7 (`top` reads only, survives the daemon).
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { type TopEnd, TopRun } from "../../../../edge/cli/top/run_top.ts";
import { instrumentId, micros, venueId } from "../../../../core/numbers.ts";
import { FakeBook, instrument } from "../../../support/fake_backend.ts";
import { FakeScreen } from "../../../support/fake_screen.ts";
import { RudePeer } from "../../../support/rude_daemon.ts";
import { TOKEN, WireFixture } from "../../../support/wire_fixture.ts";

type Options = {
  readonly token?: string;
  readonly readToken?: () => string;
  readonly isOnce?: boolean;
  readonly isJson?: boolean;
};

/** A view of a daemon in memory. */
class Viewing {
  readonly fixture: WireFixture;
  readonly screen: FakeScreen;
  readonly ends: TopEnd[] = [];

  constructor(kind: "terminal" | "pipe", options: Options = {}, fixture = new WireFixture()) {
    const { token = TOKEN, isOnce = false, isJson = false } = options;
    this.fixture = fixture;
    this.screen = new FakeScreen(kind);
    const { time, sockets, port } = fixture;
    new TopRun({
      ports: { sockets, timers: time, clock: time },
      screen: this.screen,
      address: { hostname: "127.0.0.1", port },
      clientId: "tapeline-top",
      version: "1.2.3",
      readToken: options.readToken ?? (() => token),
      intervalUs: 1_000_000,
      isOnce,
      isJson,
      onEnd: (end) => this.ends.push(end),
    });
    fixture.settle();
  }

  /** Lets a second pass. */
  second(): void {
    this.fixture.time.advance(1_000_000);
    this.fixture.settle();
  }

  /** What the daemon recorded of sessions. */
  get sessions(): readonly (readonly [string, unknown])[] {
    return this.fixture.backend.events.filter(({ eventType }) => eventType.startsWith("Session"))
      .map(({ eventType, payload }) => [eventType, payload] as const);
  }
}

Deno.test("TopRun says HELLO under its own name, without cancel_on_disconnect, and leaves with GOODBYE", () => {
  const view = new Viewing("terminal");
  const [[type, payload] = []] = view.sessions;
  strictEqual(type, "SessionOpened");
  const opened = payload as Readonly<Record<string, unknown>>;
  strictEqual(opened["client"], "tapeline-top");
  ok(opened["cancelOnDisconnect"] === false);
  deepStrictEqual(opened["agent"], { name: "tapeline top", version: "1.2.3" });
  view.screen.press("q");
  view.fixture.settle();
  const [last, closed] = view.sessions.at(-1) ?? [];
  strictEqual(last, "SessionClosed");
  const { cause, keepOrders } = closed as Readonly<Record<string, unknown>>;
  deepStrictEqual({ cause, keepOrders }, { cause: "goodbye", keepOrders: true });
  deepStrictEqual(view.ends, [{ code: 0 }]);
});

Deno.test("TopRun never sends an intent", () => {
  const view = new Viewing("terminal");
  for (let round = 0; round < 20; round += 1) view.second();
  for (const key of ["o", "v", "a", "p", "p", "x"]) view.screen.press(key);
  const intents = view.fixture.backend.events.filter(({ source }) => source === "intent");
  deepStrictEqual(intents, []);
});

Deno.test("TopRun shows a look each interval and writes each frame at once", () => {
  const view = new Viewing("terminal");
  match(view.screen.shown, /tapeline 0\.0\.0 {2}paper {2}Active/);
  match(view.screen.shown, /paper {2}up/);
  const frames = view.screen.written.length;
  view.second();
  view.second();
  const later = view.screen.written.slice(frames);
  strictEqual(later.length, 2);
  for (const frame of later) strictEqual(frame.split("\u001b[H").length, 2, "from the top left");
});

Deno.test("TopRun stands still while paused and goes on with what is true then", () => {
  const view = new Viewing("terminal");
  view.screen.press("p");
  match(view.screen.shown, /PAUSED/);
  const before = /\d\d:\d\d:\d\d/.exec(view.screen.shown)?.[0];
  for (let round = 0; round < 5; round += 1) view.second();
  strictEqual(/\d\d:\d\d:\d\d/.exec(view.screen.shown)?.[0], before);
  view.screen.press("p");
  ok(/\d\d:\d\d:\d\d/.exec(view.screen.shown)?.[0] !== before);
});

Deno.test("TopRun draws anew for another page and another window", () => {
  const view = new Viewing("terminal");
  view.screen.press("v");
  match(view.screen.shown, /venues$/m);
  view.screen.window = { columns: 120, rows: 10 };
  view.screen.resize();
  strictEqual(view.screen.shown.split("\r\n").length, 10);
});

Deno.test("TopRun says so when the daemon goes, and shows it again when it is back", () => {
  const fixture = new WireFixture({ settings: { port: 7411 } });
  const view = new Viewing("terminal", {}, fixture);
  fixture.server.fatal("SHUTTING_DOWN", "the daemon is shutting down");
  fixture.settle();
  match(view.screen.shown, /NOT CONNECTED for 0ms, figures are old: SHUTTING_DOWN/);
  for (let round = 0; round < 3; round += 1) view.second();
  match(view.screen.shown, /NOT CONNECTED for \ds, figures are old: connection refused/);
  fixture.server.listen();
  view.second();
  view.second();
  doesNotMatch(view.screen.shown, /NOT CONNECTED/);
  strictEqual(view.sessions.filter(([type]) => type === "SessionOpened").length, 2);
});

Deno.test("TopRun ends and does not fight when another view takes its session", () => {
  const fixture = new WireFixture();
  const first = new Viewing("terminal", {}, fixture);
  const second = new Viewing("terminal", {}, fixture);
  first.second();
  strictEqual(first.ends.length, 1);
  strictEqual(first.ends[0]?.code, 69);
  match(first.ends[0]?.sentence ?? "", /SESSION_REPLACED/);
  deepStrictEqual(second.ends, []);
});

Deno.test("TopRun ends with a sentence when the token is another daemon's", () => {
  const view = new Viewing("terminal", { token: "a-token-of-another-daemon" });
  match(view.ends[0]?.sentence ?? "", /^Cannot watch the daemon at 127\.0\.0\.1:\d+: .*AUTH/);
  strictEqual(view.screen.closings, 1, "the window is given back");
});

Deno.test("TopRun says which token file it cannot read, and shows the daemon once it can", () => {
  const said = "the token file /state/token must be readable: was No such file";
  let isThere = false;
  const readToken = (): string => {
    if (!isThere) throw new Error(said);
    return TOKEN;
  };
  const view = new Viewing("terminal", { readToken });
  match(view.screen.shown, /NOT CONNECTED .*the token file/);
  isThere = true;
  view.second();
  view.second();
  doesNotMatch(view.screen.shown, /NOT CONNECTED/);
  const once = new Viewing("pipe", {
    isOnce: true,
    readToken: () => {
      throw new Error(said);
    },
  });
  for (let round = 0; round < 12; round += 1) once.second();
  strictEqual(once.ends.length, 1);
  strictEqual(once.ends[0]?.code, 69);
  match(once.ends[0]?.sentence ?? "", /was the token file \/state\/token must be readable/);
});

Deno.test("TopRun with once prints one look as text and ends", () => {
  const view = new Viewing("pipe", { isOnce: true });
  strictEqual(view.screen.written.length, 1);
  match(view.screen.written[0] ?? "", /^tapeline 0\.0\.0 {2}paper/);
  ok(!view.screen.isEntered);
  deepStrictEqual(view.ends, [{ code: 0 }]);
});

Deno.test("TopRun with once ends with 69 where no daemon answers in time", () => {
  const fixture = new WireFixture();
  fixture.server.fatal("SHUTTING_DOWN", "gone");
  const view = new Viewing("pipe", { isOnce: true }, fixture);
  for (let round = 0; round < 12; round += 1) view.second();
  strictEqual(view.ends.length, 1);
  strictEqual(view.ends[0]?.code, 69);
  match(view.ends[0]?.sentence ?? "", /connection refused/);
});

Deno.test("TopRun with json writes one object per look", () => {
  const view = new Viewing("pipe", { isJson: true });
  view.second();
  view.second();
  const looks = view.screen.written.map((line) => JSON.parse(line) as Record<string, unknown>);
  strictEqual(looks.length, 3);
  deepStrictEqual(looks[2]?.["link"], { state: "connected" });
  deepStrictEqual(looks[2]?.["trading_state"], "Active");
  for (const line of view.screen.written) strictEqual(line.split("\n").length, 2);
});

Deno.test("TopRun ends when it is interrupted, and gives the window back once", () => {
  const view = new Viewing("terminal");
  view.screen.interrupt();
  view.screen.interrupt();
  deepStrictEqual(view.ends, [{ code: 0 }]);
  strictEqual(view.screen.closings, 1);
  ok(view.screen.written.at(-1)?.includes("\u001b[?1049l"));
});

Deno.test("TopRun takes what is no Tapeline for a daemon that is not there", () => {
  const peer = new RudePeer();
  const screen = new FakeScreen("terminal");
  new TopRun({
    ports: { sockets: peer.sockets, timers: peer.time, clock: peer.time },
    screen,
    address: { hostname: "127.0.0.1", port: peer.port },
    clientId: "tapeline-top",
    version: "1.2.3",
    readToken: () => TOKEN,
    intervalUs: 1_000_000,
    isOnce: false,
    isJson: false,
    onEnd: () => {},
  });
  for (const words of peer.greetings) {
    peer.say(words);
    match(screen.shown, /NOT CONNECTED .*(no Tapeline|closed|silent|answer)/);
  }
});

Deno.test("TopRun counts the books that have a price, and says which venue has stale ones", () => {
  const fixture = new WireFixture();
  const [first, second] = [...fixture.backend.books.values()];
  if (first === undefined || second === undefined) throw new Error("There must be two books");
  first.bids = [[10_000, 5]];
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, /paper has stale books/);
  match(view.screen.shown, /1\/2 STALE/);
  second.asks = [[10_010, 5]];
  view.second();
  doesNotMatch(view.screen.shown, /stale/i);
  match(view.screen.shown, / 2\/2 /);
});

Deno.test("TopRun says which instrument is halted by itself, unless it has closed", () => {
  const fixture = new WireFixture();
  const halted = { instrument: "paper:BTC/USDT", status: "open", trading_state: "Halted" };
  fixture.backend.riskInstruments = [
    { ...halted, instrument: "paper:ETH/USDT", trading_state: "Active" },
    { ...halted, instrument: "paper:OLD/USDT", status: "closed" },
    halted,
  ];
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, /^paper:BTC\/USDT Halted; paper has stale books/m);
  fixture.backend.riskInstruments = [{ ...halted, trading_state: "Active" }];
  view.second();
  doesNotMatch(view.screen.shown, /Halted/);
});

Deno.test("TopRun says nothing of books for which it asked too often", () => {
  const view = new Viewing(
    "terminal",
    {},
    new WireFixture({ settings: { otherFramesPerSecond: 3 } }),
  );
  for (let round = 0; round < 5; round += 1) view.second();
  doesNotMatch(view.screen.shown, /stale/i);
  match(view.screen.shown, /tapeline 0\.0\.0 {2}paper {2}Active/);
});

/** Lists instruments without a fresh book up to `count`, the first `closed` of them closed. */
function list(
  fixture: WireFixture,
  of: { readonly count: number; readonly closed?: number },
): void {
  const { instruments, books } = fixture.backend;
  instruments.length = 0;
  for (let id = 0; id < of.count; id += 1) {
    const status = id < (of.closed ?? 0) ? "closed" : "open";
    instruments.push({ ...instrument(id, `R${id}`), status });
    const book = new FakeBook();
    book.isFresh = false;
    books.set(instrumentId(id), book);
  }
}

/** Positions in so many instruments: all are flat and have earned 1 but the last, which lost 700. */
function holding(count: number): WireFixture {
  const fixture = new WireFixture();
  list(fixture, { count });
  const common = { scope: "account", currency: "USDT" } as const;
  fixture.backend.heldPositions = fixture.backend.instruments.map(({ id }) =>
    id === count - 1
      ? {
        ...common,
        instrument: id,
        qty: "500",
        avgPx: "10",
        realisedPnl: "0",
        unrealisedPnl: "-700",
      }
      : { ...common, instrument: id, qty: "0", avgPx: null, realisedPnl: "1", unrealisedPnl: "0" }
  );
  return fixture;
}

type Look = {
  readonly positions: readonly { readonly qty: string }[];
  readonly positions_left_out: boolean;
  readonly pnl: unknown;
};

function lookAt(fixture: WireFixture): Look {
  const view = new Viewing("pipe", { isJson: true }, fixture);
  view.second();
  return JSON.parse(view.screen.written.at(-1) ?? "") as Look;
}

Deno.test("TopRun counts a position behind a thousand flat ones", () => {
  const look = lookAt(holding(2_500));
  strictEqual(look.positions.length, 2_500);
  deepStrictEqual(look.positions.filter(({ qty }) => qty !== "0").length, 1);
  deepStrictEqual(look.pnl, [{
    currency: "USDT",
    realised: "2499",
    unrealised: "-700",
    fees: "0",
  }]);
  ok(!look.positions_left_out);
});

Deno.test("TopRun says that positions are left out, and gives no totals, where there are too many", () => {
  const fixture = holding(10_001);
  const look = lookAt(fixture);
  strictEqual(look.positions.length, 10_000);
  ok(look.positions_left_out);
  deepStrictEqual(look.pnl, [{ currency: "USDT", realised: null, unrealised: null, fees: "0" }]);
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, /more than 10,000 positions/);
  match(view.screen.shown, /all accounts +- /);
});

Deno.test("TopRun asks for books of instruments that have not closed, however many have", () => {
  const fixture = new WireFixture();
  list(fixture, { count: 1_510, closed: 1_500 });
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, /paper has stale books/);
  match(view.screen.shown, /0\/10 STALE/);
});

Deno.test("TopRun says that it does not look at all instruments where it could not list them", () => {
  const settings = { otherFramesPerSecond: 1 }; // enough to subscribe and to list the orders
  const view = new Viewing("terminal", {}, new WireFixture({ settings }));
  match(view.screen.shown, /not all instruments are looked at/);
  doesNotMatch(new Viewing("terminal").screen.shown, /not all instruments/);
});

Deno.test("TopRun says of how many books it has asked for some", () => {
  const fixture = new WireFixture();
  list(fixture, { count: 60 });
  for (const book of fixture.backend.books.values()) {
    book.isFresh = true;
    book.bids = [[10_000, 5]];
  }
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, / 40\/40 of 60 /);
});

Deno.test("TopRun asks for the book of what is listed later, and no more when it has closed", () => {
  const fixture = new WireFixture();
  for (const book of fixture.backend.books.values()) book.bids = [[10_000, 5]];
  const view = new Viewing("terminal", {}, fixture);
  match(view.screen.shown, / 2\/2 /);
  const late = instrument(2, "LATE/USDT");
  fixture.backend.instruments.push(late);
  tell(fixture, late);
  view.second();
  match(view.screen.shown, / 2\/3 STALE/);
  tell(fixture, { ...late, status: "closed" });
  view.second();
  match(view.screen.shown, / 2\/2 /);
});

function tell(fixture: WireFixture, payload: ReturnType<typeof instrument>): void {
  fixture.backend.apply({
    eventType: "InstrumentListed",
    eventTime: micros(5),
    source: "control",
    venue: venueId(0),
    instrument: payload.id,
    payload,
    idempotencyKey: null,
  });
  fixture.settle();
}
