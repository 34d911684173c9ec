/**
 * Every event that the program logs: its category, the levels at which it may be written, and what
 * it means. An event that has no row here does not compile; `docs/reference/logs.md` is held equal
 * to this table by a test.
 *
 * Levels: `debug` for whoever repairs the program, `info` what happened, `warning` what will need
 * somebody if it stays, `error` what failed and is tried again or done without, `alarm` what needs
 * somebody now.
 * Known limit: fields of a line are not part of the table; each row names those that matter.
 * @module
 */
import type { LogLevel } from "./ports.ts";

/** Parts of the program that can be told apart in the log, and made louder or quieter. */
export const LOG_CATEGORIES = [
  "daemon",
  "engine",
  "journal",
  "wire",
  "venue",
  "feed",
  "log",
] as const;
export type LogCategory = (typeof LOG_CATEGORIES)[number];

/** What is known of an event. */
export type LogEventRow = {
  readonly category: LogCategory;
  readonly levels: readonly LogLevel[];
  /** One sentence for whoever reads the log. */
  readonly says: string;
};

const DAEMON = {
  recovered: {
    category: "daemon",
    levels: ["info"],
    says: "Journal and state agree; `seq_id`, `digest`, `took_ms`.",
  },
  listening: {
    category: "daemon",
    levels: ["info"],
    says: "The daemon can be reached at `host` and `port`.",
  },
  metrics_listening: {
    category: "daemon",
    levels: ["info"],
    says: "The metrics can be read at `host` and `port`.",
  },
  metrics_failed: {
    category: "daemon",
    levels: ["error"],
    says:
      "A scrape could not be answered, of `cause`: a fault of the program's own; trading goes on.",
  },
  stopping: {
    category: "daemon",
    levels: ["info"],
    says: "It was asked to stop, by `reason`; no intents are taken any more.",
  },
  ended: {
    category: "daemon",
    levels: ["info", "alarm"],
    says: "Last line: exit `code` and `sentence`; an alarm unless the code is 0.",
  },
  priority_kept: {
    category: "daemon",
    levels: ["info"],
    says: "The machine did not let a thread have the priority that it asked for.",
  },
  service_manager_unreachable: {
    category: "daemon",
    levels: ["warning"],
    says: "What the service manager should be told could not be sent; it may end the process.",
  },
  clock_jumped: {
    category: "daemon",
    levels: ["alarm"],
    says:
      "The wall clock is `wall_minus_engine_us` away from the engine's: the machine's time jumped.",
  },
  journal_ahead: {
    category: "daemon",
    levels: ["alarm"],
    says:
      "At the start: the journal's last event is `ahead_us` ahead of the machine's clock. `text`: for how " +
      "long, and what to do.",
  },
  trading_held_back: {
    category: "daemon",
    levels: ["alarm"],
    says: "The journal holds a halt, or a stricter state than the configuration: `text`.",
  },
  token_exposed: {
    category: "daemon",
    levels: ["warning"],
    says: "Others can read the token at `path`, and trade: make it mode 0600, have a new one made.",
  },
  orders_left_behind: {
    category: "daemon",
    levels: ["warning", "alarm"],
    says:
      "Orders rest on an instrument that the configuration left out; an alarm: with its venue. `text`.",
  },
  loss_accepted: {
    category: "daemon",
    levels: ["alarm"],
    says:
      "The journal's end was given up: `journal_id` begins at `seq_id`, the old one is `aside`.",
  },
  queue_opened: {
    category: "daemon",
    levels: ["info"],
    says: "A queue `name` with room for `max` events and its `policy`.",
  },
  queue_full: {
    category: "daemon",
    levels: ["info", "warning"],
    says:
      "A queue was at its bound: how many were `held_back`, `conflated` or `dropped` (a warning).",
  },
  digest_mismatch: {
    category: "daemon",
    levels: ["alarm"],
    says: "The follower and the live machine disagree about the same events; trading is halted.",
  },
  follower_died: {
    category: "daemon",
    levels: ["alarm"],
    says: "No checkpoints are taken until a restart.",
  },
  poison_event: {
    category: "daemon",
    levels: ["alarm"],
    says: "The machines threw at `seq_id`; the process ends and recovers.",
  },
  safe_mode: {
    category: "daemon",
    levels: ["alarm"],
    says:
      "Recovery failed at the same event again: venues are to cancel, no intents; `text`: what to do.",
  },
  configuration_reloaded: {
    category: "daemon",
    levels: ["info"],
    says: "The changes at `paths` are in force and in the journal; `config_digest`.",
  },
  configuration_unchanged: {
    category: "daemon",
    levels: ["info"],
    says: "Asked to reload; the file says what is in force.",
  },
  configuration_refused: {
    category: "daemon",
    levels: ["error"],
    says: "Asked to reload; nothing was changed, since of each of `problems`.",
  },
} as const satisfies Readonly<Record<string, LogEventRow>>;

