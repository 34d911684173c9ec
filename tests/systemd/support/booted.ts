/**
 * A Debian 12 with a systemd of its own, booted in a container: its own root, its own processes,
 * the host's network, so that a test speaks to the daemon in it over loopback.
 *
 * What it writes stays in its memory. Nothing of the host is touched but a cgroup made for it, which
 * goes with it.
 * @module
 */
import { Patience, pause, until } from "../../support/temporary.ts";
import { joining, makeGroups, removeGroups } from "./cgroups.ts";
import { output, type Tools } from "./tools.ts";

const BOOT_MS = 30_000;
const COMMAND_MS = 120_000;
const POWER_OFF_MS = 15_000;
/** A running machine. */
export class BootedMachine implements AsyncDisposable {
  readonly #cgroups: readonly string[];
  readonly #child: Deno.ChildProcess;
  #leader = 0;

  constructor(
    child: Deno.ChildProcess,
    cgroups: readonly string[],
  ) {
    this.#child = child;
    this.#cgroups = cgroups;
  }

  /** Its root, as the host sees it. */
  get root(): string {
    return `/proc/${this.#leader}/root`;
  }

  /** Boots one. `binds`: directories of the host by their place in it, read only. */
  static async boot(
    tools: Tools,
    binds: Readonly<Record<string, string>>,
  ): Promise<BootedMachine> {
    const name = `tapeline-${crypto.randomUUID().slice(0, 8)}`;
    const cgroups = makeGroups(name);
    const child = new Deno.Command("sh", {
      args: joining(cgroups, [
        ...[tools.nspawn, "--quiet", "--boot", `--directory=${tools.root}`, "--volatile=overlay"],
        ...[`--machine=${name}`, "--register=no", "--keep-unit"],
        ...["--capability=all", "--system-call-filter=bpf"],
        ...Object.entries(binds).map(([inside, host]) => `--bind-ro=${host}:${inside}`),
      ]),
      env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const machine = new BootedMachine(child, cgroups);
    await machine.#isUp();
    return machine;
  }

  async #isUp(): Promise<void> {
    const children = `/proc/${this.#child.pid}/task/${this.#child.pid}/children`;
    await until(
      async () => {
        this.#leader = Number((await Deno.readTextFile(children)).trim());
        if (this.#leader === 0) return false;
        const { text } = await this.run("systemctl", "is-system-running");
        return /^(running|degraded)$/m.test(text);
      },
      "a booted machine",
      BOOT_MS,
    );
  }

  /** Runs a command in it, as root. */
  run(...command: readonly string[]): ReturnType<typeof output> {
    const target = ["--target", String(this.#leader), "-m", "-u", "-i", "-p", "-C"];
    return output("nsenter", [...target, "env", "-i", `PATH=${SEARCH}`, ...command], {
      ms: COMMAND_MS,
    });
  }

  /** Runs it and returns its output. @throws {Error} If it fails. */
  async must(...command: readonly string[]): Promise<string> {
    const { code, text } = await this.run(...command);
    if (code === 0) return text;
    const { text: log } = await this.run("journalctl", "--no-pager", "-n", "60", "-o", "cat");
    throw new Error(`${command.join(" ")} must succeed: was ${code}:\n${text}\n${log}`);
  }

  /** A property of a unit. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.must("systemctl", "show", unit, "--value", "-p", name)).trim();
  }

  /** What a unit logged. */
  async log(unit: string): Promise<string> {
    return await this.must("journalctl", "-u", unit, "--no-pager", "-o", "cat");
  }

  /** Writes a file in it. */
  write(path: string, text: string, mode = 0o644): void {
    Deno.mkdirSync(`${this.root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    Deno.writeTextFileSync(`${this.root}${path}`, text, { mode });
  }

  /** Switches it off and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#leader !== 0) await this.run("systemctl", "--no-block", "poweroff");
    const patience = new Patience(POWER_OFF_MS);
    let hasEnded = this.#leader === 0;
    const ended = this.#child.status.then(() => hasEnded = true);
    while (!hasEnded && !patience.isOver) await pause(20);
    if (!hasEnded || this.#leader === 0) this.#child.kill("SIGKILL");
    await ended;
    await removeGroups(this.#cgroups);
  }
}

const SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
