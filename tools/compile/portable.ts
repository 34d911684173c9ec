/**
 * The portable executable: a shell head, then a compressed archive of runtime and program.
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Program } from "./bundle.ts";
import { headOf } from "./head.ts";
import type { Target } from "./targets.ts";
import { type ArchiveFile, ustar } from "./ustar.ts";

/** What goes into a portable executable. */
export type Portable = {
  readonly version: string;
  readonly target: Target;
  readonly runtime: Uint8Array;
  readonly program: Program;
};

const GZIP_LEVEL = 6;
/** Where a gzip header names the system that wrote it; 255: unknown. */
const GZIP_SYSTEM_AT = 9;

/** Returns the bytes of the file; the same parts give the same bytes. */
export function portable({ version, target, runtime, program }: Portable): Uint8Array {
  const encoder = new TextEncoder();
  const files: ArchiveFile[] = [
    { name: "tapeline", bytes: runtime, isExecutable: true },
    ...[...program.files].map(([name, text]) => ({ name, bytes: encoder.encode(text) })),
  ];
  const sums = files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).sort().join("");
  files.push({ name: "SHA256SUMS", bytes: encoder.encode(sums) });
  const archive = ustar(files);
  const payload = gzipSync(archive, { level: GZIP_LEVEL });
  payload[GZIP_SYSTEM_AT] = 255;
  const template = Deno.readTextFileSync(new URL("head.sh", import.meta.url));
  const head = encoder.encode(headOf(template, {
    version,
    target,
    sha256: sha256(payload),
    bytes: payload.length,
    files: files.map(({ name }) => name).sort(),
    unpackedBytes: archive.length,
  }));
  const file = new Uint8Array(head.length + payload.length);
  file.set(head);
  file.set(payload, head.length);
  return file;
}

/** Returns the SHA-256 in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
