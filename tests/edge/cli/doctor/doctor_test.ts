/**
 * Every check of `doctor`, made to fail one at a time. Proves R-OPS-7: what would keep a daemon from
 * trading safely is named beforehand, each with its remedy.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { countOf, findingLines, findings } from "../../../../edge/cli/doctor/doctor.ts";
import { CHECKS, type Finding, type Verdict } from "../../../../edge/cli/doctor/finding.ts";
import { RUNTIME_VERSION } from "../../../../edge/cli/doctor/machine_checks.ts";
import type { Entry, Facts } from "../../../../edge/cli/doctor/machine.ts";
import { DiskError } from "../../../../edge/ports.ts";
import { Secret, type Secrets } from "../../../../edge/secrets.ts";
import type { Examination, KeyScope } from "../../../../edge/venues/examination.ts";
import {
  facts,
  FILE,
  GOOD_EXAMINATION,
  GOOD_UNIT,
  liveOutside,
  machine,
  type MachineChanges,
  STATE,
  UNIT,
  VENUE,
} from "../../../support/doctor_facts.ts";

const FILE_ENTRY: Entry = { kind: "file", mode: 0o600, uid: 1000, gid: 1000 };
const DIRECTORY: Entry = { kind: "directory", mode: 0o700, uid: 1000, gid: 1000 };
const KNOWN = GOOD_EXAMINATION.key as Extract<KeyScope, { readonly kind: "known" }>;

function on(changes: MachineChanges): Partial<Facts> {
  return { machine: machine(changes) };
}

function entry(path: string, found: Entry | "absent" | "denied"): Partial<Facts> {
  return on({ entries: new Map([[path, found]]) });
}

function venue(changes: Partial<Examination>): Partial<Facts> {
  return { examinations: new Map([[VENUE, { ...GOOD_EXAMINATION, ...changes }]]) };
}

function key(changes: Partial<typeof KNOWN>): Partial<Facts> {
  return venue({ key: { ...KNOWN, ...changes } });
}

function skew(skewMs: number): Partial<Facts> {
  return venue({ reach: { kind: "reached", tripMs: 1, skewMs } });
}

function withoutLine(line: string): Partial<Facts> {
  return on({ unit: GOOD_UNIT.replace(`${line}\n`, "") });
}

function only(check: string, changes: Partial<Facts>): readonly Finding[] {
  return findings(facts(changes)).filter((finding) => finding.check === check);
}

Deno.test("findings() makes every check, in order, and all pass where all is well", () => {
  const found = findings(facts());
  deepStrictEqual(found.map(({ check }) => check), [...CHECKS]);
  deepStrictEqual(countOf(found), { pass: CHECKS.length, warn: 0, fail: 0, skip: 0 });
});

const refused = { kind: "refused", problems: ["a.yaml:1:1: wire.prot: no"] } as const;
const dry = { configuration: { kind: "read", configuration: liveOutside("dry_run") } } as const;
const absent: Secrets = { read: () => ({ ok: false, reason: "must be there" }) };
const exposed: Secrets = {
  read: () => ({ ok: true, value: new Secret("hush"), isExposed: true }),
};
const cases: readonly (readonly [string, Verdict, string, Partial<Facts>, RegExp])[] = [
  ["configuration", "fail", "it is invalid", { configuration: refused }, /wire\.prot: no/],
  [
    "configuration_file",
    "fail",
    "others may write it",
    entry(FILE, { ...FILE_ENTRY, mode: 0o664 }),
    /0664/,
  ],
  [
    "configuration_file",
    "fail",
    "it is another user's",
    entry(FILE, { ...FILE_ENTRY, uid: 7 }),
    /uid 7/,
  ],
  ["configuration_file", "skip", "there is none", { configurationPath: undefined }, /no file/],
  ["credentials", "fail", "they are missing", { secrets: absent }, /api_key must be there/],
  [
    "credentials",
    "warn",
    "they are missing in a dry run",
    { secrets: absent, ...dry },
    /must be there/,
  ],
  [
    "credentials",
    "fail",
    "others may read them",
    { secrets: exposed },
    /\$KEY can be read by others/,
  ],
  [
    "state_directory",
    "fail",
    "nobody says where it is",
    { stateDirectory: undefined },
    /nobody says/,
  ],
  [
    "state_directory",
    "fail",
    "others may read it",
    entry(STATE, { ...DIRECTORY, mode: 0o750 }),
    /0750/,
  ],
  [
    "state_directory",
    "fail",
    "it is another user's",
    entry(STATE, { ...DIRECTORY, uid: 7 }),
    /uid 7/,
  ],
  [
    "state_directory",
    "fail",
    "root has left a file in it",
    on({
      list: (path) => path === `${STATE}/` ? ["quarantine", "token"] : [],
      entries: new Map([[`${STATE}/quarantine`, { ...FILE_ENTRY, uid: 0 }]]),
    }),
    /quarantine in \/state belongs to another user than the directory does, uid 1000/,
  ],
  ["state_directory", "fail", "it is a file", entry(STATE, FILE_ENTRY), /no directory/],
  ["state_directory", "fail", "it cannot be seen", entry(STATE, "denied"), /cannot be looked at/],
  ["state_directory", "skip", "it is not there yet", { stateDirectory: "/gone" }, /first start/],
  [
    "token",
    "fail",
    "others may read it",
    entry(`${STATE}/token`, { ...FILE_ENTRY, mode: 0o644 }),
    /0644/,
  ],
  ["token", "fail", "it holds none", on({ readText: () => "" }), /token holds no token/],
  ["token", "fail", "it is a directory", entry(`${STATE}/token`, DIRECTORY), /holds no token/],
  ["token", "pass", "it cannot be read", on({ readText: () => undefined }), /owner's alone/],
  ["token", "skip", "it is not there yet", { stateDirectory: "/gone" }, /first start/],
  [
    "lock",
    "skip",
    "nobody may look whether a daemon runs",
    on({ lockOf: () => "denied" }),
    /\/state\/lock cannot be looked at: ask as .* root/,
  ],
  ["port", "fail", "another program has it", { port: "other" }, /7411 is taken by another program/],
  [
    "port",
    "fail",
    "another daemon has it",
    { port: "tapeline" },
    /daemon of another state directory/,
  ],
  [
    "port",
    "warn",
    "the daemon that runs is not there",
    on({ lockOf: () => "held" }),
    /nobody answers/,
  ],
  [
    "port",
    "skip",
    "a daemon has it and nobody may look which",
    { port: "tapeline", ...on({ lockOf: () => "denied" }) },
    /a daemon answers at .*7411; of which state directory cannot be seen/,
  ],
  [
    "journal",
    "fail",
    "it is damaged",
    on({ verifyJournal: () => ({ ok: false, problem: "bad 7" }) }),
    /bad 7/,
  ],
  [
    "journal",
    "fail",
    "it cannot be read",
    on({
      verifyJournal: () => {
        throw new DiskError("Denied", "Cannot open it");
      },
    }),
    /Cannot open it/,
  ],
  [
    "journal",
    "warn",
    "recovery stumbled",
    entry(`${STATE}/poison`, FILE_ENTRY),
    /poison says which/,
  ],
  [
    "journal",
    "pass",
    "nobody may look whether recovery stumbled",
    entry(`${STATE}/poison`, "denied"),
    /the journal is whole/,
  ],
  ["journal", "skip", "there never was one", on({ verifyJournal: () => "none" }), /no journal yet/],
  [
    "journal",
    "fail",
    "it is gone, and not all that came with it",
    on({
      entries: new Map([[`${STATE}/journal`, "absent"]]),
      verifyJournal: () => ({ ok: false, problem: "it must have a journal" }),
    }),
    /must have a journal/,
  ],
  [
    "journal",
    "fail",
    "it is damaged where recovery stumbled",
    on({
      entries: new Map([[`${STATE}/poison`, FILE_ENTRY]]),
      verifyJournal: () => ({ ok: false, problem: "bad 7" }),
    }),
    /bad 7/,
  ],
  ["disk_space", "fail", "there is next to none", on({ freeBytes: () => 2 ** 28 }), /^256 MiB/],
  ["disk_space", "warn", "there is little", on({ freeBytes: () => 2 ** 30 }), /^1024 MiB/],
  ["disk_sync", "fail", "it takes too long", on({ syncTimes: () => [600_000] }), /600\.0 ms/],
  [
    "disk_sync",
    "warn",
    "it takes long",
    on({ syncTimes: () => [1000, 30_000] }),
    /99 % within 30\.0 ms/,
  ],
  [
    "disk_sync",
    "fail",
    "two in a hundred take too long",
    on({ syncTimes: () => [...Array(196).fill(500), ...Array(4).fill(600_000)] }),
    /takes 500 µs, 99 % within 600\.0 ms/,
  ],
  [
    "disk_sync",
    "pass",
    "one in two hundred takes too long",
    on({ syncTimes: () => [600_000, ...Array(199).fill(500)] }),
    /takes 500 µs, 99 % within 500 µs/,
  ],
  [
    "disk_sync",
    "warn",
    "it is too fast to be true",
    on({ syncTimes: () => [5, 6] }),
    /faster than a disk/,
  ],
  [
    "disk_sync",
    "fail",
    "nothing can be written",
    on({ syncTimes: () => "Cannot open" }),
    /Cannot open/,
  ],
  ["disk_sync", "skip", "a daemon runs", on({ lockOf: () => "held" }), /not disturbed/],
  [
    "disk_sync",
    "skip",
    "nobody may look whether a daemon runs",
    on({ lockOf: () => "denied" }),
    /would be disturbed cannot be seen/,
  ],
  ["clock", "fail", "a venue's is far off", skew(-1500), /main is -1500 ms ahead/],
  ["clock", "warn", "a venue's is off", skew(150), /main is 150 ms ahead/],
  ["clock", "warn", "nobody keeps it", {
    examinations: undefined,
    ...entry("/run/systemd/timesync/synchronized", "absent"),
  }, /nothing here says/],
  ["runtime", "warn", "it is another", on({ runtimeVersion: "2.0.0" }), /tested on 2\.9\.6/],
  ["unit", "skip", "there is none", { unitPath: "/gone" }, /no unit/],
  ["unit", "warn", "there is no watchdog", withoutLine("WatchdogSec=30"), /hang is not noticed/],
  ["unit", "warn", "core dumps are written", withoutLine("LimitCORE=0"), /would hold secrets/],
  [
    "unit",
    "warn",
    "files are few",
    on({ unit: `${GOOD_UNIT}LimitNOFILE=256\n` }),
    /too few open files/,
  ],
  [
    "unit",
    "warn",
    "memory is below the heap",
    on({ unit: `${GOOD_UNIT}MemoryMax=1G\n` }),
    /MemoryMax is 1G/,
  ],
  ["unit", "warn", "memory is not bounded", withoutLine("MemoryMax=2G"), /MemoryMax is not set/],
  [
    "unit",
    "warn",
    "it always restarts",
    on({ unit: `${GOOD_UNIT}Restart=always\n` }),
    /Restart is always/,
  ],
  [
    "unit",
    "warn",
    "it restarts into a bad journal",
    on({
      unit: `${GOOD_UNIT}RestartPreventExitStatus=78\n`,
    }),
    /restarts where none helps/,
  ],
  [
    "unit",
    "warn",
    "files are bounded",
    on({ unit: `${GOOD_UNIT}LimitFSIZE=1G\n` }),
    /LimitFSIZE is 1G/,
  ],
  [
    "venue",
    "fail",
    "it is unreachable",
    venue({ reach: { kind: "unreachable", reason: "no route" } }),
    /no route/,
  ],
  ["venue", "skip", "nobody was asked", { examinations: undefined }, /asked not to/],
  ["venue", "skip", "the configuration is invalid", { configuration: refused }, /repaired first/],
  ["key", "fail", "it may withdraw", key({ mayWithdraw: true }), /^may withdraw$/],
  ["key", "fail", "it may not trade", key({ mayTrade: false }), /may not trade/],
  [
    "key",
    "warn",
    "it may not trade in a dry run",
    { ...key({ mayTrade: false }), ...dry },
    /may not/,
  ],
  ["key", "warn", "it works from anywhere", key({ isBoundToAddresses: false }), /from any address/],
  ["key", "warn", "it may move funds", key({ mayTransfer: true }), /may move funds/],
  ["key", "warn", "it ends soon", key({ endsMs: 1_700_400_000_000 }), /ends in 4 days/],
  ["key", "fail", "it has ended", key({ endsMs: 1_699_000_000_000 }), /has ended/],
  ["key", "fail", "it is refused", venue({ key: { kind: "refused", reason: "-2015" } }), /-2015/],
  [
    "key",
    "fail",
    "there is none",
    venue({ key: { kind: "absent", reason: "no file" } }),
    /no file/,
  ],
  [
    "key",
    "warn",
    "nobody says",
    venue({ key: { kind: "unknown", reason: "a test world" } }),
    /test world/,
  ],
];
for (const [check, verdict, when, changes, text] of cases) {
  Deno.test(`findings() gives ${verdict} for ${check} when ${when}`, () => {
    const found = only(check, changes);
    deepStrictEqual(found.map((finding) => finding.verdict), [verdict]);
    match(found[0]?.text ?? "", text);
    strictEqual(
      found[0]?.remedy === undefined,
      verdict === "skip" || verdict === "pass",
      "a remedy for each that has one",
    );
  });
}

const DAEMON = { state: "tapeline", version: "1.2.3", mode: "paper" } as const;
const metricsCases: readonly (readonly [Verdict, string, Partial<Facts>, RegExp])[] = [
  ["pass", "the daemon that runs has it", {
    metrics: DAEMON,
    ...on({ lockOf: () => "held" }),
  }, /the daemon that runs answers at .*9464: version 1\.2\.3, paper$/],
  ["fail", "another daemon has it", { metrics: DAEMON }, /another state directory .*1\.2\.3/],
  ["fail", "another program has it", { metrics: { state: "other" } }, /9464 is taken/],
  ["skip", "a daemon has it and nobody may look which", {
    metrics: DAEMON,
    ...on({ lockOf: () => "denied" }),
  }, /a daemon answers at .*1\.2\.3, paper; of which state directory cannot be seen/],
  ["warn", "the daemon that runs is not there", on({ lockOf: () => "held" }), /nobody answers/],
  ["pass", "any will do", { metrics: undefined }, /any free port/],
];
for (const [verdict, when, changes, text] of metricsCases) {
  Deno.test(`findings() gives ${verdict} for metrics_port when ${when}`, () => {
    const [finding] = only("metrics_port", changes);
    strictEqual(finding?.verdict, verdict);
    match(finding.text, text);
  });
}

const others: readonly (readonly [string, string, Partial<Facts>, RegExp])[] = [
  ["lock", "a daemon runs", on({ lockOf: () => "held" }), /a daemon runs on/],
  ["port", "the daemon that runs has it", {
    port: "tapeline",
    ...on({ lockOf: () => "held" }),
  }, /the daemon that runs answers/],
  ["state_directory", "root looks at another user's", on({ uid: 0 }), /uid 1000/],
  ["clock", "venues agree where nothing says that it is kept", {
    ...entry("/run/systemd/timesync/synchronized", "absent"),
  }, /within 100 ms of every venue/],
  [
    "disk_sync",
    "only the way to the directory is there",
    { stateDirectory: "/gone/far" },
    /at \/$/,
  ],
];
for (const [check, when, changes, text] of others) {
  Deno.test(`findings() passes ${check} when ${when}`, () => {
    const [finding] = only(check, changes);
    strictEqual(finding?.verdict, "pass");
    match(finding.text, text);
  });
}

Deno.test("findings() names every worry about a key and a unit", () => {
  const worries = only(
    "key",
    key({ mayWithdraw: true, mayTransfer: true, isBoundToAddresses: false }),
  );
  deepStrictEqual(worries.map(({ verdict }) => verdict), ["fail", "warn", "warn"]);
  strictEqual(only("unit", on({ unit: "[Service]\n" })).length, 5);
});

Deno.test("findings() reads what drop-ins of the unit say last", () => {
  const drop = `[Service]\nLimitCORE=\nLimitCORE=infinity\n[Other]\nLimitCORE=0\n`;
  const found = only(
    "unit",
    on({
      list: () => ["10-core.conf", "README"],
      readText: (path) => path.endsWith("10-core.conf") ? drop : GOOD_UNIT,
    }),
  );
  match(found[0]?.text ?? "", /LimitCORE is infinity/);
});

Deno.test("findings() warns of what an operator gave for one start and left in", () => {
  const env = "/etc/tapeline/tapeline.env";
  const asked = (options: string): readonly string[] => {
    const files = new Map([
      [UNIT, `${GOOD_UNIT}EnvironmentFile=-${env}\n`],
      [env, options],
    ]);
    return only("unit", on({ readText: (path) => files.get(path) }))
      .map(({ verdict, text }) => `${verdict} ${text}`);
  };
  const [found, ...more] = asked("TAPELINE_OPTIONS=--config x.yaml --adopt-account main\n");
  match(found ?? "", /^warn .*--adopt-account is in \/etc\/tapeline\/tapeline\.env, .*one start/);
  deepStrictEqual(more, []);
  strictEqual(asked("TAPELINE_OPTIONS=--accept-loss --resume-trading").length, 2);
  match(asked("# --accept-loss, once\nTAPELINE_OPTIONS=--config x").join(), /^pass /);
});

/** Where a unit may hold an option for one start, and what is said of the place. */
const places: readonly (readonly [string, string])[] = [
  ["EnvironmentFile=-/e/tapeline.env\nEnvironmentFile=-/e/more.env", "/e/tapeline.env"],
  ["EnvironmentFile=/e/more.env\nEnvironmentFile=-/e/tapeline.env", "/e/tapeline.env"],
  ["EnvironmentFile=-/e/*.env", "/e/tapeline.env"],
  ["Environment=TAPELINE_OPTIONS=--accept-loss", "Environment= of the unit"],
  ["ExecStart=/usr/local/bin/tapeline run --accept-loss", "ExecStart= of the unit"],
];
for (const [lines, place] of places) {
  Deno.test(`findings() sees what was left in ${lines.replaceAll("\n", " and ")}`, () => {
    const files = new Map([
      [UNIT, `${GOOD_UNIT}${lines}\n`],
      ["/e/tapeline.env", "TAPELINE_OPTIONS=--accept-loss\n"],
      ["/e/more.env", "TZ=UTC\n"],
      ["/e/tapeline.env.old", "TAPELINE_OPTIONS=--resume-trading\n"],
    ]);
    const folder = [...files.keys()].filter((path) => path.startsWith("/e/"));
    const found = only(
      "unit",
      on({
        readText: (path) => files.get(path),
        list: (path) => path === "/e" ? folder.map((file) => file.slice("/e/".length)) : [],
      }),
    );
    deepStrictEqual(found.map(({ verdict }) => verdict), ["warn"]);
    ok(found[0]?.text.includes(`--accept-loss is in ${place}, and`), found[0]?.text);
    strictEqual(found[0]?.remedy, `take --accept-loss out of ${place}`);
  });
}

