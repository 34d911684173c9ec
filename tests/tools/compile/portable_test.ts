/**
 * The portable executable's head, with a runtime that only tells how it was started: where it
 * unpacks, what it refuses, and that starts at once do no harm.
 *
 * Proves: R-OPS-1 in part (one executable). The real program in it: `tests/e2e/executable_test.ts`.
 * @module
 */
import {
  deepStrictEqual,
  doesNotMatch,
  match,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { NET, REACH } from "../../../tools/compile/runtime_flags.ts";
import { portable } from "../../../tools/compile/portable.ts";
import { targetOf } from "../../../tools/compile/targets.ts";
import { namespaces, root, shell, testWith } from "../../support/needs.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

/**
 * Tells how it was started, by a file where it is a rehearsal; its size makes a full disk felt.
 * A rehearsal that fails, as this one does, keeps nothing from starting.
 */
const RUNTIME = `#!/bin/sh
[ "$1" = --version ] && exit 0
case "$*" in
*/rehearse.js*)
  printf '%s\\n' "$@" "$(/usr/bin/env)" >>"\${0%/*}/rehearsed"
  mkdir "$DENO_DIR" && : >"$DENO_DIR/kept"
  ;;
esac
printf '%s\\n' "$@"
printf 'pid %s\\n' "$$"
exit 7
${"# filling\n".repeat(10_000)}`;
const HOST = targetOf(Deno.build.target);
const NOBODY = 65_534;

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A built file in a directory of its own, with a place to unpack to. */
class Built implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly path = `${this.#directory.path}/tapeline`;
  readonly place = `${this.#directory.path}/cache`;

  constructor(of: { readonly version?: string; readonly target?: string } = {}) {
    const version = of.version ?? "1.2.3";
    const bytes = portable({
      version,
      target: targetOf(of.target ?? HOST.triple),
      runtime: new TextEncoder().encode(RUNTIME),
      program: { files: new Map([["main.js", `// ${version}`]]), libraries: [] },
    });
    writeProgram(this.path, bytes);
  }

  get folder(): string {
    return this.#directory.path;
  }

  /** What lies in the place, sorted. */
  get unpacked(): readonly string[] {
    return [...Deno.readDirSync(this.place)].map(({ name }) => name).sort();
  }

  /** Runs it; nothing of this process's environment but the path reaches it. */
  async run(
    words: readonly string[],
    env: Readonly<Record<string, string>> = { TAPELINE_CACHE: this.place },
    before: readonly string[] = [],
  ): Promise<Ended> {
    const [program = "", ...args] = [...before, this.path, ...words];
    const PATH = Deno.env.get("PATH") ?? "";
    const output = await new Deno.Command(program, {
      args,
      cwd: this.folder,
      clearEnv: true,
      env: { PATH, ...env },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/**
 * Writes a program by another process. What this one has open for writing is open for a moment in whatever
 * another thread of it starts then, and a file that is open so cannot be executed ("Text file busy").
 */
function writeProgram(path: string, bytes: Uint8Array): void {
  const draft = `${path}.draft`;
  Deno.writeFileSync(draft, bytes, { mode: 0o755 });
  const { success } = new Deno.Command("cp", { args: [draft, path] })
    .outputSync();
  ok(success, `cannot copy ${draft}`);
  Deno.removeSync(draft);
}

/** Changes the file's bytes. */
function damage(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  writeProgram(path, change(Deno.readFileSync(path)));
}

testWith([shell], "portable() gives the same bytes for the same parts", () => {
  using first = new Built();
  using second = new Built();
  deepStrictEqual(Deno.readFileSync(first.path), Deno.readFileSync(second.path));
  return Promise.resolve();
});

testWith([shell], "an executable hands over its words and gives its runtime's code", async () => {
  using built = new Built();
  for (const _ of ["unpacking", "unpacked"]) {
    const { code, stdout, stderr } = await built.run(["run", "--name", "two words", "*"]);
    strictEqual(code, 7, stderr);
    match(stdout, /\/main\.js\nrun\n--name\ntwo words\n\*\npid \d+\n$/);
    strictEqual(stderr, "");
  }
  strictEqual(built.unpacked.length, 1);
  strictEqual((Deno.statSync(built.place).mode ?? 0) & 0o777, 0o700);
});

testWith([shell], "an executable becomes its runtime, in the same process", async () => {
  using built = new Built();
  const env = { TAPELINE_CACHE: built.place };
  const child = new Deno.Command(built.path, { env, stdout: "piped" }).spawn();
  const { stdout } = await child.output();
  match(new TextDecoder().decode(stdout), new RegExp(`pid ${child.pid}\n`));
});

testWith([shell], "each command of an executable reaches what the table says", async () => {
  using built = new Built();
  const netOf = async (...words: string[]): Promise<string | undefined> =>
    (await built.run(words)).stdout.split("\n").find((line) => line.startsWith("--allow-net"));
  for (const [command, reach] of REACH) {
    const whereConfigured = reach === "configured" ? NET.any : undefined;
    const wherePlain = reach === "configured" ? NET.loopback : undefined;
    strictEqual(await netOf(command), wherePlain, command);
    strictEqual(await netOf(command, "--config", "a.yaml"), whereConfigured, command);
    strictEqual(await netOf(command, "--config=a.yaml"), whereConfigured, command);
  }
  strictEqual(await netOf("another"), NET.loopback);
});

testWith([shell], "an executable reaches the service manager that asked to be told", async () => {
  using built = new Built();
  const service = { NOTIFY_SOCKET: "/run/n", RUNTIME_DIRECTORY: "/run/t" };
  const env = { TAPELINE_CACHE: built.place, ...service };
  const sockets = "unix:/run/n,unix:/run/t/notify.sock";
  ok((await built.run(["run"], env)).stdout.includes(`${NET.loopback},${sockets}\n`));
  ok((await built.run(["run", "--config", "a"], env)).stdout.includes(`${NET.any}\n`));
  ok(!(await built.run(["check"], env)).stdout.includes("unix:"));
});

testWith(
  [shell],
  "an executable rehearses a start where it unpacks, as nobody's service",
  async () => {
    using built = new Built();
    const service = {
      NOTIFY_SOCKET: "/run/n",
      CACHE_DIRECTORY: built.place,
      CREDENTIALS_DIRECTORY: "/c",
    };
    for (const _ of ["unpacking", "unpacked"]) {
      strictEqual(
        (await built.run(["run"], service)).code,
        7,
      );
    }
    const [name = ""] = built.unpacked;
    const told = Deno.readTextFileSync(`${built.place}/${name}/rehearsed`);
    strictEqual([...told.matchAll(/rehearse\.js/g)].length, 1);
    match(
      told,
      /\n--allow-net=127\.0\.0\.1,\[::1\]\n\S*\/rehearse\.js\nrun\n--port\n0\n--state-dir\n/,
    );
    match(told, /^DENO_DIR=\S*\/cache$/m);
    doesNotMatch(told, /NOTIFY_SOCKET|DIRECTORY|unix:/);
  },
);

testWith([shell], "executables that start at once unpack one directory and all run", async () => {
  using built = new Built();
  const ends = await Promise.all(Array.from({ length: 8 }, () => built.run(["x"])));
  deepStrictEqual(ends.map(({ code }) => code), ends.map(() => 7), ends.at(0)?.stderr);
  strictEqual(built.unpacked.length, 1);
  const [name = ""] = built.unpacked;
  const files = [...Deno.readDirSync(`${built.place}/${name}`)].map((one) => one.name).sort();
  deepStrictEqual(files, ["SHA256SUMS", "cache", "main.js", "rehearsed", "tapeline"]);
});

const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp])[] = [
  ["cut short", (bytes) => bytes.subarray(0, -1), /must have \d+ bytes: was \d+; copy the file/],
  ["with more behind it", (bytes) => new Uint8Array([...bytes, 0]), /must have \d+ bytes/],
  [
    "with one bit changed",
    (bytes) => bytes.with(-20, (bytes.at(-20) ?? 0) ^ 1),
    /must have the SHA-256 [0-9a-f]{64}: was [0-9a-f]{64}; copy the file/,
  ],
];
for (const [what, change, sentence] of damages) {
  testWith([shell], `an executable ${what} is refused with 69 and unpacks nothing`, async () => {
    using built = new Built();
    damage(built.path, change);
    const { code, stdout, stderr } = await built.run(["run"]);
    strictEqual(code, 69);
    strictEqual(stdout, "");
    match(stderr, /^tapeline: Cannot unpack [^\n]*\n$/);
    match(stderr, sentence);
    ok(!isThere(built.place));
  });
}

testWith([shell], "an executable cut short in its head does nothing", async () => {
  using built = new Built();
  damage(built.path, (bytes) => bytes.subarray(0, 3000));
  notStrictEqual((await built.run(["run"])).code, 0);
  ok(!isThere(built.place));
});

testWith([shell], "an executable for another machine is refused with 69", async () => {
  using built = new Built({ target: "aarch64-apple-darwin" });
  const { code, stderr } = await built.run(["run"]);
  strictEqual(code, 69);
  match(stderr, /^tapeline: Cannot start: this file is for aarch64-apple-darwin: was started on /);
});

testWith([shell], "an executable takes the first of its places that will do", async () => {
  using built = new Built();
  const { folder } = built;
  for (const name of ["service", "xdg", "home"]) Deno.mkdirSync(`${folder}/${name}`);
  Deno.writeTextFileSync(`${folder}/file`, "");
  Deno.symlinkSync(`${folder}/service`, `${folder}/link`);
  Deno.mkdirSync(`${folder}/linked`);
  Deno.symlinkSync(`${folder}/service`, `${folder}/linked/tapeline`);
  const CACHE_DIRECTORY = `${folder}/service:${folder}/other`;
  const XDG_CACHE_HOME = `${folder}/xdg`;
  const HOME = `${folder}/home`;
  const rows: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ TAPELINE_CACHE: `${folder}/own/place`, CACHE_DIRECTORY, HOME }, "own/place"],
    [{ CACHE_DIRECTORY, XDG_CACHE_HOME, HOME }, "service"],
    [{ CACHE_DIRECTORY: "relative", XDG_CACHE_HOME, HOME }, "xdg/tapeline"],
    [{ CACHE_DIRECTORY: `${folder}/file`, HOME }, "home/.cache/tapeline"],
    [{ CACHE_DIRECTORY: `${folder}/link`, HOME }, "service"],
    [{ XDG_CACHE_HOME: `${folder}/linked`, HOME }, "home/.cache/tapeline"],
    [{ CACHE_DIRECTORY: `${folder}/a,b`, HOME }, "home/.cache/tapeline"],
  ];
  for (const [env, place] of rows) {
    // What another row unpacked would be taken as it is.
    for (const name of ["service", "xdg", "home"]) empty(`${folder}/${name}`);
    const { stdout, stderr } = await built.run(["x"], env);
    ok(stdout.includes(`--deny-write=${folder}/${place}/`), `${place}: ${stdout}${stderr}`);
  }
});

