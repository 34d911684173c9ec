/**
 * Checks of the machine: its clock, the runtime, and the limits of the unit under which it runs.
 * @module
 */
import { dirname, join, matchesGlob } from "node:path";
import { fail, type Finding, pass, skip, warn } from "./finding.ts";
import type { Facts, Machine } from "./machine.ts";
import { installedUnit, unitPlaces } from "./installed_unit.ts";
import { heapLimitOf, type Section, sizeOf } from "./unit_file.ts";

/** The runtime that everything here is tested on. */
export const RUNTIME_VERSION = "2.9.6";

/** Venues refuse requests that are signed with a clock further off. */
const SKEW_FAIL_MS = 1000;
const SKEW_WARN_MS = 100;
/** What timesyncd, chrony and ntpd leave behind while they keep the clock. */
const KEEPERS = [
  ["/run/systemd/timesync/synchronized", "systemd-timesyncd has set it"],
  ["/run/chrony/chronyd.pid", "chronyd keeps it"],
  ["/var/run/chrony/chronyd.pid", "chronyd keeps it"],
  ["/run/ntpd.pid", "ntpd keeps it"],
] as const;

/** Whether the clock is kept, and what venues think of it. */
export function checkClock({ machine, examinations }: Facts): Finding {
  const subject = { check: "clock" } as const;
  const skews = [...examinations ?? []].flatMap(([venue, { reach }]) =>
    reach.kind === "reached" && reach.skewMs !== null ? [{ venue, skewMs: reach.skewMs }] : []
  ).sort((left, right) =>
    Math.abs(right.skewMs) - Math.abs(left.skewMs) || (left.venue < right.venue ? -1 : 1)
  );
  const keeper = KEEPERS.find(([path]) => typeof machine.entry(path) === "object")?.[1];
  const [worst] = skews;
  const remedy = "let it be kept: systemctl enable --now systemd-timesyncd, or chrony";
  if (worst !== undefined && Math.abs(worst.skewMs) > SKEW_WARN_MS) {
    const text = `the clock of ${worst.venue} is ${worst.skewMs} ms ahead of this machine's`;
    return Math.abs(worst.skewMs) > SKEW_FAIL_MS
      ? fail(subject, { text, remedy })
      : warn(subject, { text, remedy });
  }
  const near = worst === undefined ? "" : `within ${SKEW_WARN_MS} ms of every venue that was asked`;
  if (keeper !== undefined) return pass(subject, near === "" ? keeper : `${keeper}, ${near}`);
  if (near !== "") return pass(subject, near);
  return warn(subject, { text: "nothing here says that the clock is kept", remedy });
}

/** The runtime's version. */
export function checkRuntime({ machine }: Facts): Finding {
  const subject = { check: "runtime" } as const;
  const { runtimeVersion, heapLimitBytes } = machine;
  const heap = `heaps up to ${Math.floor(heapLimitBytes / 2 ** 20)} MiB`;
  if (runtimeVersion === RUNTIME_VERSION) return pass(subject, `Deno ${runtimeVersion}, ${heap}`);
  return warn(subject, {
    text: `Deno ${runtimeVersion}, where everything is tested on ${RUNTIME_VERSION}`,
    remedy: `use the executable, or npx -y deno@${RUNTIME_VERSION}`,
  });
}

/** Exit codes after which a restart does not help. Source: docs/reference/exit-codes.md. */
const NO_RESTART = ["64", "65", "69", "75", "78"];
/** What a session, and what everything else, needs of descriptors. */
const FILES_PER_SESSION = 2;
const FILES_ELSE = 256;
/** What is in no heap of the main thread: Workers, buffers, code. */
const OUTSIDE_HEAP_BYTES = 512 * 2 ** 20;

