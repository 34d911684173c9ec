/**
 * The log of the process. Proves R-OPS-5: structured lines with category and level, journald's
 * priorities, secrets hidden by their type, never blocking, and every loss counted.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type LogLevels, type ProcessLog, processLog } from "../../edge/deno_log.ts";
import { LINES_MAX, WINDOW_MS } from "../../edge/log_limiter.ts";
import { Secret } from "../../edge/secrets.ts";
import { VirtualTime } from "../support/virtual_time.ts";

type Line = Readonly<Record<string, unknown>>;

class Written {
  readonly log: ProcessLog;
  readonly time = new VirtualTime();
  #text = "";

  constructor(
    levels: Partial<LogLevels> = {},
    of: { readonly form?: "plain" | "journal"; readonly isOpen?: () => boolean } = {},
  ) {
    this.log = processLog({
      levels: { level: "info", categories: {}, ...levels },
      form: of.form ?? "plain",
      clock: this.time,
      timers: this.time,
      sink: (bytes) => {
        if (of.isOpen?.() === false) return Promise.reject(new Error("closed"));
        this.#text += new TextDecoder().decode(bytes);
        return Promise.resolve(bytes.length);
      },
    });
  }

  async text(): Promise<string> {
    await this.log.flush(1000);
    return this.#text;
  }

  async lines(): Promise<readonly Line[]> {
    const text = await this.text();
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
  }

  async events(): Promise<readonly unknown[]> {
    return (await this.lines()).map(({ event }) => event);
  }
}

Deno.test("processLog() writes JSON lines of its level with category and snake_case fields", async () => {
  const written = new Written();
  written.log.write("debug", "library_said", { text: "unseen" });
  written.log.write("alarm", "journal_failed", { seq_id: 7, token: "s3cret", wide: 10n });
  written.log.write("info", "stopping", { cause: new RangeError("no") });
  const [alarm, info, ...rest] = await written.lines();
  deepStrictEqual(rest, []);
  match(String(alarm?.["time"]), /^\d{4}-.*Z$/);
  deepStrictEqual({ ...alarm, time: "" }, {
    time: "",
    level: "alarm",
    event: "journal_failed",
    category: "journal",
    seq_id: 7,
    token: "[secret]",
    wide: "10",
  });
  strictEqual(info?.["cause"], "RangeError: no");
});

Deno.test("processLog() writes a line of what cannot be written as JSON, and says so", async () => {
  const written = new Written();
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  written.log.write("warning", "venue_status", { circle });
  const [line] = await written.lines();
  strictEqual(line?.["event"], "venue_status");
  match(String(line?.["unwritable"]), /circular/);
});

Deno.test("processLog() writes a Secret as its absence, wherever it stands", async () => {
  const written = new Written();
  const secret = new Secret("k3y-of-mine");
  written.log.write("warning", "venue_status", {
    reason: `signed with ${secret}`,
    deep: { list: [secret] },
    cause: new Error(`refused ${secret}`),
  });
  const text = await written.text();
  ok(!text.includes("k3y-of-mine"));
  strictEqual(text.split("[secret]").length, 4);
});

Deno.test("processLog() has a level for each category that has one, and setLevels() changes them", async () => {
  const written = new Written({ level: "error", categories: { venue: "debug", wire: null } });
  const say = (): void => {
    written.log.write("debug", "library_said");
    written.log.write("warning", "wire_problem");
    written.log.write("info", "listening");
  };
  say();
  deepStrictEqual(await written.events(), ["library_said"]);
  written.log.setLevels({ level: "info", categories: { venue: "alarm" } });
  say();
  deepStrictEqual((await written.events()).slice(1), ["wire_problem", "listening"]);
});

Deno.test("processLog() begins lines with their priority for the journal", async () => {
  const written = new Written({ level: "debug" }, { form: "journal" });
  written.log.write("debug", "library_said");
  written.log.write("info", "listening");
  written.log.write("warning", "queue_full");
  written.log.write("error", "checkpoint_failed");
  written.log.write("alarm", "safe_mode");
  const begins = (await written.text()).trimEnd().split("\n").map((line) => line.slice(0, 4));
  deepStrictEqual(begins, ["<7>{", "<6>{", "<4>{", "<3>{", "<1>{"]);
});

Deno.test("processLog() leaves out what one peer says too often, and says how much", async () => {
  const written = new Written();
  for (let line = 0; line < LINES_MAX + 7; line++) {
    written.log.write("warning", "wire_problem", { peer: `127.0.0.1:${line}`, code: "BAD_JSON" });
  }
  written.log.write("info", "listening");
  const lines = await written.lines();
  strictEqual(lines.length, LINES_MAX + 2);
  const { time: _time, ...told } = lines.at(-1) ?? {};
  deepStrictEqual(told, {
    level: "warning",
    event: "log_lines_left_out",
    category: "log",
    left_out_event: "wire_problem",
    code: "BAD_JSON",
    peer: "127.0.0.1",
    lines: 7,
  });
});

Deno.test("processLog() leaves out nothing for lines that are below its level", async () => {
  const written = new Written({ level: "warning" });
  for (let line = 0; line < LINES_MAX + 7; line++) {
    written.log.write("info", "venue_status", { venue: "main", status: "reconciling" });
    written.log.write("debug", "library_said", { venue: "main" });
  }
  written.log.write("warning", "venue_status", { venue: "main", status: "down" });
  deepStrictEqual((await written.lines()).map(({ event, status }) => [event, status]), [
    ["venue_status", "down"],
  ]);
  strictEqual(written.log.counters?.()["log_lines_left_out"], 0);
});

Deno.test("processLog() ends each of two windows that overlap, and then writes an alarm again", async () => {
  const written = new Written();
  const say = (code: string): void => written.log.write("alarm", "engine_alarm", { code });
  const storm = (code: string): void => {
    for (let line = 0; line < LINES_MAX + 7; line++) say(code);
  };
  storm("ONE");
  written.time.advance(WINDOW_MS / 4 * 1000);
  storm("TWO");
  written.time.advance(WINDOW_MS * 1000);
  say("TWO");
  say("ONE");
  const behind = (await written.lines()).slice(2 * LINES_MAX);
  deepStrictEqual(behind.map(({ event, code, lines }) => [event, code, lines]), [
    ["log_lines_left_out", "ONE", 7],
    ["log_lines_left_out", "TWO", 7],
    ["engine_alarm", "TWO", undefined],
    ["engine_alarm", "ONE", undefined],
  ]);
});

Deno.test("processLog() names each of many instruments that orders were left behind on", async () => {
  const written = new Written();
  const texts = Array.from({ length: LINES_MAX + 7 }, (_, n) => `main:M${n}/USDT must be listed`);
  for (const text of texts) written.log.write("alarm", "orders_left_behind", { text });
  deepStrictEqual((await written.lines()).map(({ text }) => text), texts);
});

Deno.test("processLog() counts its lines by level, and what was left out", () => {
  const { log } = new Written();
  for (let line = 0; line < LINES_MAX + 7; line++) {
    log.write("warning", "wire_problem", { peer: "127.0.0.1:1", code: "BAD_JSON" });
  }
  log.write("alarm", "journal_failed");
  deepStrictEqual(log.counters?.(), {
    log_lines_debug: 0,
    log_lines_info: 0,
    log_lines_warning: LINES_MAX + 7,
    log_lines_error: 0,
    log_lines_alarm: 1,
    log_lines_left_out: 7,
    log_lines_dropped: 0,
  });
});

Deno.test("processLog() drops and counts when its sink is blocked, and flush() gives up in time", async () => {
  const stuck = Promise.withResolvers<number>();
  const time = new VirtualTime();
  const log = processLog({
    levels: { level: "info", categories: {} },
    form: "plain",
    clock: time,
    timers: time,
    sink: () => stuck.promise,
  });
  const long = "x".repeat(10_000);
  for (let line = 0; line < 200; line++) {
    log.write("info", "queue_opened", { name: `${line}`, long });
  }
  ok(log.dropped > 50 && log.dropped < 200, `was ${log.dropped}`);
  await log.flush(20);
  stuck.reject(new Error("closed"));
  await log.flush(1000);
});

Deno.test("processLog() counts what a closed sink refuses and says so when it opens again", async () => {
  let open = false;
  const written = new Written({}, { isOpen: () => open });
  written.log.write("info", "listening");
  await written.log.flush(1000);
  strictEqual(written.log.dropped, 1);
  open = true;
  written.log.write("info", "stopping");
  match(await written.text(), /"event":"stopping".*\n.*"event":"log_lines_dropped".*"lines":1/);
});
