/**
 * A machine and a configuration on which every check of `doctor` passes, for tests that break one
 * thing at a time.
 * @module
 */
import { type Configuration, parseConfiguration } from "../../config/mod.ts";
import type { Entry, Facts, Machine } from "../../edge/cli/doctor/machine.ts";
import { Secret, type Secrets } from "../../edge/secrets.ts";
import type { Examination } from "../../edge/venues/examination.ts";
import { adapterFacts } from "./adapter_facts.ts";

const UID = 1000;
const GIB = 2 ** 30;
const TOKEN = "sixteen-letters!";
export const STATE = "/state";
export const FILE = "/etc/tapeline/tapeline.yaml";
export const UNIT = "/etc/systemd/system/tapeline.service";
/** The name of the venue outside. */
export const VENUE = "main";

export const GOOD_UNIT = `[Unit]
Description=x
[Service]
Type=notify
WatchdogSec=30
Restart=on-failure
RestartPreventExitStatus=64 65 69 75 78
LimitNOFILE=4096
LimitCORE=0
MemoryMax=2G
`;

export const GOOD_EXAMINATION: Examination = {
  reach: { kind: "reached", tripMs: 40, skewMs: 3 },
  key: {
    kind: "known",
    mayTrade: true,
    mayWithdraw: false,
    mayTransfer: false,
    isBoundToAddresses: true,
    endsMs: null,
  },
};

/** Secrets that are all there, for their owner alone. */
const GOOD_SECRETS: Secrets = {
  read: () => ({ ok: true, value: new Secret("hush"), isExposed: false }),
};

/** What a path is on the machine where all is well. */
const ENTRIES: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ["/", { kind: "directory", mode: 0o755, uid: 0, gid: 0 }],
  [FILE, { kind: "file", mode: 0o640, uid: 0, gid: 0 }],
  [STATE, { kind: "directory", mode: 0o700, uid: UID, gid: UID }],
  [`${STATE}/token`, { kind: "file", mode: 0o600, uid: UID, gid: UID }],
  [`${STATE}/journal`, { kind: "directory", mode: 0o700, uid: UID, gid: UID }],
  ["/run/systemd/timesync/synchronized", { kind: "file", mode: 0o644, uid: 0, gid: 0 }],
]);

/** What a test has otherwise. */
export type MachineChanges = Partial<Machine> & {
  readonly entries?: ReadonlyMap<string, Entry | "absent" | "denied">;
  readonly unit?: string;
};

/** Returns a machine. */
export function machine({ entries, unit = GOOD_UNIT, ...changes }: MachineChanges = {}): Machine {
  return {
    uid: UID,
    runtimeVersion: "2.9.6",
    heapLimitBytes: GIB,
    wallMs: 1_700_000_000_000,
    entry: (path) => entries?.get(path) ?? ENTRIES.get(path) ?? "absent",
    readText: (path) => new Map([[UNIT, unit], [`${STATE}/token`, `${TOKEN}\n`]]).get(path),
    list: () => [],
    freeBytes: () => 100 * GIB,
    lockOf: () => "free",
    syncTimes: () => [900, 1000, 1100, 1200],
    verifyJournal: () => ({ ok: true }),
    ...changes,
  };
}

/** Returns a configuration that trades outside. */
export function liveOutside(mode: "live" | "dry_run" = "live"): Configuration {
  const text = `mode: ${mode}
metrics: { port: 9464 }
venues:
  - name: ${VENUE}
    exchange: x
    adapter: test
    credentials: { api_key: { env: KEY } }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
`;
  return parseConfiguration({ file: FILE, directory: "/", text }, {
    adapters: new Map([["test", adapterFacts()]]),
    captureFormats: [],
    fileExists: () => false,
  });
}

/** Returns facts of which every check makes a pass. */
export function facts(changes: Partial<Facts> = {}): Facts {
  return {
    machine: machine(),
    configurationPath: FILE,
    configuration: { kind: "read", configuration: liveOutside() },
    stateDirectory: STATE,
    secrets: GOOD_SECRETS,
    credentialsOf: () => ["api_key"],
    port: "free",
    metrics: { state: "free" },
    examinations: new Map([[VENUE, GOOD_EXAMINATION]]),
    unitPath: UNIT,
    ...changes,
  };
}
