/**
 * Frames: a `u32` big-endian byte length, then that many bytes. Reads and writes them; knows
 * nothing of what they hold.
 *
 * Invariant: a reader holds at most what one `push` brought and the one frame before it that was
 * not whole. Memory grows with bytes received, never with a claimed length.
 * Ordering: frames come out in the order of their bytes, whatever the fragmentation.
 * @module
 */
import { ByteWriter } from "./byte_writer.ts";

/** Bytes of the length in front of each frame. */
export const FRAME_HEADER_BYTES = 4;
/** The protocol's default limit of a frame's body. */
export const MAX_FRAME_BYTES = 1_048_576;

const LEAST_BUFFER_BYTES = 1_024;
const EMPTY = new Uint8Array(0);

/** A frame's body where it was received: `memory` from `from` to `to`. */
export type FrameBody = {
  readonly memory: Uint8Array;
  readonly from: number;
  readonly to: number;
};

/** Returns the bytes of a frame's body. */
export function bodyOf({ memory, from, to }: FrameBody): Uint8Array {
  return memory.subarray(from, to);
}

/** A length of 0 or above the limit. The stream has lost its meaning: read nothing more of it. */
export class FrameSizeError extends Error {
  override readonly name = "FrameSizeError";
  /** The length that was claimed. */
  readonly claimedBytes: number;

  constructor(claimedBytes: number, maxFrameBytes: number) {
    super(
      `Cannot read a frame: its length must be 1 to ${maxFrameBytes} bytes: was ${claimedBytes}`,
    );
    this.claimedBytes = claimedBytes;
  }
}

/** Cuts a byte stream into frames. Push a chunk, take frames until there is none, push again. */
export class FrameReader implements FrameBody {
  readonly #maxFrameBytes: number;
  /** Either the caller's chunk, read in place, or our own buffer when a frame spans chunks. */
  #bytes: Uint8Array = EMPTY;
  #ownsBytes = false;
  #start = 0;
  #end = 0;
  /** The last frame's body is what ends at `#start`. */
  #bodyFrom = 0;

  constructor(options: { readonly maxFrameBytes: number }) {
    this.#maxFrameBytes = options.maxFrameBytes;
  }

  /** Bytes received that no frame has yet been made of. */
  get bufferedBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Takes bytes. They are read in place until `next` has returned undefined or `keep` was called:
   * whoever stops earlier calls `keep` before the chunk's memory is used again.
   */
  push(chunk: Uint8Array): void {
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#ownsBytes = false;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  get memory(): Uint8Array {
    return this.#bytes;
  }

  get from(): number {
    return this.#bodyFrom;
  }

  get to(): number {
    return this.#start;
  }

  /**
   * Returns the next whole frame's body, valid until the next call of any method, or undefined.
   * @throws {FrameSizeError} As soon as a bad length is read, and on every call after that.
   */
  next(): Uint8Array | undefined {
    return this.step() ? bodyOf(this) : undefined;
  }

  /**
   * Steps to the next whole frame, which the reader then is, or returns false.
   * @throws {FrameSizeError} As soon as a bad length is read, and on every call after that.
   */
  step(): boolean {
    if (this.bufferedBytes < FRAME_HEADER_BYTES) return this.#isShort();
    const length = this.#lengthAt(this.#start);
    if (length === 0 || length > this.#maxFrameBytes) {
      throw new FrameSizeError(length, this.#maxFrameBytes);
    }
    const bodyStart = this.#start + FRAME_HEADER_BYTES;
    const bodyEnd = bodyStart + length;
    if (bodyEnd > this.#end) return this.#isShort();
    this.#bodyFrom = bodyStart;
    this.#start = bodyEnd;
    return true;
  }

  /** Copies what is left of the chunk, so that its memory may be used again. */
  keep(): void {
    if (this.#start < this.#end && !this.#ownsBytes) this.#makeRoom(0);
  }

  #isShort(): false {
    this.keep();
    return false;
  }

  #lengthAt(at: number): number {
    const bytes = this.#bytes;
    const low = (bytes[at + 1] ?? 0) << 16 | (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0);
    return (bytes[at] ?? 0) * 0x1000000 + low;
  }

  /** Moves what is left into a buffer of our own that holds `more` bytes on top of it. */
  #makeRoom(more: number): void {
    const needed = this.bufferedBytes + more;
    if (this.#ownsBytes && this.#end + more <= this.#bytes.length) return;
    const room = this.#ownsBytes && needed <= this.#bytes.length
      ? this.#bytes
      : new Uint8Array(Math.max(LEAST_BUFFER_BYTES, needed * 2));
    room.set(this.#bytes.subarray(this.#start, this.#end), 0);
    this.#bytes = room;
    this.#ownsBytes = true;
    this.#end -= this.#start;
    this.#start = 0;
  }
}

/** Returns one frame holding `text` as UTF-8. */
export function encodeFrame(text: string): Uint8Array {
  return encodeFrames([text]);
}

/**
 * Returns one buffer holding a frame per text, in order: one socket write for a whole batch.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * deepStrictEqual([...encodeFrames(["{}"])], [0, 0, 0, 2, 123, 125]);
 * ```
 */
export function encodeFrames(texts: readonly string[]): Uint8Array {
  const to = new ByteWriter();
  for (const text of texts) writeFrame(to, text);
  return to.bytes;
}

/** Writes one frame holding `text` as UTF-8. */
export function writeFrame(to: ByteWriter, text: string): void {
  const at = to.skip32();
  to.raw(text);
  to.length32(at);
}

/** Writes the length of a frame's body in front of it. */
export function writeLength(
  bytes: Uint8Array,
  { at, length }: { readonly at: number; readonly length: number },
): void {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}
