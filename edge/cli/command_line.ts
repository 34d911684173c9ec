/**
 * The command line `tapeline`: run, check, doctor, top, why, journal, feed, version, help.
 *
 * Invariant: every end has its code (`exit_codes.ts`) and every refusal its sentence on stderr;
 * nothing but what was asked for is written to stdout. A fault of the program is not caught here.
 * @module
 */
import { Command, CommanderError } from "commander";
import type { Configuration } from "../../config/mod.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import type { Actions, Terminal } from "./actions.ts";
import { check } from "./check.ts";
import { type CommandContext, filePath, portNumber } from "./context.ts";
import { ReaderLeft } from "./deno_terminal.ts";
import { addDoctor } from "./doctor_command.ts";
import { addFeedCommands } from "./feed_commands.ts";
import { addJournalCommands } from "./journal_commands.ts";
import { readConfiguration } from "./read_configuration.ts";
import { refusal } from "./refusal.ts";
import { type RunFlags, runOptions } from "./run_line.ts";
import { addTop } from "./top_command.ts";
import { addWhy } from "./why_command.ts";

/** Help looks the same in every terminal, and in the documents that show it. */
const HELP_COLUMNS = 80;

/**
 * Carries out the command line and returns how the process must end.
 * @throws Whatever is a fault of the program: what `actions.exitCodeOf` does not know.
 */
export async function runCommandLine(
  args: readonly string[],
  actions: Actions,
  terminal: Terminal,
): Promise<ExitCode> {
  const end: { code: ExitCode } = { code: EXIT.ok };
  const program = buildProgram({ actions, terminal, end });
  try {
    await program.parseAsync([...args], { from: "user" });
    return end.code;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof ReaderLeft) return end.code; // what was found out holds all the same
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return refusal(error, { exitCodeOf: actions.exitCodeOf, terminal });
  }
}

function buildProgram(context: CommandContext): Command {
  const { actions, terminal } = context;
  const program = new Command("tapeline")
    .description("An execution daemon: strategies send intents, it keeps the truth.")
    .version(actions.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
      outputError: (text, write) => write(sentenceOf(text)),
    });
  addRun(program, context);
  addCheck(program, context);
  addDoctor(program, context);
  addTop(program, context);
  addWhy(program, context);
  addJournalCommands(program, context);
  addFeedCommands(program, context);
  addVersion(program, context);
  return program;
}

function addVersion(program: Command, { actions, terminal }: CommandContext): void {
  program.command("version").description("print the version")
    .option("--json", "machine-readable output, with what tells builds of a version apart")
    .action((flags: { readonly json?: true }) => {
      const { version, build: { kind, commit, runtime } } = actions;
      terminal.out(flags.json ? JSON.stringify({ version, commit, runtime, kind }) : version);
    });
}

function addRun(program: Command, { actions, terminal, end }: CommandContext): void {
  program.command("run")
    .description("run the daemon; without --config it trades on paper, on a generated market")
    .option("--config <file>", "configuration file (YAML)", filePath)
    .option("--state-dir <directory>", "where journal, checkpoints and token are kept", filePath)
    .option("--port <number>", "port to listen on; 0 takes any free one", portNumber)
    .option("--resume-trading", "loosen a trading state or kill switch that the journal holds")
    .option("--accept-loss", "go on although the journal's end is lost; trading is halted")
    .option(
      "--adopt-account <venue>",
      "take over what this venue says of its account, once; repeatable",
      (venue: string, before?: readonly string[]) => [...before ?? [], venue],
    )
    .action(async (flags: RunFlags) => {
      const { environment } = terminal;
      const { registry } = actions;
      const read = (): Configuration => readConfiguration(flags.config, { registry, environment });
      end.code = await actions.run(runOptions(flags, { read, terminal }));
    });
}

function addCheck(program: Command, { actions, terminal, end }: CommandContext): void {
  program.command("check")
    .description("check a configuration and show what it means; starts nothing")
    .option("--config <file>", "configuration file (YAML); without it the built-in one", filePath)
    .option("--json", "machine-readable output")
    .action((flags: { readonly config?: string; readonly json?: true }) => {
      const { registry, secrets } = actions;
      const options = { path: flags.config, json: flags.json === true, registry, secrets };
      check(options, { terminal, end });
    });
}

/** Turns the library's "error: unknown option '--x'" into a sentence that says what to do. */
function sentenceOf(text: string): string {
  const [problem = "", hint = ""] = text.trim().replace(/^error: /, "").split("\n");
  const advice = hint.replace(/^\((.*)\)$/, " $1").replace(/^ Did/, " Did");
  return `tapeline: Cannot read the command line: ${problem.replace(/\.$/, "")}.${advice} ` +
    `"tapeline help" shows the commands`;
}
