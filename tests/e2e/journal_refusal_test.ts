/**
 * Damage to the files of a stopped daemon: it does not start, its sentence names the place, and
 * `journal verify` says the same. An older copy of everything starts, and its clients notice.
 *
 * Proves R-JRN-2 and R-JRN-4 (corruption is detected and named, never silently skipped), R-WIRE-3.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { DaemonProcess, refusedStart, runTapeline } from "../support/daemon_process.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const SMALL_SEGMENTS = `mode: paper
journal: { segment_bytes: 1048576, checkpoint_events: 500 }
venues:
  - name: paper
    exchange: paper
    balances: [{ currency: USDT, total: "1000" }]
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
`;
const INTENTS = 3500;
const MARKET_DATA = '"event_type":"BookDelta"';
const encoder = new TextEncoder();

/** A state directory that may be damaged, and what is in it. */
class State {
  readonly directory: string;
  constructor(directory: string) {
    this.directory = directory;
  }

  get segments(): readonly string[] {
    return [...Deno.readDirSync(`${this.directory}/journal`)].map(({ name }) => name)
      .filter((name) => name.endsWith(".log")).sort();
  }

  segment(at: number): string {
    return `${this.directory}/journal/${this.segments.at(at)}`;
  }

  /** True if a `mark` is recorded. */
  holds(mark: string): boolean {
    const wanted = encoder.encode(mark);
    return this.segments.some((name) =>
      indexOf(Deno.readFileSync(`${this.directory}/journal/${name}`), wanted) >= 0
    );
  }

  /** Flips a bit of a digit after a `mark`, in the first or last segment with one; names it. */
  flip(mark: string, which: "first" | "last"): string {
    const names = which === "first" ? this.segments : this.segments.toReversed();
    for (const name of names) {
      const path = `${this.directory}/journal/${name}`;
      const bytes = Deno.readFileSync(path);
      const start = indexOf(bytes, encoder.encode(mark));
      if (start < 0) continue;
      const isDigit = (byte: number, at: number): boolean =>
        at > start + mark.length && byte >= 0x30 && byte <= 0x39;
      const digit = bytes.findIndex(isDigit);
      bytes[digit] = (bytes[digit] ?? 0) ^ 1;
      Deno.writeFileSync(path, bytes);
      return name;
    }
    throw new Error(`Cannot damage the journal: it must hold ${mark}`);
  }

  /** Has the last segment begin as one of a later format would, whole in itself; names it. */
  renew(): string {
    const bytes = Deno.readFileSync(this.segment(-1));
    const lineEnd = bytes.indexOf(10);
    const line = new TextDecoder().decode(bytes.subarray(0, lineEnd));
    const [, text = ""] = /^(.*),"check":"[0-9a-f]{64}"\}\}$/.exec(
      line.replace('{"format":1,', '{"format":2,'),
    ) ?? [];
    const check = createHash("sha256").update(text).digest("hex");
    bytes.set(encoder.encode(`${text},"check":"${check}"}}`));
    Deno.writeFileSync(this.segment(-1), bytes);
    return this.segments.at(-1) ?? "";
  }

  /** Cuts the journal's last record in two. */
  truncate(): void {
    const text = Deno.readFileSync(this.segment(-1));
    let end = text.length;
    while (text[end - 1] === 0) end -= 1;
    Deno.truncateSync(this.segment(-1), end - 40);
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at < bytes.length - wanted.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

async function copy(from: string, to: string): Promise<State> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  ok(success);
  return new State(to);
}

/** A recorded session of three segments and more, with market data; made once. */
class Recording implements Disposable {
  readonly #root = new TemporaryDirectory();
  readonly config = this.#root.write("small.yaml", SMALL_SEGMENTS);
  #copies = 0;
  #lastSeq = 0;

  /** Last report number that its client saw. */
  get lastReport(): number {
    return this.#lastSeq;
  }

  get state(): string {
    return this.#root.state;
  }

  /** Runs a daemon and sends intents; returns the numbers seen. */
  async record(prefix: string): Promise<void> {
    await using daemon = await DaemonProcess.start({ stateDir: this.state, config: this.config });
    const client = await daemon.connect("recorder");
    for (let at = 0; at < INTENTS; at++) await client.send(noOp(`${prefix}-${at}`));
    await until(() => client.reports.length === INTENTS, "all reports");
    this.#lastSeq = client.reports.at(-1)?.report_seq ?? 0;
    const recorded = new State(this.state);
    await until(() => recorded.holds(MARKET_DATA), "market data");
    client.close();
    strictEqual(await daemon.stop(), 0);
  }

  async copy(): Promise<State> {
    return await copy(this.state, `${this.#root.path}/copy-${++this.#copies}`);
  }

  [Symbol.dispose](): void {
    this.#root[Symbol.dispose]();
  }
}

function noOp(intentId: string): Readonly<Record<string, unknown>> {
  const tag = "x".repeat(64);
  return { type: "QuoteIntent", v: 1, intent_id: intentId, action: "NoOp", sent_us: nowUs(), tag };
}

function nowUs(): number {
  return Date.now() * 1000;
}

type Damage = {
  readonly what: string;
  /** Does it, and returns what the sentence must name. */
  readonly damage: (state: State, recording: Recording) => Promise<RegExp> | RegExp;
};

