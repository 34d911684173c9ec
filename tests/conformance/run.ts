/**
 * `deno task conformance --venue NAME [--only E74,X01] [--write]`: plays the suite on a venue and
 * prints its table; `--write` puts it into the venue's page.
 * @module
 */
import { parseArgs } from "node:util";
import { CASES } from "./cases/mod.ts";
import { playCases } from "./case.ts";
import { DRIVERS } from "./drivers/mod.ts";
import { resultLine, summaryOf, writePage } from "./table.ts";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      venue: { type: "string" },
      only: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const driver = DRIVERS.find(({ name }) => name === values.venue);
  if (driver === undefined) {
    say(`Cannot play the suite: --venue must be one of ${DRIVERS.map(({ name }) => name)}`);
    return 64;
  }
  const only = values.only?.split(",");
  const cases = only === undefined ? CASES : CASES.filter(({ id }) => only.includes(id));
  const results = await playCases(driver, cases, (result) => say(resultLine(result)));
  say(summaryOf(results));
  if (values.write && only === undefined) writePage(driver.name, results);
  return results.some(({ result }) => result === "FAIL") ? 1 : 0;
}

Deno.exit(await main());
