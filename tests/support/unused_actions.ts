/**
 * Actions of a command line that must not be asked for anything.
 * @module
 */
import type { Actions } from "../../edge/cli/actions.ts";

function unused(): never {
  throw new Error("nothing must be started");
}

/** Every action fails the test that calls it. */
export const UNUSED_ACTIONS: Actions = {
  version: "",
  build: { kind: "source", commit: null, runtime: "" },
  registry: { adapters: new Map(), captureFormats: [] },
  secrets: { read: () => ({ ok: false, reason: "must be given" }) },
  run: unused,
  top: unused,
  exitCodeOf: () => undefined,
  journal: {
    verify: unused,
    stat: unused,
    dump: unused,
    export: unused,
    sql: unused,
    why: unused,
    quarantine: unused,
    checkpoint: unused,
    replay: unused,
  },
  doctor: { machine: unused, port: unused, metrics: unused, examine: unused },
  feed: { inspect: unused, calibrate: unused, write: unused },
};
