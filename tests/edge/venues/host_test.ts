/**
 * The Worker's end of a venue. Proves R-VENUE-1 (one contract) and R-OPS-3 (credit).
 * @module
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Draft } from "../../../core/event.ts";
import type { Ports, WorkerScope } from "../../../edge/ports.ts";
import type { VenueAdapter, VenueHost } from "../../../edge/venue.ts";
import { runVenue } from "../../../edge/venues/host.ts";
import { acceptedDraft } from "../../support/drafts.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

const INIT = {
  adapter: "toy",
  declaration: VENUE,
  instruments: [spotInstrument()],
  clOrdIdPrefix: "tl00000000",
  options: { key: "value" },
};

/** A Worker's scope, the adapter in it, and what came out. */
class Rig {
  readonly calls: unknown[] = [];
  readonly said: string[] = [];
  readonly scope: WorkerScope;
  readonly host: VenueHost;
  #hear: (message: unknown) => void = () => {};

  constructor() {
    this.scope = {
      post: (message) => this.said.push(...wordsOf(message as Said)),
      onMessage: (handler) => {
        this.#hear = handler;
      },
    };
    const hosts: VenueHost[] = [];
    const create = (host: VenueHost, _ports: Ports, options: unknown): VenueAdapter => {
      hosts.push(host);
      this.calls.push(options);
      return {
        start: () => this.calls.push("start"),
        send: ({ command }) => this.calls.push(`send ${command.request}`),
        cancelAll: () => this.calls.push("cancelAll"),
        stop: () => this.calls.push("stop"),
      };
    };
    const adapters = new Map([["toy", create]]);
    const ports = { clock: new VirtualTime() } as unknown as Ports;
    runVenue(this.scope, ports, { init: INIT, adapters });
    const [host] = hosts;
    if (host === undefined) throw new Error("Cannot test: the adapter must be made");
    this.host = host;
  }

  hear(message: unknown): void {
    this.#hear(message);
  }
}

type Said =
  | { readonly kind: "drafts"; readonly drafts: readonly Draft[] }
  | { readonly kind: "status"; readonly status: string };

function wordsOf(said: Said): string[] {
  if (said.kind === "status") return [said.status];
  return said.drafts.map((draft) =>
    draft.eventType === "OrderAccepted" ? `${draft.payload.order}` : draft.eventType
  );
}

Deno.test("runVenue() makes the named adapter, starts it, and hands commands on", () => {
  const rig = new Rig();
  rig.hear({ kind: "send", released: { command: { request: 3 }, journalUs: 1 } });
  rig.hear({ kind: "cancelAll" });
  rig.hear({ kind: "stop" });
  deepStrictEqual(rig.calls, [{ key: "value" }, "start", "send 3", "cancelAll", "stop"]);
  deepStrictEqual(rig.host.declaration, VENUE);
});

Deno.test("runVenue() refuses an adapter that nobody registered", () => {
  throws(
    () => runVenue(new Rig().scope, {} as unknown as Ports, { init: INIT, adapters: new Map() }),
    /Cannot start venue paper: no adapter is named toy/,
  );
});

Deno.test("offer() keeps within the credit and refuses when too many drafts wait", () => {
  const rig = new Rig();
  let offered = 0;
  while (rig.host.offer(acceptedDraft(offered + 1))) offered++;
  deepStrictEqual([offered, rig.said.length], [16_384, 0]);
  rig.hear({ kind: "credit", drafts: 2 });
  deepStrictEqual(rig.said, ["1", "2"]);
  ok(rig.host.offer(acceptedDraft(offered + 1)));
});

Deno.test("drafts and statuses leave in the order in which the adapter said them", () => {
  const step = fc.oneof(
    fc.constant("draft" as const),
    fc.constant("status" as const),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const rig = new Rig();
    const expected: string[] = [];
    let credit = 0;
    for (const [at, kind] of steps.entries()) {
      if (kind === "draft") {
        rig.host.offer(acceptedDraft(at + 1));
        expected.push(String(at + 1));
      } else if (kind === "status") {
        rig.host.status("down", "test");
        expected.push("down");
      } else {
        credit += kind;
        rig.hear({ kind: "credit", drafts: kind });
      }
      deepStrictEqual(rig.said, allowed(expected, credit));
    }
  }));
});

/** What may have left: drafts up to the credit, and the statuses before the next draft. */
function allowed(said: readonly string[], credit: number): string[] {
  let left = credit;
  const end = said.findIndex((word) => !/up|down/.test(word) && left-- === 0);
  return said.slice(0, end < 0 ? said.length : end);
}
