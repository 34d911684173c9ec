/**
 * `tapeline journal verify|stat|dump|export|sql|replay|checkpoint|quarantine`: the journal for people
 * and scripts.
 *
 * Everything but `checkpoint` and `quarantine` only reads, also while the daemon runs.
 * @module
 */
import { type Command, Option } from "commander";
import { EXIT } from "../exit_codes.ts";
import {
  EXPORT_FORMATS,
  type ExportOptions,
  EXPORTS,
  LINE_KINDS,
  type LineKind,
} from "../journal/dump.ts";
import {
  type Figures,
  REPLAY_FROM,
  type ReplayFrom,
  type ReplayResult,
  type VerifyResult,
} from "./actions.ts";
import { type CommandContext, filePath, wholeNumber } from "./context.ts";
import { stateDirectoryOf, UsageError } from "./usage.ts";
import { table } from "./table.ts";

type StateFlag = { readonly stateDir?: string };
type JsonFlag = { readonly json?: true };

/** Adds the command and its own commands. */
export function addJournalCommands(program: Command, context: CommandContext): void {
  const journal = program.command("journal").description("read and check the journal");
  addVerify(journal, context);
  addStat(journal, context);
  addDump(journal, context);
  addExport(journal, context);
  addSql(journal, context);
  addReplay(journal, context);
  addCheckpoint(journal, context);
  addQuarantine(journal, context);
}

function addVerify(journal: Command, { actions, terminal, end }: CommandContext): void {
  withState(journal.command("verify"))
    .description("check every record; names the first bad one and exits 65")
    .option("--json", "machine-readable output")
    .action((flags: StateFlag & JsonFlag) => {
      const result = actions.journal.verify(stateDirectoryOf(flags.stateDir, terminal));
      if (!result.ok) end.code = EXIT.journalRefused;
      if (flags.json) terminal.out(JSON.stringify(result));
      else for (const line of verifyLines(result)) terminal.out(line);
    });
}

function verifyLines(result: VerifyResult): string[] {
  const { ok, problem, ...figures } = result;
  const verdict = ok ? "The journal is whole." : problem ?? "The journal is damaged.";
  return [...figureLines(figures), "", verdict];
}

function addStat(journal: Command, { actions, terminal, end }: CommandContext): void {
  withState(journal.command("stat"))
    .description("show what the journal holds and how large it is")
    .option("--json", "machine-readable output")
    .action((flags: StateFlag & JsonFlag) => {
      const result = actions.journal.stat(stateDirectoryOf(flags.stateDir, terminal));
      if (result["ok"] === false) end.code = EXIT.journalRefused;
      if (flags.json) terminal.out(JSON.stringify(result));
      else for (const line of figureLines(result)) terminal.out(line);
    });
}

function figureLines(figures: Figures): string[] {
  return table(Object.entries(figures).flatMap(([name, value]) => figureRows(name, value)));
}

/** A map gives a row for each of its entries, under its name. */
function figureRows(name: string, value: unknown): string[][] {
  const label = name.replaceAll("_", " ");
  if (Array.isArray(value)) return [[label, value.join(", ")]];
  if (typeof value !== "object") return [[label, String(value)]];
  if (value === null) return [[label, "none"]];
  return [[label], ...Object.entries(value).map(([key, inner]) => [`  ${key}`, String(inner)])];
}

type DumpFlags = StateFlag & {
  readonly from?: number;
  readonly to?: number;
  readonly kind?: LineKind;
};

function addDump(journal: Command, { actions, terminal }: CommandContext): void {
  withState(journal.command("dump"))
    .description("print records as JSON lines")
    .option("--from <seq>", "first sequence number", wholeNumber)
    .option("--to <seq>", "last sequence number", wholeNumber)
    .addOption(new Option("--kind <kind>", "only records of this kind").choices(LINE_KINDS))
    .action((flags: DumpFlags) => {
      if ((flags.from ?? 0) > (flags.to ?? Infinity)) {
        throw new UsageError(
          `Cannot dump records: --from must not be above --to, ${flags.to}: was ${flags.from}`,
        );
      }
      const options = {
        ...(flags.from === undefined ? {} : { fromSeq: flags.from }),
        ...(flags.to === undefined ? {} : { toSeq: flags.to }),
        ...(flags.kind === undefined ? {} : { kind: flags.kind }),
      };
      actions.journal.dump(stateDirectoryOf(flags.stateDir, terminal), options, terminal.out);
    });
}