const PARTS = {
  engine_alarm: {
    category: "engine",
    levels: ["alarm"],
    says: "The engine, or a client's resume, raised the alarm `code`: `text`.",
  },
  hotloop_failed: {
    category: "engine",
    levels: ["warning"],
    says: "A signal's computation failed; it begins anew. Once per instrument.",
  },
  journal_failed: {
    category: "journal",
    levels: ["alarm"],
    says: "The journal cannot be written or is not as it was written; the process ends.",
  },
  journal_torn_tail_dropped: {
    category: "journal",
    levels: ["warning"],
    says: "An unfinished last batch was cleared; nobody had been told of it.",
  },
  checkpoint_taken: {
    category: "journal",
    levels: ["info"],
    says: "A checkpoint up to `seq_id` was written.",
  },
  checkpoint_damaged: {
    category: "journal",
    levels: ["warning"],
    says: "The checkpoint `name` cannot be used; an older one is, and more is replayed.",
  },
  checkpoint_passed_over: {
    category: "journal",
    levels: ["warning"],
    says: "The checkpoint of `seq_id` is beyond the end that was accepted; it is set aside.",
  },
  checkpoint_failed: {
    category: "journal",
    levels: ["error", "alarm"],
    says:
      "A checkpoint could not be written (the next start replays more), or retention not be done.",
  },
  checkpoint_late: {
    category: "journal",
    levels: ["warning"],
    says: "A stop ended without its checkpoint after ten seconds; the next start replays more.",
  },
  checkpoint_missed: {
    category: "journal",
    levels: ["warning"],
    says:
      "A stop ended without its checkpoint: nobody lived to take it; the next start replays more.",
  },
  market_data_dropped: {
    category: "journal",
    levels: ["info"],
    says: "The market part of `segment` passed its retention.",
  },
  index_damaged: {
    category: "journal",
    levels: ["warning"],
    says: "The derived database is damaged and made anew.",
  },
  index_foreign: {
    category: "journal",
    levels: ["warning"],
    says: "The derived database is of another journal and made anew.",
  },
  index_overtaken: {
    category: "journal",
    levels: ["warning"],
    says:
      "Retention removed what the derived database had not read; it is made anew from there on.",
  },
  index_died: {
    category: "journal",
    levels: ["alarm"],
    says: "The derived database is not kept up to date until a restart.",
  },
  wire_problem: {
    category: "wire",
    levels: ["info", "warning"],
    says:
      "A session's first `code` of its kind, by `peer`: a `client_id` once the token was right.",
  },
  wire_not_listening: {
    category: "wire",
    levels: ["info"],
    says: "The other loopback address, `host`, is not there.",
  },
  wire_request_failed: {
    category: "wire",
    levels: ["error"],
    says: "A fault of the program's own while it served `client_id`, who was told `INTERNAL`.",
  },
  accept_failed: {
    category: "wire",
    levels: ["warning"],
    says: "A connection could not be taken (too many open files?); tried again in `retry_ms`.",
  },
  feed_ended: {
    category: "feed",
    levels: ["info"],
    says: "A recorded file was played to its end.",
  },
  feed_problem: {
    category: "feed",
    levels: ["alarm"],
    says: "A feed cannot go on as configured: `text`.",
  },
  feed_died: {
    category: "feed",
    levels: ["alarm"],
    says: "A feed's Worker ended; its venue is down.",
  },
  log_lines_dropped: {
    category: "log",
    levels: ["warning"],
    says: "So many `lines` found no room, or no reader.",
  },
  log_lines_left_out: {
    category: "log",
    levels: ["warning"],
    says:
      "Of `left_out_event` at one venue, code or peer came `lines` more than are written at a time.",
  },
} as const satisfies Readonly<Record<string, LogEventRow>>;

