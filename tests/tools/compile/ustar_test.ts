/**
 * Archives of the build, read by the system's own tar.
 *
 * Proves: R-OPS-1 in part (the same parts give the same bytes).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { type ArchiveFile, ustar } from "../../../tools/compile/ustar.ts";
import { shell, testWith } from "../../support/needs.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const FILES: readonly ArchiveFile[] = [
  { name: "b.js", bytes: new Uint8Array(513).fill(66) },
  { name: "a", bytes: new Uint8Array(0), isExecutable: true },
];

testWith([shell], "ustar() writes what tar unpacks, whatever the order of its files", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/x.tar`;
  Deno.writeFileSync(path, ustar(FILES));
  deepStrictEqual(ustar(FILES.toReversed()), ustar(FILES));
  const tar = (...args: string[]): Promise<Deno.CommandOutput> =>
    new Deno.Command("tar", { args, env: { TZ: "UTC", LC_ALL: "C" } }).output();
  const listed = new TextDecoder().decode((await tar("-tvf", path)).stdout);
  match(
    listed,
    /^-rwx------ 0\/0 +0 1970-01-01 00:00 a\n-rw------- 0\/0 +513 1970\S+ \S+ b\.js\n$/,
  );
  strictEqual((await tar("-xf", path, "-C", directory.path)).code, 0);
  deepStrictEqual(Deno.readFileSync(`${directory.path}/b.js`), FILES[0]?.bytes);
});

Deno.test("ustar() refuses a name that its header cannot hold", () => {
  throws(() => ustar([{ name: "x".repeat(101), bytes: new Uint8Array(0) }]), RangeError);
});
