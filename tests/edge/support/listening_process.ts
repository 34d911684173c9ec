/**
 * A process that greets every connection with one byte and prints its port.
 *
 * Like the daemon it obeys a signal before it listens. Otherwise the runtime opens descriptors for
 * signals half a second after the start, and ends the process where there are none.
 * @module
 */
import { denoSockets } from "../../../edge/deno_sockets.ts";

Deno.addSignalListener("SIGHUP", () => {});
const listener = denoSockets({ write: () => {} }).listen(
  { hostname: "127.0.0.1", port: 0 },
  (socket) => {
    socket.attach({
      data: () => {},
      ended: () => socket.end(),
      drained: () => {},
      closed: () => {},
    });
    socket.write(Uint8Array.of(1));
  },
);
Deno.stdout.writeSync(new TextEncoder().encode(`${listener.port}\n`));
