/**
 * The list of cases: those of the common acceptance lists (E01 on, under their ids there) and ours.
 * @module
 */
import type { Case } from "../case.ts";
import { CHANGE_CASES } from "./changes.ts";
import { CLIENT_CASES } from "./clients.ts";
import { DOUBT_CASES } from "./doubt.ts";
import { LINK_CASES } from "./links.ts";
import { OPTION_CASES } from "./options.ts";
import { ORDER_CASES } from "./orders.ts";
import { RECONCILE_CASES } from "./reconcile.ts";
import { REPORT_CASES } from "./reports.ts";
import { START_STOP_CASES } from "./start_stop.ts";

/** Every case, in the order of its table. */
export const CASES: readonly Case[] = [
  ...ORDER_CASES,
  ...CHANGE_CASES,
  ...OPTION_CASES,
  ...DOUBT_CASES,
  ...START_STOP_CASES,
  ...REPORT_CASES,
  ...LINK_CASES,
  ...CLIENT_CASES,
  ...RECONCILE_CASES,
];
