/**
 * A reload: what of a new configuration a running daemon takes over, as events, all of it or
 * nothing.
 *
 * Invariant: nothing is applied unless everything that differs may change now. What may only become
 * more careful (limits, dry runs, the operator's states) is refused where it would become less so;
 * what needs a restart is refused with its path.
 * Ordering: `ConfigurationReloaded` first, then what it changes, in one go.
 * @module
 */
import type { Draft, VenueDeclaration } from "../core/event.ts";
import type { Micros } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import { type Change, changesOf } from "../config/changes.ts";
import { type Canonical, canonicalConfiguration } from "../config/canonical.ts";
import { shown } from "../config/problems.ts";
import { controlDraft } from "../edge/control_draft.ts";
import { SEVERITY } from "../edge/declarations.ts";
import { type Declared, tighten, type Tightening } from "./tighten.ts";

/** What is to become of a new configuration. */
export type ReloadPlan =
  | { readonly kind: "unchanged" }
  /** A sentence for each thing that may not change. */
  | { readonly kind: "refused"; readonly problems: readonly string[] }
  | {
    readonly kind: "changed";
    readonly canonical: Canonical;
    /** What differs, by its place in the file. */
    readonly paths: readonly string[];
    readonly drafts: readonly Draft[];
  };

/** Values at these places are not shown: they may say where a secret is, or be one. */
const UNSHOWN = /\.(?:options|credentials)\b/;

/** Returns what is to be done. The venues of both have the journal's numbers. */
export function planReload(
  before: Declared,
  after: Declared,
  of: { readonly view: View; readonly nowUs: Micros },
): ReloadPlan {
  const changes = changesOf(before.configuration, after.configuration);
  if (changes.length === 0) return { kind: "unchanged" };
  const limits = tighten(before, after, (scoped, place) =>
    controlDraft(
      { eventType: "LimitsSet", payload: { ...scoped, admin: false }, ...place },
      of.nowUs,
    ));
  const looser = [...limits.looser, ...switchedBack(before, after)];
  const problems = [
    ...changes.filter(({ kind }) => kind === "fixed").map(fixedWords),
    ...looserWords(changes, { looser, gone: limits.gone }),
  ];
  if (problems.length > 0) return { kind: "refused", problems };
  const canonical = canonicalConfiguration(after.configuration);
  return {
    kind: "changed",
    canonical,
    paths: changes.map(({ path }) => path),
    drafts: [
      controlDraft({ eventType: "ConfigurationReloaded", payload: canonical }, of.nowUs),
      ...redeclared(before, after, of.nowUs),
      ...limits.drafts,
      ...switched(before, after, of),
    ],
  };
}

function fixedWords(change: Change): string {
  return `Cannot change ${change.path} while the daemon runs: it needs a restart${
    wasWords(change)
  }`;
}

/** One sentence for each setting that would become looser, with what it was and would be. */
function looserWords(
  changes: readonly Change[],
  of: Pick<Tightening, "looser" | "gone">,
): readonly string[] {
  const tightening = changes.filter(({ kind }) => kind === "tightening");
  const meant = tightening.filter(({ path, after }) =>
    (after === undefined ? of.gone : of.looser).some((one) => isPart(path, { of: one }))
  );
  const unknown = [...of.looser, ...of.gone].filter((one) =>
    meant.every(({ path }) => !isPart(path, { of: one }))
  );
  return [
    ...meant.map((change) => looserSentence(change.path, wasWords(change))),
    ...unknown.map((path) => looserSentence(path, "")),
  ];
}

function looserSentence(...[path, was]: readonly [string, string]): string {
  // A restart alone would hold back what the journal says of the operator's states.
  const how = path.startsWith("operator") ? "a restart with --resume-trading" : "a restart";
  return `Cannot loosen ${path} while the daemon runs: limits and switches may only tighten, ` +
    `${how} loosens them${was}`;
}

