/**
 * What a real systemd of the test's own needs: systemd-nspawn, and a Debian 12 root made from
 * Debian's packages. What the host lacks is taken from its mirror into a directory of ours, once:
 * `TAPELINE_SYSTEMD_CACHE`, else one of this user's below the temporary directory.
 * @module
 */
import { existsSync } from "node:fs";
import { joining, makeGroups, removeGroups } from "./cgroups.ts";

/** What boots a machine. */
export type Tools = {
  readonly nspawn: string;
  /** A root file system; nobody writes into it. */
  readonly root: string;
  /** Where this test's things are kept between runs. */
  readonly cache: string;
};

/** Longest time for the packages of a root. */
const ROOT_MS = 180_000;
const DOWNLOAD_MS = 60_000;
const PROBE_MS = 20_000;
const PACKAGES = "systemd,systemd-sysv,dbus";

/** This host cannot; the message says why. */
export class CannotBoot extends Error {
  override readonly name = "CannotBoot";
}

/**
 * Finds or fetches everything.
 * @throws {CannotBoot} If this host cannot boot a machine.
 */
export async function systemdTools(): Promise<Tools> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) throw new CannotBoot("needs Linux and root");
  for (const tool of ["nsenter", "dpkg", "apt-get", "perl"]) {
    if (!await runs(tool, ["--version"])) throw new CannotBoot(`needs ${tool}`);
  }
  const cache = cacheDirectory();
  const nspawn = await tool({ cache, name: "systemd-nspawn", from: "systemd-container" });
  const root = `${cache}/bookworm`;
  if (!existsSync(root)) await makeRoot(root, cache);
  await probe({ nspawn, root });
  return { nspawn, root, cache };
}

/** Root inside a container of somebody else's may lack what a container needs. */
async function probe({ nspawn, root }: Pick<Tools, "nspawn" | "root">): Promise<void> {
  const groups = groupsFor(`tapeline-probe-${Deno.pid}`);
  const started = await output(
    "sh",
    joining(groups, [
      ...[nspawn, "--quiet", `--directory=${root}`, "--volatile=overlay", "--register=no"],
      ...["--keep-unit", "--capability=all", "--system-call-filter=bpf", "/bin/true"],
    ]),
    { ms: PROBE_MS },
  );
  await removeGroups(groups);
  const why = started.text.trim().split("\n").at(-1) ?? "";
  if (!started.success) throw new CannotBoot(`needs the right to start containers: ${why}`);
}

function groupsFor(name: string): readonly string[] {
  try {
    return makeGroups(name);
  } catch (error) {
    throw new CannotBoot(`needs to make cgroups: ${String(error)}`);
  }
}

/** A directory that nobody else could have made. */
function cacheDirectory(): string {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  const path = Deno.env.get("TAPELINE_SYSTEMD_CACHE") ?? `${temporary}/tapeline-systemd-0`;
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, isSymlink } = Deno.lstatSync(path);
  if (uid !== Deno.uid() || isSymlink) throw new CannotBoot(`needs ${path} for itself`);
  return path;
}

/** The host's own program, or the one of the package, unpacked. */
async function tool(
  { cache, name, from }: { readonly cache: string; readonly name: string; readonly from: string },
): Promise<string> {
  if (await runs(name, ["--version"])) return name;
  const unpacked = `${cache}/tools/usr/bin/${name}`;
  if (!existsSync(unpacked)) await unpack(from, cache);
  if (await runs(unpacked, ["--version"])) return unpacked;
  throw new CannotBoot(`needs ${name}, which the package ${from} did not give`);
}

async function unpack(name: string, cache: string): Promise<void> {
  const folder = Deno.makeTempDirSync({ dir: cache });
  try {
    const got = await output("apt-get", ["-q", "download", name], {
      cwd: folder,
      ms: DOWNLOAD_MS,
    });
    const [file] = [...Deno.readDirSync(folder)];
    if (!got.success || file === undefined) throw new CannotBoot(`needs the package ${name}`);
    await output("dpkg", ["-x", `${folder}/${file.name}`, `${cache}/tools`], { ms: PROBE_MS });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Made beside its name and renamed: two that make it at once do no harm. */
async function makeRoot(path: string, cache: string): Promise<void> {
  const mmdebstrap = await tool({ cache, name: "mmdebstrap", from: "mmdebstrap" });
  const draft = Deno.makeTempDirSync({ dir: cache });
  Deno.chmodSync(draft, 0o755);
  const mirror = Deno.env.get("TAPELINE_DEBIAN_MIRROR");
  const made = await output(mmdebstrap, [
    ...["--quiet", "--variant=minbase", `--include=${PACKAGES}`, "--format=directory"],
    ...["bookworm", draft],
    ...(mirror === undefined ? [] : [mirror]),
  ], { ms: ROOT_MS });
  if (made.success) {
    // With an id of its own no start of it is the first, which would enable whatever there is.
    Deno.writeTextFileSync(`${draft}/etc/machine-id`, "0123456789abcdef0123456789abcdef\n");
    return Deno.renameSync(draft, path);
  }
  Deno.removeSync(draft, { recursive: true });
  throw new CannotBoot("needs Debian's packages, and the mirror did not give them");
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await output(command, args, { ms: PROBE_MS })).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What a command wrote, when it has ended or `ms` have passed. */
export async function output(
  command: string,
  args: readonly string[],
  of: { readonly ms: number; readonly cwd?: string },
): Promise<{ readonly success: boolean; readonly code: number; readonly text: string }> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    signal: AbortSignal.timeout(of.ms),
    ...(of.cwd === undefined ? {} : { cwd: of.cwd }),
  }).output();
  const decoder = new TextDecoder();
  return { success, code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
