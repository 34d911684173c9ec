/**
 * From an answer of Binance to what it means for the request: the error ladder, read from its tables.
 * @module
 */
import { cutText } from "../../../../core/cut_text.ts";
import type { HttpAnswer } from "../../../order_transport.ts";
import {
  ERROR_CLASSES,
  type ErrorClass,
  type RequestKind,
  type VenueError,
} from "../error_classes.ts";
import { ERROR_CODES, ERROR_MESSAGES, FAILED_503, STATUS_CLASSES, SYMBOL_CODES } from "./errors.ts";
import type { ExchangeProduct } from "../options.ts";
import { parseJson, PayloadError } from "../payload.ts";

/** What the venue answered: what was asked for, or an error and what it means. */
export type Reading =
  | { readonly kind: "ok"; readonly body: unknown }
  | { readonly kind: "error"; readonly error: VenueError };

/** Requests are counted by the minute of the venue's clock. */
const MINUTE_MS = 60_000;
/** The shortest of the venue's bans. */
const BAN_MIN_MS = 120_000;
/** What a clock says is waited for so much longer: the venue's may be 100 ms from what we believe. */
const MARGIN_MS = 1000;
/** An answer may be on its way for so long: an end that passed meanwhile is not asked for again. */
const JUST_OVER_MS = 10_000;
/** How the venue names the end of a ban, by its clock, also where it sends no header. */
const BANNED_UNTIL = /banned until (\d{13})/;
/** The venue sheds load: a short pause is what it asks for. */
const OVERLOAD_PAUSE_MS = 1000;
const WORDS_MAX = 160;

/** Reads an answer to a request of a kind. */
export function readAnswer(
  answer: HttpAnswer,
  asked: {
    readonly product: ExchangeProduct;
    readonly kind: RequestKind;
    /** By the venue's clock. */
    readonly nowMs: number;
  },
): Reading {
  const body = bodyOf(answer.text);
  const told = body === undefined ? undefined : errorIn(body);
  const isFine = answer.status >= 200 && answer.status < 300;
  if (isFine && body !== undefined && told === undefined) return { kind: "ok", body };
  const errorClass = classOf(answer, { told, product: asked.product });
  const { rejectCode, outcome } = ERROR_CLASSES[errorClass];
  const words = told === undefined ? "no error that can be read" : `${told.code} ${told.message}`;
  const error: VenueError = {
    class: errorClass,
    outcome: outcome[asked.kind],
    rejectCode,
    isOfSymbol: told !== undefined && SYMBOL_CODES.has(told.code),
    text: `The exchange answered ${answer.status}: ${cutText(words, WORDS_MAX)}`,
    retryAfterMs: pauseOf(
      { errorClass, isOfFirewall: answer.status === 403 && told === undefined },
      {
        status: answer.status,
        message: told?.message ?? "",
        retryAfterMs: headerMs(answer),
        retryAtMs: undefined,
        nowMs: asked.nowMs,
      },
    ),
  };
  return { kind: "error", error };
}

type Told = { readonly code: number; readonly message: string };

function bodyOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

/** Returns the `{code, msg}` of an error, also where it came with a status of success. */
function errorIn(body: unknown): Told | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const { code, msg } = body as { readonly code?: unknown; readonly msg?: unknown };
  if (typeof code !== "number" || code === 200 || code === 0) return undefined;
  return { code, message: typeof msg === "string" ? msg : "" };
}

function classOf(
  answer: HttpAnswer,
  known: { readonly told: Told | undefined; readonly product: ExchangeProduct },
): ErrorClass {
  const { told, product } = known;
  const byStatus = STATUS_CLASSES.get(answer.status);
  const byCode = told === undefined ? undefined : ERROR_CODES[product].get(told.code);
  if (byCode === "orderCount" && !isPauseNamed(answer)) return byCode;
  if (byStatus === "rate") return byStatus;
  if (told !== undefined) {
    const byMessage = ERROR_MESSAGES.find(([message]) => message === told.message)?.[1];
    if (byCode !== undefined) return byMessage ?? byCode;
    if (answer.status === 503 && FAILED_503.includes(told.message)) return "overload";
  }
  return byStatus ?? "ambiguous";
}

/** What is said with a time, or as a ban, is meant for everything. */
function isPauseNamed({ status, headers }: HttpAnswer): boolean {
  return status === 418 || headers.has("retry-after");
}

/** The firewall before the venue counts too, and may have let a request through: that stays in doubt. */
function pauseOf(
  of: { readonly errorClass: ErrorClass; readonly isOfFirewall: boolean },
  said: LimitSaid,
): number | undefined {
  if (of.errorClass === "overload") return OVERLOAD_PAUSE_MS;
  return of.errorClass === "rate" || of.isOfFirewall ? limitPauseMs(said) : undefined;
}

function headerMs({ headers }: HttpAnswer): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? "");
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** True for a status that holds back whatever comes from our address. */
export function isLimit(status: number): boolean {
  return STATUS_CLASSES.get(status) === "rate";
}

/** What the venue says with a limit or a ban. */
export type LimitSaid = {
  readonly status: number;
  readonly message: string;
  /** The pause that it names apart from its message; or its end, by the venue's clock. */
  readonly retryAfterMs: number | undefined;
  readonly retryAtMs: number | undefined;
  /** By the venue's clock. */
  readonly nowMs: number;
};

/**
 * Returns for how long nothing may leave: the longest pause that is named, else the rest of the
 * minute that the venue counts in; where it has banned us, the least that it bans for. An end that
 * a clock has to tell is passed by a margin: who asks before it is limited anew, for longer.
 */
export function limitPauseMs(said: LimitSaid): number {
  const namedMs = Math.max(said.retryAfterMs ?? 0, untilNamedMs(said));
  if (namedMs > 0) return Math.ceil(namedMs);
  if (said.status === 418) return BAN_MIN_MS;
  // A minute that has only just begun may have begun since the answer left.
  return MINUTE_MS - (said.nowMs - MARGIN_MS) % MINUTE_MS;
}

/** The time to the end that is named, and the margin; 0: none is, or it is over for long. */
function untilNamedMs({ message, retryAtMs = 0, nowMs }: LimitSaid): number {
  const untilMs = Math.max(retryAtMs, Number(BANNED_UNTIL.exec(message)?.[1] ?? 0));
  return untilMs < nowMs - JUST_OVER_MS ? 0 : Math.max(0, untilMs - nowMs) + MARGIN_MS;
}