const damages: readonly Damage[] = [
  {
    what: "a bit flipped in the truth of the first segment",
    damage: (state) => named(state.flip('"event_type":"IntentReceived"', "first")),
  },
  {
    what: "a bit flipped in the truth of the last segment",
    damage: (state) => named(state.flip('"event_type":"IntentReceived"', "last")),
  },
  {
    what: "a bit flipped in the market data",
    damage: (state) => named(state.flip(MARKET_DATA, "first")),
  },
  {
    what: "a record cut in two below the high-water mark",
    damage: (state) => {
      state.truncate();
      return named(state.segments.at(-1) ?? "");
    },
  },
  {
    what: "a segment that a newer version wrote",
    damage: (state) =>
      new RegExp(`must be at most 1: was 2 \\(segment ${state.renew()},.*newer Tapeline`),
  },
  {
    what: "a whole last segment missing",
    damage: (state) => {
      Deno.removeSync(state.segment(-1));
      return /high-water mark|high_water/;
    },
  },
  {
    what: "a segment in the middle missing",
    damage: (state) => {
      const name = state.segments.at(1) ?? "";
      Deno.removeSync(state.segment(1));
      return new RegExp(`${name}|${state.segments.at(1)}`);
    },
  },
  {
    what: "two segments swapped",
    damage: (state) => {
      const [first, second] = [state.segment(0), state.segment(1)];
      Deno.renameSync(first, `${first}.x`);
      Deno.renameSync(second, first);
      Deno.renameSync(`${first}.x`, second);
      return named(state.segments.at(0) ?? "");
    },
  },
];

function named(segment: string): RegExp {
  return new RegExp(`segment ${segment}`);
}

/** Starting is refused with this sentence, again and again, and `journal verify` says the same. */
async function isRefused(state: State, config: string, sentence: RegExp): Promise<void> {
  const before = state.segments.map((name) => size(`${state.directory}/journal/${name}`));
  const { code, log } = await refusedStart({ stateDir: state.directory, config });
  strictEqual(code, 65, log);
  const said = log.split("\n").find((line) => line.startsWith("tapeline: ")) ?? "";
  match(said, /^tapeline: Cannot use the journal: /);
  match(said, sentence);
  const verified = await runTapeline("journal", "verify", "--json", "--state-dir", state.directory);
  strictEqual(verified.code, 65);
  const { problem } = JSON.parse(verified.stdout) as { problem: string };
  strictEqual(`tapeline: ${problem}`, said);
  const again = await refusedStart({ stateDir: state.directory, config });
  strictEqual(again.code, 65, "a second start does not get past it");
  const after = state.segments.map((name) => size(`${state.directory}/journal/${name}`));
  deepStrictEqual(after, before, "the evidence is left alone");
}

function size(path: string): number {
  return Deno.statSync(path).size;
}

Deno.test("a damaged or older journal is refused with 65 and named", async (test) => {
  using recording = new Recording();
  await recording.record("a");
  const older = await recording.copy();
  const seenInOlder = recording.lastReport;
  await recording.record("b");
  const { config } = recording;

  for (const { what, damage } of damages) {
    await test.step(`${what} is refused with 65 and named`, async () => {
      const state = await recording.copy();
      ok(state.segments.length >= 3, `${state.segments.length} segments`);
      await isRefused(state, config, await damage(state, recording));
    });
  }

  await test.step("an older copy of the journal put back is refused with 65", async () => {
    const state = await recording.copy();
    Deno.removeSync(`${state.directory}/journal`, { recursive: true });
    await copy(`${older.directory}/journal`, `${state.directory}/journal`);
    await isRefused(state, config, /high-water mark|high_water/);
  });

  await test.step("reports damaged while the daemon runs are told to nobody and end it with 65", async () => {
    const state = await recording.copy();
    await using daemon = await DaemonProcess.start({ stateDir: state.directory, config });
    const segment = state.flip('"wire":{"type":"ExecutionReport"', "first");
    const client = await daemon.connect("recorder", { resume_from: 0 });
    await client.closed();
    deepStrictEqual(client.reports, []);
    strictEqual(client.messages.at(-1)?.["code"], "JOURNAL_UNAVAILABLE");
    strictEqual(await daemon.ended(), 65);
    match(daemon.log, new RegExp(`^tapeline: Cannot use the journal: .*segment ${segment}`, "m"));
  });

  await test.step("an older copy of the whole state starts, and its client learns RESUME_AHEAD", async () => {
    await using daemon = await DaemonProcess.start({ stateDir: older.directory, config });
    ok(recording.lastReport > seenInOlder);
    const ahead = await daemon.connect("recorder", { resume_from: recording.lastReport });
    const error = ahead.messages.find((message) => message.type === "ERROR");
    strictEqual(error?.["code"], "RESUME_AHEAD");
    ok(error["fatal"]);
    await ahead.closed();
    await until(() => daemon.alarms("RESUME_AHEAD").length === 1, "the alarm");
    const known = await daemon.connect("recorder", { resume_from: seenInOlder - 1 });
    await known.report((report) => report.report_seq === seenInOlder);
    known.close();
    strictEqual(await daemon.stop(), 0);
  });
});
