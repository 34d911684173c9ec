/**
 * What a run of the daemon says first: that it started, what its configuration declares, and whose
 * account is taken over.
 *
 * Ordering: `Started`, the declarations, then what the operator asked for at this start; all of it in
 * the control queue before anything else is. The sequencer takes `Started` first whatever
 * `queues.priority` says; the rest is then as urgent as control is.
 * @module
 */
import { clOrdIdPrefix } from "../core/command.ts";
import type { ControlPayloads } from "../core/event.ts";
import type { Micros } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type { Canonical } from "../config/canonical.ts";
import { declareClients } from "../config/declare_limits.ts";
import type { Configuration } from "../config/mod.ts";
import { controlDraft } from "../edge/control_draft.ts";
import { declarationDrafts, declarationsMax, heldBack, renumber } from "../edge/declarations.ts";
import type { EngineClock } from "../edge/engine_clock.ts";
import { leftBehind } from "../edge/left_behind.ts";
import type { Ingress, IngressQueue } from "../edge/ingress.ts";
import { VenueSide } from "../edge/venue_side.ts";
import type { DaemonJournal, DaemonOptions } from "./options.ts";
import { isAlive } from "./parts.ts";
import { VERSION } from "../version.ts";

/** What a start needs besides its options. */
export type StartParts = {
  readonly view: View;
  readonly clock: EngineClock;
  readonly ingress: Ingress;
  readonly control: IngressQueue;
  readonly journal: Pick<DaemonJournal, "journalId" | "cells" | "durableLagUs">;
  /** The configuration that starts. */
  readonly canonical: Canonical;
  /** A loss was accepted at this start: since when the journal may not know what happened. */
  readonly lostSinceUs: Micros | undefined;
};

/** Opens the queue of the daemon's own events. */
export function openControl(
  { configuration, venues, adoptAccounts }: DaemonOptions,
  ingress: Ingress,
  view: View,
): IngressQueue {
  // The configured bound is for what comes later: however much a start declares must fit.
  const { max, policy } = configuration.queues.control;
  const atStart = declarationsMax(venues, { clients: declareClients(configuration), view });
  return ingress.open({ name: "control", max: max + atStart + adoptAccounts.length, policy });
}

/** Offers all that a start says, and prepares its venues. */
export function declareStart(options: DaemonOptions, parts: StartParts): VenueSide {
  const { ports, configuration } = options;
  const { view, clock, ingress, control, journal, lostSinceUs } = parts;
  const payload = startedPayload(configuration, parts);
  control.offer(controlDraft({ eventType: "Started", payload }, clock.nowUs()));
  const venues = renumber(options.venues, view);
  // After a loss the core halts: what is said of the operator behind that must not loosen it.
  const tradingState = lostSinceUs === undefined ? configuration.operator.tradingState : "Halted";
  const operator = { ...configuration.operator, tradingState, resume: options.resumeTrading };
  const held = heldBack(view, operator);
  if (held !== undefined) ports.log.write("alarm", "trading_held_back", { text: held });
  const left = leftBehind(venues, view);
  for (const { text, isReached } of left.sentences) {
    ports.log.write(isReached ? "warning" : "alarm", "orders_left_behind", { text });
  }
  const clients = declareClients(configuration);
  const nowUs = clock.nowUs();
  const drafts = declarationDrafts(venues, { view, clients, operator, nowUs });
  for (const draft of drafts) control.offer(draft);
  const reason = "--adopt-account";
  for (const { declaration: { id, name } } of venues) {
    if (!options.adoptAccounts.includes(name)) continue;
    const adopted = { eventType: "AccountAdopted", payload: { reason }, venue: id } as const;
    control.offer(controlDraft(adopted, clock.nowUs()));
  }
  return new VenueSide({
    venues,
    known: view.instruments,
    hasMarket: (instrument) => {
      const book = view.book(instrument);
      return book !== undefined && (book.updatedUs !== null || book.lastTradeUs !== null);
    },
    leaving: left.instruments,
    ports,
    ingress,
    clock,
    clOrdIdPrefix: clOrdIdPrefix(journal.journalId),
    commits: journal.cells,
    isAlive: () => isAlive(journal),
    queues: configuration.queues,
    offer: (draft) => control.offer(draft),
  });
}

function startedPayload(
  configuration: Configuration,
  { journal, canonical, lostSinceUs }: Pick<StartParts, "journal" | "canonical" | "lostSinceUs">,
): ControlPayloads["Started"] {
  const { invariants, intentHorizonMs, lookupRetryMs, seed } = configuration.engine;
  const { intentsPerSecond, burst } = configuration.wire;
  return {
    engineVersion: VERSION,
    journalId: journal.journalId,
    mode: configuration.mode,
    ...canonical,
    settings: { invariants, intentHorizonMs, intentsPerSecond, burst, lookupRetryMs },
    seed,
    ...(lostSinceUs === undefined ? {} : { lostSinceUs }),
  };
}
