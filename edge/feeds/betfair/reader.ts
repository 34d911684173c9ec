/**
 * Recorded exchange streams as market events: sessions as recorded from the socket, and the venue's
 * own history files. One JSON message to a line.
 *
 * A message is read whole before any of it acts. Its segments are one message: they act with the
 * last. All its events have its publish time; of each market its definition comes first, then all
 * trades, then all books, then results.
 *
 * - **Images** (`img`, `SUB_IMAGE`) replace books exactly, also those of runners that they do not
 *   name. Their volume is where trades count from, and no trade.
 * - **Subscriptions** replace each other: of one connection the highest id speaks, or the one whose
 *   `SUB_IMAGE` came last. That says all there is, so that a market of this subscription or of one
 *   before it that it leaves out has lost its place.
 * - **Volume** is cumulative and counts both sides of each match: what it grows by is a trade. After
 *   the end of a market it is taken back, which is none. In a market of which neither the beginning
 *   nor an image was read the first volume of a price is where its trades count from.
 * - **Lines that cannot be read** are counted and told. If one was a market change, or a part of a
 *   message that does not say what it was, every book is lost until its next image, since nothing
 *   says which one it would have changed. It may have been
 *   the image of markets that nothing named before: one that comes up later waits for an image too,
 *   unless it begins with its definition in a stream without subscriptions, as those of history
 *   files do.
 *
 * Known limits: starting prices, best-price traded volume and last traded prices make no event; a
 * recording that was cut at its beginning and holds no image shows a book without its older levels.
 * Bounded: by the largest message, and by the markets that are open; an ended one keeps its names.
 * @module
 */
import type { Draft } from "../../../core/event.ts";
import { type Micros, micros } from "../../../core/numbers.ts";
import { LineError, timeOfUs } from "../capture_line.ts";
import type { CaptureOptions, CaptureReader } from "../capture_reader.ts";
import { type CaptureSummary, emptySummary } from "../capture_summary.ts";
import { BIT, ChangeBuffer, type MarketChange } from "./change_buffer.ts";
import { type MarketDefinition, parseDefinition } from "./definition.ts";
import { Directory } from "./directory.ts";
import { LineScanner } from "./line_scanner.ts";
import { MarketFeed } from "./market_feed.ts";
import type { RowReading, RunnerFeed } from "./runner_feed.ts";
import { type MessageHead, MessageScanner, type ScanChoice } from "./scan_message.ts";
import { noTotals, type StreamTotals } from "./totals.ts";

const NO_DEFINITIONS: readonly undefined[] = [];

/** Makes a reader. With instruments given, only these runners are read; else all are, and listed. */
export function openReader(options: CaptureOptions): StreamReader {
  return new StreamReader(options);
}

