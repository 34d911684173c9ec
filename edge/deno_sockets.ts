/**
 * Production sockets: TCP listeners and connections of the runtime.
 *
 * Invariant: a listener goes on accepting until it is closed. An accept error (no file descriptors
 * left) is waited out, 10 ms at first, doubling to 1 s. A peer gone before it was accepted is no
 * such error: waiting for it would let one peer that resets delay all others.
 * @module
 */
import { DenoSocket, setNoDelay, settle } from "./deno_socket.ts";
import type { Listener, Log, Socket, Sockets } from "./ports.ts";

const ACCEPT_RETRY_MS = 10;
const ACCEPT_RETRY_MAX_MS = 1000;

/** Returns the machine's sockets. Accept errors are logged. */
export function denoSockets(log: Log): Sockets {
  return {
    listen: (address, accept) => listen(address, accept, log),
    connect: (address) => DenoSocket.connecting(address),
  };
}

type Address = { readonly hostname: string; readonly port: number };
type Accept = (socket: Socket) => void;

function listen(address: Address, accept: Accept, log: Log): Listener {
  const listener = openListener(address);
  const state = { closed: false };
  void acceptForever({ listener, accept, log, isClosed: () => state.closed });
  return {
    hostname: listener.addr.hostname,
    port: listener.addr.port,
    close: () => {
      if (state.closed) return;
      state.closed = true;
      listener.close();
    },
  };
}

function openListener(address: Address): Deno.TcpListener {
  try {
    return Deno.listen({ transport: "tcp", ...address });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const rule = "the address must be free, and ours to take";
    const text = `Cannot listen on ${address.hostname}:${address.port}: ${rule}: was ${said}`;
    throw new Error(text, { cause });
  }
}

type AcceptLoop = {
  readonly listener: Deno.TcpListener;
  readonly accept: Accept;
  readonly log: Log;
  readonly isClosed: () => boolean;
};

async function acceptForever({ listener, accept, log, isClosed }: AcceptLoop): Promise<void> {
  let retryMs = ACCEPT_RETRY_MS;
  for (;;) {
    const connection = await settle(() => listener.accept());
    if (isClosed()) {
      if (!(connection instanceof Error)) connection.close();
      return;
    }
    if (isPeerGone(connection)) continue;
    if (connection instanceof Error) {
      log.write("warning", "accept_failed", { reason: connection.message, retry_ms: retryMs });
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      retryMs = Math.min(retryMs * 2, ACCEPT_RETRY_MAX_MS);
      continue;
    }
    retryMs = ACCEPT_RETRY_MS;
    setNoDelay(connection);
    accept(DenoSocket.accepted(connection));
  }
}

function isPeerGone(outcome: Deno.TcpConn | Error): boolean {
  return outcome instanceof Deno.errors.NotConnected ||
    outcome instanceof Deno.errors.ConnectionAborted ||
    outcome instanceof Deno.errors.ConnectionReset;
}
