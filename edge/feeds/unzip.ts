/**
 * Zip archives read as gzip: the members of the archive, in its order, as one stream.
 *
 * Both hold the same coding; only what stands around it differs. So each member is given gzip's
 * header and, from the archive's directory, gzip's trailer, and one decompressor serves both: it
 * checks length and CRC-32 of each member.
 *
 * Known limits: no encryption, no stored members; a directory of at most `MEMBERS_MAX` members that
 * begins below 4 GiB.
 * Source: PKWARE APPNOTE 6.3.10, 4.3.7 to 4.3.16; RFC 1952 for gzip.
 * @module
 */
import type { DiskFile } from "../ports.ts";
import { damagedData } from "./packed_data.ts";
import type { ReadBytes } from "./packed_data.ts";

/** Of numbers in the archive and in the trailer. */
const LITTLE_ENDIAN = true;
const MEMBERS_MAX = 10_000;
const DEFLATED = 8;
const IS_WIDE = 0xffffffff;
const WIDE_FIELDS = 1;
/** Bytes of the records before their variable parts. */
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const COMMENT_MAX = 65_535;
const [END_MAGIC, ENTRY_MAGIC, LOCAL_MAGIC] = [0x06054b50, 0x02014b50, 0x04034b50];

/** Part of what is read: bytes of the file, or bytes of our own. */
type Part = { readonly from: number; readonly to: number } | Uint8Array;

/** Returns what reads the archive as gzip members. @throws {PackedDataError} If it is none. */
export function zipAsGzip(file: DiskFile): ReadBytes {
  const parts = membersOf(file).flatMap((member) => partsOf(file, member));
  let at = 0;
  return (buffer) => {
    for (;;) {
      const part = parts[0];
      if (part === undefined) return 0;
      const count = copyPart(file, { part, at, buffer });
      at += count;
      if (count > 0) return count;
      parts.shift();
      at = 0;
    }
  };
}

function copyPart(
  file: DiskFile,
  { part, at, buffer }: { readonly part: Part; readonly at: number; readonly buffer: Uint8Array },
): number {
  if (part instanceof Uint8Array) {
    const rest = part.subarray(at, at + buffer.length);
    buffer.set(rest);
    return rest.length;
  }
  const most = Math.min(buffer.length, part.to - part.from - at);
  return most === 0 ? 0 : file.readAt(buffer.subarray(0, most), part.from + at);
}

type Member = {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
};

function membersOf(file: DiskFile): Member[] {
  const end = findEnd(file);
  const count = end.getUint16(10, LITTLE_ENDIAN);
  if (count > MEMBERS_MAX) throw damagedData("zip", `it must have at most ${MEMBERS_MAX} members`);
  let at = end.getUint32(16, LITTLE_ENDIAN);
  const members: Member[] = [];
  for (let left = count; left > 0; left--) {
    const entry = recordAt(file, { at, bytes: ENTRY_BYTES, magic: ENTRY_MAGIC });
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((field) =>
      entry.getUint16(field, LITTLE_ENDIAN)
    );
    const extraBytes = new Uint8Array(extra);
    file.readAt(extraBytes, at + ENTRY_BYTES + name);
    const member = memberOf(entry, wideFields(new DataView(extraBytes.buffer)));
    if (member.size > 0) members.push(member);
    at += ENTRY_BYTES + name + extra + comment;
  }
  return members;
}

function memberOf(entry: DataView, wide: readonly number[]): Member {
  const rest = [...wide];
  const word = (field: number): number => {
    const value = entry.getUint32(field, LITTLE_ENDIAN);
    return value === IS_WIDE ? rest.shift() ?? value : value;
  };
  return {
    flags: entry.getUint16(8, LITTLE_ENDIAN),
    method: entry.getUint16(10, LITTLE_ENDIAN),
    crc: entry.getUint32(16, LITTLE_ENDIAN),
    size: word(24), // the order of the wide fields: size, packed size, offset
    packed: word(20),
    offset: word(42),
  };
}

/** Numbers of 64 bits that stand in for those of 32 that are all ones. Source: 4.5.3. */
function wideFields(extra: DataView): readonly number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const bytes = extra.getUint16(at + 2, LITTLE_ENDIAN);
    const end = Math.min(at + 4 + bytes, extra.byteLength);
    if (extra.getUint16(at, LITTLE_ENDIAN) === WIDE_FIELDS) {
      const numbers: number[] = [];
      for (let of = at + 4; of + 8 <= end; of += 8) {
        numbers.push(Number(extra.getBigUint64(of, LITTLE_ENDIAN)));
      }
      return numbers;
    }
    at = end;
  }
  return [];
}

/** The record at the archive's end has a comment of any length after it. */
function findEnd(file: DiskFile): DataView {
  const size = file.size();
  const bytes = new Uint8Array(Math.min(size, END_BYTES + COMMENT_MAX));
  file.readAt(bytes, size - bytes.length);
  const view = new DataView(bytes.buffer);
  for (let at = bytes.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, LITTLE_ENDIAN) === END_MAGIC) return new DataView(bytes.buffer, at);
  }
  throw damagedData("zip", "it must not end early");
}

function partsOf(file: DiskFile, member: Member): Part[] {
  const { method, flags, offset } = member;
  if (method !== DEFLATED || (flags & 1) === 1) {
    throw damagedData("zip", `a member must be deflated and not encrypted: was method ${method}`);
  }
  const local = recordAt(file, { at: offset, bytes: LOCAL_BYTES, magic: LOCAL_MAGIC });
  const from = offset + LOCAL_BYTES + local.getUint16(26, LITTLE_ENDIAN) +
    local.getUint16(28, LITTLE_ENDIAN);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, member.crc, LITTLE_ENDIAN);
  trailer.setUint32(4, member.size, LITTLE_ENDIAN);
  const header = Uint8Array.of(0x1f, 0x8b, DEFLATED, 0, 0, 0, 0, 0, 0, 255);
  return [header, { from, to: from + member.packed }, new Uint8Array(trailer.buffer)];
}

function recordAt(
  file: DiskFile,
  of: { readonly at: number; readonly bytes: number; readonly magic: number },
): DataView {
  const bytes = new Uint8Array(of.bytes);
  const view = new DataView(bytes.buffer);
  if (file.readAt(bytes, of.at) === of.bytes && view.getUint32(0, LITTLE_ENDIAN) === of.magic) {
    return view;
  }
  throw damagedData("zip", "its directory must name where its members are");
}
