/**
 * Secrets in files and environment variables of this machine.
 * @module
 */
import { Secret, type SecretRead, type Secrets } from "./secrets.ts";

/** A key in PEM form has some kilobytes; more is another file. */
const BYTES_MAX = 65_536;
/** Bits of a mode that let anybody but the owner read or write. */
const OTHERS = 0o077;

/** Returns the secrets of this machine. The line break that ends a file is not part of the secret. */
export function denoSecrets(): Secrets {
  return { read: (source) => "file" in source ? readFile(source.file) : readVariable(source.env) };
}

function readFile(path: string): SecretRead {
  try {
    const { mode, size, isFile } = Deno.statSync(path);
    if (!isFile || size > BYTES_MAX) {
      return { ok: false, reason: `must be a file of at most ${BYTES_MAX} bytes: was ${path}` };
    }
    const value = Deno.readTextFileSync(path).replace(/\r?\n$/, "");
    if (value === "") return { ok: false, reason: `must not be empty: was ${path}` };
    return {
      ok: true,
      value: new Secret(value),
      isExposed: mode !== null && (mode & OTHERS) !== 0,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: `must be a file that can be read: was ${path}, ${error.name}` };
  }
}

function readVariable(name: string): SecretRead {
  const value = Deno.env.get(name);
  if (value !== undefined && value !== "") {
    return { ok: true, value: new Secret(value), isExposed: false };
  }
  return { ok: false, reason: `must be in the environment: ${name} was not set` };
}
