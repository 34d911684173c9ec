/**
 * Checks of files: the configuration, the secrets that it names, the state directory, the token.
 * @module
 */
import type { Configuration } from "../../../config/mod.ts";
import { parseToken } from "../../../wire/token.ts";
import { readCredentials } from "../../secrets.ts";
import { fail, type Finding, pass, skip, type Subject, warn } from "./finding.ts";
import type { Entry, Facts, Machine } from "./machine.ts";
import { type Obstacle, obstacleTo } from "./reader.ts";

/** Bits that let others than the owner write, and do anything. */
const OTHERS_WRITE = 0o022;
const OTHERS = 0o077;
const ROOT = 0;
/** Where the daemon keeps files, below its state directory. */
const STATE_FOLDERS = ["", "journal/", "checkpoints/"];
/** Most files that a finding names. */
const STRAYS_MAX = 3;

/** Whether the configuration can be used. */
export function checkConfiguration({ configuration, configurationPath }: Facts): Finding[] {
  const subject = { check: "configuration" } as const;
  const where = configurationPath ?? "the built-in paper configuration";
  if (configuration.kind === "read") {
    return [pass(subject, `${where} is valid: mode ${configuration.configuration.mode}`)];
  }
  return configuration.problems.map((text) =>
    fail(subject, { text, remedy: 'repair the line; "tapeline check" says whether all is well' })
  );
}

/** Whoever may write the file decides about limits; the daemon must be able to read it. */
export function checkConfigurationFile(facts: Facts): Finding {
  const { configurationPath: path, machine } = facts;
  const subject = { check: "configuration_file" } as const;
  if (path === undefined) return skip(subject, "there is no file");
  const entry = machine.entry(path);
  if (typeof entry === "string") return skip(subject, `${path} cannot be looked at: ${entry}`);
  if ((entry.mode & OTHERS_WRITE) !== 0) {
    return fail(subject, {
      text: `${path} can be written by others than its owner: mode ${octal(entry)}`,
      remedy: `chmod go-w ${path}`,
    });
  }
  if (!isTrusted(entry, machine)) {
    return fail(subject, {
      text: `${path} belongs to another user: uid ${entry.uid}`,
      remedy: `chown it to root or to the user who runs the daemon: chown root ${path}`,
    });
  }
  const obstacle = obstacleTo(path, facts);
  if (obstacle !== undefined) return shutTo(subject, { path, obstacle });
  return pass(subject, `${path} can be written by its owner alone`);
}

function shutTo(
  subject: Subject,
  { path, obstacle }: { readonly path: string; readonly obstacle: Obstacle },
): Finding {
  const text = `${path} cannot be read by the user who runs the daemon`;
  return obstacle.what === "directory"
    ? fail(subject, {
      text: `${text}: ${obstacle.path} is shut`,
      remedy: `chmod o+x ${obstacle.path}`,
    })
    : fail(subject, { text, remedy: `chmod 0644 ${path}: there are no secrets in it` });
}

/** The secrets of each venue outside. */
export function checkCredentials(facts: Facts): Finding[] {
  const { configuration } = facts;
  if (configuration.kind === "refused") return [skip({ check: "credentials" }, NO_CONFIGURATION)];
  const venues = configuration.configuration.venues.filter(({ simulation }) => simulation === null);
  if (venues.length === 0) {
    return [skip({ check: "credentials" }, "no venue outside is configured")];
  }
  return venues.map((venue) => credentialsOf(venue, configuration.configuration, facts));
}

/** Said where a check needs a configuration that there is not. */
export const NO_CONFIGURATION = "the configuration must be repaired first";

/** Said where a check was not let look. */
export const ASK_AS_OWNER = "ask as the user who runs the daemon, or as root";

function credentialsOf(
  venue: Configuration["venues"][number],
  { mode }: Configuration,
  facts: Facts,
): Finding {
  const subject = { check: "credentials", about: venue.name } as const;
  const names = facts.credentialsOf(venue);
  const read = readCredentials(names, venue.credentials, facts.secrets);
  if (!read.ok) {
    const of = {
      text: read.reason,
      remedy: "put the secret there; under systemd the files of LoadCredential= are seen by the " +
        "unit alone: set CREDENTIALS_DIRECTORY to where they come from, and ask again",
    };
    return mode === "live" ? fail(subject, of) : warn(subject, of);
  }
  if (read.exposed.length === 0) return pass(subject, "all are there, for their owner alone");
  return fail(subject, {
    text: `${read.exposed.join(", ")} can be read by others than the owner`,
    remedy: `chmod 0600 ${read.exposed.join(" ")}, and make a new key: this one may be known`,
  });
}

