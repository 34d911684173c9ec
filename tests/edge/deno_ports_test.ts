/**
 * Production clock, timers, disk, signals and Workers, on the real machine.
 *
 * Proves, as far as ports go: R-JRN-2 (disk errors keep their meaning, locks exclude).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { denoDisk } from "../../edge/deno_disk.ts";
import { blockingSignals, patientSignals, waitingSignals } from "../../edge/deno_signals.ts";
import {
  denoClock,
  denoRandomness,
  denoTimers,
  startTimers,
  wallUsOf,
} from "../../edge/deno_time.ts";
import { denoWorkers } from "../../edge/deno_workers.ts";
import { DiskError, type DiskErrorCode, type Log } from "../../edge/ports.ts";

const disk = denoDisk();

/** A directory that is gone at the end of the test. */
function temporary(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

function throwsCode(code: DiskErrorCode, work: () => void): void {
  throws(work, (error) => error instanceof DiskError && error.code === code);
}

Deno.test("denoClock() counts monotonic microseconds and knows the wall clock", () => {
  const clock = denoClock();
  const first = clock.monotonicUs();
  ok(Number.isSafeInteger(first) && clock.monotonicUs() >= first);
  const [before, wallUs, after] = [Date.now(), clock.wallUs(), Date.now()];
  ok(Number.isSafeInteger(wallUs) && before * 1000 <= wallUs && wallUs < (after + 1) * 1000);
});

Deno.test("denoClock() tells microseconds of the wall clock, which Date.now() does not", () => {
  const clock = denoClock();
  const endMs = Date.now() + 1000;
  const tenths = new Set<number>();
  while (tenths.size < 10 && Date.now() < endMs) {
    tenths.add(Math.floor(clock.wallUs() % 1000 / 100));
  }
  strictEqual(tenths.size, 10, "every tenth of a millisecond has been seen");
});

for (
  const [preciseMs, wallUs, why] of [
    [5000, 5_000_000, "it has just begun"],
    [5000.9996, 5_000_999, "it is over soon"],
    [5001.5, 5_000_999, "the wall clock was set back, or the millisecond began between two looks"],
    [4000.5, 5_000_000, "the wall clock was set ahead, or the machine slept"],
  ] as const
) {
  Deno.test(`wallUsOf() gives ${wallUs} for ${preciseMs} in millisecond 5000: ${why}`, () => {
    strictEqual(wallUsOf({ wallMs: 5000, preciseMs }), wallUs);
  });
}

Deno.test("denoTimers().after() never runs early and cancel() stops it", async () => {
  const clock = denoClock();
  const timers = denoTimers(clock);
  const startUs = clock.monotonicUs();
  timers.after(3_000, () => {
    throw new Error("a cancelled timer must not run");
  })();
  for (const delayUs of [0, 1, 1_500, 10_001]) {
    await new Promise<void>((done) => timers.after(delayUs, done));
    ok(clock.monotonicUs() - startUs >= delayUs);
  }
});

Deno.test("denoTimers().after() waits for delays longer than the runtime's timers know", async () => {
  const timers = denoTimers(denoClock());
  let ran = 0;
  const cancel = timers.after(3_000_000_000_000, () => ran += 1);
  await new Promise((done) => setTimeout(done, 30));
  cancel();
  strictEqual(ran, 0);
});

Deno.test("denoTimers().soon() lets waiting I/O in while a task keeps asking for the next turn", async () => {
  const timers = denoTimers(denoClock());
  let turns = 0;
  let stop = false;
  const spin = (): void => {
    turns += 1;
    if (!stop) timers.soon(spin);
  };
  timers.soon(spin);
  await Deno.readTextFile(new URL(import.meta.url));
  await new Promise((done) => setTimeout(done, 5));
  stop = true;
  ok(turns > 1);
});

Deno.test("startTimers().soon() wants no timer of the runtime's before after() does", async () => {
  const timers = startTimers(denoClock());
  const ran: string[] = [];
  timers.soon(() => ran.push("starting"));
  await Promise.resolve();
  deepStrictEqual(ran, ["starting"]);
  timers.after(1_000_000, () => {})();
  const isDone = new Promise<void>((resolve) => timers.soon(resolve)).then(() =>
    ran.push("serving")
  );
  await Promise.resolve();
  deepStrictEqual(ran, ["starting"], "whoever waits for I/O has a turn");
  await isDone;
  deepStrictEqual(ran, ["starting", "serving"]);
});

Deno.test("denoRandomness() gives as many bytes as asked for", () => {
  strictEqual(denoRandomness().bytes(32).length, 32);
});

Deno.test("denoDisk() reads back at any offset what it wrote", () => {
  using place = temporary();
  const directory = place.path;
  const file = disk.open(`${directory}/a`, "create");
  file.writeAt(Uint8Array.of(1, 2, 3), 5);
  file.writeAt(Uint8Array.of(9), 6);
  file.syncData();
  strictEqual(file.size(), 8);
  const buffer = new Uint8Array(10);
  strictEqual(file.readAt(buffer, 4), 4);
  deepStrictEqual([...buffer.subarray(0, 5)], [0, 1, 9, 3, 0]);
  strictEqual(file.readAt(buffer, 100), 0);
  file.truncate(6);
  strictEqual(file.size(), 6);
  file.close();
  strictEqual((Deno.statSync(`${directory}/a`).mode ?? 0) & 0o777, 0o600);
});

Deno.test("denoDisk() makes, lists, renames and removes", () => {
  using place = temporary();
  const directory = place.path;
  const deep = `${directory}/b/c`;
  disk.makeDirectory(deep);
  disk.makeDirectory(deep);
  strictEqual((Deno.statSync(deep).mode ?? 0) & 0o777, 0o700);
  for (const name of ["2", "10", "1"]) disk.open(`${deep}/${name}`, "create").close();
  deepStrictEqual(disk.list(deep), ["1", "10", "2"]);
  disk.rename(`${deep}/1`, `${deep}/2`);
  disk.syncDirectory(deep);
  disk.remove(`${deep}/10`);
  deepStrictEqual(disk.list(deep), ["2"]);
  ok(disk.exists(`${deep}/2`));
  ok(!disk.exists(`${deep}/10`));
  ok((disk.freeBytes(deep) ?? 0) > 0);
});

Deno.test("denoDisk() tells failures apart by code", () => {
  using place = temporary();
  const directory = place.path;
  throwsCode("NotFound", () => disk.open(`${directory}/none`, "read"));
  throwsCode("NotFound", () => disk.open(`${directory}/none`, "write"));
  throwsCode("NotFound", () => disk.list(`${directory}/none`));
  throwsCode("NoSpace", () => disk.open("/dev/full", "write").writeAt(new Uint8Array(1), 0));
  throws(
    () => disk.remove(`${directory}/none`),
    /Cannot remove .*none: the file system must allow it: was No such file/,
  );
  strictEqual(disk.freeBytes(`${directory}/none`), undefined);
});

Deno.test("DiskFile.tryLock() is false while another open file holds the lock", () => {
  using place = temporary();
  const directory = place.path;
  const first = disk.open(`${directory}/lock`, "create");
  const second = disk.open(`${directory}/lock`, "create");
  ok(first.tryLock());
  ok(!second.tryLock());
  first.close();
  ok(second.tryLock());
  second.close();
});

for (
  const [name, signals] of [["waiting", waitingSignals()], ["patient", patientSignals()]] as const
) {
  Deno.test(`${name}Signals().watch() runs the task now and after each change until it is false`, async () => {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const seen: number[] = [];
    const done = Promise.withResolvers<void>();
    signals.watch(cells, 0, () => {
      seen.push(Atomics.load(cells, 0));
      if (seen.length < 3) return true;
      done.resolve();
      return false;
    });
    for (const value of [7, 8]) {
      await new Promise((next) => setTimeout(next, 1));
      Atomics.store(cells, 0, value);
      signals.notify(cells, 0);
    }
    const alive = setInterval(() => {}, 1000); // the wait alone does not keep the thread running
    await done.promise;
    clearInterval(alive);
    deepStrictEqual(seen, [0, 7, 8]);
  });
}

for (
  const [name, signals] of [["waiting", waitingSignals()], ["blocking", blockingSignals()]] as const
) {
  Deno.test(`${name}Signals().notifyFirst() wakes whoever waits, and goes on where nobody does`, async () => {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    signals.notifyFirst(cells, 0);
    const woken = Promise.withResolvers<number>();
    waitingSignals().watch(cells, 0, () => {
      const value = Atomics.load(cells, 0);
      if (value > 0) woken.resolve(value);
      return value === 0;
    });
    Atomics.store(cells, 0, 7);
    signals.notifyFirst(cells, 0);
    const alive = setInterval(() => {}, 1000); // the wait alone does not keep the thread running
    strictEqual(await woken.promise, 7);
    clearInterval(alive);
  });
}

const module = new URL("support/echo_worker.ts", import.meta.url);

Deno.test("denoWorkers() hands over init, carries messages and log lines in order", async () => {
  const logged: string[] = [];
  const log: Log = { write: (level, event) => logged.push(`${level} ${event}`) };
  const link = denoWorkers({ module, log }).start("journal", { greeting: "hello" });
  link.post("first");
  link.post("second");
  const messages: unknown[] = [];
  await new Promise<void>((done) =>
    link.onMessage((message) => {
      messages.push(message);
      if (messages.length === 3) done();
    })
  );
  link.terminate();
  deepStrictEqual(messages, ["hello", "echo first", "echo second"]);
  deepStrictEqual(logged, ["info listening"]);
});

Deno.test("denoWorkers() reports an uncaught error of the Worker with its place", async () => {
  const link = denoWorkers({ module, log: { write: () => {} } }).start("index", undefined);
  const reason = await new Promise<string>((done) => link.onError(done));
  match(reason, /told to fail.*echo_worker\.ts:\d+/s);
  link.terminate();
});

Deno.test("denoWorkers() hands a Worker that asks for it what nobody caught, and it lives on", async () => {
  const link = denoWorkers({ module, log: { write: () => {} } }).start("venue", undefined);
  const died = Promise.withResolvers<string>();
  link.onError(died.resolve);
  const said: unknown[] = [];
  const all = new Promise<string>((done) =>
    link.onMessage((message) => {
      said.push(message);
      if (said.length === 1) link.post("throw");
      if (said.length === 2) link.post("still here");
      if (said.length === 3) done("alive");
    })
  );
  link.post("reject");
  strictEqual(await Promise.race([all, died.promise]), "alive");
  deepStrictEqual(said, ["rejected", "thrown", "still here"]);
  link.terminate();
});

for (const [name, entry] of [["blocking", "follower"], ["patient", "feed"]] as const) {
  Deno.test(`${name}Signals() in a Worker answer each change of a cell`, async () => {
    await answersEach(entry);
  });
}

async function answersEach(entry: "follower" | "feed"): Promise<void> {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const link = denoWorkers({ module, log: { write: () => {} } }).start(entry, cells);
  const signals = waitingSignals();
  const done = Promise.withResolvers<void>();
  signals.watch(cells, 1, () => {
    const answered = Atomics.load(cells, 1);
    if (answered === 100) done.resolve();
    if (answered === 100) return false;
    Atomics.store(cells, 0, answered + 1);
    signals.notify(cells, 0);
    return true;
  });
  await done.promise;
  link.terminate();
}