/** Turns lines into drafts. */
export class StreamReader implements CaptureReader {
  readonly #options: CaptureOptions;
  readonly #directory: Directory;
  readonly #buffer = new ChangeBuffer();
  readonly #scanner: MessageScanner;
  readonly #markets = new Map<string, MarketFeed>();
  /** Runners that the message names; places behind the count are left over from earlier ones. */
  readonly #touched: RunnerFeed[] = [];
  #touchedCount = 0;
  /** Head of the message whose segments are coming in. */
  #segmented: MessageHead | undefined;
  readonly #short: ScanChoice = {
    skips: (market) => this.#markets.get(market)?.isFull === true,
  };
  #message = 0;
  /** The subscription that speaks; 0: none so far on this connection. */
  #subscription = 0;
  #isLate = false;
  /** A change was lost that may have been the image of any market. */
  #hasLost = false;
  readonly summary: CaptureSummary = emptySummary();
  readonly totals: StreamTotals = noTotals();

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#directory = new Directory(options);
    this.#scanner = new MessageScanner({
      scanner: new LineScanner(),
      buffer: this.#buffer,
      fields: this.totals.fields,
    });
  }

  /** Markets so far, in the order in which they came. */
  get markets(): readonly MarketFeed[] {
    return [...this.#markets.values()];
  }

  /** Reads one line. One that cannot be read gives nothing but what it leaves in doubt. */
  read(line: string, place: string): Draft[] {
    this.summary.lines++;
    const drafts: Draft[] = [];
    if (line === "") return drafts; // a recorder's pause
    try {
      this.#read(line, { drafts, place });
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.summary.badLines++;
      this.#options.problem(`${place}: ${error.message}`);
      this.#dropMessage();
      if (mayBeChange(line)) this.#loseAll(`${place}: ${error.message}`, drafts);
    }
    return drafts;
  }

  #read(line: string, of: LineRead): void {
    if (this.#segmented === undefined) this.#buffer.clear();
    const head = this.#scanner.read(line, this.#segmented === undefined ? this.#short : {});
    switch (head.op) {
      case "mcm":
        if (this.#isCutOff(head)) this.#loseMessage(of);
        else if (!this.#needsAll(head)) return this.#takeMessage(head, of);
        return this.#takeMessage(this.#readAgain(line), of);
      case "connection":
        this.totals.connections++;
        if (this.#segmented !== undefined) this.#loseMessage(of);
        this.#subscription = 0;
        return;
      case "status":
        this.totals.statuses++;
        return;
      default:
        this.summary.ignored++;
    }
  }

  #takeMessage(head: MessageHead, of: LineRead): void {
    const { totals } = this;
    if (head.publishedMs === undefined) {
      throw new LineError("Cannot read a message: it must have a publish time");
    }
    const eventTime = timeOfUs(head.publishedMs * 1_000);
    totals.messages++;
    this.#noteTime(head.publishedMs);
    this.#noteStatus(head, of);
    if (head.changeType === "HEARTBEAT") totals.heartbeats++;
    const whole = this.#join(head);
    if (whole === undefined) return;
    this.#apply(this.#definitions(), {
      drafts: of.drafts,
      place: of.place,
      eventTime,
      isImage: whole.changeType === "SUB_IMAGE",
      id: whole.id,
    });
    this.#buffer.clear();
  }

  /** True if a message begins before the last segment of the one before it came. */
  #isCutOff({ segment }: MessageHead): boolean {
    return this.#segmented !== undefined && (segment === "" || segment === "SEG_START");
  }

  /** True if ladders were passed over in what may be an image: it may come without the full ones. */
  #needsAll({ segment, changeType }: MessageHead): boolean {
    for (let at = 0; at < this.#buffer.marketCount; at++) {
      const { hasSkipped, isImage } = this.#buffer.market(at);
      if (hasSkipped && (isImage || segment !== "" || changeType === "SUB_IMAGE")) return true;
    }
    return false;
  }

  #readAgain(line: string): MessageHead {
    this.#buffer.clear();
    return this.#scanner.read(line, { isAgain: true });
  }

  /** Segments of it will not come any more. */
  #loseMessage({ place, drafts }: LineRead): void {
    const reason = `${place}: the message before it has no last segment`;
    this.summary.gaps++;
    this.#options.problem(reason);
    this.#dropMessage();
    this.#loseAll(reason, drafts);
  }

  /** Returns the head of the whole message, or undefined while segments are missing. */
  #join(head: MessageHead): MessageHead | undefined {
    const begun = this.#segmented;
    if (head.segment === "") return head;
    if (head.segment === "SEG_START") {
      this.#segmented = head;
      return undefined;
    }
    if (begun === undefined) throw new LineError("Cannot join segments: the first one is missing");
    if (head.segment !== "SEG_END") return undefined;
    this.#segmented = undefined;
    return begun;
  }

  /** Definitions of the message, by place of their market. All are read before one acts. */
  #definitions(): readonly (MarketDefinition | undefined)[] {
    if (!this.#buffer.hasDefinition) return NO_DEFINITIONS;
    const definitions: (MarketDefinition | undefined)[] = [];
    for (let at = 0; at < this.#buffer.marketCount; at++) {
      const text = this.#buffer.market(at).definition;
      definitions.push(text === undefined ? undefined : parseDefinition(text));
    }
    return definitions;
  }

  #apply(definitions: readonly (MarketDefinition | undefined)[], at: MessageAt): void {
    if (this.#isSuperseded(at)) return this.#drop(at);
    if (at.id !== 0) this.#subscription = at.id;
    this.#message++;
    const ended: MarketFeed[] = [];
    const count = this.#buffer.marketCount;
    for (let index = 0; index < count; index++) {
      const change = this.#buffer.market(index);
      if (this.#isOldCopy(index, { definitions, at })) continue;
      const market = this.#market(change, at);
      market.isSubscribed ||= at.id !== 0;
      const definition = definitions[index];
      if (definition !== undefined) this.#define(market, definition, at);
      this.#change(market, change, at);
      if (definition?.status === "CLOSED") ended.push(market);
    }
    if (at.isImage) this.#loseOthers(at);
    const { totals, summary } = this;
    const before = totals.snapshots + totals.deltas;
    for (let index = 0; index < this.#touchedCount; index++) {
      this.#touched[index]?.flush(at.drafts, at.eventTime, totals);
    }
    this.#touchedCount = 0;
    if (totals.snapshots + totals.deltas > before) summary.depthMessages++;
    summary.snapshots = totals.snapshots;
    summary.trades = totals.trades;
    totals.volumePeakHundredths = Math.max(totals.volumePeakHundredths, totals.volumeHundredths);
    for (const market of ended) market.settle(at.drafts, at.eventTime);
  }

  /** A market that moved to another event may come twice in an image: the higher version counts. */
  #isOldCopy(
    index: number,
    of: {
      readonly definitions: readonly (MarketDefinition | undefined)[];
      readonly at: MessageAt;
    },
  ): boolean {
    const { definitions, at } = of;
    const version = definitions[index]?.version ?? null;
    const { id, isImage } = this.#buffer.market(index);
    if (version === null || !(isImage || at.isImage)) return false;
    return definitions.some((definition, other) => {
      const copy = this.#buffer.market(other);
      return copy.id === id && (copy.isImage || at.isImage) && (definition?.version ?? 0) > version;
    });
  }

  /**
   * An image begins its subscription, and is never of a replaced one: one with a lower id is of a
   * recorder that was started again and keeps no `connection` lines.
   */
  #isSuperseded({ id, isImage }: MessageAt): boolean {
    return id !== 0 && id < this.#subscription && !isImage;
  }

  /** The first one is told, each is counted. */
  #drop({ id, place }: MessageAt): void {
    this.totals.superseded++;
    if (this.totals.superseded > 1) return;
    const by = `subscription ${id} was replaced by ${this.#subscription}`;
    this.#options.problem(`${place}: ${by}: its messages are dropped`);
  }

  #define(market: MarketFeed, definition: MarketDefinition, at: MessageAt): void {
    this.totals.definitions++;
    market.define(definition, at.drafts, at.eventTime);
  }

  #change(market: MarketFeed, change: MarketChange, at: MessageAt): void {
    const { totals } = this;
    totals.marketChanges++;
    totals.runnerChanges += change.endRunner - change.firstRunner;
    if ((change.isImage || at.isImage) && market.imageIn !== this.#message) {
      market.imageIn = this.#message; // a market in two segments has one image
      totals.images++;
      this.#beginImage(market, change);
    }
    this.#runners(market, change, at);
  }

  /** Runners that an image leaves out have empty books. */
  #beginImage(market: MarketFeed, change: MarketChange): void {
    const hasLadders = this.#hasLadders(change);
    market.isFull = false;
    market.isLost = false;
    market.isWhole = true;
    for (const runner of market.runners()) {
      if (!hasLadders && !runner.hasBook) {
        runner.passImage(); // a stream without ladders shows no book
        continue;
      }
      runner.beginImage(this.totals);
      this.#touch(runner);
    }
  }

  #hasLadders(change: MarketChange): boolean {
    for (let row = change.firstRunner; row < change.endRunner; row++) {
      if (this.#buffer.hasBook(row)) return true;
    }
    return false;
  }

  #hasFull(change: MarketChange): boolean {
    for (let row = change.firstRunner; row < change.endRunner; row++) {
      if ((this.#buffer.ladders(row) & (BIT.atb | BIT.atl)) !== 0) return true;
    }
    return false;
  }

  #runners(market: MarketFeed, change: MarketChange, at: MessageAt): void {
    const buffer = this.#buffer;
    const { totals } = this;
    const { drafts, eventTime } = at;
    const isImage = market.imageIn === this.#message;
    const areTradesNews = !isImage && !market.isClosed;
    market.isFull ||= this.#hasFull(change);
    const { isFull, isWhole } = market;
    const reading = { buffer, drafts, eventTime, isFull, isWhole, areTradesNews, counts: totals };
    for (let row = change.firstRunner; row < change.endRunner; row++) {
      const runner = market.plainRunner(buffer, row) ?? market.runner(
        { selection: buffer.selection(row), handicap: buffer.handicap(row) },
        drafts,
        eventTime,
      );
      if (runner === undefined) continue;
      if (runner.isNew) this.#readNew(runner, { row, isImage, reading });
      else runner.read(row, reading);
      this.#touch(runner);
    }
  }

  /** Volume of a runner that nothing named before is where its trades count from. */
  #readNew(
    runner: RunnerFeed,
    of: { readonly row: number; readonly isImage: boolean; readonly reading: RowReading },
  ): void {
    if (of.isImage && runner.touchedBy !== this.#message) runner.beginImage(this.totals);
    runner.read(of.row, { ...of.reading, areTradesNews: false });
  }

  #touch(runner: RunnerFeed): void {
    if (runner.touchedBy === this.#message) return;
    runner.touchedBy = this.#message;
    this.#touched[this.#touchedCount++] = runner;
  }

  /** A market that comes up after a loss is lost too, unless a history's definition begins it. */
  #market({ id, definition }: MarketChange, at: MessageAt): MarketFeed {
    const known = this.#markets.get(id);
    if (known !== undefined) return known;
    const { problem } = this.#options;
    const market = new MarketFeed({ id, directory: this.#directory, problem });
    market.isLost = this.#hasLost && (definition === undefined || at.id !== 0);
    market.isWhole = definition !== undefined && !market.isLost;
    this.#markets.set(id, market);
    return market;
  }

  /**
   * Markets that the new image of a subscription leaves out. Those of the connection or subscription
   * before it are among them: nothing will say any more what becomes of their books.
   */
  #loseOthers(at: MessageAt): void {
    for (const market of this.#markets.values()) {
      if (market.imageIn === this.#message || market.isClosed) continue;
      if (at.id !== 0 && !market.isSubscribed) continue; // of a history file beside the session
      this.#lose(market, { ...at, reason: "the market is not in the new image" });
    }
  }

  #lose(market: MarketFeed, of: MessageAt & { readonly reason: string }): void {
    market.isLost = true;
    for (const runner of market.runners()) {
      const draft = runner.lose(of.reason, of.eventTime);
      if (draft !== undefined) of.drafts.push(draft);
    }
  }

  #loseAll(reason: string, drafts: Draft[]): void {
    this.#hasLost = true;
    const eventTime = micros((this.totals.lastMs ?? 0) * 1_000);
    const at = { drafts, place: "", eventTime, isImage: false, id: 0, reason };
    for (const market of this.#markets.values()) if (!market.isClosed) this.#lose(market, at);
  }

  #dropMessage(): void {
    this.#buffer.clear();
    this.#segmented = undefined;
    this.#touchedCount = 0;
  }

  #noteTime(publishedMs: number): void {
    const { totals } = this;
    totals.firstMs ??= publishedMs;
    if (publishedMs < (totals.lastMs ?? publishedMs)) totals.timeWentBack++;
    totals.lastMs = Math.max(publishedMs, totals.lastMs ?? publishedMs);
  }

  /** Told when it begins; each such message is counted. */
  #noteStatus(head: MessageHead, { place }: LineRead): void {
    const isLate = head.status !== undefined;
    if (isLate) this.totals.late++;
    if (isLate && !this.#isLate) {
      this.#options.problem(`${place}: the venue says that its data are late (${head.status})`);
    }
    this.#isLate = isLate;
  }
}

/** True of a line that cannot be read if it was a market change, or may be a part of one. */
function mayBeChange(line: string): boolean {
  const op = /"op"\s*:\s*"(\w+)"/.exec(line)?.[1];
  return op === undefined ? /^\s*\{|\}\s*$/.test(line) : op === "mcm";
}

type LineRead = { readonly drafts: Draft[]; readonly place: string };
type MessageAt = LineRead & {
  readonly eventTime: Micros;
  /** The message says all there is of the subscription. */
  readonly isImage: boolean;
  /** Of the subscription. */
  readonly id: number;
};
