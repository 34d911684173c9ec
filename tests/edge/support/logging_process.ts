/**
 * A process that logs more than a pipe holds, says on stdout that it got through, and ends.
 * @module
 */
import { processLog } from "../../../edge/deno_log.ts";

const log = processLog({ level: "info", sink: (bytes) => Deno.stderr.write(bytes) });
const filling = "x".repeat(10_000);
for (let line = 0; line < 400; line += 1) log.write("info", "line", { line, filling });
await log.flush(200);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ dropped: log.dropped }) + "\n"));
Deno.exit(0);