testWith([shell], "an executable with no place left says what each one lacks", async () => {
  using built = new Built();
  const named = { TAPELINE_CACHE: "relative", HOME: built.folder };
  const alone = await built.run(["x"], named);
  strictEqual(alone.code, 69);
  match(alone.stderr, /TAPELINE_CACHE: was relative \(it must be an absolute path\)\n$/);
  const env = { CACHE_DIRECTORY: built.path, HOME: "" };
  const limit = ["/bin/sh", "-c", 'ulimit -f 20; exec "$@"', "limited"];
  const { code, stderr } = await built.run(["x"], env, limit);
  strictEqual(code, 69);
  match(stderr, /tapeline: Cannot unpack the program: .* name one in TAPELINE_CACHE: was /);
  match(stderr, /tapeline \(it cannot be made\), /);
  match(stderr, /\/var\/tmp\/tapeline-\d+ \(it cannot hold what is unpacked, \d+ MB\)\n$/);
});

testWith([shell, namespaces], "an executable passes over a place mounted noexec", async () => {
  using built = new Built();
  for (const name of ["noexec", "home"]) Deno.mkdirSync(`${built.folder}/${name}`);
  const mount = 'mount -t tmpfs -o noexec tmpfs "$0" && exec "$@"';
  const place = `${built.folder}/noexec`;
  const mounted = ["unshare", "--mount", "sh", "-c", mount, place];
  const HOME = `${built.folder}/home`;
  const passed = await built.run(["x"], { CACHE_DIRECTORY: place, HOME }, mounted);
  ok(passed.stdout.includes(`${HOME}/.cache/tapeline/`), passed.stderr);
  const named = await built.run(["x"], { TAPELINE_CACHE: place, HOME }, mounted);
  strictEqual(named.code, 69);
  match(named.stderr, /was \S+ \(it does not allow programs to be started: mounted noexec\?\)\n$/);
});

