/**
 * One connection: from the first byte to the last.
 *
 * Phases: hello → opening (SessionOpened offered, not yet durable) → open → leaving, replaced or
 * stopping → closing → closed; leaving → taking → closed where all is written and no reason is to be
 * told. `INPUT` says what becomes of received bytes in each.
 * Invariants: nothing but HELLO is acted on before HELLO_ACK. Every SessionOpened that was applied
 * is followed by exactly one SessionClosed, unless the daemon stops first; before it the books that
 * the session published are invalidated.
 * @module
 */
import type { Draft } from "../core/event.ts";
import { unreachable } from "../core/invariant.ts";
import type { ClientIndex, SessionId } from "../core/numbers.ts";
import type { Cancel, Socket } from "../edge/ports.ts";
import { Dispatch } from "./dispatch.ts";
import { Feed } from "./feed.ts";
import { Greeting } from "./greeting.ts";
import { Inlet } from "./inlet.ts";
import { Liveness } from "./liveness.ts";
import type { Hello } from "./message.ts";
import { Outbox, type Repetition } from "./outbox.ts";
import { PublishedBooks } from "./published_books.ts";
import type { ReportStream } from "./report_stream.ts";
import { encodeError, encodeHeartbeat, type ErrorCode } from "./server_message.ts";
import {
  closedDraft,
  helloAck,
  openedDraft,
  type OpeningState,
  readOpeningState,
} from "./session_drafts.ts";
import type { SessionHost } from "./session_host.ts";
import { SessionRequests } from "./session_requests.ts";

type Phase =
  | "hello"
  | "opening"
  | "open"
  | "leaving"
  | "replaced"
  | "stopping"
  | "taking"
  | "closing"
  | "closed";

/** What becomes of received bytes. `keep`: they wait for HELLO_ACK. `discard`: they are a sign of life. */
const INPUT = {
  hello: "handshake",
  opening: "keep",
  open: "serve",
  leaving: "discard",
  replaced: "discard",
  stopping: "discard",
  taking: "discard",
  closing: "discard",
  closed: "discard",
} as const satisfies Record<Phase, string>;

/** After a reason for the end input is discarded for so long, then the connection is closed. */
const LINGER_US = 1_000_000;
/** Behind GOODBYE the peer has so long to read what it is owed: then it never will. */
const TAKING_US = 300_000_000;

/** What a session has from its accepted HELLO on. */
type Member = {
  readonly hello: Hello;
  readonly id: SessionId;
  readonly inlet: Inlet;
  readonly published: PublishedBooks;
};

/** How a session leaves the timeline. */
type Closing = { readonly cause: "goodbye" | "lost" | "replaced"; readonly keepOrders: boolean };

const LOST: Closing = { cause: "lost", keepOrders: false };

/** A peer, and what it is owed. */
export class Session {
  readonly #host: SessionHost;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #liveness: Liveness;
  readonly #greeting: Greeting;
  readonly feed: Feed;
  /** Who it is, as the log names it: the client once the token was right. */
  #peer = "unauthenticated";
  #phase: Phase = "hello";
  #cancelLinger: Cancel = () => {};
  #member: Member | undefined;
  #opening: OpeningState | undefined;
  #dispatch: Dispatch | undefined;
  #isCloseOffered = false;
  /** Its SessionClosed goes through its own queue, behind its intents. */
  #leavesInOrder = false;
  /** All it is owed is written when this event is durable and this report written. */
  #end: { readonly seq: number; readonly afterReport: number } | undefined;

