/**
 * The definition of a market, as the stream sends it whole with each change.
 *
 * Unknown values of descriptive fields are passed over; a status that is not known is refused, since
 * what may be traded follows from it.
 * Source: Exchange Stream API specification, MarketDefinition and RunnerDefinition.
 * @module
 */
import { LineError, timeOfUs } from "../capture_line.ts";

/** State of a market. */
export type MarketStatus = "INACTIVE" | "OPEN" | "SUSPENDED" | "CLOSED";

const MARKET_STATUSES: readonly string[] = [
  "INACTIVE",
  "OPEN",
  "SUSPENDED",
  "CLOSED",
] satisfies readonly MarketStatus[];

/** State of a runner. */
export type RunnerStatus =
  | "ACTIVE"
  | "WINNER"
  | "LOSER"
  | "PLACED"
  | "REMOVED"
  | "REMOVED_VACANT"
  | "HIDDEN";

const RUNNER_STATUSES: readonly string[] = [
  "ACTIVE",
  "WINNER",
  "LOSER",
  "PLACED",
  "REMOVED",
  "REMOVED_VACANT",
  "HIDDEN",
] satisfies readonly RunnerStatus[];

/** Valid prices of a market. Units of a line in hundredths. */
export type LadderKind =
  | { readonly kind: "classic" | "finest" }
  | {
    readonly kind: "line";
    readonly least: number;
    readonly most: number;
    readonly interval: number;
  };

/** A runner of a definition. */
export type RunnerDefinition = {
  readonly selection: number;
  /** Hundredths. */
  readonly handicap: number;
  readonly status: RunnerStatus;
  /** Millionths; null: it has none. */
  readonly reductionPpm: number | null;
  /** Unix milliseconds; null: it was not removed. */
  readonly removedMs: number | null;
};

/** A definition, checked. */
export type MarketDefinition = {
  readonly status: MarketStatus;
  readonly inPlay: boolean;
  readonly betDelayMs: number;
  /** Orders that do not cross rest without the delay. */
  readonly isPassiveFree: boolean;
  /** Millionths; null: not said. */
  readonly baseRatePpm: number | null;
  readonly discountAllowed: boolean;
  readonly version: number | null;
  readonly winners: number;
  /** `WIN`, `PLACE`, `MATCH_ODDS` …; empty: not said. */
  readonly marketType: string;
  /** `ODDS`, `LINE`, `ASIAN_HANDICAP_…`; empty: not said. */
  readonly bettingType: string;
  readonly ladder: LadderKind;
  readonly runners: readonly RunnerDefinition[];
};

type Fields = Readonly<Record<string, unknown>>;

const PPM_OF_PERCENT = 10_000;

/** Parses the text of a definition. @throws {LineError} If it is none. */
export function parseDefinition(text: string): MarketDefinition {
  const fields = mapIn(parsed(text), "marketDefinition");
  const delayModels = fields["betDelayModels"];
  return {
    status: statusIn(fields["status"], MARKET_STATUSES) as MarketStatus,
    inPlay: fields["inPlay"] === true,
    betDelayMs: Math.round((numberIn(fields["betDelay"]) ?? 0) * 1_000),
    isPassiveFree: Array.isArray(delayModels) && delayModels.includes("PASSIVE"),
    baseRatePpm: percentIn(fields["marketBaseRate"]),
    discountAllowed: fields["discountAllowed"] === true,
    version: numberIn(fields["version"]),
    winners: numberIn(fields["numberOfWinners"]) ?? 1,
    marketType: textIn(fields["marketType"]),
    bettingType: textIn(fields["bettingType"]),
    ladder: ladderIn(fields),
    runners: listIn(fields["runners"]).map(parseRunner),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new LineError(`Cannot read a definition: it must be JSON: ${error.message}`);
  }
}

function parseRunner(raw: unknown): RunnerDefinition {
  const fields = mapIn(raw, "runner");
  const selection = Number(fields["id"] ?? Number.NaN); // old samples write it in quotes
  if (!Number.isSafeInteger(selection)) {
    throw new LineError(
      `Cannot read a definition: a runner's id must be a number: was ${fields["id"]}`,
    );
  }
  return {
    selection,
    handicap: Math.round((numberIn(fields["hc"]) ?? 0) * 100) + 0,
    status: statusIn(fields["status"], RUNNER_STATUSES) as RunnerStatus,
    reductionPpm: percentIn(fields["adjustmentFactor"]),
    removedMs: millisecondsIn(fields["removalDate"]),
  };
}

function ladderIn(fields: Fields): LadderKind {
  const rule = fields["priceLadderDefinition"];
  const type = isMap(rule) ? textIn(rule["type"]) : "";
  const bettingType = textIn(fields["bettingType"]);
  if (type === "LINE_RANGE" || (type === "" && bettingType === "LINE")) {
    return {
      kind: "line",
      least: hundredthsIn(fields["lineMinUnit"]) ?? 0,
      most: hundredthsIn(fields["lineMaxUnit"]) ?? 100_000,
      interval: hundredthsIn(fields["lineInterval"]) ?? 50,
    };
  }
  const isFinest = type === "FINEST" || (type === "" && bettingType.startsWith("ASIAN_HANDICAP"));
  return { kind: isFinest ? "finest" : "classic" };
}

function statusIn(value: unknown, known: readonly string[]): string {
  if (typeof value === "string" && known.includes(value)) return value;
  throw new LineError(
    `Cannot read a definition: status must be one of ${known.join(", ")}: was ${value}`,
  );
}

function percentIn(value: unknown): number | null {
  const percent = numberIn(value);
  return percent === null ? null : Math.round(percent * PPM_OF_PERCENT);
}

/** @throws {LineError} If it is a time that cannot be counted. */
function millisecondsIn(value: unknown): number | null {
  const ms = Date.parse(textIn(value));
  if (Number.isNaN(ms)) return null;
  timeOfUs(ms * 1_000);
  return ms;
}

function hundredthsIn(value: unknown): number | null {
  const number = numberIn(value);
  return number === null ? null : Math.round(number * 100) + 0;
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapIn(value: unknown, what: string): Fields {
  if (isMap(value)) return value;
  throw new LineError(`Cannot read a definition: ${what} must be a map: was ${typeof value}`);
}
