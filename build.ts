/**
 * What this build of the program is. Sources say so; `tools/compile` puts another file in its place.
 * @module
 */
import type { Configuration } from "./config/mod.ts";
import type { BuildFacts } from "./edge/cli/actions.ts";

/** Facts of the build, and what it brings along. */
export const BUILD: BuildFacts & {
  /** The module that its Workers run. */
  readonly workersModule: string;
  /** The embedded configuration, read and checked; null: that is done at each start. */
  readonly builtIn: Configuration | null;
} = {
  kind: "source",
  commit: null,
  workersModule: "./workers.ts",
  builtIn: null,
};