testWith([shell, root], "an executable runs for another user from a read-only place", async () => {
  using built = new Built();
  using place = new TemporaryDirectory();
  Deno.chmodSync(built.folder, 0o755);
  Deno.chownSync(place.path, NOBODY, NOBODY);
  const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const env = { CACHE_DIRECTORY: `${place.path}/cache`, HOME: "/" };
  strictEqual((await built.run(["x"], env, user)).code, 7);
  strictEqual(Deno.statSync(`${place.path}/cache`).uid, NOBODY);
  const asRoot = await built.run(["x"], { ...env, HOME: built.folder });
  ok(asRoot.stdout.includes(`${built.folder}/.cache/`), "nobody's directory is not root's");
});

testWith([shell], "an executable mends what a cleaner took files of", async () => {
  using built = new Built();
  await built.run(["x"]);
  const [name = ""] = built.unpacked;
  Deno.removeSync(`${built.place}/${name}/main.js`);
  const ends = await Promise.all([built.run(["x"]), built.run(["x"]), built.run(["x"])]);
  deepStrictEqual(ends.map(({ code }) => code), [7, 7, 7], ends.at(0)?.stderr);
  deepStrictEqual(built.unpacked, [name]);
  ok(isThere(`${built.place}/${name}/main.js`));
});