/** The directory that holds the truth and the token. */
export function checkStateDirectory({ stateDirectory: path, machine }: Facts): Finding {
  const subject = { check: "state_directory" } as const;
  if (path === undefined) {
    return fail(subject, {
      text: "nobody says where the state directory is",
      remedy: "give --state-dir, or state.directory in the configuration, or set HOME",
    });
  }
  const entry = machine.entry(path);
  if (entry === "absent") return skip(subject, `${path} is made at the first start`);
  if (entry === "denied") {
    return fail(subject, { text: `${path} cannot be looked at`, remedy: ASK_AS_OWNER });
  }
  if (entry.kind !== "directory") {
    return fail(subject, { text: `${path} is no directory`, remedy: "name another --state-dir" });
  }
  const strays = othersIn(path, { owner: entry.uid, machine });
  if (strays.length > 0) {
    return fail(subject, {
      text: `${strays.join(", ")} in ${path} belongs to another user than the directory does, ` +
        `uid ${entry.uid}: was something run as root there?`,
      remedy: `chown -R --reference=${path}/ ${path}/`,
    });
  }
  return privateTo(subject, { path, entry, machine, mode: "0700" });
}

/** What the owner of a state directory, who runs the daemon, may find shut. */
function othersIn(
  path: string,
  { owner, machine }: { readonly owner: number; readonly machine: Machine },
): readonly string[] {
  const names = STATE_FOLDERS.flatMap((folder) =>
    machine.list(`${path}/${folder}`).map((name) => `${folder}${name}`)
  );
  return names.filter((name) => {
    const entry = machine.entry(`${path}/${name}`);
    return typeof entry !== "string" && entry.uid !== owner;
  }).slice(0, STRAYS_MAX);
}

/** Whoever reads the token may trade. */
export function checkToken({ stateDirectory, machine }: Facts): Finding {
  const subject = { check: "token" } as const;
  if (stateDirectory === undefined) return skip(subject, "there is no state directory");
  const path = `${stateDirectory}/token`;
  const entry = machine.entry(path);
  if (entry === "absent") return skip(subject, `${path} is made at the first start`);
  if (entry === "denied") return skip(subject, `${path} cannot be looked at`);
  const text = machine.readText(path);
  if (entry.kind !== "file" || (text !== undefined && parseToken(text) === undefined)) {
    return fail(subject, {
      text: `${path} holds no token: the daemon will not start`,
      remedy: `rm ${path}: the next start makes a new one, and whoever had a copy needs that`,
    });
  }
  return privateTo(subject, { path, entry, machine, mode: "0600" });
}

function privateTo(
  subject: Subject,
  of: {
    readonly path: string;
    readonly entry: Entry;
    readonly machine: Machine;
    readonly mode: string;
  },
): Finding {
  const { path, entry, machine, mode } = of;
  if ((entry.mode & OTHERS) !== 0) {
    return fail(subject, {
      text: `${path} is open to others than its owner: mode ${octal(entry)}`,
      remedy: `chmod ${mode} ${path}`,
    });
  }
  if (machine.uid !== null && machine.uid !== ROOT && machine.uid !== entry.uid) {
    return fail(subject, {
      text: `${path} belongs to another user: uid ${entry.uid}, not ${machine.uid}`,
      remedy: `${ASK_AS_OWNER}; chown -R ${machine.uid} ${path} if no daemon runs there`,
    });
  }
  return pass(subject, `${path} is its owner's alone: mode ${octal(entry)}, uid ${entry.uid}`);
}

function isTrusted({ uid }: Entry, machine: Machine): boolean {
  return uid === ROOT || machine.uid === null || machine.uid === ROOT || uid === machine.uid;
}

function octal({ mode }: Entry): string {
  return `0${(mode & 0o777).toString(8)}`;
}
