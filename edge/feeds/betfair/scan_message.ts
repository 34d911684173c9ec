/**
 * Reads a line of the stream into rows, and says what kind of message it is. Nothing is applied
 * here: a line that cannot be read has changed nothing but the buffer.
 *
 * Source: Exchange Stream API specification, market change messages.
 * @module
 */
import { LEVEL_PRICE_MAX } from "../../../core/book.ts";
import { LineError } from "../capture_line.ts";
import { type ChangeBuffer, LADDER, type MarketChange } from "./change_buffer.ts";
import { keyCode, type LineScanner, OTHER_KEY } from "./line_scanner.ts";

/** What stands at the top of a message; undefined where it does not say. */
export type MessageHead = {
  op: string | undefined;
  /** Of the subscription that it answers; 0: it says none. */
  id: number;
  /** Publish time, Unix milliseconds. */
  publishedMs: number | undefined;
  /** `SUB_IMAGE`, `RESUB_DELTA`, `HEARTBEAT`; empty: an update. */
  changeType: string;
  /** `SEG_START`, `SEG`, `SEG_END`; empty: it is whole. */
  segment: string;
  /** 503: the venue itself is late, what it says is not to be relied on. */
  status: number | undefined;
};

const [OP, ID, PT, CT, MC] = [
  keyCode("op"),
  keyCode("id"),
  keyCode("pt"),
  keyCode("ct"),
  keyCode("mc"),
];
const [RC, IMG, HC] = [keyCode("rc"), keyCode("img"), keyCode("hc")];
const [ATB, ATL, TRD] = [keyCode("atb"), keyCode("atl"), keyCode("trd")];
const [BATB, BATL] = [keyCode("batb"), keyCode("batl")];
const [LTP, TV] = [keyCode("ltp"), keyCode("tv")];
const [SPN, SPF, SPB, SPL] = [keyCode("spn"), keyCode("spf"), keyCode("spb"), keyCode("spl")];

/** Levels of a ladder that is told by level; the venue sends at most ten. */
const LEVELS_MAX = 1_000;

/** How often each field of a runner came. */
export const FIELDS = [
  "atb",
  "atl",
  "batb",
  "batl",
  "bdatb",
  "bdatl",
  "trd",
  "tv",
  "ltp",
  "spn",
  "spf",
  "spb",
  "spl",
] as const;
export type FieldCounts = Record<(typeof FIELDS)[number], number>;

/** Returns counts of 0. */
export function noFields(): FieldCounts {
  return {
    atb: 0,
    atl: 0,
    batb: 0,
    batl: 0,
    bdatb: 0,
    bdatl: 0,
    trd: 0,
    tv: 0,
    ltp: 0,
    spn: 0,
    spf: 0,
    spb: 0,
    spl: 0,
  };
}

/** How a line is to be read. */
export type ScanChoice = {
  /** Says of which markets ladders by level are not needed. */
  readonly skips?: (market: string) => boolean;
  /** The line was read before: its fields are counted. */
  readonly isAgain?: boolean;
};

/** Reads messages. One line after the other may fill the same buffer: segments do. */
export class MessageScanner {
  readonly #scanner: LineScanner;
  readonly #buffer: ChangeBuffer;
  readonly #counted: FieldCounts;
  #fields: FieldCounts;
  #marketId = "";
  #skips: ScanChoice["skips"];
  /** The market whose runners are read. */
  #skipping: MarketChange | undefined;

  constructor(
    of: {
      readonly scanner: LineScanner;
      readonly buffer: ChangeBuffer;
      readonly fields: FieldCounts;
    },
  ) {
    this.#scanner = of.scanner;
    this.#buffer = of.buffer;
    this.#counted = of.fields;
    this.#fields = of.fields;
  }

  /** Reads a line. @throws {LineError} If it is no message. */
  read(line: string, choice: ScanChoice = {}): MessageHead {
    const scanner = this.#scanner;
    this.#skips = choice.skips;
    this.#fields = choice.isAgain === true ? noFields() : this.#counted;
    const head: MessageHead = {
      op: undefined,
      id: 0,
      publishedMs: undefined,
      changeType: "",
      segment: "",
      status: undefined,
    };
    scanner.open(line);
    this.#buffer.reserve(line.length); // a number takes two characters, a level's three take seven
    for (let more = scanner.firstInMap(); more; more = scanner.nextInMap()) {
      this.#headField(head, scanner.key());
    }
    scanner.close();
    return head;
  }

