/**
 * `tapeline top`: a live view of a running daemon, over the wire. It reads only.
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import { WIRE_PORT } from "../../config/schema.ts";
import { tokenPath } from "../../wire/token.ts";
import { type CommandContext, filePath, portNumber } from "./context.ts";
import { stateDirectoryOf } from "./usage.ts";

/** A client id of its own: a strategy's would take its session away. */
const DEFAULT_CLIENT = "tapeline-top";
const INTERVAL_S_MIN = 0.2;
const INTERVAL_S_MAX = 3_600;

type Flags = {
  readonly stateDir?: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly interval: number;
  readonly clientId: string;
  readonly once?: true;
  readonly json?: true;
};

/** Adds the command. */
export function addTop(program: Command, { actions, terminal, end }: CommandContext): void {
  program.command("top")
    .description("watch a running daemon: orders, positions, P&L, venues, queues; q ends")
    .option("--state-dir <directory>", "state directory of the daemon, for its token", filePath)
    .option("--port <number>", "port on which it listens", portNumber, WIRE_PORT)
    .option("--token-file <file>", "its token, in place of --state-dir", filePath)
    .option("--interval <seconds>", "time between two looks", seconds, 1)
    .option("--client-id <name>", "session to use; two views need two", DEFAULT_CLIENT)
    .option("--once", "one look as text, then end")
    .option("--json", "machine-readable output, an object per look")
    .action(async (flags: Flags) => {
      const { port, clientId, interval, once, json } = flags;
      const tokenFile = flags.tokenFile ?? tokenPath(stateDirectoryOf(flags.stateDir, terminal));
      const { code, sentence } = await actions.top({
        port,
        clientId,
        tokenFile,
        intervalMs: Math.round(interval * 1_000),
        isOnce: once === true,
        isJson: json === true,
      });
      end.code = code;
      if (sentence !== undefined) terminal.error(`tapeline: ${sentence}`);
    });
}

function seconds(text: string): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (value >= INTERVAL_S_MIN && value <= INTERVAL_S_MAX) return value;
  throw new InvalidArgumentError(
    `It must be from ${INTERVAL_S_MIN} to ${INTERVAL_S_MAX} seconds: was "${text}"`,
  );
}
