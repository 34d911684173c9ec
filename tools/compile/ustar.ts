/**
 * Writes tar archives (POSIX ustar) whose bytes depend on names and contents alone: sorted, owned by
 * root, dated 1970.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 * Limits: regular files with names of at most 100 bytes; contents below 8 GiB.
 * @module
 */

/** A file of an archive. */
export type ArchiveFile = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isExecutable?: true;
};

const BLOCK = 512;
const NAME_BYTES_MAX = 100;
const encoder = new TextEncoder();

/** Returns the archive of these files. @throws {RangeError} If a name is too long. */
export function ustar(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1)); // names are unique
  const size = sorted.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const file of sorted) {
    archive.set(header(file), at);
    archive.set(file.bytes, at + BLOCK);
    at += BLOCK + padded(file.bytes.length);
  }
  return archive;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

function header({ name, bytes, isExecutable }: ArchiveFile): Uint8Array {
  if (encoder.encode(name).length > NAME_BYTES_MAX) {
    throw new RangeError(`Cannot archive: a name must have at most 100 bytes: was ${name}`);
  }
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at);
  put(0, name);
  put(100, octal(isExecutable === true ? 0o700 : 0o600, 8));
  put(108, octal(0, 8)); // owner
  put(116, octal(0, 8)); // group
  put(124, octal(bytes.length, 12));
  put(136, octal(0, 12)); // time
  put(148, " ".repeat(8)); // the sum counts its own field as spaces
  put(156, "0"); // a regular file
  put(257, "ustar\0" + "00");
  put(148, octal(block.reduce((sum, byte) => sum + byte, 0), 7) + " ");
  return block;
}

/** A number in a field of this many bytes, the last of them zero. */
function octal(value: number, bytes: number): string {
  return value.toString(8).padStart(bytes - 1, "0") + "\0";
}