const ROOTS: Entry = { kind: "file", mode: 0o600, uid: 0, gid: 0 };
const DYNAMIC = `${GOOD_UNIT}DynamicUser=yes\nUser=tapeline\n`;
/** What root is told of a file of this kind, by what else there is. */
const readers: readonly (readonly [Verdict, string, Partial<Entry>, MachineChanges])[] = [
  ["fail", "it is root's alone", {}, {}],
  ["pass", "everybody may read it", { mode: 0o644 }, {}],
  ["pass", "it is the daemon's own", { uid: 1000 }, {}],
  ["fail", "it is the daemon's own, who may not read it", { uid: 1000, mode: 0o044 }, {}],
  ["fail", "it is for a group that is not the daemon's", { mode: 0o640 }, {}],
  ["pass", "it is for the daemon's group", { mode: 0o640, gid: 1000 }, {}],
  ["pass", "the unit gives more groups", { mode: 0o640, gid: 7 }, {
    unit: `${GOOD_UNIT}SupplementaryGroups=settings\n`,
  }],
  ["pass", "root runs the daemon", {}, {
    entries: new Map([[STATE, { ...DIRECTORY, uid: 0 }]]),
  }],
  ["fail", "its directory is shut", { mode: 0o644 }, {
    entries: new Map([["/etc/tapeline", { ...ROOTS, kind: "directory", mode: 0o700 }]]),
  }],
  ["fail", "a user of the unit's own is still to be made", {}, {
    unit: DYNAMIC,
    entries: new Map([[STATE, "absent"]]),
  }],
  ["pass", "a user of the unit's own is still to be made, and everybody may", { mode: 0o644 }, {
    unit: DYNAMIC,
    entries: new Map([[STATE, "absent"]]),
  }],
  ["pass", "the unit runs as root and has not yet", {}, {
    entries: new Map([[STATE, "absent"]]),
  }],
  ["pass", "nobody says who runs the daemon", {}, {
    entries: new Map([[STATE, "absent"]]),
    readText: () => undefined,
  }],
];
for (const [verdict, when, file, { entries, ...changes }] of readers) {
  Deno.test(`findings() gives root ${verdict} for configuration_file when ${when}`, () => {
    const all = new Map([...entries ?? [], [FILE, { ...ROOTS, ...file }]]);
    const [finding] = only("configuration_file", on({ uid: 0, ...changes, entries: all }));
    strictEqual(finding?.verdict, verdict, finding?.text);
    if (verdict === "fail") match(finding.remedy ?? "", /^chmod (0644|o\+x) \/etc\/tapeline/);
  });
}

