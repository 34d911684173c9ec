/**
 * Control groups of a machine's own: what runs in it is told apart from all else on the host, and
 * nothing of it is left behind.
 * @module
 */
import { existsSync } from "node:fs";
import { until } from "../../support/temporary.ts";

/** Where groups are made, by how the host has them; on one that has both, in both. */
const HIERARCHIES = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];
/** Joins the groups named before `--`, then becomes what is named after it. */
const JOIN =
  'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';

/** Makes the groups of this name; returns their paths. @throws {Error} If the host does not let us. */
export function makeGroups(name: string): readonly string[] {
  const paths = HIERARCHIES.filter((path) => existsSync(`${path}/cgroup.procs`))
    .slice(0, 2).map((path) => `${path}/${name}`);
  for (const path of paths) Deno.mkdirSync(path);
  return paths;
}

/** The arguments of `sh` that run a command in groups. */
export function joining(groups: readonly string[], command: readonly string[]): string[] {
  return ["-c", JOIN, "sh", ...groups, "--", ...command];
}

/** A group goes once its own are gone, and those once their last process is. */
export async function removeGroups(groups: readonly string[]): Promise<void> {
  for (const path of groups) {
    await until(() => {
      removeBelow(path);
      return !existsSync(path);
    }, "an empty cgroup");
  }
}

function removeBelow(path: string): void {
  try {
    for (const entry of Deno.readDirSync(path)) {
      if (entry.isDirectory) removeBelow(`${path}/${entry.name}`);
    }
    Deno.removeSync(path);
  } catch (error) {
    // Busy, or gone meanwhile: the next look shows which.
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
  }
}