  constructor(host: SessionHost, socket: Socket) {
    const { backend, ports, settings, counters, lookBacks, signals } = host;
    this.#host = host;
    this.#socket = socket;
    this.#greeting = new Greeting(host, {
      accepted: (hello, rest) => this.#greeted(hello, rest),
      refused: (of, clientId = this.#peer) => {
        this.#peer = clientId;
        this.fatal(of);
      },
    });
    const onSlow = (unread: number): void => this.#slow(unread);
    const nextSnapshot = (): boolean => this.feed.nextSnapshot();
    const way = { socket, backend, ports, settings, counters, lookBacks };
    const out = new Outbox({ ...way, onSlow, nextSnapshot });
    const frameChars = Math.floor(settings.maxFrameBytes / 4);
    this.#outbox = out;
    this.feed = new Feed({ backend, ports, counters, signals, out, frameChars });
    this.#liveness = new Liveness({
      ports,
      heartbeatMs: settings.heartbeatMs,
      beat: () => this.#beat(),
      gone: (reason) => this.#silent(reason),
    });
    socket.attach({
      data: (bytes) => this.#data(bytes),
      ended: () => this.#ended(),
      drained: () => this.#drained(),
      closed: () => this.#closed(),
    });
  }

  /** Number of the session; undefined before HELLO was accepted. */
  get id(): SessionId | undefined {
    return this.#member?.id;
  }

  /** True from the moment at which its SessionOpened was applied. */
  get isOnTimeline(): boolean {
    return this.#opening !== undefined;
  }

  /** False once its last words, or the last report that it is owed, are written. */
  get isReceiving(): boolean {
    return this.#phase !== "taking" && this.#phase !== "closing" && this.#phase !== "closed";
  }

  get client(): ClientIndex | undefined {
    return this.#opening?.client;
  }

  /** True when nothing that it has sent still waits before the sequencer. */
  get isIdle(): boolean {
    return this.#member === undefined || this.#member.inlet.isIdle;
  }

  /** Its SessionOpened was applied as event `seq`. */
  openingApplied(seq: number, client: ClientIndex): void {
    this.#opening = readOpeningState(this.#host.backend, { seq, client });
    if (this.#phase === "closing" || this.#phase === "closed") this.#offerClose(LOST);
  }

  /** A newer session of its client was applied: nothing more of this one is acted on. */
  replaced(): void {
    if (this.#leavesInOrder) this.#isCloseOffered = false; // it waits in the queue dropped below
    this.#leavesInOrder = false;
    this.#offerClose({ cause: "replaced", keepOrders: false });
    this.#member?.inlet.close();
    if (INPUT[this.#phase] !== "discard") this.#phase = "replaced";
  }

  /** The newer session is durable: the last words, unless it has left and still reads what it is owed. */
  endReplaced(): void {
    if (!this.isReceiving) return;
    this.#outbox.flush();
    this.fatal({
      code: "SESSION_REPLACED",
      message:
        "Cannot keep the session: a client_id has one connection, and another one has said " +
        "HELLO with it; do not reconnect by itself",
    });
  }

  /** Its SessionOpened is durable: HELLO_ACK, then what it has missed. */
  acknowledge(stream: ReportStream): void {
    const opening = this.#opening;
    const member = this.#member;
    if (opening === undefined || member === undefined) return;
    if (this.#phase !== "opening" && this.#phase !== "replaced") return;
    if (this.#phase === "opening") this.#phase = "open";
    const { backend, settings } = this.#host;
    const reportSeq = stream.durable;
    const reportFirstSeq = backend.reportFirstSeq(stream.client);
    const ack = { session: member.id, opening, reportSeq, reportFirstSeq };
    const written = Math.max(member.hello.resumeFrom ?? reportSeq, reportFirstSeq - 1);
    this.#liveness.start();
    this.#outbox.open(helloAck(backend, settings, ack), {
      stream,
      written: Math.min(written, reportSeq),
      replayTo: reportSeq,
    });
    this.#dispatch = this.#makeDispatch(member, stream.client);
    member.inlet.pump();
  }

  /** Its SessionClosed was applied as event `seq`. */
  closeApplied(seq: number, stream: ReportStream): void {
    if (!this.#leavesInOrder) return;
    this.#leavesInOrder = false;
    this.#member?.inlet.close();
    this.#end = { seq, afterReport: stream.applied };
  }

  /** Reports are to be sent again, as its own intent in event `seq` asked. */
  repeat(repetition: Repetition, seq: number): void {
    this.#outbox.repeat(repetition, seq);
  }

  /** More has become durable. */
  released(): void {
    this.#outbox.flush();
    this.#goOn();
  }

  /** Reads nothing more; what was read is still answered. */
  stopReading(): void {
    if (this.#phase !== "opening" && this.#phase !== "open") return;
    this.#phase = "stopping";
    this.#member?.inlet.discard();
  }

  /** Ends the connection with a reason: ERROR, half-close, and closed within a second. */
  fatal(of: { readonly code: ErrorCode; readonly message: string }): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#host.counters.problem({ peer: this.#peer, ...of });
    const isDaemonsEnd = of.code === "SHUTTING_DOWN" || of.code === "JOURNAL_UNAVAILABLE";
    if (isDaemonsEnd) this.#isCloseOffered = true; // a restart finds the session open, and counts
    else this.#offerClose(LOST);
    this.#finish(encodeError({ ...of, fatal: true }));
  }

  /** Closes at once, without a word. */
  destroy(): void {
    this.#socket.destroy();
    this.#closed();
  }

  #data(bytes: Uint8Array): void {
    switch (INPUT[this.#phase]) {
      case "handshake":
        return this.#greeting.take(bytes);
      case "keep":
      case "serve":
        this.#member?.inlet.take(bytes);
        return this.#liveness.heard(this.#member?.inlet.isWhole === true ? "whole" : "part");
      case "discard":
        return this.#liveness.heard("whole"); // of frames that nobody reads none is waited for
    }
  }

  /** `rest` is what came in one chunk behind the HELLO. */
  #greeted(hello: Hello, rest: Uint8Array): void {
    this.#peer = hello.clientId;
    const admission = this.#host.admit(this);
    if (typeof admission === "object") return this.fatal(admission);
    this.#join(hello, { id: admission, rest });
  }

  #join(hello: Hello, of: { readonly id: SessionId; readonly rest: Uint8Array }): void {
    const { backend, settings, counters } = this.#host;
    const inlet = new Inlet({
      socket: this.#socket,
      producer: backend.openProducer(`session ${of.id}`),
      counters,
      maxFrameBytes: settings.maxFrameBytes,
      mayServe: () => this.#phase === "open" && !this.#outbox.isFull && this.#host.mayServe(),
      nowUs: () => backend.nowUs(),
      serve: (frame, nowUs) => {
        this.#liveness.frameEnded();
        this.#dispatch?.serve(frame, nowUs);
      },
      badFrame: ({ message }) => this.fatal({ code: "FRAME_SIZE", message }),
      blocked: () => this.#blocked(),
      unblocked: () => this.#liveness.listen(),
    });
    this.#member = { hello, id: of.id, inlet, published: new PublishedBooks() };
    this.#phase = "opening";
    inlet.offer([openedDraft(hello, { session: of.id, nowUs: backend.nowUs(), settings })]);
    inlet.take(of.rest);
  }

  /** The queue into the sequencer is full: the peer waits, and its silence does not count. */
  #blocked(): void {
    const message = "Not reading a connection: the queue of intents is full";
    this.#host.counters.once("info", { peer: this.#peer, code: "BACK_PRESSURE", message });
    this.#liveness.deafen();
  }

  #makeDispatch(member: Member, client: ClientIndex): Dispatch {
    const { backend, ports, settings, counters } = this.#host;
    const { clientId } = member.hello;
    const requests = new SessionRequests({
      backend,
      ports,
      settings,
      counters,
      outbox: this.#outbox,
      feed: this.feed,
      client,
      clientId,
      metrics: () => this.#host.metrics(),
      subscriptionsChanged: () => this.#host.subscriptionsChanged(this),
    });
    return new Dispatch({
      backend,
      ports,
      settings,
      counters,
      requests,
      clientId,
      session: member.id,
      inlet: member.inlet,
      published: member.published,
      leave: (keepOrders) => this.#leave({ cause: "goodbye", keepOrders }),
    });
  }

  #beat(): void {
    const { backend } = this.#host;
    const { view } = backend;
    const client = this.#opening?.client;
    const echoUs = this.#dispatch?.echoUs;
    if (client === undefined) return;
    const text = encodeHeartbeat({
      nowUs: backend.nowUs(),
      ...(echoUs === undefined ? {} : { echoUs }),
      seqId: view.seqId,
      reportSeq: view.reportSeq(client),
      tradingState: view.tradingState(client),
      queueDepth: backend.queueDepth(),
      venues: view.venues,
    });
    this.#outbox.beat(text, view.seqId);
  }

  #goOn(): void {
    const end = this.#end;
    const isOwed = end === undefined || this.#outbox.owes(end);
    const { isFull, isResting } = this.#outbox;
    if (isFull && isResting) this.#liveness.excuse();
    if (isOwed) this.#member?.inlet.pump();
    else if (this.#phase === "leaving") this.#letTake();
  }

  /**
   * All that is owed is written. The peer has long to read it, as long as it beats: who closes while a
   * kernel still has bytes to send answers the next beat with a reset, which drops them.
   */
  #letTake(): void {
    this.#phase = "taking";
    this.#closeAfter(TAKING_US);
    this.#endOutput(undefined);
  }

  #closeAfter(us: number): void {
    this.#cancelLinger();
    this.#cancelLinger = this.#host.ports.timers.after(us, () => this.destroy());
  }

  /** Leaves in order: everything received before is processed and first answered. */
  #leave(closing: Closing): void {
    const member = this.#member;
    if (member === undefined || this.#isCloseOffered) return;
    this.#phase = "leaving";
    member.inlet.discard();
    this.#isCloseOffered = true;
    this.#leavesInOrder = true;
    member.inlet.offer(this.#endOf(member, closing));
  }

  #offerClose(closing: Closing): void {
    const member = this.#member;
    if (member === undefined || this.#isCloseOffered) return;
    if (this.#opening === undefined) return; // not applied: if it still is, `openingApplied` is back
    this.#isCloseOffered = true;
    this.#host.offerClose(this.#endOf(member, closing));
  }

  /** Returns the end of its books, then its own. The books may have lost what waited in its queue. */
  #endOf({ id, published }: Member, closing: Closing): readonly Draft[] {
    const { backend } = this.#host;
    const nowUs = backend.nowUs();
    backend.forgetRaw?.(published.instruments);
    return [...published.invalidated(nowUs), closedDraft({ session: id, ...closing }, nowUs)];
  }

  /** The peer has finished sending: what it has sent is acted on, then it is lost. */
  #ended(): void {
    switch (this.#phase) {
      case "open":
        return this.#leave(LOST);
      case "hello":
      case "opening":
        return this.destroy();
      case "taking":
      case "closing":
        if (this.#socket.bufferedBytes === 0) this.destroy();
        return;
      case "leaving":
      case "replaced":
      case "stopping":
      case "closed":
        return;
      default:
        return unreachable(this.#phase);
    }
  }

  #drained(): void {
    this.#outbox.drained();
    this.#goOn();
  }

  #closed(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#offerClose(LOST);
    this.#outbox.close(undefined);
    this.#letGo();
    this.#liveness.stop();
    this.#cancelLinger();
    this.#host.gone(this);
  }

  #finish(lastWords: string): void {
    this.#phase = "closing";
    this.#liveness.stop();
    this.#endOutput(lastWords);
    this.#closeAfter(LINGER_US);
  }

  /** Half-closes behind what is written, and is no session any more that others have to wait for. */
  #endOutput(lastWords: string | undefined): void {
    this.#outbox.close(lastWords);
    this.#letGo();
    this.#socket.end();
    this.#host.lingers(this);
  }

  /** Ends what only an open session needs. */
  #letGo(): void {
    this.#greeting.stop();
    this.feed.close();
    this.#host.subscriptionsChanged(this);
    if (!this.#leavesInOrder) this.#member?.inlet.close();
  }

  #silent(reason: string): void {
    const { counters } = this.#host;
    counters.add("wire_silent_peers");
    const message = `Closed a connection: ${reason}`;
    counters.once("warning", { peer: this.#peer, code: "SILENT", message });
    if (this.#outbox.isFull) return this.#slow(this.#socket.bufferedBytes);
    this.destroy();
  }

  #slow(unreadBytes: number): void {
    this.#host.counters.add("wire_slow_consumers");
    const most = this.#host.settings.reportBufferBytes;
    const message = `Cannot keep the session: unread bytes must not exceed ` +
      `wire.report_buffer_bytes, ${most}: was ${unreadBytes}; reconnect with resume_from`;
    this.fatal({ code: "SLOW_CONSUMER", message });
  }
}
