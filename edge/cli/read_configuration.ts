/**
 * Reads the configuration that a command names, or the built-in one.
 * @module
 */
import { dirname } from "node:path";
import {
  type Configuration,
  ConfigurationRefused,
  type ConfigurationText,
  type Environment,
  PAPER_DEFAULT,
  parseConfiguration,
  type Registry,
} from "../../config/mod.ts";

/** Where systemd puts the secrets of a service. Source: systemd.exec(5), LoadCredential. */
const CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";

/**
 * Returns the configuration in the file at `path`, or the built-in paper one if it is undefined.
 * @throws {ConfigurationRefused} If the file cannot be read or anything in it is wrong.
 */
export function readConfiguration(
  path: string | undefined,
  of: {
    readonly registry: Omit<Registry, "fileExists">;
    readonly environment: Environment;
  },
): Configuration {
  const source = path === undefined ? PAPER_DEFAULT : readSource(path);
  const credentialsDirectory = of.environment(CREDENTIALS_DIRECTORY) ?? source.directory;
  return parseConfiguration({ ...source, credentialsDirectory }, {
    ...of.registry,
    fileExists: isFile,
  });
}

function readSource(path: string): ConfigurationText {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
    return { file: path, text, directory: dirname(path) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const text = `must be a UTF-8 file that can be read: was ${said}`;
    throw new ConfigurationRefused([{ file: path, line: 1, column: 1, path: "", text }]);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Error) return false; // whatever the reason: it cannot be read
    throw error;
  }
}
