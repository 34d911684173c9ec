/**
 * Everything one session is sent, in the order that the protocol promises.
 *
 * Invariants: nothing leaves before its event is durable. Reports leave in the order of their
 * numbers, without a gap. An answer leaves after every report up to its sequence number. Between
 * HELLO_ACK and the end of the replay there are only reports.
 * Ordering: recorded reports come from the journal, a page whenever the reader has room, until the
 * session has caught up; from then on from the client's stream. After a short page, and after reports
 * to repeat that were in memory no more, it rests until it is its turn again: the journal has had to
 * look for them, on the one thread that all share. So does who finds that it is another's turn. While
 * it rests live reports go on, and what is behind such a repetition waits.
 * Limits: what is written in one turn leaves the socket together. Reports that the reader leaves lying
 * beyond `reportBufferBytes` end the session, and so do events that must not be lost. Snapshots that a
 * subscription is owed are made a frame at a time, when the one before has left: they may be larger.
 * Repetitions that still wait when a session ends are not made: its client asks again.
 * @module
 */
import type { Cancel, Socket } from "../edge/ports.ts";
import type { Backend } from "./backend.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { WireCounters } from "./counters.ts";
import { withPossDup } from "./encode_report.ts";
import { EventQueue } from "./event_queue.ts";
import { encodeFrame, writeFrame } from "./frame.ts";
import type { LookBacks } from "./look_backs.ts";
import type { ReportStream } from "./report_stream.ts";
import { encodeError, encodeEvents } from "./server_message.ts";
import type { WirePorts, WireSettings } from "./settings.ts";

/** Replay reads another page when less than this waits in the socket. */
const REPLAY_LOW_BYTES = 65_536;
const REPLAY_PAGE_BYTES = 65_536;
/** A reader with more than this waiting in its socket is slow: its market data is conflated. */
const SLOW_BYTES = 65_536;
/** Unread answers beyond which no more requests are read. */
const ANSWERS_MAX_BYTES = 1_048_576;
const ANSWERS_MAX = 256;
const JOURNAL_RETRY_US = 5_000;
/** An ERROR that promises nothing about the intent: BAD_MESSAGE would say that it was not taken. */
const NO_LONGER_KEPT = {
  code: "INTERNAL",
  message:
    "Cannot repeat the intent's report: the intent is known, was acted on or refused once, and its " +
    "reports are no longer kept: ask orders and fills",
} as const;

/** Recorded reports that answer a known intent; the first of them is the newest that bore its id. */
export type Repetition = {
  readonly intentId: string;
  readonly reportSeqs: readonly number[];
};

/**
 * A text, or reports to repeat, held until event `seq` is durable and `afterReport` is written: the
 * client's last report when it was made, so never one within a replay.
 */
type Answer = {
  readonly seq: number;
  readonly afterReport: number;
  readonly content: string | Repetition;
  readonly isHeartbeat: boolean;
};

export type OutboxOptions = {
  readonly socket: Socket;
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly settings: WireSettings;
  readonly counters: WireCounters;
  readonly lookBacks: LookBacks;
  /** The reader left too much lying. */
  readonly onSlow: (unreadBytes: number) => void;
  /** Queues the next frame of snapshots, of the state as it is now; false if none is owed. */
  readonly nextSnapshot: () => boolean;
};