for (const file of ["main.js", "tapeline"]) {
  testWith([shell], `an executable mends ${file} that a power cut left empty`, async () => {
    using built = new Built();
    await built.run(["x"]);
    const [name = ""] = built.unpacked;
    Deno.truncateSync(`${built.place}/${name}/${file}`);
    const { code, stderr } = await built.run(["x"]);
    strictEqual(code, 7, stderr);
    ok(Deno.statSync(`${built.place}/${name}/${file}`).size > 0);
  });
}

testWith([shell], "an executable sweeps away what is old and nobody holds, no more", async () => {
  using built = new Built();
  const env = { TAPELINE_CACHE: built.place };
  await built.run(["x"]);
  const [first = ""] = built.unpacked;
  const old = `${built.place}/${first}`;
  const unpackAnother = async (version: string): Promise<void> => {
    using other = new Built({ version });
    strictEqual((await other.run(["x"], env)).code, 7);
  };
  await unpackAnother("1.2.4");
  ok(isThere(old), "a young one stays");
  Deno.utimeSync(old, new Date(0), new Date(0));
  const args = ["-s", old, "sh", "-c", "echo held && exec cat"];
  const pipes = { stdin: "piped", stdout: "piped" } as const;
  const holder = new Deno.Command("flock", { args, ...pipes }).spawn();
  const said = holder.stdout.getReader();
  await said.read(); // it is held
  await unpackAnother("1.2.5");
  await holder.stdin.close();
  await holder.status;
  await said.cancel();
  ok(isThere(old), "one that is held stays");
  await unpackAnother("1.2.6");
  ok(!isThere(old), "an old one that nobody holds goes");
  strictEqual(built.unpacked.length, 3);
});

function empty(folder: string): void {
  Deno.removeSync(folder, { recursive: true });
  Deno.mkdirSync(folder);
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
