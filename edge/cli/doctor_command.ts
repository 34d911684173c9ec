/**
 * `tapeline doctor`: looks at everything that a daemon needs, before it is needed. Changes nothing.
 * @module
 */
import type { Command } from "commander";
import {
  type Configuration,
  ConfigurationRefused,
  defaultStateDirectory,
  problemLine,
} from "../../config/mod.ts";
import { EXIT } from "../exit_codes.ts";
import type { Examination } from "../venues/examination.ts";
import type { Actions, Terminal } from "./actions.ts";
import { type CommandContext, filePath } from "./context.ts";
import { countOf, findingLines, findings } from "./doctor/doctor.ts";
import type { ConfigurationState, Facts } from "./doctor/machine.ts";
import { readConfiguration } from "./read_configuration.ts";

type Flags = {
  readonly config?: string;
  readonly stateDir?: string;
  readonly unit?: string;
  readonly offline?: true;
  readonly json?: true;
};

/** Adds the command. */
export function addDoctor(program: Command, { actions, terminal, end }: CommandContext): void {
  program.command("doctor")
    .description("look at everything that a daemon needs; changes nothing")
    .option("--config <file>", "configuration file (YAML); without it the built-in one", filePath)
    .option("--state-dir <directory>", "where journal, checkpoints and token are kept", filePath)
    .option(
      "--unit <file>",
      "unit of systemd; without it wherever systemd finds tapeline.service",
      filePath,
    )
    .option("--offline", "ask no venue")
    .option("--json", "machine-readable output")
    .action(async (flags: Flags) => {
      const found = findings(await factsOf(flags, actions, terminal));
      const counts = countOf(found);
      if (counts.fail > 0) end.code = EXIT.doctorFailed;
      if (flags.json) {
        const { version } = actions;
        terminal.out(JSON.stringify({ ok: counts.fail === 0, version, counts, findings: found }));
      } else for (const line of findingLines(found)) terminal.out(line);
    });
}

async function factsOf(flags: Flags, actions: Actions, terminal: Terminal): Promise<Facts> {
  const { doctor, registry, secrets } = actions;
  const configuration = stateOf(flags.config, actions, terminal);
  const read = configuration.kind === "read" ? configuration.configuration : undefined;
  const { wire, metrics } = read ?? {};
  return {
    machine: doctor.machine(),
    configurationPath: flags.config,
    configuration,
    stateDirectory: flags.stateDir ?? read?.state.directory ??
      defaultStateDirectory(terminal.environment),
    secrets,
    credentialsOf: ({ adapter, options }) =>
      registry.adapters.get(adapter)?.credentials(options) ?? [],
    port: wire === undefined || wire.port === 0
      ? undefined
      : await doctor.port({ hostname: wire.host, port: wire.port }),
    metrics: !metrics?.port
      ? undefined
      : await doctor.metrics({ hostname: metrics.host, port: metrics.port }),
    examinations: flags.offline || read === undefined ? undefined : await examined(read, doctor),
    unitPath: flags.unit,
  };
}

function stateOf(
  path: string | undefined,
  { registry }: Actions,
  { environment }: Terminal,
): ConfigurationState {
  try {
    return { kind: "read", configuration: readConfiguration(path, { registry, environment }) };
  } catch (error) {
    if (!(error instanceof ConfigurationRefused)) throw error;
    return { kind: "refused", problems: error.problems.map(problemLine) };
  }
}

/** All at once: each takes as long as its venue does. */
async function examined(
  { venues }: Configuration,
  doctor: Actions["doctor"],
): Promise<ReadonlyMap<string, Examination>> {
  const outside = venues.filter(({ simulation }) => simulation === null);
  const found = outside.map(async ({ name, adapter, options, credentials }) =>
    [name, await doctor.examine({ adapter, options, credentials })] as const
  );
  return new Map(await Promise.all(found));
}
