/**
 * A start that has much to declare: it comes to listening, whatever the journal needs for that.
 *
 * Proves: R-JRN-1 in part (the first events are durable before anything is served).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

/** So many that the journal takes them in one batch, or in several of which each waits for the last. */
const COUNTS = [5, 25, 40, 80];

/** A venue that is quiet, with so many coins and instruments. */
function configurationOf(count: number): string {
  const coins = Array.from({ length: count }, (_, at) => `C${at}`);
  const balances = coins.map((coin) => `{ currency: ${coin}, total: "10" }`);
  const instruments = coins.map((coin) =>
    `{ symbol: ${coin}/USDT, base: ${coin}, quote: USDT, ` +
    `price: { quantum: "0.01" }, quantity: { quantum: "0.001" } }`
  );
  const lines = (rows: readonly string[]): string => rows.map((row) => `      - ${row}\n`).join("");
  return `mode: paper
venues:
  - name: lab
    exchange: lab
    feed: { kind: client }
    balances:
${lines([`{ currency: USDT, total: "1000000" }`, ...balances])}    instruments:
${lines(instruments)}`;
}

for (const count of COUNTS) {
  Deno.test(`the daemon comes to listen with ${count} instruments to declare, and again`, async () => {
    using directory = new TemporaryDirectory();
    const config = `${directory.path}/many.yaml`;
    Deno.writeTextFileSync(config, configurationOf(count));
    for (let start = 0; start < 2; start += 1) {
      const daemon = await DaemonProcess.start({ stateDir: `${directory.path}/state`, config });
      const client = await daemon.connect("many");
      client.close();
      strictEqual(await daemon.stop(), 0);
    }
  });
}
