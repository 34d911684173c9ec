/**
 * The shell head of a portable executable: `head.sh` with its places filled in.
 *
 * Invariant: it is as long as it says: the archive begins at the byte after it.
 * @module
 */
import {
  NET,
  PERMISSIONS,
  REACH,
  type Reach,
  SEALED,
  UNSTABLE,
  V8_OPTION,
} from "./runtime_flags.ts";
import type { Target } from "./targets.ts";

/** What a head says of the archive behind it. */
export type Payload = {
  readonly version: string;
  readonly target: Target;
  readonly sha256: string;
  readonly bytes: number;
  readonly files: readonly string[];
  /** Room that is taken when it is unpacked. */
  readonly unpackedBytes: number;
};

/** Days for which what another version unpacked is kept though nobody runs it. */
const KEPT_DAYS = 30;
/** Digits of the place of the archive: fixed, so that saying it does not move it. */
const PLACE_DIGITS = 6;

/** Returns the head of this archive, as `template` has it. */
export function headOf(template: string, payload: Payload): string {
  const { target } = payload;
  const values: Readonly<Record<string, string>> = {
    VERSION: payload.version,
    TRIPLE: target.triple,
    SHA256: payload.sha256,
    PAYLOAD_BYTES: String(payload.bytes),
    NEEDS_MB: String(Math.ceil(payload.unpackedBytes / 1e6)),
    MACHINES: target.machines.map(quoted).join(" | "),
    KEPT_DAYS: String(KEPT_DAYS),
    FILES: payload.files.map(quoted).join(" "),
    REACH: reachCases(),
    FLAGS: [V8_OPTION, ...UNSTABLE, ...SEALED, ...PERMISSIONS].map(quoted).join(" "),
    LOOPBACK: quoted(NET.loopback),
  };
  const filled = template.replace("# @REACH@", "@REACH@").replace(
    /@([A-Z0-9_]+)@/g,
    (place, name: string) => values[name] ?? place,
  );
  const length = new TextEncoder().encode(filled).length - "@PAYLOAD_AT@".length + PLACE_DIGITS;
  return filled.replace("@PAYLOAD_AT@", String(length + 1).padEnd(PLACE_DIGITS));
}

/** The arms of a `case` over the command's words: the first that matches sets `net`. */
function reachCases(): string {
  return [
    ...[...REACH].flatMap(([command, reach]) => armsOf(command, reach)),
    `  *) net='${NET.loopback}' ;;`,
  ].join("\n");
}

function armsOf(command: string, reach: Reach): readonly string[] {
  switch (reach) {
    case "none":
      return [`  ' ${command} '*) net= ;;`];
    case "loopback":
      return [`  ' ${command} '*) net='${NET.loopback}' ;;`];
    case "any":
      return [`  ' ${command} '*) net='${NET.any}' ;;`];
    case "configured":
      return [
        `  ' ${command}'*' --config'*) net='${NET.any}' ;;`,
        ...armsOf(command, "loopback"),
      ];
    default:
      return reach satisfies never;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}
