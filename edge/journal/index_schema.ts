/**
 * The derived database's tables and views. Exact decimals are TEXT; REAL twins are for people and
 * charts. A change here raises `INDEX_FORMAT`, and old files are made anew.
 *
 * Where the journal does not begin at its first event (`begins_after_seq` in `meta`: retention, an
 * accepted loss) nothing here knows what was held before: `pnl` then has no position, rather than one
 * that is counted from zero. Nor has it money of a class that is not worth price × quantity ×
 * multiplier, or a position in binary contracts and bets, which end without an execution.
 * @module
 */

/** Version of the schema. */
export const INDEX_FORMAT = "4";

/** Makes an empty database. */
export const INDEX_SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  seq_id INTEGER PRIMARY KEY,
  event_time INTEGER NOT NULL,
  ingest_time INTEGER NOT NULL,
  source TEXT NOT NULL,
  venue INTEGER,
  instrument INTEGER,
  event_type TEXT NOT NULL,
  payload TEXT NOT NULL,
  idempotency_key TEXT
) STRICT;
CREATE TABLE effects (
  seq_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX effects_seq_id ON effects (seq_id);
CREATE TABLE reports (
  client TEXT NOT NULL,
  report_seq INTEGER NOT NULL,
  seq_id INTEGER NOT NULL,
  time_us INTEGER,
  exec_type TEXT NOT NULL,
  ord_status TEXT,
  intent_id TEXT,
  order_id TEXT,
  instrument TEXT,
  reject_code TEXT,
  text TEXT,
  wire TEXT NOT NULL,
  PRIMARY KEY (client, report_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_order_id ON reports (order_id);
CREATE INDEX reports_intent_id ON reports (intent_id);
CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  intent_id TEXT,
  venue_order_id TEXT,
  instrument TEXT,
  side TEXT,
  ord_type TEXT,
  time_in_force TEXT,
  price TEXT,
  order_qty TEXT,
  cum_qty TEXT,
  leaves_qty TEXT,
  avg_px TEXT,
  ord_status TEXT,
  tag TEXT,
  last_seq_id INTEGER NOT NULL,
  updated_us INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE instruments (
  instrument TEXT PRIMARY KEY,
  asset_class TEXT NOT NULL,
  multiplier TEXT NOT NULL,
  base TEXT NOT NULL,
  qty_scale INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE fill_rows (
  exec_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq_id INTEGER NOT NULL,
  time_us INTEGER,
  client TEXT NOT NULL,
  intent_id TEXT,
  instrument TEXT NOT NULL,
  side TEXT NOT NULL,
  last_qty TEXT NOT NULL,
  last_px TEXT NOT NULL,
  liquidity TEXT,
  commission TEXT NOT NULL,
  commission_currency TEXT NOT NULL,
  voided INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, exec_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fill_rows_book ON fill_rows (client, instrument, seq_id);
CREATE TABLE pnl_rows (
  client TEXT NOT NULL,
  instrument TEXT NOT NULL,
  fills INTEGER NOT NULL,
  position_exact TEXT NOT NULL,
  cost_exact TEXT NOT NULL,
  realised_exact TEXT NOT NULL,
  bought_qty_exact TEXT NOT NULL,
  sold_qty_exact TEXT NOT NULL,
  fees TEXT NOT NULL,
  PRIMARY KEY (client, instrument)
) STRICT, WITHOUT ROWID;
CREATE VIEW fills AS
  SELECT seq_id, time_us, datetime(time_us / 1000000, 'unixepoch') AS time, client, order_id,
    intent_id, instrument, side, CAST(last_qty AS REAL) AS qty, CAST(last_px AS REAL) AS px,
    CASE WHEN asset_class IN ('spot', 'linear', 'binary') THEN CAST(last_qty AS REAL) *
      CAST(last_px AS REAL) * CAST(multiplier AS REAL) END AS value, liquidity,
    CAST(commission AS REAL) AS fee, commission_currency AS fee_currency, exec_id,
    last_qty, last_px, commission, voided
  FROM fill_rows LEFT JOIN instruments USING (instrument);
CREATE VIEW pnl AS
  WITH books AS (
    SELECT client, instrument, fills, fees, bought_qty_exact, sold_qty_exact, multiplier,
      CASE WHEN is_whole AND asset_class IN ('spot', 'linear', 'inverse')
        THEN position_exact END AS position_exact,
      CASE WHEN is_whole AND asset_class IN ('spot', 'linear')
        THEN cost_exact END AS cost_exact,
      CASE WHEN is_whole AND asset_class IN ('spot', 'linear')
        THEN realised_exact END AS realised_exact
    FROM pnl_rows LEFT JOIN instruments USING (instrument),
      (SELECT value = '0' AS is_whole FROM meta WHERE key = 'begins_after_seq')
  )
  SELECT client, instrument, fills, CAST(position_exact AS REAL) AS position,
    CASE WHEN CAST(position_exact AS REAL) = 0 THEN NULL
      ELSE CAST(cost_exact AS REAL) / (CAST(position_exact AS REAL) * CAST(multiplier AS REAL))
      END AS avg_px,
    CAST(realised_exact AS REAL) AS realised, fees, position_exact, cost_exact, realised_exact,
    bought_qty_exact, sold_qty_exact
  FROM books;
`;
