/**
 * `tapeline feed inspect FILE…`: what recorded market data holds.
 *
 * Progress and problems go to stderr, findings to stdout.
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import { EXIT } from "../exit_codes.ts";
import type { Decimals } from "../feeds/inspect.ts";
import type { FeedInspection, Print } from "./actions.ts";
import type { CommandContext } from "./context.ts";
import { table } from "./table.ts";
import { isoText } from "./why/times.ts";

/** A damaged file could have a problem in each line: so many are told, the counts have all. */
const PROBLEMS_MAX = 100;

type InspectFlags = {
  readonly format?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly decimals?: Decimals;
  readonly strict?: true;
  readonly json?: true;
};

/** Adds `inspect` to `feed`. */
export function addInspect(feed: Command, { actions, terminal, end }: CommandContext): void {
  feed.command("inspect")
    .description("say what recorded files hold: instruments, period, counts, gaps")
    .argument("<files...>", "in their order; together one recording")
    .option("--format <name>", "who wrote them; told from the first line if it is left out")
    .option(
      "--columns <mapping>",
      'what the columns of csv and jsonl mean: "time=1 price=2 size=3 time_unit=ms"',
      columnsOf,
    )
    .option(
      "--decimals <price,size>",
      "how fine prices and sizes are read; 8,8 if left out",
      decimalsOf,
    )
    .option("--strict", "stop at the first line that cannot be read, or a gap")
    .option("--json", "machine-readable output")
    .action((files: readonly string[], flags: InspectFlags) => {
      const { format, columns, decimals, strict } = flags;
      const found = actions.feed.inspect(files, {
        ...(format === undefined ? {} : { format }),
        ...(columns === undefined ? {} : { columns }),
        ...(decimals === undefined ? {} : { decimals }),
        isStrict: strict === true,
        problem: atMost(PROBLEMS_MAX, terminal.error),
        progress: terminal.error,
      });
      if (!found.isWhole) end.code = EXIT.captureRefused;
      if (flags.json) terminal.out(JSON.stringify(inspectionJson(found)));
      else for (const line of inspectionLines(found)) terminal.out(line);
    });
}

/** Reads `key=value` pairs, blanks between them; `\t` is a tab. */
function columnsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.trim().split(/\s+/).map((pair) => {
    const [, key, value] = /^([a-z_]+)=(.+)$/.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) return [key, value.replace("\\t", "\t")] as const;
    throw new InvalidArgumentError(`It must be pairs key=value: was "${pair}"`);
  });
  return Object.fromEntries(pairs);
}

function decimalsOf(text: string): Decimals {
  const [, price, size] = /^(1[0-2]|\d),(1[0-2]|\d)$/.exec(text) ?? [];
  if (price !== undefined && size !== undefined) {
    return { price: Number(price), size: Number(size) };
  }
  throw new InvalidArgumentError(`It must be two numbers from 0 to 12, like 2,8: was "${text}"`);
}

function atMost(most: number, print: Print): Print {
  let told = 0;
  return (line) => {
    if (++told <= most) print(line);
    if (told === most) print("further problems are not told");
  };
}

function inspectionJson(found: FeedInspection): Readonly<Record<string, unknown>> {
  const { format, compression, bytes, events, summary, isWhole } = found;
  return {
    format,
    compression,
    bytes,
    whole: isWhole,
    lines: summary.lines,
    bad_lines: summary.badLines,
    ignored: summary.ignored,
    gaps: summary.gaps,
    events,
    instruments: found.instruments.map((of) => ({
      instrument: of.name,
      first_time: of.firstUs,
      last_time: of.lastUs,
      counts: of.counts,
      out_of_order: of.outOfOrder,
      longest_pause_us: of.longestPauseUs,
      pauses: of.pauses,
    })),
  };
}

function inspectionLines(found: FeedInspection): string[] {
  const { summary, instruments } = found;
  const facts = [
    ["format", found.format],
    ["compression", found.compression.join(", ")],
    ["bytes", String(found.bytes)],
    ["read to the end", found.isWhole ? "yes" : "no"],
    ["lines", String(summary.lines)],
    ["bad lines", String(summary.badLines)],
    ["not used", String(summary.ignored)],
    ["gaps", String(summary.gaps)],
    ["events", String(found.events)],
  ];
  const kinds = [...new Set(instruments.flatMap(({ counts }) => Object.keys(counts)))];
  const head = ["instrument", "from", "to", ...kinds, "out of order", "longest pause"];
  const rows = instruments.map((of) => [
    of.name,
    isoText(of.firstUs),
    isoText(of.lastUs),
    ...kinds.map((kind) => String(of.counts[kind] ?? 0)),
    String(of.outOfOrder),
    `${(of.longestPauseUs / 1_000_000).toFixed(3)} s`,
  ]);
  return [...table(facts), "", ...table([head, ...rows])];
}
