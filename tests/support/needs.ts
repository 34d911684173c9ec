/**
 * What a test needs beyond the runtime, and a test that skips by name where that is missing.
 * @module
 */

/** A thing a machine may lack, and the words for its lack; undefined where it is there. */
export type Need = () => string | undefined;

function runs(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false; // not on PATH, or not allowed: as good as absent
  }
}

/** Python 3.9 or later. */
export function python3(): string | undefined {
  const version = "import sys; sys.exit(sys.version_info < (3, 9))";
  return runs("python3", "-c", version) ? undefined : "needs Python 3.9 or later";
}

/** A C compiler. */
export function compiler(): string | undefined {
  return runs("cc", "--version") ? undefined : "needs a C compiler (cc)";
}

/** The right to mount a file system: root, outside most containers. */
export function mounting(): string | undefined {
  const folder = Deno.makeTempDirSync();
  try {
    if (!runs("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)) {
      return "needs root and the right to mount";
    }
    return runs("umount", folder) ? undefined : "needs umount";
  } finally {
    Deno.removeSync(folder);
  }
}

/** A POSIX shell with the tools that unpack an archive. */
export function shell(): string | undefined {
  const isThere = Deno.build.os !== "windows" && runs("sh", "-c", "command -v tar gzip tail flock");
  return isThere ? undefined : "needs a POSIX shell with tar, gzip and flock";
}

/** The built executable instead of the sources. */
export function executable(): string | undefined {
  const isGiven = Deno.env.get("TAPELINE_EXECUTABLE") !== undefined;
  return isGiven ? undefined : "needs the path of a built executable in TAPELINE_EXECUTABLE";
}

/** A network and a file system of one's own. */
export function namespaces(): string | undefined {
  const isThere = runs("unshare", "--net", "--mount", "ip", "link", "set", "lo", "up");
  return isThere ? undefined : "needs unshare, ip and the right to make namespaces";
}

/** What checks SHA-256 sums of files. */
export function checksums(): string | undefined {
  return runs("sha256sum", "--version") ? undefined : "needs sha256sum";
}

/** What makes certificates. */
export function certificates(): string | undefined {
  return runs("openssl", "version") ? undefined : "needs openssl";
}

/** The right to act for any user. */
export function root(): string | undefined {
  return Deno.build.os === "linux" && Deno.uid() === 0 ? undefined : "needs to be root on Linux";
}

/** Registers a test that skips, saying why, where something is missing. */
export function testWith(needs: readonly Need[], name: string, run: () => Promise<void>): void {
  const lacks = needs.map((need) => need()).filter((lack) => lack !== undefined);
  const isComplete = lacks.length === 0;
  Deno.test({
    name: isComplete ? name : `${name} [skipped: ${lacks.join(", ")}]`,
    ignore: !isComplete,
    fn: run,
  });
}