/** True if one is the other, or a part of it. */
function isPart(path: string, { of }: { readonly of: string }): boolean {
  const [short, long] = path.length <= of.length ? [path, of] : [of, path];
  return long.startsWith(short) && [".", "[", undefined].includes(long[short.length]);
}

function wasWords({ path, before, after }: Change): string {
  if (UNSHOWN.test(path)) return "";
  return `: was ${words(before)}, wanted ${words(after)}`;
}

function words(value: unknown): string {
  return value === undefined ? "not there" : shown(value);
}

/** Venues whose pacing or rhythm of reconciling changed, declared anew. */
function redeclared(before: Declared, after: Declared, nowUs: Micros): readonly Draft[] {
  return after.venues.flatMap(({ declaration }) => {
    const old = before.venues.find((venue) => venue.declaration.id === declaration.id);
    if (old === undefined || paceOf(old.declaration) === paceOf(declaration)) return [];
    const of = { eventType: "VenueDeclared", payload: declaration, venue: declaration.id } as const;
    return [controlDraft(of, nowUs)];
  });
}

function paceOf({ pacing, reconcileMs }: VenueDeclaration): string {
  return JSON.stringify([pacing, reconcileMs ?? null]);
}

/** Paths of switches that would be set back. */
function switchedBack(before: Declared, after: Declared): readonly string[] {
  const { operator: old, venues } = before.configuration;
  const { operator, clients } = after.configuration;
  const state = SEVERITY[operator.tradingState] < SEVERITY[old.tradingState];
  return [
    ...(state ? ["operator.trading_state"] : []),
    ...(old.killSwitch && !operator.killSwitch ? ["operator.kill_switch"] : []),
    ...clients.flatMap(({ name, dryRun }, index) =>
      !dryRun && isDryClient(before, name) ? [`clients[${index}].dry_run`] : []
    ),
    ...after.configuration.venues.flatMap(({ name, instruments }, index) => {
      const known = venues.find((venue) => venue.name === name)?.instruments ?? [];
      return instruments.flatMap(({ symbol, dryRun }, at) => {
        const wasDry = known.find((one) => one.symbol === symbol)?.dryRun === true;
        return wasDry && !dryRun ? [`venues[${index}].instruments[${at}].dry_run`] : [];
      });
    }),
  ];
}

function isDryClient({ clients }: Declared, name: string): boolean {
  return clients.some(({ client, isDryRun }) => client === name && isDryRun);
}

/** Switches that are set; what the journal holds more strictly stays. */
function switched(
  before: Declared,
  after: Declared,
  { view, nowUs }: { readonly view: View; readonly nowUs: Micros },
): readonly Draft[] {
  const reason = "configuration reloaded";
  const { tradingState: state, killSwitch } = after.configuration.operator;
  const clients = after.clients.filter(({ client, isDryRun }) =>
    isDryRun && !isDryClient(before, client)
  );
  const wereDry = dryInstruments(before);
  const dry = dryInstruments(after).filter((id) => !wereDry.includes(id));
  return [
    ...clients.map(({ client }) =>
      controlDraft({ eventType: "DryRunSet", payload: { client, on: true } }, nowUs)
    ),
    ...dry.map((instrument) =>
      controlDraft(
        { eventType: "DryRunSet", payload: { client: null, on: true }, instrument },
        nowUs,
      )
    ),
    ...(SEVERITY[state] > SEVERITY[view.operatorState]
      ? [controlDraft({ eventType: "TradingStateSet", payload: { state, reason } }, nowUs)]
      : []),
    ...(killSwitch && !view.killSwitch
      ? [controlDraft({ eventType: "KillSwitchSet", payload: { on: true, reason } }, nowUs)]
      : []),
  ];
}

function dryInstruments({ venues }: Declared): readonly DraftInstrument[] {
  return venues.flatMap(({ instruments }) => instruments)
    .filter(({ isDryRun }) => isDryRun).map(({ instrument }) => instrument.id);
}

type DraftInstrument = NonNullable<Draft["instrument"]>;
