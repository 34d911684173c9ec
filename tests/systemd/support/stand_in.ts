/**
 * A host that is a folder: `install.sh` with its places moved below it, a systemctl that plays one,
 * and scripts for executables. It shows what the installer does to files and what it says, without
 * root and without systemd; that systemd takes it as meant is for the tests on a booted machine.
 * @module
 */
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { TemporaryDirectory } from "../../support/temporary.ts";
import { output } from "./tools.ts";

const SYSTEMD = fileURLToPath(new URL("../../../systemd/", import.meta.url));
const SYSTEMCTL = fileURLToPath(new URL("stand_in_systemctl.sh", import.meta.url));
const INSTALL_MS = 60_000;
/** Places of a host in the text of the script. */
const PLACES = /(?<![\w}"])\/(?=(?:usr\/local|etc|var|run)\/)/g;

/** Stands before the host's own: who asks is root, and links can be made until `no-links` is there. */
const TOOLS = {
  id: "echo 0",
  ln: 'echo "link $*" >>"$STAND_IN/calls"; [ ! -e "$STAND_IN/no-links" ] && exec /bin/ln "$@"',
  sync: 'echo "sync $*" >>"$STAND_IN/calls"; exec /bin/sync "$@"',
};

/** The link, where units are installed, and the unit of the daemon without a name. */
export const LINK = "/usr/local/bin/tapeline";
export const UNITS = "/usr/local/lib/systemd/system";
export const UNIT = "tapeline.service";

/** A host on which a daemon has state, and nothing is installed. */
export class StandInHost implements Disposable {
  readonly #directory = new TemporaryDirectory();

  constructor() {
    for (const unit of [UNIT, "tapeline@.service"]) {
      this.write(`/opt/${unit}`, Deno.readTextFileSync(SYSTEMD + unit));
    }
    const script = Deno.readTextFileSync(`${SYSTEMD}install.sh`);
    this.write("/opt/install.sh", script.replace(PLACES, `${this.#directory.path}/`), 0o755);
    this.write("/bin/systemctl", Deno.readTextFileSync(SYSTEMCTL), 0o755);
    for (const [name, text] of Object.entries(TOOLS)) {
      this.write(`/bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
    }
    this.write("/var/lib/tapeline/high_water", "");
    for (const folder of ["/units", "/run/systemd/system", "/usr/local/bin", "/usr/local/lib"]) {
      Deno.mkdirSync(this.at(folder), { recursive: true });
    }
    Deno.mkdirSync(this.at("/etc/systemd/system/multi-user.target.wants"), { recursive: true });
  }

  /** Where a path of the host is. */
  at(path: string): string {
    return this.#directory.path + path;
  }

  write(path: string, text: string, mode = 0o644): void {
    Deno.mkdirSync(this.at(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
    Deno.writeTextFileSync(this.at(path), text);
    Deno.chmodSync(this.at(path), mode);
  }

  /** Puts an executable there with its sum; `run`: what it does when it is started. */
  executable(path: string, version: string, run = "exit 0"): void {
    const text = `#!/bin/sh\ncase $1 in version) echo ${version} ;; run) ${run} ;; esac\n`;
    this.write(path, text, 0o755);
    const [folder, name] = [path.slice(0, path.lastIndexOf("/")), path.split("/").at(-1)];
    const sum = createHash("sha256").update(text).digest("hex");
    this.write(`${folder}/SHA256SUMS`, `${sum}  ${name}\n`);
  }

  /** Runs a command of a shell there. */
  run(command: string): ReturnType<typeof output> {
    const env = [`STAND_IN=${this.at("")}`, `PATH=${this.at("/bin")}:${Deno.env.get("PATH")}`];
    return output("env", [...env, "sh", "-c", command], { ms: INSTALL_MS, cwd: this.at("") });
  }

  /** Runs the installer. */
  install(...options: readonly string[]): ReturnType<typeof output> {
    return this.run(`sh opt/install.sh ${options.join(" ")}`);
  }

  /** What was synced and linked, in order; paths are those of the host. */
  calls(): readonly string[] {
    return Deno.readTextFileSync(this.at("/calls")).replaceAll(this.at(""), "").trim().split("\n");
  }

  /** What the executable under the link says it is. */
  async version(): Promise<string> {
    return (await this.run(`"$STAND_IN"${LINK} version`)).text.trim();
  }

  /** Whether the daemon runs. */
  async isActive(): Promise<boolean> {
    return (await this.run(`systemctl is-active ${UNIT}`)).success;
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}
