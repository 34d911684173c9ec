/**
 * The units as files: what `systemd-analyze` says of them, and that they agree with the program.
 * Proves R-OPS-1 in part: exposure at most 1.5, nothing to complain of, restart by exit code.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TemporaryDirectory } from "../support/temporary.ts";
import { type Need, testWith } from "../support/needs.ts";
import { output } from "./support/tools.ts";

const FOLDER = fileURLToPath(new URL("../../systemd/", import.meta.url));
const UNITS = ["tapeline.service", "tapeline@.service"] as const;
/** In tenths, as the threshold is given. */
const EXPOSURE_MAX = 15;
const WITHIN_MS = 20_000;

const analyze: Need = () => {
  try {
    const { success } = new Deno.Command("systemd-analyze", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? undefined : "needs systemd-analyze";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "needs systemd-analyze";
  }
};

function unit(name: string): string {
  return Deno.readTextFileSync(FOLDER + name);
}

/** The values of a key, in order. */
function values(name: string, key: string): readonly string[] {
  return unit(name).split("\n").filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

for (const name of UNITS) {
  testWith([analyze], `${name} has an exposure of at most 1.5`, async () => {
    const { success, text } = await output(
      "systemd-analyze",
      ["security", "--offline=yes", `--threshold=${EXPOSURE_MAX}`, FOLDER + name],
      { ms: WITHIN_MS },
    );
    ok(success, text.slice(-200));
  });

  testWith([analyze], `${name} gives systemd-analyze verify nothing to say`, async () => {
    using directory = new TemporaryDirectory();
    const text = unit(name).replace("/usr/local/bin/tapeline", "/bin/true");
    const path = directory.write(name, text);
    const verified = await output("systemd-analyze", ["verify", "--man=no", path], {
      ms: WITHIN_MS,
    });
    deepStrictEqual([verified.success, verified.text], [Boolean(1), ""]);
  });

  Deno.test(`${name} restarts after every code that docs/reference/exit-codes.md would`, () => {
    const page = Deno.readTextFileSync(`${FOLDER}../docs/reference/exit-codes.md`);
    const said = /^RestartPreventExitStatus=(.*)$/m.exec(page)?.[1];
    deepStrictEqual(values(name, "RestartPreventExitStatus"), [said]);
    deepStrictEqual(values(name, "Restart"), ["on-failure"]);
  });

  Deno.test(`${name} lets the heap of a thread end before the memory of the unit`, () => {
    const heap = /--max-old-space-size=(\d+)/.exec(values(name, "Environment").join("\n"))?.[1];
    const memory = /^(\d+)G$/.exec(values(name, "MemoryMax")[0] ?? "")?.[1];
    ok(Number(heap) > 0 && Number(heap) < Number(memory) * 1024);
  });
}

Deno.test("the two units differ in what tells instances apart and in nothing else", () => {
  const settings = (name: string): readonly string[] =>
    unit(name).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const [single, several] = UNITS.map(settings);
  const onlySeveral = several?.filter((line) => !single?.includes(line)) ?? [];
  ok(onlySeveral.every((line) => line.includes("%i")), onlySeveral.join("\n"));
  const onlySingle = single?.filter((line) => !several?.includes(line)) ?? [];
  deepStrictEqual(onlySingle.map((line) => line.split("=")[0]), [
    "Description",
    "EnvironmentFile",
    "ExecStart",
    "SyslogIdentifier",
    "StateDirectory",
    "RuntimeDirectory",
  ]);
});

for (const name of UNITS) {
  Deno.test(`${name} can be given what an operator says for one start`, () => {
    const [run = ""] = values(name, "ExecStart");
    match(run, / \$TAPELINE_OPTIONS$/);
    ok(values(name, "Environment").includes("TAPELINE_OPTIONS="), "unset it would be warned about");
    const [file = ""] = values(name, "EnvironmentFile");
    match(file, /^-\/etc\/tapeline\/(tapeline|%i)\.env$/);
  });
}

/** Functions of install.sh whose places are below `folder`; what follows may replace some and call others. */
function functionsOf(folder: string): string {
  return Deno.readTextFileSync(`${FOLDER}install.sh`)
    .replace(/^main "\$@"$/m, "").replace(/^lib=.*$/m, `lib=${folder}/lib`)
    .replace(/^link=.*$/m, `link=${folder}/bin/tapeline`)
    .replace(/^etc=.*$/m, `etc=${folder}/etc`).replace(/^state=.*$/m, `state=${folder}/state`);
}

function sweepIn(folder: string, execStart: string): string {
  const rest = ["known_units() { echo tapeline.service; }", `systemctl() { echo '${execStart}'; }`];
  return [functionsOf(folder), ...rest, "sweep", ""].join("\n");
}

Deno.test("install.sh asks for no configuration of an instance that was given up", async () => {
  using directory = new TemporaryDirectory();
  const tried = async (isToRun: 0 | 1): Promise<string> => {
    const rest = [
      `is_to_run() { return ${isToRun}; }`,
      'as_daemon() { echo "asked: $*"; }',
      "to=/new/tapeline",
      "try_out tapeline@gone.service",
    ];
    const script = [functionsOf(directory.path), ...rest, ""].join("\n");
    return (await output("sh", ["-c", script], { ms: WITHIN_MS })).text;
  };
  strictEqual(await tried(1), "");
  match(await tried(0), /asked: .* check --config .*\/etc\/gone\.yaml/);
});

Deno.test("install.sh keeps what runs, what to go back to, what a unit names, and three more", async () => {
  using directory = new TemporaryDirectory();
  const lib = `${directory.path}/lib`;
  const versions = Array.from({ length: 9 }, (_, index) => `0.${index}.0-0123abcd`);
  for (const [index, version] of versions.entries()) {
    Deno.mkdirSync(`${lib}/${version}`, { recursive: true });
    Deno.writeTextFileSync(`${lib}/${version}/tapeline`, "#!/bin/sh\n", { mode: 0o755 });
    Deno.utimeSync(`${lib}/${version}`, index + 1, index + 1);
  }
  Deno.mkdirSync(`${directory.path}/bin`);
  Deno.mkdirSync(`${lib}/.new-17`);
  Deno.symlinkSync(`${lib}/0.1.0-0123abcd/tapeline`, `${directory.path}/bin/tapeline`);
  Deno.symlinkSync(`${lib}/0.0.0-0123abcd`, `${lib}/previous`);
  const script = sweepIn(directory.path, `{ path=${lib}/0.2.0-0123abcd/tapeline ; argv[]=run }`);
  const swept = await output("sh", ["-c", script], { ms: WITHIN_MS });
  ok(swept.success, swept.text);
  deepStrictEqual([...Deno.readDirSync(lib)].map(({ name }) => name.split(".")[1] ?? name).sort(), [
    ...["0", "1", "2", "6", "7", "8"],
    "previous",
  ]);
});

Deno.test("install.sh is POSIX sh that says what it is asked", async () => {
  const script = `${FOLDER}install.sh`;
  match(Deno.readTextFileSync(script), /^#!\/bin\/sh\n/);
  strictEqual((await output("sh", ["-n", script], { ms: WITHIN_MS })).code, 0);
  match((await output("sh", [script, "--help"], { ms: WITHIN_MS })).text, /--back-out/);
});
