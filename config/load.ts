/**
 * Reads a configuration file: text in, checked values out, or everything that is wrong with it.
 *
 * Invariant: either the whole configuration is returned or `ConfigurationRefused` lists every
 * problem that can be known, in file order, each with file, line, column and path.
 * Known limit: a file that is no YAML at all is not looked into further.
 * @module
 */
import { isAbsolute, join } from "node:path";
import {
  type Document,
  isMap,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { isUnknownSecret } from "./adapter_checks.ts";
import { crossProblems, type Registry } from "./checks.ts";
import {
  type Configuration,
  toConfiguration,
  withCaptureFiles,
  withCredentialFiles,
} from "./configuration.ts";
import { issueProblems } from "./issues.ts";
import {
  type ConfigurationProblem,
  ConfigurationRefused,
  type PathProblem,
  pathText,
} from "./problems.ts";
import { SCHEMA } from "./schema.ts";
import { unquotedProblems } from "./unquoted.ts";

/** A configuration file's content. */
export type ConfigurationText = {
  /** The name that its problems carry. */
  readonly file: string;
  readonly text: string;
  /** The directory in which the relative paths of the file start. */
  readonly directory: string;
  /** The directory in which relative names of secrets start; absent: that of the file. */
  readonly credentialsDirectory?: string;
};

/**
 * Returns the configuration.
 * @throws {ConfigurationRefused} If anything is wrong with it.
 */
export function parseConfiguration(
  { file, text, directory, credentialsDirectory = directory }: ConfigurationText,
  registry: Registry,
): Configuration {
  const resolve = (path: string): string => below(directory, path);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
  const place = (problem: PathProblem): ConfigurationProblem => {
    const offset = offsetOf(document, problem);
    return { file, ...linePos(lines, offset), path: pathText(problem.path), text: problem.text };
  };
  const broken = document.errors.map((error) => syntaxProblem(error, { file, lines }));
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) {
    throw new ConfigurationRefused(inFileOrder(broken));
  }
  if (hasOtherDirective(document)) {
    const at = linePos(lines, text.search(/^%/m));
    throw new ConfigurationRefused([{ file, ...at, path: "", text: OTHER_DIRECTIVE }]);
  }
  const root = toPlain(document, place, (offset) => linePos(lines, offset));
  const parsed = SCHEMA.safeParse(root ?? {});
  const wrong = [
    ...(parsed.error?.issues ?? [])
      .filter(({ path }) => !isUnknownSecret(path, root, registry.adapters))
      .flatMap((issue) => issueProblems(issue, root)),
    ...crossProblems(root, {
      ...registry,
      fileExists: (path) => registry.fileExists(resolve(path)),
    }),
    ...unquotedProblems(document.contents as Node | null),
  ];
  const problems = inFileOrder([...broken, ...wrong.map(place)]);
  if (problems.length > 0 || !parsed.success) throw new ConfigurationRefused(problems);
  const configuration = withCaptureFiles(toConfiguration(parsed.data), resolve);
  return withCredentialFiles(configuration, (path) => below(credentialsDirectory, path));
}

const OTHER_DIRECTIVE = "must be YAML 1.2, since another version takes some values for others " +
  "(yes, 1:30, 0o17): was another directive";

/** In YAML 1.1 `yes` is true and `1:30` is 90; what a later version makes of a value nobody knows. */
function hasOtherDirective({ directives, warnings }: Document): boolean {
  return directives?.yaml.version !== "1.2" ||
    warnings.some(({ code }) => code === "BAD_DIRECTIVE");
}

function below(...[directory, path]: readonly [string, string]): string {
  return isAbsolute(path) ? path : join(directory, path);
}

/** Returns the document's value; what has none, as aliases that multiply themselves, is refused. */
function toPlain(
  document: Document,
  place: (problem: PathProblem) => ConfigurationProblem,
  linesAt: (offset: number) => Place,
): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const rule = error instanceof ReferenceError
      ? "must hold no aliases that multiply or have no anchor"
      : "must hold values that YAML 1.2 has";
    const text = `${rule}: was ${withoutSource(error.message)}`;
    const problem = place({ path: [], at: "value", text });
    const at = looseAlias(document);
    throw new ConfigurationRefused([at === undefined ? problem : { ...problem, ...linesAt(at) }]);
  }
}

/** Returns where an alias without anchor stands. */
function looseAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

/** What the parser quotes of the file stands behind a colon, and may be a secret in a wrong place. */
function withoutSource(message: string): string {
  return message.split(": ", 1)[0] ?? message;
}

function syntaxProblem(
  error: YAMLError,
  of: { readonly file: string; readonly lines: LineCounter },
): ConfigurationProblem {
  return { file: of.file, ...linePos(of.lines, error.pos[0]), path: "", text: syntaxText(error) };
}

function syntaxText({ code, message }: YAMLError): string {
  if (code === "DUPLICATE_KEY") return "must give each key once: was given again";
  if (code === "MULTIPLE_DOCS") return "must be one YAML document: was followed by another";
  return `must be YAML: was ${withoutSource(message)}`;
}

type Place = { readonly line: number; readonly column: number };

function linePos(
  lines: LineCounter,
  offset: number,
): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Returns where the path's key or value stands, or the nearest thing above it that is there. */
function offsetOf(document: Document, { path: shown, hidden = [], at }: PathProblem): number {
  const path = [...shown, ...hidden];
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    const found = descend(node, segment);
    if (found === undefined) return offset;
    const last = depth === path.length - 1;
    const wanted = last && at === "key" ? found.key : found.value ?? found.key;
    offset = wanted?.range?.[0] ?? offset;
    node = found.value;
  }
  return offset;
}

type Found = { readonly key: Node | null; readonly value: Node | null };

function descend(node: Node | null, segment: PropertyKey): Found | undefined {
  if (isSeq<Node>(node) && typeof segment === "number") {
    const value = node.items[segment];
    return value === undefined ? undefined : { key: null, value };
  }
  if (!isMap<Node, Node>(node)) return undefined;
  const pair = node.items.find(({ key }) => String(key) === String(segment));
  return pair && { key: pair.key, value: pair.value };
}

/** Sorts by place and says the same thing about the same place once. */
function inFileOrder(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  const once = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...once.values()].sort((a, b) =>
    a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : 1)
  );
}
