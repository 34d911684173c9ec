/**
 * Configuration files as text: read, or the lines in which they are refused.
 * @module
 */
import {
  type Configuration,
  ConfigurationRefused,
  parseConfiguration,
  problemLine,
  type Registry,
} from "../../config/mod.ts";

/** Reads a file's text. */
export type ReadText = (text: string) => Configuration;

/** Returns what reads a file `c.yaml` in a directory `etc` of a build with this registry. */
export function readerFor(registry: Registry): ReadText {
  return (text) => parseConfiguration({ file: "c.yaml", text, directory: "etc" }, registry);
}

/** Returns the lines that refuse a text; none if it is taken. */
export function problemsIn(read: ReadText, text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigurationRefused) return error.problems.map(problemLine);
    throw error;
  }
  return [];
}
