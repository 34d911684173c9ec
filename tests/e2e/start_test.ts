/**
 * A start that has much to declare: it comes to listening, whatever the journal needs for that.
 *
 * Proves: R-JRN-1 in part (the first events are durable before anything is served).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

/** More than one batch of the journal declares: the second waits for the first. */
const COINS = Array.from({ length: 60 }, (_, at) => `C${at}`);
const MANY = `mode: paper
venues:
  - name: lab
    exchange: lab
    feed: { kind: client }
    balances:
      - { currency: USDT, total: "1000000" }
${COINS.map((coin) => `      - { currency: ${coin}, total: "10" }\n`).join("")}    instruments:
${
  COINS.map((coin) =>
    `      - { symbol: ${coin}/USDT, base: ${coin}, quote: USDT, ` +
    `price: { quantum: "0.01" }, quantity: { quantum: "0.001" } }\n`
  ).join("")
}`;

Deno.test("the daemon listens when its declarations fill several batches, again and again", async () => {
  using directory = new TemporaryDirectory();
  const config = `${directory.path}/many.yaml`;
  Deno.writeTextFileSync(config, MANY);
  for (let start = 0; start < 3; start += 1) {
    const daemon = await DaemonProcess.start({ stateDir: `${directory.path}/state`, config });
    const { listening: { port }, token } = daemon;
    const client = await RemoteClient.connect({ port, token, clientId: "many" });
    client.close();
    strictEqual(await daemon.stop(), 0);
  }
});
