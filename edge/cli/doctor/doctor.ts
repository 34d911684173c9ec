/**
 * `doctor`: all checks in their order, and what they come to.
 * @module
 */
import { checkJournal, checkLock, checkMetricsPort, checkPort } from "./daemon_checks.ts";
import { checkDiskSpace, checkDiskSync } from "./disk_checks.ts";
import {
  checkConfiguration,
  checkConfigurationFile,
  checkCredentials,
  checkStateDirectory,
  checkToken,
} from "./file_checks.ts";
import type { Finding, Verdict } from "./finding.ts";
import { checkClock, checkRuntime, checkUnit } from "./machine_checks.ts";
import type { Facts } from "./machine.ts";
import { checkVenues } from "./venue_checks.ts";

/** Makes every check. */
export function findings(facts: Facts): readonly Finding[] {
  return [
    ...checkConfiguration(facts),
    checkConfigurationFile(facts),
    ...checkCredentials(facts),
    checkStateDirectory(facts),
    checkToken(facts),
    checkLock(facts),
    checkPort(facts),
    checkMetricsPort(facts),
    ...checkJournal(facts),
    checkDiskSpace(facts),
    checkDiskSync(facts),
    checkClock(facts),
    checkRuntime(facts),
    ...checkUnit(facts),
    ...checkVenues(facts),
  ];
}

/** Returns how many findings there are of each verdict. */
export function countOf(found: readonly Finding[]): Readonly<Record<Verdict, number>> {
  const counts: Record<Verdict, number> = { pass: 0, warn: 0, fail: 0, skip: 0 };
  for (const { verdict } of found) counts[verdict] += 1;
  return counts;
}

/** Returns the findings for people: a line each, its remedy on the next. */
export function findingLines(found: readonly Finding[]): readonly string[] {
  const { pass, warn, fail, skip } = countOf(found);
  const lines = found.flatMap(({ check, about, verdict, text, remedy }) => {
    const what = about === undefined ? check : `${check} ${about}`;
    const line = `${verdict.padEnd(4)}  ${what.padEnd(18)}  ${text}`;
    return remedy === undefined ? [line] : [line, `      ${"".padEnd(18)}  → ${remedy}`];
  });
  return [...lines, "", `${pass} passed, ${warn} to look at, ${fail} failed, ${skip} skipped`];
}
