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

/** Reads a file `c.yaml` in a directory `etc`. */
type Reader = {
  readonly read: (text: string) => Configuration;
  /** The lines that refuse a text; none if it is taken. */
  readonly problemsOf: (text: string) => string[];
};

/** Returns what reads files as a build with this registry does. */
export function readerFor(registry: Registry): Reader {
  const read = (text: string): Configuration =>
    parseConfiguration({ file: "c.yaml", text, directory: "etc" }, registry);
  const problemsOf = (text: string): string[] => {
    try {
      read(text);
    } catch (error) {
      if (error instanceof ConfigurationRefused) return error.problems.map(problemLine);
      throw error;
    }
    return [];
  };
  return { read, problemsOf };
}