const VENUE = {
  venue_status: {
    category: "venue",
    levels: ["info", "warning"],
    says: "A venue is `up`, `reconciling` or (a warning) `down`, and the `reason`.",
  },
  venue_adapter_died: {
    category: "venue",
    levels: ["alarm"],
    says: "An adapter's Worker ended with `reason`; it is started again.",
  },
  market_data_held_back: {
    category: "venue",
    levels: ["info", "warning"],
    says: "Market data was `merged` where it waited, or (a warning) `dropped`.",
  },
  credentials_exposed: {
    category: "venue",
    levels: ["warning"],
    says: "A file with a secret can be read by others.",
  },
  clock_skew: {
    category: "venue",
    levels: ["info", "alarm"],
    says:
      "The venue's clock is `skew_ms` ahead of ours; an alarm where its requests may be refused.",
  },
  answer_not_understood: {
    category: "venue",
    levels: ["warning"],
    says: "An answer had not the form it must have; what it was about is in doubt and looked up.",
  },
  executions_missing: {
    category: "venue",
    levels: ["alarm"],
    says: "The venue shows a larger quantity filled than its executions add up to.",
  },
  execution_elsewhere: {
    category: "venue",
    levels: ["warning"],
    says: "The account traded `symbol`, which is not configured.",
  },
  dead_man_not_renewed: {
    category: "venue",
    levels: ["alarm"],
    says: "The venue's own switch could not be renewed: it may cancel what rests.",
  },
  exchange_untested: {
    category: "venue",
    levels: ["warning"],
    says:
      "`exchange` is traded on by CCXT's unified methods, with `capabilities` seen in requests.",
  },
  private_stream_lost: {
    category: "venue",
    levels: ["warning"],
    says:
      "No stream says that something happened, for `reason`: the account is asked by the clock.",
  },
  user_stream_not_understood: {
    category: "venue",
    levels: ["alarm"],
    says: "A message about the account had not the form it must have; the account is reconciled.",
  },
  market_data_not_understood: {
    category: "venue",
    levels: ["alarm"],
    says: "A message of market data had not the form it must have; the book is taken anew.",
  },
  market_stream_lost: {
    category: "venue",
    levels: ["warning"],
    says: "The stream of market data broke; it is opened again.",
  },
  snapshot_not_read: {
    category: "venue",
    levels: ["warning"],
    says: "The book of `symbol` could not be read, for `reason`; it is asked for ever more slowly.",
  },
  markets_not_read: {
    category: "venue",
    levels: ["warning"],
    says: "The venue did not say its instruments; it is asked again.",
  },
  market_changed: {
    category: "venue",
    levels: ["alarm"],
    says: "The venue changed an instrument in a way that the configuration does not allow.",
  },
  income_not_read: {
    category: "venue",
    levels: ["warning"],
    says: "Funding and fees could not be read; they are asked for again.",
  },
  account_not_compared: {
    category: "venue",
    levels: ["warning"],
    says: "The account moved between all readings of it; a later reconciliation compares it.",
  },
  open_orders_not_read: {
    category: "venue",
    levels: ["warning"],
    says:
      "What the venue lists as open could not be read, to cancel it or to renew the venue's switch.",
  },
  library_said: {
    category: "venue",
    levels: ["debug"],
    says: "What the library behind an adapter prints.",
  },
  library_promise_failed: {
    category: "venue",
    levels: ["warning"],
    says:
      "Work of the library failed with nobody waiting for it, for `reason`; nothing depends on it.",
  },
} as const satisfies Readonly<Record<string, LogEventRow>>;

/** Every event by its name. */
export const LOG_EVENTS = { ...DAEMON, ...PARTS, ...VENUE } as const;

/** Name of an event. */
export type LogEvent = keyof typeof LOG_EVENTS;
/** Name of an event that an adapter may log. */
export type VenueLogEvent = keyof typeof VENUE;
/** Levels at which an event may be written. */
export type LogLevelOf<Event extends LogEvent> = (typeof LOG_EVENTS)[Event]["levels"][number];
