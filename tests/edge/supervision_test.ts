/**
 * What the service manager is told, on virtual time. Proves R-OPS-1 in part: the watchdog is fed by
 * signs of life of the parts, never by a timer alone.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { recoveryNotice, Supervision } from "../../edge/supervision.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const SECOND_US = 1_000_000;

/** Parts that answer when the test says so, and a manager that writes down. */
class Rig {
  readonly time = new VirtualTime();
  readonly told: string[] = [];
  readonly supervision: Supervision;
  status = "paper";
  asked = 0;
  /** Whether each vital part answers. */
  loopAnswers = true;
  journalAnswers = true;

  constructor(watchdogUs: number | undefined) {
    const serviceManager = { tell: (state: string) => void this.told.push(state), watchdogUs };
    this.supervision = new Supervision({ serviceManager, timers: this.time, clock: this.time }, {
      ask: () => {
        this.asked += 1;
      },
      hasAnswered: () => this.loopAnswers && this.journalAnswers,
      status: () => this.status,
    });
  }

  get pings(): number {
    return this.told.filter((state) => state === "WATCHDOG=1").length;
  }

  pass(us: number): void {
    const untilUs = this.time.monotonicUs() + us;
    for (let dueUs = this.time.nextDueUs(); dueUs !== undefined && dueUs <= untilUs;) {
      this.time.step();
      dueUs = this.time.nextDueUs();
    }
  }
}

Deno.test("Supervision.ready() says READY once, with the state, and then only what changes", () => {
  const rig = new Rig(undefined);
  rig.status = "live; reconciling main";
  rig.supervision.ready();
  rig.supervision.ready();
  rig.pass(10 * SECOND_US);
  rig.status = "live; up main";
  rig.pass(10 * SECOND_US);
  deepStrictEqual(rig.told, ["READY=1\nSTATUS=live; reconciling main", "STATUS=live; up main"]);
  strictEqual(rig.asked, 0, "nobody watches, so nobody is asked");
});

Deno.test("Supervision pings at a third of the manager's patience while every part answers", () => {
  const rig = new Rig(9 * SECOND_US);
  rig.supervision.ready();
  rig.pass(31 * SECOND_US);
  strictEqual(rig.pings, 10);
});

const silent = [
  ["a loop that turns but a journal that does not answer", { journalAnswers: false }],
  ["a journal that answers but a loop that does not turn", { loopAnswers: false }],
] as const;
for (const [what, change] of silent) {
  Deno.test(`Supervision gives no ping for ${what}, and pings again when it does`, () => {
    const rig = new Rig(3 * SECOND_US);
    rig.supervision.ready();
    rig.pass(6 * SECOND_US);
    const before = rig.pings;
    ok(before >= 5, `was ${before}`);
    Object.assign(rig, change);
    rig.pass(60 * SECOND_US);
    strictEqual(rig.pings, before);
    Object.assign(rig, { loopAnswers: true, journalAnswers: true });
    rig.pass(5 * SECOND_US);
    ok(rig.pings >= before + 4, `was ${rig.pings - before}`);
  });
}

Deno.test("Supervision keeps up with a manager that waits for less than a second", () => {
  const rig = new Rig(SECOND_US / 2);
  rig.supervision.ready();
  rig.pass(5 * SECOND_US);
  ok(rig.pings >= 28, `was ${rig.pings}`);
});

Deno.test("Supervision.stopping() says STOPPING once, and nothing after it but why", () => {
  const rig = new Rig(3 * SECOND_US);
  rig.supervision.ready();
  rig.supervision.stopping("stopping: SIGTERM");
  rig.pass(30 * SECOND_US);
  rig.supervision.stopping("stopped: SIGTERM\n  at a line of its own");
  deepStrictEqual(rig.told.slice(1), [
    "STOPPING=1",
    "STATUS=stopping: SIGTERM",
    "STATUS=stopped: SIGTERM at a line of its own",
  ]);
});

Deno.test("Supervision.ready() says nothing of a daemon that was stopped before it listened", () => {
  const rig = new Rig(3 * SECOND_US);
  rig.supervision.stopping("stopping: SIGTERM");
  rig.supervision.ready();
  rig.pass(10 * SECOND_US);
  deepStrictEqual(rig.told, ["STOPPING=1", "STATUS=stopping: SIGTERM"]);
});

Deno.test("Supervision.reload() says RELOADING and READY around it, also where it throws", () => {
  const rig = new Rig(undefined);
  rig.supervision.ready();
  strictEqual(rig.supervision.reload(() => rig.told.push("the reload")), 3);
  let thrown: unknown;
  try {
    rig.supervision.reload(() => {
      throw new RangeError("no");
    });
  } catch (error) {
    thrown = error;
  }
  ok(thrown instanceof RangeError);
  deepStrictEqual(rig.told.slice(1), [
    "RELOADING=1",
    "the reload",
    "READY=1",
    "RELOADING=1",
    "READY=1",
  ]);
});

Deno.test("recoveryNotice() asks for more time the more there is to check", () => {
  match(recoveryNotice(0), /^EXTEND_TIMEOUT_USEC=60000000\nSTATUS=recovering: 0 MB /);
  match(recoveryNotice(40_000_000_000), /^EXTEND_TIMEOUT_USEC=2060000000\n/);
});
