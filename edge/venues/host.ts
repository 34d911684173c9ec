/**
 * The Worker's end of a venue: hosts one adapter and speaks with the daemon's `VenueLink`.
 *
 * What an adapter offers is checked field by field before it is posted: one that is wrong ends the
 * adapter, loudly, and is never sequenced. What it says in words leaves without its secrets. `up` is
 * said here, once the account was reconciled after a connection.
 * Invariant: a command that was announced is handed to the adapter's `send` when the journal's
 * counter has reached its commit, never before, once, and not at all after a stop or a failure, or
 * once the daemon has cut this Worker off: it has answered for what was announced.
 * Ordering: messages that come while the adapter's code is still loading wait for it; beats are
 * answered at once.
 * Limit: a reconciliation that was asked for before a connection broke and that reaches the Worker
 * after the next one was made counts as one of that connection; another one follows.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import { unreachable } from "../../core/invariant.ts";
import type { RequestId } from "../../core/numbers.ts";
import type { Draft, VenueStatus } from "../../core/event.ts";
import { cutText } from "../../core/cut_text.ts";
import { EngineClock } from "../engine_clock.ts";
import type { CreditMessage } from "../inlet.ts";
import { isCommitted, watchCommits } from "../journal/ring.ts";
import type { LogLevelOf, VenueLogEvent } from "../log_events.ts";
import type { Ports, WorkerScope } from "../ports.ts";
import { type Redact, redactor } from "../redaction.ts";
import { type CredentialsRead, readCredentials, type Secrets } from "../secrets.ts";
import type { DeadManConfirmed, ReleasedCommand, VenueAdapter, VenueHost } from "../venue.ts";
import { isCutOff } from "./cut_off.ts";
import { type DraftScope, marketProblem, reportProblem } from "./draft_checks.ts";
import { dryAnswers } from "./dry_answers.ts";
import { isMap } from "./fields.ts";
import { listingProblem } from "./listing.ts";
import type { VenueClock, VenueCommandMessage, VenueInit, VenueReportMessage } from "./messages.ts";
import { Outlet } from "./outlet.ts";
import type { AdapterRegistry, RegisteredAdapter } from "./registry.ts";

/** Beats come every second; without one for so long the daemon counts as silent. */
const ALIVE_US = 3_000_000;

/** How long loading and making an adapter may take. */
const LOAD_US_MAX = 60_000_000;
/** Longest text of a report or a status; the rest is cut. */
const WORDS_MAX = 1000;

/** What a venue's Worker runs with. */
export type VenueWorkerOptions = {
  readonly init: VenueInit;
  readonly adapters: AdapterRegistry;
  readonly secrets: Secrets;
};

/**
 * Runs one adapter in a Worker.
 * @throws {RangeError} If the registry does not know the adapter.
 */
export function runVenue(scope: WorkerScope, ports: Ports, options: VenueWorkerOptions): void {
  const { init, adapters } = options;
  const registered = adapters.get(init.adapter);
  if (registered === undefined) {
    throw new RangeError(
      `Cannot start venue ${init.declaration.name}: no adapter is named ${init.adapter}`,
    );
  }
  const worker = new VenueWorker(scope, ports, { ...options, registered });
  scope.onUncaught?.((cause) => worker.uncaught(cause));
  scope.onMessage((message) => worker.heard(message as VenueCommandMessage | CreditMessage));
  worker.load();
}

/** One adapter and what surrounds it. */
class VenueWorker {
  readonly #scope: WorkerScope;
  readonly #ports: Ports;
  readonly #options: VenueWorkerOptions & { readonly registered: RegisteredAdapter };
  readonly #outlet: Outlet;
  readonly #clock: EngineClock;
  readonly #drafts: DraftScope;
  /** What was announced and is not durable yet, in the order of its commits. */
  readonly #announced: { readonly command: VenueCommand; readonly commit: number }[] = [];
  /** When a command of a dry run became durable, until it is answered. */
  readonly #dryJournaled = new Map<RequestId, ReleasedCommand["journalUs"]>();
  #adapter: VenueAdapter | undefined;
  #early: VenueCommandMessage[] = [];
  #redact: Redact = redactor([]);
  #status: VenueStatus | undefined;
  #reason = "";
  /** The newest reconciliation since the connection was made. */
  #reconciling: RequestId | undefined;
  #beatUs: number;
  /** As the newest beat says. */
  #isDaemonAlive = true;
  #deadMan: DeadManConfirmed | null = null;
  #venueClock: VenueClock | null = null;
  #hasFailed = false;
  #isStopped = false;
  #exposed = "";

