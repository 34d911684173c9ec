/**
 * `tapeline why NAME`: the whole story of an order or intent from the journal, also while the daemon
 * runs.
 * @module
 */
import type { Command } from "commander";
import { EXIT } from "../exit_codes.ts";
import { type CommandContext, filePath } from "./context.ts";
import { stateDirectoryOf } from "./usage.ts";
import { storyLines } from "./why/lines.ts";

type Flags = { readonly stateDir?: string; readonly json?: true };

/** Adds the command. */
export function addWhy(program: Command, { actions, terminal, end }: CommandContext): void {
  program.command("why")
    .description("tell the whole story of an order or intent, from the journal")
    .argument("<name>", "order number, client/intent id, client order id, or the venue's order id")
    .option("--state-dir <directory>", "state directory of the daemon", filePath)
    .option("--json", "machine-readable output")
    .action((name: string, flags: Flags) => {
      const directory = stateDirectoryOf(flags.stateDir, terminal);
      const result = actions.journal.why(directory, { name, progress: terminal.error });
      if (result.kind === "unknown") {
        end.code = result.problem === undefined ? EXIT.notFound : EXIT.journalRefused;
        terminal.error(`tapeline: ${result.problem ?? result.sentence}`);
        return;
      }
      const { story } = result;
      if (story.problem !== undefined) end.code = EXIT.journalRefused;
      if (flags.json) terminal.out(JSON.stringify(story));
      else for (const line of storyLines(story)) terminal.out(line);
      if (story.problem !== undefined) terminal.error(`tapeline: ${story.problem}`);
    });
}
