/**
 * What a venue's Worker and the daemon's link to it say to each other. Structured-cloneable.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Draft, VenueDeclaration, VenueStatus } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { CommitCells } from "../journal/mod.ts";
import type { SecretSource } from "../secrets.ts";
import type { DeadManConfirmed, VenueOptions } from "../venue.ts";
import type { CutOff } from "./cut_off.ts";

/** What the Worker is started with. */
export type VenueInit = {
  readonly adapter: string;
  readonly declaration: VenueDeclaration;
  readonly instruments: readonly Instrument[];
  readonly clOrdIdPrefix: string;
  /** The journal's, for what was announced. */
  readonly commits: CommitCells;
  /** This Worker's own. */
  readonly cutOff: CutOff;
  readonly options: VenueOptions;
  /** Where the secrets are; never the secrets. */
  readonly credentials: Readonly<Record<string, SecretSource>>;
  readonly deadManMs: number | null;
  /** The daemon's clock less the wall clock, microseconds: both ends have one time. */
  readonly clockAheadUs: number;
};

/**
 * To the Worker, credit aside. `announce`: the command is being written, and is to be sent when that
 * commit is durable. `beat`: the daemon's main thread runs, and whether the daemon makes progress.
 */
export type VenueCommandMessage =
  | { readonly kind: "announce"; readonly command: VenueCommand; readonly commit: number }
  | { readonly kind: "cancelAll" }
  | { readonly kind: "stop" }
  | { readonly kind: "beat"; readonly isAlive: boolean };

/** From the Worker. `beat`: it is alive; `failed`: it cannot go on, and is to be started anew. */
export type VenueReportMessage =
  | { readonly kind: "drafts"; readonly drafts: readonly Draft[] }
  | { readonly kind: "market"; readonly drafts: readonly Draft[] }
  | { readonly kind: "status"; readonly status: VenueStatus; readonly reason: string }
  | { readonly kind: "listed"; readonly instrument: Instrument }
  | { readonly kind: "failed"; readonly reason: string; readonly stack?: string }
  | {
    readonly kind: "beat";
    readonly market: MarketCounts;
    /** As the venue last confirmed it; null: it has not. */
    readonly deadMan: DeadManConfirmed | null;
    /** As last measured; null: it was not. */
    readonly clock: VenueClock | null;
  };

/** A venue's clock less ours, and the round trip by which it was measured, microseconds. */
export type VenueClock = { readonly skewUs: number; readonly tripUs: number };

/** Market data that had no room at once, since the Worker started; what merged lost nothing. */
export type MarketCounts = { readonly merged: number; readonly dropped: number };
