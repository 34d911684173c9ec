/**
 * Judges a HELLO: the token first, then the message, then what it asks to resume.
 * @module
 */
import type { ClientMessage, Hello, MessageProblem } from "./message.ts";
import type { ErrorCode } from "./server_message.ts";
import { isToken } from "./token.ts";

/** Longest HELLO read before the token has been seen. */
export const MAX_HELLO_BYTES = 4_096;

/** What the judge knows. */
export type HandshakeContext = {
  readonly token: Uint8Array;
  readonly journalId: string;
  /** Number of the client's newest durable report; 0 if it is unknown. */
  readonly reportSeq: (clientId: string) => number;
};

export type HelloVerdict =
  | { readonly ok: true; readonly hello: Hello }
  | {
    readonly ok: false;
    readonly code: ErrorCode;
    readonly message: string;
    /** Who it was; absent without the token, or where the message cannot be read. */
    readonly clientId?: string;
  };

/** Returns whether a session may begin with this frame; a refusal names the first reason. */
export function judgeHello(
  message: ClientMessage | MessageProblem,
  context: HandshakeContext,
): HelloVerdict {
  if (message.type === "problem") return judgeProblem(message, context.token);
  if (message.type !== "HELLO") {
    const was = `Cannot open a session: the first frame must be a HELLO: was ${message.type}`;
    return { ok: false, code: "HELLO_REQUIRED", message: was };
  }
  if (!isToken(context.token, message.token)) return wrongToken();
  return judgeResume(message, context);
}

function judgeProblem(problem: MessageProblem, token: Uint8Array): HelloVerdict {
  if (problem.helloToken === undefined) {
    if (problem.code === "BAD_JSON") {
      return { ok: false, code: "BAD_JSON", message: problem.message };
    }
    const message = `Cannot open a session: the first frame must be a HELLO: ${problem.message}`;
    return { ok: false, code: "HELLO_REQUIRED", message };
  }
  if (problem.helloToken === null || !isToken(token, problem.helloToken)) return wrongToken();
  return { ok: false, code: problem.code, message: problem.message };
}

function wrongToken(): HelloVerdict {
  const message = "Cannot open a session: the token must be the one in the daemon's token file " +
    "(its path is in the daemon's first line on stdout): was another";
  return { ok: false, code: "AUTH", message };
}

function judgeResume(hello: Hello, context: HandshakeContext): HelloVerdict {
  const { clientId, resumeJournalId, resumeFrom } = hello;
  if (hello.sessionMode === "lockstep") {
    const message = `Cannot open a session: session_mode "lockstep" exists only in mode ` +
      `"backtest": use "stream"`;
    return { ok: false, code: "BAD_MESSAGE", message, clientId };
  }
  if (resumeJournalId !== undefined && resumeJournalId !== context.journalId) {
    const message = `Cannot resume the session of ${clientId}: report numbers belong to a ` +
      `journal, and resume_journal_id must be ${context.journalId}: was ${resumeJournalId}; ` +
      "start over without resume_from";
    return { ok: false, code: "JOURNAL_CHANGED", message, clientId };
  }
  const last = context.reportSeq(clientId);
  if (resumeFrom !== undefined && resumeFrom > last) {
    const message = `Cannot resume the session of ${clientId}: resume_from must not be above the ` +
      `last report, ${last}: was ${resumeFrom}; this daemon has lost reports that were sent`;
    return { ok: false, code: "RESUME_AHEAD", message, clientId };
  }
  return { ok: true, hello };
}
