/**
 * What `doctor` says of a journal that is ahead of the machine's clock. Proves a part of R-OPS-7.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { findings } from "../../../../edge/cli/doctor/doctor.ts";
import type { Finding, Verdict } from "../../../../edge/cli/doctor/finding.ts";
import type { Entry } from "../../../../edge/cli/doctor/machine.ts";
import { facts, machine, type MachineChanges, STATE } from "../../../support/doctor_facts.ts";

const FILE_ENTRY: Entry = { kind: "file", mode: 0o600, uid: 1000, gid: 1000 };

function ofJournal(changes: MachineChanges): readonly Finding[] {
  return findings(facts({ machine: machine(changes) })).filter(({ check }) => check === "journal");
}

const NOW_US = 1_700_000_000_000_000;
const ahead: readonly (readonly [number, readonly Verdict[]])[] = [
  [-5_000_000, ["pass"]],
  [1_000_000, ["pass"]],
  [1_000_001, ["pass", "warn"]],
  [60_000_000, ["pass", "warn"]],
  [60_000_001, ["pass", "fail"]],
];
for (const [aheadUs, verdicts] of ahead) {
  Deno.test(`findings() gives ${verdicts} for a journal ${aheadUs} us ahead of the clock`, () => {
    const verified = { ok: true, last_time_us: NOW_US + aheadUs };
    const found = ofJournal({ verifyJournal: () => verified });
    deepStrictEqual(found.map(({ verdict }) => verdict), verdicts);
    const [, time] = found;
    if (time === undefined) return;
    strictEqual(time.about, "time");
    match(time.text, /ahead of this machine's clock/);
    match(time.remedy ?? "", /docs\/operations\/clock\.md/);
  });
}

Deno.test("findings() names a journal of the future beside what recovery stumbled over", () => {
  const verified = { ok: true, last_time_us: 2 * NOW_US };
  const entries = new Map([[`${STATE}/poison`, FILE_ENTRY]]);
  const found = ofJournal({ entries, verifyJournal: () => verified });
  deepStrictEqual(found.map(({ verdict }) => verdict), ["warn", "fail"]);
});
