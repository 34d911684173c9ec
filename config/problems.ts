/**
 * What is wrong with a configuration file: one sentence each, with its place.
 * @module
 */

/** A problem by its path in the file; `at` says whether the key or its value is meant. */
export type PathProblem = {
  readonly path: readonly PropertyKey[];
  /** Where it is below `path`; not shown, since it may be a secret. */
  readonly hidden?: readonly PropertyKey[];
  readonly at: "key" | "value";
  /** What must hold and what was found. */
  readonly text: string;
};

/** A problem with its place. Lines and columns count from 1. */
export type ConfigurationProblem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Such as `venues[0].instruments[1].price`; "" for the file as a whole. */
  readonly path: string;
  readonly text: string;
};

/** The file is refused; `problems` lists everything that is wrong with it, in file order. */
export class ConfigurationRefused extends Error {
  override readonly name = "ConfigurationRefused";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(problems.map(problemLine).join("\n"));
    this.problems = problems;
  }
}

/** Returns the problem as one line: `file:line:column: path: text`. */
export function problemLine(problem: ConfigurationProblem): string {
  const { file, line, column, path, text } = problem;
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${text}`;
}

/** Returns the path as people write it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === "number") return `${text}[${segment}]`;
    return text === "" ? String(segment) : `${text}.${String(segment)}`;
  }, "");
}

/**
 * Returns what was found at a path of the file. Below `credentials` only its kind is told: who
 * writes a secret there by mistake must not find it in a log.
 */
export function found(value: unknown, path: readonly PropertyKey[]): string {
  if (!path.includes("credentials") || value === null) return shown(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "a map" : `a ${typeof value}`;
}

/** Names of keys whose value is a secret. */
const SECRET_KEY = /secret|password|passphrase|token|api_?key|private_?key|credential/i;

/** Returns whether the value of a key with this name is a secret. */
export function namesSecret(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** Returns whether a key may hold its own value: in a map of one line `secret:X` is a name. */
export function mayHoldSecret(key: string): boolean {
  return namesSecret(key) && key.includes(":");
}

/** What whoever wrote such a key has to look for. */
export const BLANK_MISSING = "(is there a blank behind the colon?)";

/** Returns a value as it looks in a sentence, shortened. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
