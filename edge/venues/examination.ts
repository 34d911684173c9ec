/**
 * The examination of a venue before anything trades: can it be reached, how far is its clock, what
 * may the key do. Runs in a Worker of its own, changes nothing at the venue, and ends.
 * @module
 */
import type { Ports, WorkerScope } from "../ports.ts";
import { readCredentials, type Secrets, type SecretSource } from "../secrets.ts";
import type { Credentials, VenueOptions } from "../venue.ts";
import { type Redact, redactor } from "../redaction.ts";
import type { AdapterRegistry } from "./registry.ts";

/** Whether the venue answers, and its clock less ours; null: it did not say. */
export type Reach =
  | { readonly kind: "reached"; readonly tripMs: number; readonly skewMs: number | null }
  | { readonly kind: "unreachable"; readonly reason: string };

/** What the venue says of the key. */
export type KeyScope =
  /** There is none. */
  | { readonly kind: "absent"; readonly reason: string }
  /** The venue does not accept it. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The venue, or this adapter, cannot say. */
  | { readonly kind: "unknown"; readonly reason: string }
  | {
    readonly kind: "known";
    readonly mayTrade: boolean;
    readonly mayWithdraw: boolean;
    /** It may move funds to other accounts of the same owner, or of the same exchange. */
    readonly mayTransfer: boolean;
    /** It works from listed addresses only. */
    readonly isBoundToAddresses: boolean;
    /** When it stops to trade, Unix milliseconds; null: never, or not said. */
    readonly endsMs: number | null;
  };

/** What was found. */
export type Examination = { readonly reach: Reach; readonly key: KeyScope };

/** What an adapter is given to examine its venue. */
export type ExaminerOptions = {
  readonly options: VenueOptions;
  /** null: there are none. */
  readonly credentials: Credentials | null;
  readonly ports: Pick<Ports, "http" | "timers" | "clock">;
};

/** Asks the venue, and says once what was found, whatever goes wrong. Only reads. */
export type Examiner = (of: ExaminerOptions, done: (found: Examination) => void) => void;

/** What the Worker is started with. */
export type ExaminationInit = {
  readonly adapter: string;
  readonly options: VenueOptions;
  readonly credentials: Readonly<Record<string, SecretSource>>;
};

/** Entry of the Worker: posts one `Examination`. */
export function runExamination(
  scope: WorkerScope,
  ports: Ports,
  of: {
    readonly init: ExaminationInit;
    readonly adapters: AdapterRegistry;
    readonly secrets: Secrets;
  },
): void {
  const { adapter, options, credentials } = of.init;
  const registered = of.adapters.get(adapter);
  if (registered?.loadExaminer === undefined) {
    const reason = `the adapter ${adapter} cannot examine its venue`;
    return scope.post(nothingSaid(reason, { kind: "unknown", reason }));
  }
  const names = registered.description.credentials(options);
  const read = readCredentials(names, credentials, of.secrets);
  const values = read.ok ? read.values : null;
  const redact = redactor([...values?.values() ?? []].map((secret) => secret.reveal()));
  const say = (found: Examination): void => {
    const key = read.ok ? found.key : { kind: "absent", reason: read.reason } as const;
    const said = { reach: withoutSecrets(found.reach, redact), key: withoutSecrets(key, redact) };
    scope.post(said satisfies Examination);
  };
  registered.loadExaminer().then(
    (examine) => examine({ options, credentials: values, ports }, say),
    (cause: unknown) => {
      const reason = `the adapter cannot be loaded: ${redact(String(cause))}`;
      say(nothingSaid(reason, { kind: "unknown", reason }));
    },
  );
}

function withoutSecrets<Said extends Reach | KeyScope>(said: Said, redact: Redact): Said {
  return "reason" in said ? { ...said, reason: redact(said.reason) } : said;
}

/** Returns what is said where nothing was found out. */
export function nothingSaid(reason: string, key: KeyScope): Examination {
  return { reach: { kind: "unreachable", reason }, key };
}
