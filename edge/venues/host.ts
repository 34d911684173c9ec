/**
 * The Worker's end of a venue: hosts one adapter and speaks with the daemon's `VenueLink`.
 *
 * Flow control: at most the credit of drafts is outstanding; beyond it drafts wait here, in order,
 * up to `WAITING_MAX`, and then `offer` answers false so that the adapter stops reading. A status
 * waits behind the drafts before it: `up` must not overtake what the venue replayed.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { micros } from "../../core/numbers.ts";
import { EngineClock } from "../engine_clock.ts";
import type { CreditMessage } from "../inlet.ts";
import type { Ports, WorkerScope } from "../ports.ts";
import type { AdapterFactory, VenueAdapter, VenueHost } from "../venue.ts";
import type { VenueCommandMessage, VenueInit, VenueReportMessage } from "./link.ts";

const WAITING_MAX = 16_384;

/** Adapters by the name that configuration uses. */
export type AdapterRegistry = ReadonlyMap<string, AdapterFactory>;

/**
 * Runs one adapter in a Worker.
 * @throws {RangeError} If the registry does not know the adapter.
 */
export function runVenue(
  scope: WorkerScope,
  ports: Ports,
  options: { readonly init: VenueInit; readonly adapters: AdapterRegistry },
): void {
  const { init, adapters } = options;
  const create = adapters.get(init.adapter);
  if (create === undefined) {
    throw new RangeError(
      `Cannot start venue ${init.declaration.name}: no adapter is named ${init.adapter}`,
    );
  }
  const outlet = new Outlet(scope);
  const clock = new EngineClock(ports.clock, micros(0));
  const host: VenueHost = {
    offer: (draft) => {
      const isTaken = outlet.offer(draft);
      if (isTaken && draft.eventType === "Reconciled") {
        outlet.say({ kind: "status", status: "up", reason: "reconciled" });
      }
      return isTaken;
    },
    offerMarket: (draft) => outlet.offer(draft),
    list: () => {},
    credentials: () => ({ ok: false, reason: "no secrets are configured" }),
    isDaemonAlive: () => true,
    answerDry: () => {},
    log: (level, event, fields) => ports.log.write(level, event, fields),
    status: (status, reason) => outlet.say({ kind: "status", status, reason }),
    declaration: init.declaration,
    instruments: init.instruments,
    clOrdIdPrefix: init.clOrdIdPrefix,
    nowUs: () => clock.nowUs(),
  };
  const early: VenueCommandMessage[] = [];
  let adapter: VenueAdapter | undefined;
  scope.onMessage((message) => {
    const heard = message as VenueCommandMessage | CreditMessage;
    if (heard.kind === "credit") outlet.credit(heard.drafts);
    else if (adapter === undefined) early.push(heard);
    else obey(adapter, heard);
  });
  const begin = (made: VenueAdapter): void => {
    adapter = made;
    made.start();
    for (const heard of early) obey(made, heard);
  };
  const made = create(host, ports, init.options);
  if (made instanceof Promise) made.then(begin);
  else begin(made);
}

function obey(adapter: VenueAdapter, message: VenueCommandMessage): void {
  switch (message.kind) {
    case "send":
      adapter.send(message.released);
      break;
    case "cancelAll":
      adapter.cancelAll();
      break;
    case "stop":
      adapter.stop();
      break;
  }
}

type StatusMessage = Extract<VenueReportMessage, { readonly kind: "status" }>;
type Waiting = StatusMessage | { readonly kind: "draft"; readonly draft: Draft };

/** What is on its way out, in order: drafts within the credit, and the statuses between them. */
class Outlet {
  readonly #scope: WorkerScope;
  #credit = 0;
  #waiting: Waiting[] = [];

  constructor(scope: WorkerScope) {
    this.#scope = scope;
  }

  offer(draft: Draft): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting.push({ kind: "draft", draft });
    this.#flush();
    return true;
  }

  say(message: StatusMessage): void {
    this.#waiting.push(message);
    this.#flush();
  }

  credit(drafts: number): void {
    this.#credit += drafts;
    this.#flush();
  }

  #flush(): void {
    let taken = 0;
    let drafts: Draft[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.kind === "draft") {
        if (this.#credit === 0) break;
        this.#credit--;
        drafts.push(waiting.draft);
      } else {
        this.#post(drafts);
        drafts = [];
        this.#scope.post(waiting);
      }
      taken++;
    }
    this.#post(drafts);
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
  }

  #post(drafts: readonly Draft[]): void {
    if (drafts.length > 0) {
      this.#scope.post({ kind: "drafts", drafts } satisfies VenueReportMessage);
    }
  }
}
