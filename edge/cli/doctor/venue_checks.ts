/**
 * Checks of venues outside: whether they can be reached, and what the key may do there.
 *
 * A key that may withdraw is refused: whoever gets it takes everything, and the daemon never needs it.
 * @module
 */
import type { Configuration } from "../../../config/mod.ts";
import { unreachable } from "../../../core/invariant.ts";
import type { Examination, KeyScope } from "../../venues/examination.ts";
import { fail, type Finding, pass, skip, type Subject, warn } from "./finding.ts";
import { NO_CONFIGURATION } from "./file_checks.ts";
import type { Facts } from "./machine.ts";

const DAY_MS = 86_400_000;
/** A key that ends sooner should be replaced now. */
const ENDING_DAYS = 14;

/** Two findings for each venue: reach, then key. */
export function checkVenues(facts: Facts): Finding[] {
  const { configuration, examinations } = facts;
  if (configuration.kind === "refused") return [skip({ check: "venue" }, NO_CONFIGURATION)];
  const { venues, mode } = configuration.configuration;
  const outside = venues.filter(({ simulation }) => simulation === null);
  if (outside.length === 0) return [skip({ check: "venue" }, "no venue outside is configured")];
  if (examinations === undefined) return [skip({ check: "venue" }, "asked not to reach out")];
  return outside.flatMap(({ name }) => {
    const found = examinations.get(name);
    if (found === undefined) return [];
    return [reachOf(name, found), ...keyOf(found.key, { about: name, mode, facts })];
  });
}

function reachOf(about: string, { reach }: Examination): Finding {
  const subject = { check: "venue", about } as const;
  switch (reach.kind) {
    case "reached":
      return pass(subject, `answers within ${reach.tripMs} ms`);
    case "unreachable":
      return fail(subject, {
        text: `cannot be reached: ${reach.reason}`,
        remedy: "see to network, DNS and firewall, and that the program may reach this host",
      });
    default:
      return unreachable(reach);
  }
}

type About = {
  readonly about: string;
  readonly mode: Configuration["mode"];
  readonly facts: Facts;
};

function keyOf(key: KeyScope, { about, mode, facts }: About): readonly Finding[] {
  const subject = { check: "key", about } as const;
  const severe = mode === "live" ? fail : warn;
  switch (key.kind) {
    case "absent":
      return [severe(subject, {
        text: `market data only: ${key.reason}`,
        remedy: "put the secrets where credentials says",
      })];
    case "refused":
      return [fail(subject, {
        text: `the venue does not accept it: ${key.reason}`,
        remedy: "make a new key; look whether this machine's address is among those it is bound to",
      })];
    case "unknown":
      return [warn(subject, {
        text: `nobody says what it may do: ${key.reason}`,
        remedy: "look at the venue's own page: no withdrawals, bound to this machine's address",
      })];
    case "known": {
      const worries = worriesOf(key, { subject, severe, nowMs: facts.machine.wallMs });
      return worries.length > 0 ? worries : [pass(subject, "may trade, and nothing else")];
    }
    default:
      return unreachable(key);
  }
}

function worriesOf(
  key: Extract<KeyScope, { readonly kind: "known" }>,
  of: { readonly subject: Subject; readonly severe: typeof fail; readonly nowMs: number },
): readonly Finding[] {
  const { subject, severe, nowMs } = of;
  const days = key.endsMs === null ? Infinity : Math.floor((key.endsMs - nowMs) / DAY_MS);
  const withdraw = { text: "may withdraw", remedy: "make a key without withdrawals" };
  const trade = {
    text: "may not trade",
    remedy: "allow trading of what is configured, or make a key",
  };
  const transfer = {
    text: "may move funds to other accounts",
    remedy: "take transfers from the key: the daemon never needs them",
  };
  const unbound = {
    text: "works from any address",
    remedy: "bind it to this machine's address at the venue",
  };
  const ending = { text: `ends in ${days} days`, remedy: "make a new key before it ends" };
  const ended = { text: "its right to trade has ended", remedy: "make a new key" };
  return [
    ...(key.mayWithdraw ? [fail(subject, withdraw)] : []),
    ...(key.mayTrade ? [] : [severe(subject, trade)]),
    ...(days < 0 ? [severe(subject, ended)] : days < ENDING_DAYS ? [warn(subject, ending)] : []),
    ...(key.mayTransfer ? [warn(subject, transfer)] : []),
    ...(key.isBoundToAddresses ? [] : [warn(subject, unbound)]),
  ];
}
