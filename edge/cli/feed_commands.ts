/**
 * `tapeline feed …`: what recorded files hold, and how well signals fit them.
 * @module
 */
import type { Command } from "commander";
import { addCalibrate } from "./calibrate_command.ts";
import type { CommandContext } from "./context.ts";
import { addInspect } from "./inspect_command.ts";

/** Adds the command and its own commands. */
export function addFeedCommands(program: Command, context: CommandContext): void {
  const feed = program.command("feed").description("look at recorded market data");
  addInspect(feed, context);
  addCalibrate(feed, context);
}
