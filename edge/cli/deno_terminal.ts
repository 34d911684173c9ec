/**
 * The terminal of this process: blocking writes, so that output of any length is complete when the
 * process ends. A reader that left early (`| head`) is a normal end.
 * @module
 */
import { EXIT } from "../exit_codes.ts";
import type { Print, Terminal } from "./actions.ts";

/** Returns stdout, stderr and the environment of this process. */
export function denoTerminal(): Terminal {
  return {
    out: printer(Deno.stdout),
    error: printer(Deno.stderr),
    environment: (name) => Deno.env.get(name),
  };
}

function printer(stream: { writeSync(bytes: Uint8Array): number }): Print {
  const encoder = new TextEncoder();
  return (line) => {
    const bytes = encoder.encode(`${line}\n`);
    try {
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) Deno.exit(EXIT.ok);
      throw error;
    }
  };
}