  #headField(head: MessageHead, key: number): void {
    const scanner = this.#scanner;
    switch (key) {
      case OP:
        head.op = scanner.string("mcm");
        break;
      case ID:
        if (!scanner.isNull()) head.id = scanner.whole();
        break;
      case PT:
        head.publishedMs = scanner.whole();
        break;
      case CT:
        if (!scanner.isNull()) head.changeType = scanner.string();
        break;
      case MC:
        this.#markets();
        break;
      case OTHER_KEY:
        this.#longHeadField(head, scanner.keyText);
        break;
      default:
        scanner.skip();
    }
  }

  #longHeadField(head: MessageHead, key: string): void {
    const scanner = this.#scanner;
    if (scanner.isNull()) return;
    if (key === "segmentType") head.segment = scanner.string();
    else if (key === "status") head.status = scanner.whole();
    else scanner.skip();
  }

  #markets(): void {
    const scanner = this.#scanner;
    if (scanner.isNull()) return;
    for (let more = scanner.firstInList(); more; more = scanner.nextInList()) this.#market();
  }

  #market(): void {
    const scanner = this.#scanner;
    const market = this.#buffer.addMarket();
    market.id = "";
    this.#skipping = undefined;
    for (let more = scanner.firstInMap(); more; more = scanner.nextInMap()) {
      switch (scanner.key()) {
        case ID:
          market.id = this.#marketId = scanner.string(this.#marketId);
          if (this.#skips?.(market.id) === true) this.#skipping = market;
          break;
        case RC:
          this.#runners();
          break;
        case IMG:
          market.isImage = !scanner.isNull() && scanner.flag();
          break;
        case OTHER_KEY:
          this.#definition(market);
          break;
        default:
          scanner.skip();
      }
    }
    if (market.id === "") throw new LineError("Cannot read a message: a market must have an id");
    market.endRunner = this.#buffer.runnerCount;
  }

  #definition(market: MarketChange): void {
    const scanner = this.#scanner;
    const isDefinition = scanner.keyText === "marketDefinition";
    if (scanner.isNull()) return;
    const start = scanner.at;
    scanner.skip();
    if (isDefinition) market.definition = scanner.slice(start);
  }

  #runners(): void {
    const scanner = this.#scanner;
    if (scanner.isNull()) return;
    for (let more = scanner.firstInList(); more; more = scanner.nextInList()) this.#runner();
  }

  #runner(): void {
    const scanner = this.#scanner;
    const row = this.#buffer.addRunner();
    let isNamed = false;
    for (let more = scanner.firstInMap(); more; more = scanner.nextInMap()) {
      const key = scanner.key();
      if (key === ID) {
        this.#buffer.name(row, { selection: scanner.wholeOrQuoted() });
        isNamed = true;
      } else this.#runnerField(row, key);
    }
    if (!isNamed) throw new LineError("Cannot read a message: a runner must have an id");
  }

  #runnerField(row: number, key: number): void {
    const scanner = this.#scanner;
    const fields = this.#fields;
    switch (key) {
      case ATB:
        fields.atb++;
        return this.#ladder(row, LADDER.atb);
      case ATL:
        fields.atl++;
        return this.#ladder(row, LADDER.atl);
      case TRD:
        fields.trd++;
        return this.#ladder(row, LADDER.trd);
      case BATB:
        fields.batb++;
        return this.#ladder(row, LADDER.batb);
      case BATL:
        fields.batl++;
        return this.#ladder(row, LADDER.batl);
      case HC:
        if (!scanner.isNull()) this.#buffer.name(row, { handicap: scanner.hundredths() });
        return;
      case OTHER_KEY:
        return this.#longRunnerField(row, scanner.keyText);
      default:
        this.#count(key);
        return scanner.skip();
    }
  }

  #longRunnerField(row: number, key: string): void {
    if (key === "bdatb") {
      this.#fields.bdatb++;
      return this.#ladder(row, LADDER.bdatb);
    }
    if (key === "bdatl") {
      this.#fields.bdatl++;
      return this.#ladder(row, LADDER.bdatl);
    }
    this.#scanner.skip();
  }

  /** Fields that no book is made of. */
  #count(key: number): void {
    const fields = this.#fields;
    if (key === LTP) fields.ltp++;
    else if (key === TV) fields.tv++;
    else if (key === SPN) fields.spn++;
    else if (key === SPF) fields.spf++;
    else if (key === SPB) fields.spb++;
    else if (key === SPL) fields.spl++;
  }

  /** Pairs of price and size, or triples of level, price and size. */
  #ladder(row: number, ladder: number): void {
    const scanner = this.#scanner;
    const buffer = this.#buffer;
    if (scanner.isNull()) return;
    const isByLevel = ladder >= LADDER.batb && ladder <= LADDER.bdatl;
    if (isByLevel && this.#skipping !== undefined) {
      this.#skipping.hasSkipped = true;
      return scanner.skipLevels();
    }
    buffer.beginLadder(row, ladder);
    const width = isByLevel ? 3 : 2;
    for (let more = scanner.firstInList(); more; more = scanner.nextInList()) {
      const read = scanner.levels(buffer.levels, { from: buffer.levelCount, width });
      if (read > 0) buffer.added(read);
      else this.#level(isByLevel);
    }
    buffer.endLadder(row, ladder);
  }

  /** A level that is not written as the venue writes it. */
  #level(isByLevel: boolean): void {
    const scanner = this.#scanner;
    const buffer = this.#buffer;
    if (!scanner.firstInList()) throw levelProblem("a price and a size");
    if (isByLevel) this.#levelNumber();
    const price = scanner.hundredths();
    if (Math.abs(price) > LEVEL_PRICE_MAX) throw levelProblem("a price within 2^52 hundredths");
    buffer.addNumber(price);
    if (!scanner.nextInList()) throw levelProblem("a size behind its price");
    const size = scanner.hundredths();
    if (size < 0) throw levelProblem("a size of 0 or more");
    buffer.addNumber(size);
    if (scanner.nextInList()) throw levelProblem("nothing behind its size");
  }

  #levelNumber(): void {
    const scanner = this.#scanner;
    const level = scanner.whole();
    if (level < 0 || level >= LEVELS_MAX) throw levelProblem(`a number below ${LEVELS_MAX}`);
    this.#buffer.addNumber(level);
    if (!scanner.nextInList()) throw levelProblem("a price behind its number");
  }
}

function levelProblem(what: string): LineError {
  return new LineError(`Cannot read a message: a level must have ${what}`);
}
