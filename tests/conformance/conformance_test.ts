/**
 * Every venue plays the whole conformance suite, and its page tells the outcome as it is.
 *
 * Proves R-VENUE-1 (one suite for all adapters, skipped cases with their reason), R-EXEC-1 to
 * R-EXEC-7 on each venue, R-VENUE-6.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { playCases } from "./case.ts";
import { CASES } from "./cases/mod.ts";
import { DRIVERS } from "./drivers/mod.ts";
import { cellsOf, pageTable, summaryOf, tableOf } from "./table.ts";

/** The test exchange has no page: nobody trades there. */
const WITHOUT_PAGE = ["test"];

Deno.test("the list of cases names each once, and each says what must hold", () => {
  const ids = CASES.map(({ id }) => id);
  deepStrictEqual(ids.filter((id, at) => ids.indexOf(id) !== at), []);
  for (const { id, title } of CASES) ok(/^[A-Z]\d\d+$/.test(id) && title.length > 10, id);
  const known = ids.filter((id) => id.startsWith("E")).length;
  ok(known === 69, `all 69 cases of the common list are named: was ${known}`);
});

for (const driver of DRIVERS) {
  Deno.test(`${driver.name} passes the conformance suite, and its page says so`, async () => {
    const results = await playCases(driver, CASES);
    const failed = results.filter(({ result }) => result === "FAIL");
    const told = failed.map(({ id, title, reason }) => `${id} ${title}: ${reason}`);
    deepStrictEqual(told, [], summaryOf(results));
    ok(results.every(({ result, reason }) => result !== "skip" || reason !== ""));
    if (WITHOUT_PAGE.includes(driver.name)) return;
    const page = pageTable(driver.name);
    ok(page !== undefined, `docs/venues/${driver.name}.md must have its table`);
    deepStrictEqual(cellsOf(page), cellsOf(tableOf(results)), "deno task conformance … --write");
  });
}
