/**
 * Results as a table: for the terminal, and for the venue's page between two marks.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Result } from "./case.ts";

const BEGIN = "<!-- conformance: written by deno task conformance -->";
const END = "<!-- conformance: end -->";

/** One result as a line. */
export function resultLine({ id, title, result, reason, ms }: Result): string {
  const why = reason === "" ? "" : `\n      ${reason}`;
  return `${id.padEnd(4)} ${result.padEnd(4)} ${String(ms).padStart(6)} ms  ${title}${why}`;
}

/** How many of each. */
export function summaryOf(results: readonly Result[]): string {
  const count = (wanted: Result["result"]): number =>
    results.filter(({ result }) => result === wanted).length;
  return `${results.length} cases: ${count("pass")} pass, ${
    count("skip")
  } skipped with a reason, ` +
    `${count("FAIL")} fail`;
}

/** The page's table. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ id, title, result, reason }) =>
    `| ${id} | ${escaped(title)} | ${result} | ${escaped(reason)} |`
  );
  return [
    BEGIN,
    "",
    `${summaryOf(results)}.`,
    "",
    "| id | what must hold | result | reason |",
    "| -- | -- | -- | -- |",
    ...rows,
    "",
    END,
  ].join("\n");
}

/** The table that a venue's page has, in the form in which `tableOf` gives it; undefined: none. */
export function pageTable(venue: string): string | undefined {
  const page = readPage(venue);
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  return from < 0 || to < 0 ? undefined : page.slice(from, to + END.length);
}

/** Puts a table into a venue's page, in place of the one it has. */
export function writePage(venue: string, results: readonly Result[]): void {
  const page = readPage(venue);
  const old = pageTable(venue);
  const table = tableOf(results);
  const text = old === undefined
    ? `${page.trimEnd()}\n\n${table}\n`
    : page.replace(old, () => table);
  Deno.writeTextFileSync(pathOf(venue), text);
  new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", pathOf(venue)] }).outputSync();
}

/** Cells without their padding, which formatting changes. */
export function cellsOf(table: string): string[] {
  return table.split("\n").filter((line) => /^\| [A-Z]\d/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()).join("|"));
}

function readPage(venue: string): string {
  try {
    return Deno.readTextFileSync(pathOf(venue));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `# ${venue}\n`;
    throw error;
  }
}

function pathOf(venue: string): string {
  return fileURLToPath(new URL(`../../docs/venues/${venue}.md`, import.meta.url));
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
