/**
 * The first frame of a connection: read within its deadline, judged, handed on.
 *
 * Limits: `MAX_HELLO_BYTES` before the token has been seen, whatever length is claimed.
 * @module
 */
import type { Cancel } from "../edge/ports.ts";
import { parseClientMessage } from "./client_message.ts";
import { FrameReader, FrameSizeError } from "./frame.ts";
import { judgeHello, MAX_HELLO_BYTES } from "./handshake.ts";
import type { Hello } from "./message.ts";
import type { ErrorCode } from "./server_message.ts";
import type { SessionHost } from "./session_host.ts";

export type GreetingHandlers = {
  /** `rest` is what came behind the HELLO; valid during the call. */
  readonly accepted: (hello: Hello, rest: Uint8Array) => void;
  /** `clientId`: whose it was, as far as that is known. */
  readonly refused: (
    of: { readonly code: ErrorCode; readonly message: string },
    clientId?: string,
  ) => void;
};

/** Waits for one connection's HELLO. */
export class Greeting {
  readonly #host: SessionHost;
  readonly #handlers: GreetingHandlers;
  readonly #reader: FrameReader;
  readonly #cancelDeadline: Cancel;

  constructor(host: SessionHost, handlers: GreetingHandlers) {
    const { ports, settings } = host;
    this.#host = host;
    this.#handlers = handlers;
    const maxFrameBytes = Math.min(MAX_HELLO_BYTES, settings.maxFrameBytes);
    this.#reader = new FrameReader({ maxFrameBytes });
    const deadlineUs = settings.helloTimeoutMs * 1_000;
    this.#cancelDeadline = ports.timers.after(deadlineUs, () => this.#late());
  }

  /** Takes received bytes. */
  take(chunk: Uint8Array): void {
    try {
      this.#reader.push(chunk);
      const frame = this.#reader.next();
      if (frame === undefined) return;
      const message = parseClientMessage(frame);
      this.#judge(message, chunk.subarray(chunk.length - this.#reader.bufferedBytes));
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error;
      if (isForeign(error.claimedBytes)) this.#host.counters.add("wire_foreign_protocol");
      this.#handlers.refused({ code: "FRAME_SIZE", message: error.message });
    }
  }

  /** Waits no more. */
  stop(): void {
    this.#cancelDeadline();
  }

  #judge(message: ReturnType<typeof parseClientMessage>, rest: Uint8Array): void {
    const { token, backend } = this.#host;
    const verdict = judgeHello(message, {
      token,
      journalId: backend.journalId,
      reportSeq: (clientId) => this.#host.reportSeq(clientId),
    });
    this.stop();
    if (verdict.ok) return this.#handlers.accepted(verdict.hello, rest);
    const { code, message: reason, clientId } = verdict;
    if (code === "RESUME_AHEAD") backend.alarm(code, reason);
    this.#handlers.refused({ code, message: reason }, clientId);
  }

  #late(): void {
    this.#host.counters.add("wire_hello_timeouts");
    const message = `Cannot open a session: HELLO must come within wire.hello_timeout_ms, ` +
      `${this.#host.settings.helloTimeoutMs}: was absent`;
    this.#handlers.refused({ code: "HELLO_REQUIRED", message });
  }
}

/** Returns whether a claimed length is another protocol's first bytes: letters, or a TLS hello. */
export function isForeign(claimedBytes: number): boolean {
  const bytes = [24, 16, 8, 0].map((shift) => claimedBytes >>> shift & 0xff);
  if (bytes[0] === 0x16 && bytes[1] === 3) return true;
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
