/**
 * What a running daemon is configured as, and its reloads: all of a file's changes or none.
 *
 * Invariant: what `canonical` says runs is what was declared last; what a reload changed is in the
 * journal's queue in one go before anything else can be.
 * @module
 */
import { unreachable } from "../core/invariant.ts";
import type { Micros } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import { type Canonical, canonicalConfiguration } from "../config/canonical.ts";
import type { Configuration } from "../config/mod.ts";
import type { IngressQueue } from "../edge/ingress.ts";
import type { Log } from "../edge/ports.ts";
import type { Reread } from "./options.ts";
import { declaredOf } from "./parts.ts";
import { planReload, type ReloadPlan } from "./reload.ts";
import { tryReread } from "./reread.ts";
import type { Declared } from "./tighten.ts";

const NOT_LISTENING = "Cannot reload: the daemon must be listening, and must not be stopping";
const NO_ROOM = "Cannot reload: the queue of the daemon's own events must have room: try again";

/** What reloads need of the daemon. */
export type ReloaderOptions = {
  readonly configuration: Configuration;
  readonly view: View;
  readonly log: Log;
  readonly control: IngressQueue;
  readonly nowUs: () => Micros;
  /** Runs a task once everything in the control queue is durable. */
  readonly whenTaken: (task: () => void) => void;
};

/** The daemon's configuration over its reloads. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #canonical: Canonical;
  /** Absent: nothing can be reloaded now. */
  #declared: Declared | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#canonical = canonicalConfiguration(options.configuration);
  }

  /** What runs. */
  get canonical(): Canonical {
    return this.#canonical;
  }

  /** The journal knows what was declared: from now on it can be changed. */
  open(declared: Reread): void {
    this.#declared = declaredOf(declared, this.#options.view);
  }

  /** No more reloads. */
  close(): void {
    this.#declared = undefined;
  }

  /** Takes over what was read again, or says why not; true if it is what runs now. */
  reload(reread: Reread): boolean {
    const before = this.#declared;
    if (before === undefined) return this.#refused([NOT_LISTENING]);
    const { view, log, nowUs } = this.#options;
    const after = tryReread(() => declaredOf(reread, view), log);
    if (after === undefined) return false;
    const plan = planReload(before, after, { view, nowUs: nowUs() });
    switch (plan.kind) {
      case "unchanged":
        log.write("info", "configuration_unchanged");
        return false;
      case "refused":
        return this.#refused(plan.problems);
      case "changed":
        return this.#takeOver(after, plan);
      default:
        return unreachable(plan);
    }
  }

  #takeOver(after: Declared, plan: Extract<ReloadPlan, { kind: "changed" }>): boolean {
    const { paths, drafts, canonical } = plan;
    const { control, log, whenTaken } = this.#options;
    if (control.length + drafts.length > control.max) return this.#refused([NO_ROOM]);
    for (const draft of drafts) control.offer(draft);
    this.#declared = after;
    this.#canonical = canonical;
    const said = { paths, config_digest: canonical.configDigest };
    whenTaken(() => log.write("info", "configuration_reloaded", said));
    return true;
  }

  #refused(problems: readonly string[]): false {
    this.#options.log.write("error", "configuration_refused", { problems });
    return false;
  }
}