Deno.test("findings() reads the options of the daemon whose state directory was named", () => {
  const [unit, env] = ["/units/tapeline@.service", "/etc/tapeline/second.env"];
  const files = new Map([
    [unit, `${GOOD_UNIT}EnvironmentFile=-/etc/tapeline/%i.env\n`],
    [env, "TAPELINE_OPTIONS=--accept-loss\n"],
  ]);
  const asked = (stateDirectory: string): string =>
    only("unit", {
      ...on({ readText: (path) => files.get(path) }),
      unitPath: unit,
      stateDirectory,
    }).map(({ verdict, text }) => `${verdict} ${text}`).join();
  match(
    asked("/var/lib/tapeline-second"),
    /^warn .*--accept-loss is in \/etc\/tapeline\/second\.env/,
  );
  match(asked("/var/lib/tapeline-third"), /^pass /);
});

Deno.test("findings() finds the unit and its drop-ins where an installation puts them", () => {
  const installed = "/usr/local/lib/systemd/system/tapeline.service";
  const edited = "/etc/systemd/system/tapeline.service.d";
  const files = new Map([
    [installed, GOOD_UNIT],
    [`${edited}/override.conf`, "[Service]\nMemoryMax=1G\n"],
  ]);
  const asked = (unitPath: string | undefined): string =>
    only("unit", {
      ...on({
        readText: (path) => files.get(path),
        list: (path) => path === edited ? ["override.conf"] : [],
      }),
      unitPath,
    }).map(({ verdict, text }) => `${verdict} ${text}`).join();
  match(asked(undefined), /^warn \/usr\/local\/lib\/.*MemoryMax is 1G$/);
  match(asked(installed), /^warn .*MemoryMax is 1G$/);
  files.clear();
  match(asked(undefined), /^skip there is no unit \/etc\/.* or \/usr\/local\/lib\//);
});

Deno.test("findings() gives nobody's directory away while a daemon may run on it", () => {
  const [finding] = only("state_directory", entry(STATE, { ...DIRECTORY, uid: 7 }));
  match(finding?.remedy ?? "", /^ask as .*; chown -R 1000 \/state if no daemon runs there$/);
});

Deno.test("findingLines() puts each remedy below its line and ends with the counts", () => {
  const lines = findingLines(findings(facts(key({ mayWithdraw: true }))));
  const at = lines.findIndex((line) => line.includes("may withdraw"));
  match(lines[at] ?? "", /^fail {2}key main {12}may withdraw$/);
  match(lines[at + 1] ?? "", /^ +→ make a key without withdrawals$/);
  strictEqual(lines.at(-1), "15 passed, 0 to look at, 1 failed, 0 skipped");
});

Deno.test("the runtime that doctor asks for is the one that the README starts", () => {
  const readme = Deno.readTextFileSync(new URL("../../../../README.md", import.meta.url));
  ok(readme.includes(`deno@${RUNTIME_VERSION}`));
});