  constructor(
    scope: WorkerScope,
    ports: Ports,
    options: VenueWorkerOptions & { readonly registered: RegisteredAdapter },
  ) {
    const { declaration, instruments, clockAheadUs } = options.init;
    this.#scope = scope;
    this.#ports = ports;
    this.#options = options;
    this.#outlet = new Outlet(scope, ports.timers);
    this.#clock = EngineClock.aheadBy(ports.clock, clockAheadUs);
    this.#drafts = {
      venue: declaration.id,
      instruments: new Set(instruments.map(({ id }) => id)),
    };
    this.#beatUs = ports.clock.monotonicUs();
  }

  /** Loads the adapter's code, makes it and starts it. */
  load(): void {
    const { registered, init } = this.#options;
    this.#ports.timers.after(LOAD_US_MAX, () => {
      if (this.#adapter === undefined) this.#fail("its code was not there within 60 s");
    });
    const fail = (cause: unknown): void => this.threw(cause);
    const begin = (adapter: VenueAdapter): void => this.#begin(adapter);
    this.#guarded(() =>
      whenThere(registered.load(), (create) => {
        this.#guarded(() =>
          whenThere(create(this.#host(), this.#ports, init.options), begin, fail)
        );
      }, fail)
    );
  }

  /** What an adapter throws is its end, and says so without a secret. */
  threw(cause: unknown): void {
    this.#fail(describe(cause), cause instanceof Error ? cause.stack : undefined);
  }

  /**
   * Nobody caught it: what its library leaves behind is noted, whatever else is its end. Connections
   * that were told to end say so.
   */
  uncaught(cause: unknown): void {
    if (this.#isStopped) return;
    if (this.#adapter?.isLeftBehind?.(cause) !== true) return this.threw(cause);
    this.#log("warning", "library_promise_failed", { reason: describe(cause) });
  }

  heard(message: VenueCommandMessage | CreditMessage): void {
    if (message.kind === "credit") {
      this.#outlet.credit(message.lane ?? "reports", message.drafts);
    } else if (message.kind === "beat") {
      this.#beatUs = this.#ports.clock.monotonicUs();
      this.#isDaemonAlive = message.isAlive;
      const { statistics: market } = this.#outlet;
      this.#post({ kind: "beat", market, deadMan: this.#deadMan, clock: this.#venueClock });
    } else if (this.#adapter === undefined) this.#early.push(message);
    else this.#obey(this.#adapter, message);
  }

  #begin(adapter: VenueAdapter): void {
    if (this.#hasFailed) return;
    this.#adapter = adapter;
    this.#guarded(() => adapter.start());
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.#obey(adapter, message);
  }

  #obey(adapter: VenueAdapter, message: VenueCommandMessage): void {
    switch (message.kind) {
      case "announce":
        return this.#prepare(adapter, message);
      case "cancelAll":
        return this.#guarded(() => adapter.cancelAll());
      case "stop":
        this.#isStopped = true;
        return this.#guarded(() => adapter.stop());
      case "beat":
        return;
      default:
        return unreachable(message);
    }
  }

  #prepare(
    adapter: VenueAdapter,
    { command, commit }: Extract<VenueCommandMessage, { readonly kind: "announce" }>,
  ): void {
    const isWatching = this.#announced.length > 0;
    this.#announced.push({ command, commit });
    this.#guarded(() => adapter.prepare?.(command));
    if (isWatching) return;
    const { commits } = this.#options.init;
    watchCommits(this.#ports.signals, commits, () => this.#release(adapter));
  }

  /** Sends what is durable by now; true: something still waits. */
  #release(adapter: VenueAdapter): boolean {
    const { commits } = this.#options.init;
    for (;;) {
      const [next] = this.#announced;
      if (next === undefined || this.#isOver) return false;
      if (!isCommitted(commits, next.commit)) return true;
      this.#announced.shift();
      this.#send(adapter, { command: next.command, journalUs: this.#clock.nowUs() });
    }
  }

  /** Nothing is sent any more. */
  get #isOver(): boolean {
    return this.#hasFailed || this.#isStopped || isCutOff(this.#options.init.cutOff);
  }

  #send(adapter: VenueAdapter, released: ReleasedCommand): void {
    this.#note(released);
    this.#guarded(() => adapter.send(released));
  }

  #note({ command, journalUs }: ReleasedCommand): void {
    if (command.kind === "Reconcile") this.#reconciling = command.request;
    else if (command.dryRun === true) this.#dryJournaled.set(command.request, journalUs);
  }

  /** A plain object: wrappers of a host copy it. */
  #host(): VenueHost {
    const { declaration, instruments, clOrdIdPrefix, deadManMs, cutOff } = this.#options.init;
    return {
      declaration,
      instruments,
      clOrdIdPrefix,
      deadManMs,
      nowUs: () => this.#clock.nowUs(),
      offer: (draft) => this.#offer(draft),
      offerMarket: (draft) => this.#offerMarket(draft),
      list: (instrument) => {
        const problem = listingProblem(instrument, instruments);
        if (problem !== undefined) this.#fail(`the adapter listed what cannot be: ${problem}`);
        else if (!this.#hasFailed) this.#outlet.say({ kind: "listed", instrument });
      },
      status: (status, reason) => this.#say(status, reason),
      credentials: () => this.#credentials(),
      isCutOff: () => isCutOff(cutOff),
      isDaemonAlive: () =>
        this.#isDaemonAlive && this.#ports.clock.monotonicUs() - this.#beatUs <= ALIVE_US,
      clockMeasured: (clock) => {
        this.#venueClock = clock;
      },
      deadManConfirmed: (confirmed) => {
        this.#deadMan = confirmed;
      },
      answerDry: (command) => {
        const journalUs = this.#dryJournaled.get(command.request);
        this.#dryJournaled.delete(command.request);
        const times = { nowUs: this.#clock.nowUs(), journalUs };
        for (const draft of dryAnswers(command, times)) this.#offer(draft);
      },
      log: (level, event, fields) => this.#log(level, event, fields),
    };
  }

  #offer(draft: Draft): boolean {
    if (this.#hasFailed) return true; // nothing it says counts any more
    const clean = this.#clean(draft);
    const problem = reportProblem(clean, this.#drafts);
    if (problem !== undefined) return this.#refuse(problem);
    const isTaken = this.#outlet.report(clean);
    if (isTaken && clean.eventType === "Reconciled") this.#reconciled(clean.payload.request);
    return isTaken;
  }

  #offerMarket(draft: Draft): boolean {
    if (this.#hasFailed) return true;
    const problem = marketProblem(draft, this.#drafts);
    return problem === undefined ? this.#outlet.market(draft) : this.#refuse(problem);
  }

  #refuse(problem: string): true {
    this.#fail(`the adapter said what cannot be: ${problem}`);
    return true;
  }

  /** What is said in words may hold what must not be seen, and a whole page of an error. */
  #clean(draft: Draft): Draft {
    const payload: unknown = draft.payload;
    if (!isMap(payload)) return draft;
    const key = "text" in payload ? "text" : "reason";
    const words = payload[key];
    if (typeof words !== "string") return draft;
    const clean = cutText(this.#redact(words), WORDS_MAX);
    return clean === words ? draft : { ...draft, payload: { ...payload, [key]: clean } } as Draft;
  }

  #reconciled(request: RequestId): void {
    if (this.#status !== "reconciling" || request !== this.#reconciling) return;
    this.#say("up", "the account was reconciled");
  }

  /** One event for each change: the same said again is not news. */
  #say(status: VenueStatus, words: string): void {
    const reason = cutText(this.#redact(words), WORDS_MAX);
    if (this.#hasFailed || (status === this.#status && reason === this.#reason)) return;
    this.#status = status;
    this.#reason = reason;
    if (status === "reconciling") this.#reconciling = undefined;
    this.#outlet.say({ kind: "status", status, reason });
  }

  #credentials(): ReturnType<VenueHost["credentials"]> {
    const { init, registered, secrets } = this.#options;
    const names = registered.description.credentials(init.options);
    const read = readCredentials(names, init.credentials, secrets);
    if (!read.ok) return read;
    this.#redact = redactor([...read.values.values()].map((secret) => secret.reveal()));
    this.#warnExposed(read);
    return { ok: true, values: read.values };
  }

  #warnExposed({ exposed }: Extract<CredentialsRead, { readonly ok: true }>): void {
    const files = exposed.join(", ");
    if (files !== "" && files !== this.#exposed) {
      const text = `${files} must be readable by its owner alone: make it mode 0600`;
      this.#log("warning", "credentials_exposed", { text });
    }
    this.#exposed = files;
  }

  #log<Event extends VenueLogEvent>(
    level: LogLevelOf<Event>,
    event: Event,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const venue = this.#options.init.declaration.name;
    const clean = Object.entries(fields).map(([key, value]) =>
      [key, this.#redacted(value)] as const
    );
    this.#ports.log.write(level, event, { venue, ...Object.fromEntries(clean) });
  }

  #redacted(value: unknown): unknown {
    if (typeof value === "string") return this.#redact(value);
    if (value instanceof Error) return this.#redact(describe(value));
    if (typeof value !== "object" || value === null) return value;
    return this.#redact(JSON.stringify(value) ?? "");
  }

  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.threw(error);
    }
  }

  #post(message: VenueReportMessage): void {
    this.#scope.post(message);
  }

  /** @param stack Where it was thrown, for whoever repairs the adapter. */
  #fail(words: string, stack = ""): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const reason = this.#redact(words);
    this.#scope.post({
      kind: "failed",
      reason,
      ...(stack === "" ? {} : { stack: this.#redact(stack) }),
    });
  }
}

/** Goes on with a value that is there, or will be. */
function whenThere<Value>(
  value: Value | Promise<Value>,
  go: (value: Value) => void,
  fail: (cause: unknown) => void,
): void {
  if (value instanceof Promise) value.then(go, fail);
  else go(value);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
