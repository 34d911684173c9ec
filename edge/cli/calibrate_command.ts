/**
 * `tapeline feed calibrate FILE…`: how well fill probabilities fit recorded files.
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { canonicalDecimal } from "../../core/decimal.ts";
import { type HotLoopSettings, parseHotLoopSettings } from "../../core/hotloop/mod.ts";
import {
  CALIBRATION_DEFAULTS,
  calibrationJson,
  type CalibrationReport,
  calibrationRows,
} from "../calibration/calibrate.ts";
import { EXIT } from "../exit_codes.ts";
import { calibrationPage } from "../calibration/calibration_page.ts";
import { CALIBRATION_FORMATS } from "../calibration/file_drafts.ts";
import { type CommandContext, filePath, wholeNumber } from "./context.ts";
import { UsageError } from "./usage.ts";
import { table } from "./table.ts";

type Flags = {
  readonly format: string;
  readonly json?: string;
  readonly html?: string;
  readonly every: number;
  readonly horizons: readonly number[];
  readonly orderQty?: string;
  readonly set?: ReadonlyMap<string, unknown>;
};

/** Adds the command. */
export function addCalibrate(feed: Command, { actions, terminal, end }: CommandContext): void {
  const [format = ""] = CALIBRATION_FORMATS;
  feed.command("calibrate")
    .description("measure fill probabilities on recorded files; virtual orders, nothing is sent")
    .argument("<files...>", "recorded files, compressed or not")
    .addOption(
      new Option("--format <name>", "what the files are").choices(CALIBRATION_FORMATS)
        .default(format),
    )
    .option("--json <file>", "write the figures as JSON; - is stdout", filePath)
    .option("--html <file>", "write a page with pictures that needs nothing else", filePath)
    .option("--every <ms>", "time between orders", positiveNumber, CALIBRATION_DEFAULTS.everyMs)
    .option(
      "--horizons <ms,ms>",
      "horizons",
      wholeNumbers,
      [...CALIBRATION_DEFAULTS.horizonsMs],
    )
    .option(
      "--order-qty <quantity>",
      "quantity of an order; without it the least there is",
      quantity,
    )
    .option("--set <key=value>", "a hot-loop setting, as half_life_s=15; repeatable", setting)
    .action((files: readonly string[], flags: Flags) => {
      const { progress, problem } = { progress: terminal.error, problem: terminal.error };
      const report = actions.feed.calibrate({
        files,
        format: flags.format,
        settings: settingsOf(flags.set),
        everyMs: flags.every,
        horizonsMs: flags.horizons,
        ...(flags.orderQty === undefined ? {} : { orderQty: flags.orderQty }),
        progress,
        problem,
      });
      if (!report.isWhole) end.code = EXIT.captureRefused;
      const text = JSON.stringify(calibrationJson(report));
      if (flags.json !== undefined && flags.json !== "-") actions.feed.write(flags.json, text);
      if (flags.html !== undefined) actions.feed.write(flags.html, calibrationPage(report));
      if (flags.json === "-") terminal.out(text);
      else for (const line of linesOf(report)) terminal.out(line);
    });
}

function linesOf(report: CalibrationReport): readonly string[] {
  const { result } = report;
  const counts = `${result.ordersPlaced} virtual orders in ${result.instruments} instruments: ` +
    `${result.ordersFilled} filled, ${result.ordersLapsed} lapsed.`;
  return [counts, "", ...table(calibrationRows(report))];
}

function settingsOf(set: ReadonlyMap<string, unknown> = new Map()): HotLoopSettings {
  const parsed = parseHotLoopSettings(Object.fromEntries(set));
  if (parsed.ok) return parsed.settings;
  throw new UsageError(`Cannot calibrate: ${parsed.problems.join("; ")}`);
}

/** Reads `key=value`: a number where it is one, else a word. */
function setting(
  text: string,
  before: ReadonlyMap<string, unknown> = new Map(),
): ReadonlyMap<string, unknown> {
  const [, key, value] = /^([a-z_]+)=(\S+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError(`It must be key=value: was "${text}"`);
  }
  const number = Number(value);
  return new Map([...before, [key, Number.isNaN(number) ? value : number]]);
}

function wholeNumbers(text: string): readonly number[] {
  return text.split(",").map(positiveNumber);
}

function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 0) return number;
  throw new InvalidArgumentError(`It must be above 0: was "${text}"`);
}

function quantity(text: string): string {
  const decimal = canonicalDecimal(text);
  if (decimal !== undefined && decimal !== "0" && !decimal.startsWith("-")) return decimal;
  throw new InvalidArgumentError(`It must be a decimal above 0: was "${text}"`);
}
