/**
 * Prometheus and promtool: from PATH, or from Debian's package, unpacked into a temporary directory
 * that is gone when the tests are.
 * @module
 */
import type { Need } from "./needs.ts";

const DOWNLOAD_MS = 60_000;

/** Where the two programs are. */
export type Prometheus = { readonly prometheus: string; readonly promtool: string };

/** Returns them, or why they cannot be had. */
export function findPrometheus(): Prometheus | string {
  const installed = { prometheus: "prometheus", promtool: "promtool" };
  if (runs("promtool", ["--version"])) return installed;
  const folder = Deno.makeTempDirSync({ prefix: "tapeline-prometheus-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  if (!download(folder)) return "needs Debian's package prometheus, or its mirror";
  const [name = ""] = [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .filter((each) => each.endsWith(".deb"));
  if (!runs("dpkg", ["-x", `${folder}/${name}`, `${folder}/unpacked`])) return "needs dpkg";
  const bin = `${folder}/unpacked/usr/bin`;
  return { prometheus: `${bin}/prometheus`, promtool: `${bin}/promtool` };
}

/** A need that says why Prometheus cannot be had. */
export function needOf(found: Prometheus | string): Need {
  return () => typeof found === "string" ? found : undefined;
}

/** With the machine's lists, or with lists of its own. */
function download(folder: string): boolean {
  const lists = `${folder}/lists`;
  Deno.mkdirSync(`${lists}/partial`, { recursive: true });
  const own = ["-o", `Dir::State::lists=${lists}`, "-o", "APT::Sandbox::User=root"];
  const get = (more: readonly string[]): boolean =>
    runs("apt-get", [...more, "download", "prometheus"], folder);
  if (get(["-o", "APT::Sandbox::User=root"])) return true;
  return runs("apt-get", [...own, "update"], folder) && get(own);
}

function runs(command: string, args: readonly string[], cwd?: string): boolean {
  try {
    const where = cwd === undefined ? {} : { cwd };
    const seconds = String(DOWNLOAD_MS / 1000);
    return new Deno.Command("timeout", {
      args: [seconds, command, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      ...where,
    }).outputSync().success;
  } catch {
    return false; // no such program: as good as absent
  }
}
