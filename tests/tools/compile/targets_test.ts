/**
 * What can be built, and how the rest is refused.
 *
 * Proves: R-OPS-1 in part.
 * @module
 */
import { match, strictEqual, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CannotBuild, targetOf } from "../../../tools/compile/targets.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const RUN = fileURLToPath(new URL("../../../tools/compile/run.ts", import.meta.url));

Deno.test("targetOf() knows the machine that builds", () => {
  strictEqual(targetOf(Deno.build.target).triple, Deno.build.target);
});

Deno.test("targetOf() refuses what it does not know with what it knows", () => {
  throws(() => targetOf("mips-unknown-none"), (error) => {
    return error instanceof CannotBuild && /must be one of x86_64-.*: was mips/.test(error.message);
  });
});

Deno.test("the build refuses Windows in one sentence and writes nothing", async () => {
  using directory = new TemporaryDirectory();
  const out = `${directory.path}/dist`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", RUN, "--target", "x86_64-pc-windows-msvc", "--out", out],
  }).output();
  strictEqual(code, 1);
  match(new TextDecoder().decode(stderr), /^Cannot build: [^\n]*Windows has no shell[^\n]*\n$/);
  strictEqual([...Deno.readDirSync(directory.path)].length, 0);
});
