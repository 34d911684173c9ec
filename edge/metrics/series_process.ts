/**
 * Series of the wire, the journal and the process.
 * @module
 */
import type { SeriesSection } from "./series.ts";

/** See `series.ts`. */
export const PROCESS_SERIES = {
  tapeline_wire_connections_total: {
    kind: "counter",
    help: "Connections accepted.",
    flat: "wire_connections",
  },
  tapeline_wire_connections_refused_total: {
    kind: "counter",
    help: "Connections turned away: too many without HELLO, or too many sessions.",
    flat: "wire_connections_refused",
  },
  tapeline_wire_sessions_total: {
    kind: "counter",
    help: "Sessions opened by a HELLO.",
    flat: "wire_sessions",
  },
  tapeline_wire_connections_open: {
    kind: "gauge",
    help: "Connections now, with and without HELLO.",
    flat: "wire_connections_open",
  },
  tapeline_wire_sessions_open: {
    kind: "gauge",
    help: "Sessions now.",
    flat: "wire_sessions_open",
  },
  tapeline_wire_frames_in_total: {
    kind: "counter",
    help: "Frames received.",
    flat: "wire_frames_in",
  },
  tapeline_wire_reports_out_total: {
    kind: "counter",
    help: "Execution reports sent.",
    flat: "wire_reports_out",
  },
  tapeline_wire_events_out_total: {
    kind: "counter",
    help: "Subscribed events sent.",
    flat: "wire_events_out",
  },
  tapeline_wire_events_conflated_total: {
    kind: "counter",
    help: "Subscribed events merged, as asked for or because the reader or the disk was slow.",
    flat: "wire_events_conflated",
  },
  tapeline_wire_answers_out_total: {
    kind: "counter",
    help: "Answers sent: RESULT, ERROR.",
    flat: "wire_answers_out",
  },
  tapeline_wire_heartbeats_in_total: {
    kind: "counter",
    help: "Heartbeats received.",
    flat: "wire_heartbeats_in",
  },
  tapeline_wire_heartbeats_out_total: {
    kind: "counter",
    help: "Heartbeats sent.",
    flat: "wire_heartbeats_out",
  },
  tapeline_wire_callback_seconds: {
    kind: "histogram",
    help: "From a heartbeat of the daemon to the client's heartbeat that echoes it: how long the " +
      "strategy takes to look, up to its own heartbeat interval included.",
    covers: ["wire_callback_count", "wire_callback_p50_us", "wire_callback_p99_us"],
  },
  tapeline_wire_slow_consumers_total: {
    kind: "counter",
    help: "Sessions ended because their client did not read.",
    flat: "wire_slow_consumers",
  },
  tapeline_wire_silent_peers_total: {
    kind: "counter",
    help: "Connections ended because the client was silent for three heartbeats.",
    flat: "wire_silent_peers",
  },
  tapeline_wire_hello_timeouts_total: {
    kind: "counter",
    help: "Connections ended because no HELLO came in time.",
    flat: "wire_hello_timeouts",
  },
  tapeline_wire_foreign_protocol_total: {
    kind: "counter",
    help: "Connections that spoke something else (HTTP, TLS).",
    flat: "wire_foreign_protocol",
  },
  tapeline_wire_rate_limited_total: {
    kind: "counter",
    help: "Frames other than intents refused for coming too often.",
    flat: "wire_rate_limited",
  },
  tapeline_wire_read_pauses_total: {
    kind: "counter",
    help:
      "Times that a socket was not read: the queue of intents or the way to its client was full, " +
      "or its HELLO waited for the disk.",
    flat: "wire_read_pauses",
  },
  tapeline_wire_errors_total: {
    kind: "counter",
    help:
      "ERROR messages and refused requests, by code; a code of requests alone appears with its " +
      "first.",
    labels: ["code"],
  },
  tapeline_journal_seq: {
    kind: "gauge",
    help: "Number of the last event applied.",
  },
  tapeline_journal_durable_seq: {
    kind: "gauge",
    help: "Number of the last event that is on the disk.",
    flat: "journal_durable_seq",
  },
  tapeline_journal_durable_lag_seconds: {
    kind: "gauge",
    help: "Age of the oldest event that is applied and not yet on the disk; 0 while there is none.",
  },
  tapeline_journal_batches_total: {
    kind: "counter",
    help: "Batches written, since the journal began.",
    flat: "journal_batch",
  },
  tapeline_journal_bytes_written_total: {
    kind: "counter",
    help: "Bytes written since the start of the process.",
    flat: "journal_bytes_written",
  },
  tapeline_journal_open_bytes: {
    kind: "gauge",
    help: "Bytes of the batch that is being filled.",
    flat: "journal_open_bytes",
  },
  tapeline_journal_batches_in_flight: {
    kind: "gauge",
    help: "Batches handed over and not known to be on the disk.",
    flat: "journal_batches_in_flight",
  },
  tapeline_journal_ring_free_bytes: {
    kind: "gauge",
    help: "Room in the ring to the journal's Worker.",
    flat: "journal_ring_free_bytes",
  },
  tapeline_journal_commit_seconds: {
    kind: "histogram",
    help: "Write and fdatasync of one batch, measured in the journal's Worker.",
    covers: ["journal_commit_count", "journal_commit_p50_us", "journal_commit_p99_us"],
  },
  tapeline_journal_follower_seq: {
    kind: "gauge",
    help: "Last event that the follower has applied and compared.",
  },
  tapeline_journal_follower_up: {
    kind: "gauge",
    help: "1 while the follower runs and agrees.",
  },
  tapeline_journal_index_seq: {
    kind: "gauge",
    help: "Last event in the SQLite index; absent if journal.index is off.",
  },
  tapeline_checkpoint_seq: {
    kind: "gauge",
    help: "Last event in the newest checkpoint; 0: there is none.",
  },
  tapeline_checkpoint_timestamp_seconds: {
    kind: "gauge",
    help: "When the newest checkpoint was taken, engine clock; 0: there is none.",
  },
  tapeline_checkpoints_failed_total: {
    kind: "counter",
    help: "Checkpoints that could not be taken.",
  },
  tapeline_disk_free_bytes: {
    kind: "gauge",
    help: "Free space where the state directory lives; absent if the platform does not say.",
  },
  tapeline_loop_lag_seconds: {
    kind: "histogram",
    help:
      "By how much a timer of the main thread came late, ten times a second: whatever keeps it " +
      "busy delays everything by as much.",
    covers: ["loop_lag_count", "loop_lag_p50_us", "loop_lag_p99_us"],
  },
  tapeline_clock_difference_seconds: {
    kind: "gauge",
    help: "Wall clock less engine clock, which follows it slowly.",
  },
  tapeline_log_lines_total: {
    kind: "counter",
    help: "Log lines by level, also those that were not written: an alarm needs somebody now.",
    labels: ["level"],
    covers: [
      "log_lines_debug",
      "log_lines_info",
      "log_lines_warning",
      "log_lines_error",
      "log_lines_alarm",
    ],
  },
  tapeline_log_lines_left_out_total: {
    kind: "counter",
    help: "Log lines left out because too many of their kind came within a minute.",
    flat: "log_lines_left_out",
  },
  tapeline_log_lines_dropped_total: {
    kind: "counter",
    help: "Log lines that nobody took.",
    flat: "log_lines_dropped",
  },
  tapeline_build_info: {
    kind: "gauge",
    help: "Always 1; the labels say what runs.",
    labels: ["version", "commit", "runtime"],
  },
  tapeline_config_info: {
    kind: "gauge",
    help: "Always 1; mode and digest of the configuration in force.",
    labels: ["mode", "digest"],
  },
  tapeline_gc_pause_seconds: {
    kind: "histogram",
    help: "Pauses of the main thread for garbage, by kind: minor, major, incremental, weak.",
    labels: ["kind"],
  },
  tapeline_heap_used_bytes: {
    kind: "gauge",
    help: "Memory in use on the main thread's heap.",
  },
  tapeline_heap_limit_bytes: {
    kind: "gauge",
    help: "What that heap may grow to; beyond it the process ends.",
  },
  tapeline_external_memory_bytes: {
    kind: "gauge",
    help: "Memory of the main thread's objects outside its heap.",
  },
  tapeline_scrape_seconds: {
    kind: "histogram",
    help: "How long the main thread took to read all figures for one scrape.",
  },
  tapeline_scrapes_refused_total: {
    kind: "counter",
    help: "HTTP requests turned away: foreign Host or Origin, wrong method, malformed, too many.",
  },
  process_start_time_seconds: {
    kind: "gauge",
    help: "When the process started, Unix time.",
  },
  process_cpu_seconds_total: {
    kind: "counter",
    help: "Processor time, user and system, of all threads.",
  },
  process_resident_memory_bytes: {
    kind: "gauge",
    help: "Resident memory of the process.",
  },
  process_open_fds: {
    kind: "gauge",
    help:
      "File descriptors below the lowest free one: at least so many are open, and a leak shows.",
  },
} as const satisfies SeriesSection;
