/**
 * A root directory with a shell, the tools that the portable executable's head names, the C library,
 * and nothing else: no runtime, no package manager, no configuration, no certificates.
 * @module
 */

/** What a minimal Debian has of what the head calls. */
const TOOLS = [
  "chmod",
  "env",
  "find",
  "flock",
  "gzip",
  "head",
  "id",
  "mkdir",
  "mktemp",
  "mv",
  "rm",
  "rmdir",
  "sh",
  "sha256sum",
  "sync",
  "tail",
  "tar",
  "uname",
  "wc",
] as const;

/** Makes such a root in the empty directory `root`. `program`: its libraries are copied too. */
export function makeBareRoot(root: string, program: string): void {
  for (const folder of ["bin", "dev", "opt", "proc", "tmp", "var/tmp"]) {
    Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
  }
  Deno.chmodSync(root, 0o755);
  for (const folder of ["tmp", "var/tmp"]) Deno.chmodSync(`${root}/${folder}`, 0o1777);
  const tools = TOOLS.map(pathOf);
  for (const [index, tool] of TOOLS.entries()) {
    Deno.copyFileSync(tools[index] ?? "", `${root}/bin/${tool}`);
  }
  for (const library of new Set([program, ...tools].flatMap(librariesOf))) {
    Deno.mkdirSync(`${root}${library.slice(0, library.lastIndexOf("/"))}`, { recursive: true });
    Deno.copyFileSync(library, `${root}${library}`);
  }
}

function pathOf(tool: string): string {
  return output("sh", "-c", `readlink -f "$(command -v ${tool})"`).trim();
}

/** The shared libraries of a program, the loader among them. */
function librariesOf(program: string): readonly string[] {
  return [...output("ldd", program).matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}

function output(command: string, ...args: string[]): string {
  const { success, stdout } = new Deno.Command(command, { args }).outputSync();
  if (!success) throw new Error(`Cannot make a root: ${command} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}
