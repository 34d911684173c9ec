/**
 * Reads a unit file of systemd with its drop-ins, as far as `doctor` asks about it. Pure.
 *
 * The last assignment of a key rules, those of `Environment` and `EnvironmentFile` add up; an empty
 * one takes back what was said. Known limit: specifiers and files of `EnvironmentFile=` are not read
 * here.
 * @module
 */

/** Assignments of one section, by key; those that add up, one on a line. */
export type Section = ReadonlyMap<string, string>;

/** Keys of which each assignment holds. Source: systemd.exec(5). */
const ADDED_UP: ReadonlySet<string> = new Set(["Environment", "EnvironmentFile"]);

/** Returns what `[Service]` says in texts that follow each other. */
export function serviceSection(texts: readonly string[]): Section {
  const found = new Map<string, string>();
  for (const text of texts) {
    let section = "";
    for (const line of text.replace(/\\\n/g, " ").split("\n")) {
      const head = /^\[(.+)\]\s*$/.exec(line)?.[1];
      if (head !== undefined) section = head;
      const [, key, value = ""] = /^([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (section !== "Service" || key === undefined) continue;
      if (value === "") found.delete(key);
      else if (!ADDED_UP.has(key)) found.set(key, value);
      else found.set(key, `${found.get(key) ?? ""}\n${value}`.trim());
    }
  }
  return found;
}

/** Returns the most that a heap may grow to under a unit, bytes; undefined if it does not say. */
export function heapLimitOf(section: Section): number | undefined {
  const said = [...(section.get("Environment") ?? "").matchAll(/--max-old-space-size=(\d+)/g)];
  const mebibytes = said.at(-1)?.[1];
  return mebibytes === undefined ? undefined : Number(mebibytes) * 2 ** 20;
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Returns a size or count; Infinity for `infinity`, undefined if it is none. */
export function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "infinity") return Infinity;
  const [, digits, unit = ""] = /^(\d+)([KMG]?)(?::.*)?$/.exec(text) ?? [];
  const factor = FACTORS[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
