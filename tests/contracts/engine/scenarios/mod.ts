/**
 * Every scenario, in the order in which a person would read them.
 * @module
 */
import type { Scenario } from "../scenario.ts";
import { ACCOUNTS } from "./accounts.ts";
import { CANCELS } from "./cancels.ts";
import { CORRECTIONS } from "./corrections.ts";
import { DOUBTS } from "./doubts.ts";
import { DRY_RUNS } from "./dry_runs.ts";
import { FUZZED } from "./fuzzed.ts";
import { LIFE } from "./life.ts";
import { LINKS } from "./links.ts";
import { OPENINGS } from "./openings.ts";
import { OUTCOMES } from "./outcomes.ts";
import { OUTCOMES_CORRECTED } from "./outcomes_corrected.ts";
import { RECONCILIATIONS } from "./reconciliations.ts";
import { REFUSALS } from "./refusals.ts";
import { REPLACES } from "./replaces.ts";
import { RESTARTS } from "./restarts.ts";
import { RISK } from "./risk.ts";
import { STATES } from "./states.ts";
import { STRANGERS } from "./strangers.ts";
import { TURNED_BACK } from "./turned_back.ts";

/** All scenarios; each name is the name of its fixture. */
export const SCENARIOS: readonly Scenario[] = [
  ...LIFE,
  ...CANCELS,
  ...REPLACES,
  ...REFUSALS,
  ...DOUBTS,
  ...RESTARTS,
  ...STATES,
  ...RISK,
  ...CORRECTIONS,
  ...STRANGERS,
  ...ACCOUNTS,
  ...FUZZED,
  ...OUTCOMES,
  ...OUTCOMES_CORRECTED,
  ...RECONCILIATIONS,
  ...OPENINGS,
  ...DRY_RUNS,
  ...LINKS,
  ...TURNED_BACK,
];