/** What lifts halts, gives up a journal's end, or takes an account over. */
const ONE_START = /--(?:resume-trading|accept-loss|adopt-account)\b/g;
const COMMENT = /^\s*[#;].*$/gm;

type Wanted = { readonly isMet: boolean; readonly text: string; readonly remedy: string };

/** The limits of the unit. */
export function checkUnit(facts: Facts): Finding[] {
  const subject = { check: "unit" } as const;
  const unit = installedUnit(facts);
  if (unit === undefined) {
    return [skip(subject, `there is no unit ${unitPlaces(facts).join(" or ")}`)];
  }
  const unmet = wanted(unit.section, facts).filter(({ isMet }) => !isMet);
  if (unmet.length === 0) return [pass(subject, `${unit.path} has the limits that it needs`)];
  return unmet.map(({ text, remedy }) => warn(subject, { text: `${unit.path}: ${text}`, remedy }));
}

/** Options that an operator gives for one start, wherever every start takes them from. */
function leftIn(section: Section, machine: Machine): readonly Wanted[] {
  const places = [
    ...["Environment", "ExecStart"].map((key) =>
      [`${key}= of the unit`, section.get(key)] as const
    ),
    ...environmentFiles(section, machine).map((path) =>
      [path, machine.readText(path)?.replace(COMMENT, "")] as const
    ),
  ];
  const why = "and is meant for one start: a restart after a crash has it too";
  return places.flatMap(([place, text]) =>
    (text?.match(ONE_START) ?? []).map((option) => ({
      isMet: false,
      text: `${option} is in ${place}, ${why}`,
      remedy: `take ${option} out of ${place}`,
    }))
  );
}

/** Paths of the files that the unit's environment is read from. Source: systemd.exec(5). */
function environmentFiles(section: Section, machine: Machine): readonly string[] {
  const named = section.get("EnvironmentFile")?.split("\n") ?? [];
  return named.map((path) => path.replace(/^-/, "")).flatMap((path) => {
    if (!/[*?[]/.test(path)) return [path];
    const folder = dirname(path);
    return machine.list(folder).map((file) => join(folder, file))
      .filter((file) => matchesGlob(file, path));
  });
}

function wanted(section: Section, { machine, configuration }: Facts): readonly Wanted[] {
  const value = (key: string): string => section.get(key) ?? "not set";
  const sessions = configuration.kind === "read" ? configuration.configuration.wire.maxSessions : 0;
  const files = sessions * FILES_PER_SESSION + FILES_ELSE;
  const memory = sizeOf(section.get("MemoryMax"));
  const least = (heapLimitOf(section) ?? machine.heapLimitBytes) + OUTSIDE_HEAP_BYTES;
  const spared = value("RestartPreventExitStatus").split(/\s+/);
  return [
    {
      isMet: value("Type") === "notify" && !["not set", "0"].includes(value("WatchdogSec")),
      text: `a hang is not noticed: Type is ${value("Type")}, WatchdogSec ${value("WatchdogSec")}`,
      remedy: "Type=notify and WatchdogSec=30",
    },
    {
      isMet: value("LimitCORE") === "0",
      text: `a core dump would hold secrets: LimitCORE is ${value("LimitCORE")}`,
      remedy: "LimitCORE=0",
    },
    {
      isMet: (sizeOf(section.get("LimitNOFILE")) ?? 0) >= files,
      text: `too few open files for ${sessions} sessions: LimitNOFILE is ${value("LimitNOFILE")}`,
      remedy: `LimitNOFILE=${2 ** Math.ceil(Math.log2(files))}`,
    },
    {
      isMet: memory !== undefined && memory >= least,
      text: `memory is not bounded above what the heap may take (${Math.floor(least / 2 ** 20)} ` +
        `MiB with the rest): MemoryMax is ${value("MemoryMax")}`,
      remedy: `MemoryMax=${Math.ceil(least / 2 ** 20)}M, or a smaller heap`,
    },
    {
      isMet: value("Restart") === "on-failure" && NO_RESTART.every((code) => spared.includes(code)),
      text: `restarts where none helps: Restart is ${value("Restart")}, ` +
        `RestartPreventExitStatus ${value("RestartPreventExitStatus")}`,
      remedy: `Restart=on-failure and RestartPreventExitStatus=${NO_RESTART.join(" ")}`,
    },
    ...leftIn(section, machine),
    {
      isMet: !section.has("LimitFSIZE"),
      text: `a journal that grows would end the process: LimitFSIZE is ${value("LimitFSIZE")}`,
      remedy: "leave LimitFSIZE out",
    },
  ];
}
