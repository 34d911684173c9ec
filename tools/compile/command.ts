/**
 * Runs another program for a build.
 * @module
 */
import { CannotBuild } from "./targets.ts";

/** Returns what the program printed. @throws {CannotBuild} With its words, if it failed or took too long. */
export async function command(
  program: string,
  of: {
    readonly words: readonly string[];
    readonly directory?: string;
    readonly withinMs?: number;
  },
): Promise<string> {
  const signal = AbortSignal.timeout(of.withinMs ?? WITHIN_MS);
  const child = new Deno.Command(program, {
    args: [...of.words],
    ...(of.directory === undefined ? {} : { cwd: of.directory }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const reason = signal.aborted ? "it took too long" : sentenceOf(decoder.decode(stderr));
  throw new CannotBuild(`Cannot build: ${program} ${of.words[0] ?? ""} must succeed: ${reason}`);
}

/** Longest time for a program that needs no network. */
const WITHIN_MS = 120_000;

/** What a program that failed says of errors, on one line; all it said, if it names none. */
function sentenceOf(text: string): string {
  const [words = ""] = text.split("Stack backtrace:");
  const lines = words.split("\n").map((line) => line.trim().replace(/^\d+: /, ""))
    .filter((line) => line !== "");
  const errors = lines.filter((line) => line.startsWith("error"));
  return (errors.length === 0 ? lines : errors).join("; ");
}
