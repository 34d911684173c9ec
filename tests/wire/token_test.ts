/**
 * The token file and its comparison. Proves R-WIRE-6.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { type Disk, DiskError, type DiskFile } from "../../edge/ports.ts";
import { isToken, readOrCreateToken } from "../../wire/token.ts";

/** A disk of whole files that remembers in which order it was used. */
class ListDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  readonly calls: string[] = [];

  open(path: string, access: "read" | "write" | "create"): DiskFile {
    this.calls.push(`${access} ${path}`);
    if (access === "create") this.files.set(path, this.files.get(path) ?? new Uint8Array(0));
    if (!this.files.has(path)) throw new DiskError("NotFound", `Cannot open: was ${path}`);
    const of = (): Uint8Array => this.files.get(path) ?? new Uint8Array(0);
    return {
      readAt: (buffer, offset) => {
        const part = of().subarray(offset, offset + buffer.length);
        buffer.set(part);
        return part.length;
      },
      writeAt: (bytes) => void this.files.set(path, bytes.slice()),
      syncData: () => void this.calls.push("sync"),
      size: () => of().length,
      truncate: (size) => void this.files.set(path, of().slice(0, size)),
      tryLock: () => true,
      close: () => void this.calls.push("close"),
    };
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  list(): string[] {
    return [...this.files.keys()];
  }

  makeDirectory(): void {}

  rename(from: string, to: string): void {
    this.calls.push(`rename ${to}`);
    this.files.set(to, this.files.get(from) ?? new Uint8Array(0));
    this.files.delete(from);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  syncDirectory(path: string): void {
    this.calls.push(`sync ${path}`);
  }

  freeBytes(): number | undefined {
    return undefined;
  }
}

const randomness = { bytes: (length: number) => Uint8Array.from({ length }, (_, at) => at * 7) };

Deno.test("readOrCreateToken() makes a durable token once, 32 bytes as base64url", () => {
  const disk = new ListDisk();
  const token = readOrCreateToken({ disk, randomness }, "/state");
  const text = new TextDecoder().decode(token);
  match(text, /^[A-Za-z0-9_-]{43}$/);
  deepStrictEqual(
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
    randomness.bytes(32),
  );
  deepStrictEqual(disk.calls, [
    "create /state/token.new",
    "sync",
    "close",
    "rename /state/token",
    "sync /state",
  ]);
  deepStrictEqual(readOrCreateToken({ disk, randomness }, "/state"), token);
});

Deno.test("readOrCreateToken() reads a token that a person wrote with a newline", () => {
  const disk = new ListDisk();
  disk.files.set("/state/token", new TextEncoder().encode("sixteen-letters!\n"));
  const token = readOrCreateToken({ disk, randomness }, "/state");
  strictEqual(new TextDecoder().decode(token), "sixteen-letters!");
});

const noTokens = [
  "",
  "short",
  "two words of enough length",
  "x".repeat(15),
  "ä".repeat(20),
  "x".repeat(257), // no HELLO could carry it
  `${"x".repeat(20)}${" ".repeat(1_004)}more`, // cut off at 1024 it would look like one
];
for (const content of noTokens) {
  const said = JSON.stringify(content).slice(0, 40);
  Deno.test(`readOrCreateToken() refuses a file of ${content.length} that holds ${said}`, () => {
    const disk = new ListDisk();
    disk.files.set("/state/token", new TextEncoder().encode(content));
    throws(() => readOrCreateToken({ disk, randomness }, "/state"), /must hold one line/);
  });
}

Deno.test("isToken() accepts the token and nothing else", () => {
  const token = new TextEncoder().encode("correct-horse");
  ok(isToken(token, "correct-horse"));
  for (const other of ["", "correct-hors", "correct-horse!", "Correct-horse", "correct-horsf"]) {
    ok(!isToken(token, other), other);
  }
  ok(!isToken(new Uint8Array(0), ""));
});
