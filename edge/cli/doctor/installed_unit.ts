/**
 * The unit of systemd under which the daemon is to run, with its drop-ins, as it lies on the machine.
 * @module
 */
import type { Facts, Machine } from "./machine.ts";
import { type Section, serviceSection } from "./unit_file.ts";

/** Where systemd looks for units, the first that has one. Source: systemd.unit(5). */
const UNIT_FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];
const UNIT_NAME = "tapeline.service";
/** How the state directory of one of several daemons is named. Source: docs/reference/systemd.md. */
const INSTANCE = /\/tapeline-([^/]+)\/?$/;

/** Returns the paths at which the unit may be. */
export function unitPlaces({ unitPath }: Facts): readonly string[] {
  return unitPath === undefined
    ? UNIT_FOLDERS.map((folder) => `${folder}/${UNIT_NAME}`)
    : [unitPath];
}

/** Returns where the unit is and what its `[Service]` says; undefined: there is none. */
export function installedUnit(
  facts: Facts,
): { readonly path: string; readonly section: Section } | undefined {
  const { machine, stateDirectory = "" } = facts;
  const path = unitPlaces(facts).find((place) => machine.readText(place) !== undefined);
  if (path === undefined) return undefined;
  const texts = [machine.readText(path) ?? "", ...dropIns(machine, path)];
  const instance = INSTANCE.exec(stateDirectory)?.[1] ?? "%i";
  return { path, section: serviceSection(texts.map((text) => text.replaceAll("%i", instance))) };
}

/** What was added to a unit, by name as systemd does: of two of one name the first folder's holds. */
function dropIns(machine: Machine, unitPath: string): readonly string[] {
  const name = unitPath.slice(unitPath.lastIndexOf("/") + 1);
  const folders = [`${unitPath}.d`, ...UNIT_FOLDERS.map((folder) => `${folder}/${name}.d`)];
  const paths = new Map<string, string>();
  for (const folder of folders) {
    for (const file of machine.list(folder).filter((file) => file.endsWith(".conf"))) {
      if (!paths.has(file)) paths.set(file, `${folder}/${file}`);
    }
  }
  return [...paths].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([, path]) => machine.readText(path) ?? "");
}
