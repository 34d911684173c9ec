/**
 * What this build of the program is. Sources say so; `tools/compile` puts another file in its place.
 * @module
 */
import type { BuildFacts } from "./edge/cli/actions.ts";

/** Facts of the build, and where it keeps the module that its Workers run. */
export const BUILD: BuildFacts & { readonly workersModule: string } = {
  kind: "source",
  commit: null,
  workersModule: "./workers.ts",
};