/** The way out of one session. */
export class Outbox {
  readonly events = new EventQueue();
  readonly #options: OutboxOptions;
  readonly #socket: Socket;
  #stream: ReportStream | undefined;
  #answers: Answer[] = [];
  /** Frames of the write being put together. */
  readonly #frames = new ByteWriter();
  #written = 0;
  #replayTo = 0;
  #readsJournal = false;
  #isResting = false;
  #retry: Cancel | undefined;
  /**
   * Bytes of live reports, and of answers, repeated reports among them, since the socket was last
   * empty. Events are held back.
   */
  #unreadReports = 0;
  #unreadAnswers = 0;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#socket = options.socket;
  }

  /** True from HELLO_ACK until the last report that it named has been written. */
  get isReplaying(): boolean {
    return this.#written < this.#replayTo;
  }

  get isSlow(): boolean {
    return this.#socket.bufferedBytes + this.#frames.length > SLOW_BYTES;
  }

  /**
   * True when market data should be conflated: the reader is slow, or so much waits for the disk that
   * the session would end by it, however prompt its reader. A usual batch of the journal is far less.
   */
  get isBehind(): boolean {
    return this.isSlow || this.events.chars * 4 > this.#options.settings.reportBufferBytes;
  }

  /** True when the reader has so many unread answers that it should not ask for more. */
  get isFull(): boolean {
    return this.#answers.length >= ANSWERS_MAX ||
      Math.min(this.#unreadAnswers, this.#socket.bufferedBytes) > ANSWERS_MAX_BYTES;
  }

  /** True while something due up to an event, or a report up to a number, is still to be written. */
  owes(end: { readonly seq: number; readonly afterReport: number }): boolean {
    return end.seq > this.#options.backend.durableSeq || end.afterReport > this.#written ||
      this.#answers.some(({ seq }) => seq <= end.seq);
  }

  /** True while it rests between two looks into the journal. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /** Writes HELLO_ACK, then every report after `written`, first those up to `replayTo`. */
  open(ack: string, from: {
    readonly stream: ReportStream;
    readonly written: number;
    readonly replayTo: number;
  }): void {
    from.stream.drop();
    this.#stream = from.stream;
    this.#written = from.written;
    this.#replayTo = from.replayTo;
    this.#readsJournal = from.written < from.stream.durable;
    writeFrame(this.#frames, ack);
    this.flush();
  }

  /** Sends a text that belongs to the state at `seq`. */
  answer(text: string, seq: number): void {
    this.#options.counters.add("wire_answers_out");
    this.#hold({ seq, content: text, isHeartbeat: false });
    this.flush();
  }

  /** Sends a heartbeat of the state at `seq`, unless one is still held back. */
  beat(text: string, seq: number): void {
    if (this.isReplaying || this.#answers.some((answer) => answer.isHeartbeat)) return;
    this.#hold({ seq, content: text, isHeartbeat: true });
    this.flush();
  }

  /** Sends recorded reports again, when event `seq` is durable. */
  repeat(repetition: Repetition, seq: number): void {
    this.#hold({ seq, content: repetition, isHeartbeat: false });
  }

  #hold(answer: Omit<Answer, "afterReport">): void {
    if (this.#isClosed) return;
    this.#answers.push({ ...answer, afterReport: this.#stream?.applied ?? 0 });
  }

  /** Sends nothing any more but these last words, after all that was written. */
  close(lastWords: string | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#retry?.();
    this.#stream = undefined; // it is another session's now
    this.#answers = [];
    this.#frames.clear();
    if (lastWords !== undefined) this.#socket.write(encodeFrame(lastWords));
  }

  /** The socket is empty: what was unread has been taken. */
  drained(): void {
    this.#unreadReports = 0;
    this.#unreadAnswers = 0;
    this.flush();
  }

  /** Writes all that may leave now. */
  flush(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#isClosed) return;
    if (this.#readsJournal) this.#replay(stream);
    if (!this.#readsJournal) this.#writeDue(stream);
    this.#send();
    const { keptChars } = this.events;
    if (keptChars > this.#options.settings.reportBufferBytes) this.#options.onSlow(keptChars);
  }

  #replay(stream: ReportStream): void {
    stream.drop();
    this.#send();
    while (this.#mayRead) {
      const read = this.#readPage(stream);
      if (read === "nothing") return this.#retryLater();
      if (read === "not yet") return this.#rest();
      this.#send();
      if (this.#written >= stream.durable) this.#readsJournal = false;
      else if (read === "little") return this.#rest();
    }
  }

  get #mayRead(): boolean {
    const hasRoom = this.#socket.bufferedBytes < REPLAY_LOW_BYTES;
    return this.#readsJournal && !this.#isResting && !this.#isClosed && hasRoom;
  }

  /**
   * `nothing`: the journal's reader is not yet as far as its writer, or cannot read. `not yet`: it would
   * have to look for them, and it is another's turn.
   */
  #readPage(stream: ReportStream): "nothing" | "not yet" | "little" | "page" {
    const from = this.#written + 1;
    const { backend, lookBacks } = this.#options;
    const { mayLook } = lookBacks;
    const of = { limitBytes: REPLAY_PAGE_BYTES, mayLook };
    const page = backend.readReports(stream.client, from, of);
    if (!mayLook && !page.isFromMemory) return "not yet";
    this.#written = Math.max(this.#written, page.firstSeq - 1); // what retention took is gone
    if (page.texts.length === 0) return this.#written >= stream.durable ? "page" : "nothing";
    let chars = 0;
    for (const text of page.texts) {
      if (this.#written >= stream.durable) break;
      chars += text.length;
      writeFrame(this.#frames, text);
      this.#wrote(1);
      this.#writeAnswers(stream);
    }
    if (chars >= REPLAY_PAGE_BYTES) return "page";
    if (!page.isFromMemory) lookBacks.looked();
    return "little";
  }

  /** Between two looks into the journal others have their turn. */
  #rest(): void {
    this.#isResting = true;
    this.#retry?.();
    this.#retry = this.#options.lookBacks.rest(() => {
      this.#isResting = false;
      this.flush();
    });
  }

  #retryLater(): void {
    this.#retry?.();
    this.#retry = this.#options.ports.timers.after(JOURNAL_RETRY_US, () => this.flush());
  }

  #wrote(reports: number): void {
    this.#written += reports;
    this.#options.counters.add("wire_reports_out", reports);
  }

  #writeDue(stream: ReportStream): void {
    this.#writeAnswers(stream);
    this.#writeReports(stream, stream.durable);
    const upTo = this.#eventsUpTo();
    this.#writeEvents(upTo);
    while (!this.isSlow && !this.events.hasFrame && this.#options.nextSnapshot()) {
      this.#writeEvents(upTo);
    }
  }

  /** Behind a repetition that waits for its look may be the RESULT that events have to come after. */
  #eventsUpTo(): number {
    const { durableSeq } = this.#options.backend;
    const [next] = this.#answers;
    if (next === undefined || typeof next.content === "string") return durableSeq;
    return Math.min(durableSeq, next.seq - 1);
  }

  #writeAnswers(stream: ReportStream): void {
    const upTo = this.#options.backend.durableSeq;
    let done = 0;
    for (const answer of this.#answers) {
      if (answer.seq > upTo || !this.#writeReports(stream, answer.afterReport)) break;
      if (this.#isResting && typeof answer.content !== "string") break;
      this.#writeEvents(answer.seq - 1);
      if (!this.#writeAnswer(stream, answer)) break;
      done += 1;
    }
    if (done > 0) this.#answers.splice(0, done);
  }

  /** Returns false of what has to wait for a look into the journal. */
  #writeAnswer(stream: ReportStream, answer: Answer): boolean {
    if (answer.isHeartbeat) this.#options.counters.add("wire_heartbeats_out");
    const { content } = answer;
    if (typeof content !== "string") return this.#writeRepetition(stream, content);
    this.#writeText(content);
    return true;
  }

  #writeText(text: string): void {
    writeFrame(this.#frames, text);
    this.#unreadAnswers += text.length;
  }

  #writeRepetition(stream: ReportStream, { intentId, reportSeqs }: Repetition): boolean {
    const { backend, lookBacks: { mayLook } } = this.#options;
    const pages = reportSeqs.map((reportSeq) =>
      backend.readReports(stream.client, reportSeq, { limitBytes: 1, mayLook })
    );
    if (pages.some(({ isFromMemory }) => !isFromMemory)) {
      this.#rest();
      if (!mayLook) return false;
    }
    for (const [index, { firstSeq, texts: [text] }] of pages.entries()) {
      // Where it is no longer kept, what is read begins with another: that would be no answer.
      const isKept = firstSeq === reportSeqs[index];
      if (isKept && text !== undefined) this.#writeText(withPossDup(text));
      // The order's newest may bear another intent's id, so it does not stand in for the first.
      if (!isKept && index === 0) this.#writeNoLongerKept(stream, intentId);
    }
    return true;
  }

  #writeNoLongerKept(stream: ReportStream, intentId: string): void {
    const { backend, counters } = this.#options;
    counters.problem({ peer: backend.view.clientName(stream.client), ...NO_LONGER_KEPT });
    this.#writeText(encodeError({ ...NO_LONGER_KEPT, fatal: false, ref: intentId }));
  }

  /** Writes live reports up to a number; returns whether that many have now been written. */
  #writeReports(stream: ReportStream, until: number): boolean {
    const count = Math.min(until - this.#written, stream.waiting);
    if (this.#readsJournal || count <= 0) return this.#written >= until;
    this.#send();
    this.#giveReports(stream.take(count));
    this.#wrote(count);
    return this.#written >= until;
  }

  #writeEvents(upTo: number): void {
    if (this.events.chars === 0) return;
    const charsMax = Math.floor(this.#options.settings.maxFrameBytes / 4); // a character is ≤ 3 bytes
    while (!this.isSlow) {
      const batch = this.events.take(upTo, charsMax);
      if (batch === undefined) return;
      writeFrame(this.#frames, encodeEvents({ seqId: batch.seq, events: batch.texts }));
      this.#options.counters.add("wire_events_out", batch.count);
    }
  }

  #send(): void {
    const frames = this.#frames;
    if (frames.length === 0) return;
    if (!this.#isClosed) this.#socket.write(frames.bytes);
    frames.clear();
  }

  #giveReports(frames: Uint8Array): void {
    const { bufferedBytes } = this.#socket;
    const unread = Math.min(this.#unreadReports, bufferedBytes);
    if (unread > this.#options.settings.reportBufferBytes) return this.#options.onSlow(unread);
    if (bufferedBytes === 0) this.#unreadReports = 0;
    this.#unreadReports += frames.length;
    this.#socket.write(frames);
  }
}
