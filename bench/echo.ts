/**
 * Raw echo server on the runtime: the floor of what a TypeScript server can answer.
 * Prints `{"port":…}`, serves until killed.
 * @module
 */
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(new TextEncoder().encode(`{"port":${listener.addr.port}}\n`));
for await (const connection of listener) echo(connection);

async function echo(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return;
    for (let sent = 0; sent < count;) sent += await connection.write(buffer.subarray(sent, count));
  }
}
