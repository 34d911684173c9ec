/**
 * A process that logs more than a pipe holds, in the form that its stderr asks for, says on stdout that
 * it got through, and ends.
 * @module
 */
import { processLog, stderrForm } from "../../../edge/deno_log.ts";
import { denoClock, denoTimers } from "../../../edge/deno_time.ts";

const clock = denoClock();
const log = processLog({
  levels: { level: "info", categories: {} },
  sink: (bytes) => Deno.stderr.write(bytes),
  form: stderrForm(),
  clock,
  timers: denoTimers(clock),
});
const filling = "x".repeat(10_000);
for (let line = 0; line < 400; line += 1) {
  log.write("info", "queue_opened", { name: `${line}`, filling });
}
await log.flush(200);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ dropped: log.dropped }) + "\n"));
Deno.exit(0);
