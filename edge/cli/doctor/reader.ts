/**
 * Who the daemon is to the files that it reads, when root asks for it: root itself may read them all.
 *
 * Known limit: access control lists and what the unit's sandbox hides are not looked at.
 * @module
 */
import { installedUnit } from "./installed_unit.ts";
import type { Entry, Facts, Machine } from "./machine.ts";

const ROOT = 0;
const ROOTS_NAMES = [undefined, "root", "0"];
const READ = 4;
const ENTER = 1;
const YES = /^(?:1|y|yes|t|true|on)$/i;

/** A user; undefined: known by name only, so that whatever is not root's may be its own. */
type Reader = { readonly uid: number | undefined; readonly gid: number | undefined };

/** What keeps the daemon from reading a file: the file itself, or a directory above it. */
export type Obstacle = { readonly path: string; readonly what: "file" | "directory" };

/** Returns what keeps the daemon from reading a file; undefined: nothing, or nobody can tell. */
export function obstacleTo(path: string, facts: Facts): Obstacle | undefined {
  const reader = readerOf(facts);
  if (reader === undefined) return undefined;
  const { machine } = facts;
  const shut = directoriesAbove(path).find((above) =>
    !may(reader, { path: above, machine }, ENTER)
  );
  if (shut !== undefined) return { path: shut, what: "directory" };
  return may(reader, { path, machine }, READ) ? undefined : { path, what: "file" };
}

/** The owner of the state directory, or whom the unit names where there is no directory yet. */
function readerOf(facts: Facts): Reader | undefined {
  const { machine, stateDirectory } = facts;
  if (machine.uid !== ROOT) return undefined;
  const section = installedUnit(facts)?.section;
  const state = stateDirectory === undefined ? "absent" : machine.entry(stateDirectory);
  if (typeof state === "object") {
    const gid = section?.has("SupplementaryGroups") === true ? undefined : state.gid;
    return state.uid === ROOT ? undefined : { uid: state.uid, gid };
  }
  const isRoot = ROOTS_NAMES.includes(section?.get("User")) &&
    !YES.test(section?.get("DynamicUser") ?? "");
  return isRoot ? undefined : { uid: undefined, gid: undefined };
}

/** What is not there, or cannot be seen, is for other checks to name. */
function may(
  reader: Reader,
  { path, machine }: { readonly path: string; readonly machine: Machine },
  bit: number,
): boolean {
  const entry = machine.entry(path);
  return typeof entry === "string" || (bitsFor(reader, entry) & bit) !== 0;
}

/** As the kernel: the first of owner, group and others that fits, and no other. */
function bitsFor(reader: Reader, { mode, uid, gid }: Entry): number {
  if (reader.uid === undefined ? uid !== ROOT : uid === reader.uid) return mode >> 6;
  if (reader.gid === undefined ? gid !== ROOT : gid === reader.gid) return mode >> 3;
  return mode;
}

/** Of a path as it is written, the highest first. */
function directoriesAbove(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index) || "/");
}
