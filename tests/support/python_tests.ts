/**
 * Python's own tests of a folder, run as a process.
 * @module
 */
import { strictEqual } from "node:assert/strict";

/** Runs `python3 -m unittest` there. @throws {AssertionError} If one fails. */
export async function passPythonTests(cwd: string): Promise<void> {
  const command = new Deno.Command("python3", {
    args: ["-W", "error::ResourceWarning", "-m", "unittest", "--quiet"],
    cwd,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  strictEqual(code, 0, text.decode(stdout) + text.decode(stderr));
}