function addExport(journal: Command, { actions, terminal }: CommandContext): void {
  const format = new Option("--format <format>", "how to write it")
    .choices(EXPORT_FORMATS).default("jsonl");
  withState(journal.command("export"))
    .description("print events, fills, orders or reports for other programs")
    .addOption(new Option("--what <what>", "what").choices(EXPORTS).default("fills"))
    .addOption(format)
    .action((flags: StateFlag & ExportOptions) => {
      const { what } = flags;
      const directory = stateDirectoryOf(flags.stateDir, terminal);
      actions.journal.export(directory, { format: flags.format, what }, terminal.out);
    });
}

function addSql(journal: Command, { actions, terminal }: CommandContext): void {
  withState(journal.command("sql"))
    .description("run a query on the derived SQLite file, read only")
    .argument("<query>", "for example: select * from fills limit 10")
    .action((query: string, flags: StateFlag) => {
      actions.journal.sql(stateDirectoryOf(flags.stateDir, terminal), query, terminal.out);
    });
}

function addReplay(journal: Command, { actions, terminal, end }: CommandContext): void {
  const from = new Option("--from <where>", "where to begin: a kept checkpoint, or event 1")
    .choices(REPLAY_FROM).default("oldest");
  withState(journal.command("replay"))
    .description("replay with this executable; names what it decides otherwise and exits 65")
    .addOption(from)
    .option("--json", "machine-readable output")
    .action((flags: StateFlag & JsonFlag & { readonly from: ReplayFrom }) => {
      const directory = stateDirectoryOf(flags.stateDir, terminal);
      const result = actions.journal.replay(directory, { from: flags.from });
      if (!result.ok) end.code = EXIT.journalRefused;
      if (flags.json) terminal.out(JSON.stringify(result));
      else for (const line of replayLines(result)) terminal.out(line);
    });
}

function replayLines(result: ReplayResult): string[] {
  const { ok, differences, ...figures } = result;
  const verdict = ok
    ? "This executable decides as recorded."
    : "This executable decides otherwise; what follows the first difference may come of it.";
  const described = differences.map(({ seq, event_type: type, difference }) =>
    `seq ${seq} (${type}) ${difference}`
  );
  return [...figureLines(figures), ...described, "", verdict];
}

function addCheckpoint(journal: Command, { actions, terminal }: CommandContext): void {
  withState(journal.command("checkpoint"))
    .description("take a checkpoint for another version to go on from; the daemon must be stopped")
    .option("--across-versions", "also of what other versions wrote, if it replays to the byte")
    .option("--json", "machine-readable output")
    .action((flags: StateFlag & JsonFlag & { readonly acrossVersions?: true }) => {
      const versions = flags.acrossVersions === true ? "any" : "own";
      const directory = stateDirectoryOf(flags.stateDir, terminal);
      const result = actions.journal.checkpoint(directory, { versions });
      if (flags.json) terminal.out(JSON.stringify(result));
      else for (const line of figureLines(result)) terminal.out(line);
    });
}

function addQuarantine(journal: Command, { actions, terminal }: CommandContext): void {
  withState(journal.command("quarantine"))
    .description("set aside the record at which recovery fails; the daemon must be stopped")
    .requiredOption("--seq <seq>", "its sequence number, as the alarm names it", wholeNumber)
    .requiredOption("--reason <text>", "why, for whoever reads the journal later")
    .action((flags: StateFlag & { readonly seq: number; readonly reason: string }) => {
      const { seq, reason } = flags;
      const directory = stateDirectoryOf(flags.stateDir, terminal);
      terminal.out(actions.journal.quarantine(directory, { seq, reason }));
    });
}

function withState(command: Command): Command {
  return command.option("--state-dir <directory>", "state directory of the daemon", filePath);
}
