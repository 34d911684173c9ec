/**
 * A process that logs more than a pipe holds, says on stdout that it got through, and ends.
 * @module
 */
import { processLog } from "../../../edge/deno_log.ts";

const log = processLog({
  levels: { level: "info", categories: {} },
  sink: (bytes) => Deno.stderr.write(bytes),
  form: "plain",
});
const filling = "x".repeat(10_000);
for (let line = 0; line < 400; line += 1) {
  log.write("info", "queue_opened", { name: `${line}`, filling });
}
await log.flush(200);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ dropped: log.dropped }) + "\n"));
Deno.exit(0);
