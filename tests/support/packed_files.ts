/**
 * Compressed files that no tool of the runtime writes.
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync } from "node:zlib";

/** `abc` and a line feed, as `bzip2 -9` writes it. */
export const BZIP2_OF_ABC: Uint8Array = Uint8Array.from(
  Buffer.from("QlpoOTFBWSZTWa1nVdYAAADBAAAQOAAgACGaaDNNEzxdyRThQkK1nVdY", "base64"),
);

/** Returns a zip archive of these members, deflated, named 0, 1 …. */
export function zipOf(members: readonly Uint8Array[]): Uint8Array {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [index, bytes] of members.entries()) {
    const name = Buffer.from(String(index));
    const packed = deflateRawSync(bytes);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), facts, tail, name]));
    const body = Buffer.concat([Buffer.from("PK\x03\x04"), facts, name, packed]);
    bodies.push(body);
    offset += body.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...entries, end]);
}
