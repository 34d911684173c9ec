/**
 * The table of log events and its page. Proves R-OPS-5: every event that can be written is
 * documented with category, levels and meaning, in the order of the table.
 * @module
 */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { ALARMS } from "../../edge/alarms.ts";
import { LOG_CATEGORIES, LOG_EVENTS, type LogEventRow } from "../../edge/log_events.ts";

const PAGE = new URL("../../docs/reference/logs.md", import.meta.url);
const ROWS: readonly (readonly [string, LogEventRow])[] = Object.entries(LOG_EVENTS);

/** Rows of the table below a heading, cells joined by one bar. */
function rowsOf(heading: string): readonly string[] {
  const section = Deno.readTextFileSync(PAGE).split(/^(?=##)/m)
    .find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.replace(/^\| | \|$/g, "").split(/ +\| +/).map((cell) => cell.trim()))
    .map((cells) => cells.join("|"));
}

for (const category of LOG_CATEGORIES) {
  Deno.test(`logs.md lists the events of ${category} as the program has them`, () => {
    const expected = ROWS.filter(([, row]) => row.category === category)
      .map(([name, { levels, says }]) => `\`${name}\`|${levels.join(", ")}|${says}`);
    deepStrictEqual(rowsOf(`## \`${category}\``), expected);
  });
}

Deno.test("logs.md lists the alarms of the engine as the program has them", () => {
  const expected = Object.entries(ALARMS)
    .map(([code, { says, remedy }]) => `\`${code}\`|${says}|${remedy}`);
  deepStrictEqual(rowsOf("### Alarms of the engine"), expected);
  for (const [, { says, remedy }] of Object.entries(ALARMS)) {
    ok([says, remedy].every((text) => /^[A-Z`].*\.$/.test(text)));
  }
});

Deno.test("every event is named in snake_case, and says a sentence", () => {
  for (const [name, { levels, says }] of ROWS) {
    match(name, /^[a-z]+(_[a-z]+)*$/);
    match(says, /^[A-Z`].*\.$/);
    ok(levels.length > 0, name);
  }
});
