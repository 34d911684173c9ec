/**
 * Targets an executable can be made for, and where the runtime of each is had.
 * @module
 */

/** A target that the portable executable knows. */
export type Target = {
  readonly triple: string;
  /** The npm package that holds the runtime: the one that `npx deno` installs there. */
  readonly npmPackage: string;
  /** What `uname -s` and `uname -m` say there. */
  readonly machines: readonly string[];
};

const TARGETS: readonly Target[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    npmPackage: "@deno/linux-x64-glibc",
    machines: ["Linux x86_64"],
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    npmPackage: "@deno/linux-arm64-glibc",
    machines: ["Linux aarch64", "Linux arm64"],
  },
  {
    triple: "x86_64-apple-darwin",
    npmPackage: "@deno/darwin-x64",
    machines: ["Darwin x86_64"],
  },
  {
    triple: "aarch64-apple-darwin",
    npmPackage: "@deno/darwin-arm64",
    machines: ["Darwin arm64"],
  },
];

/** Something that cannot be built; its message says what to do. */
export class CannotBuild extends Error {
  override readonly name = "CannotBuild";
}

/** Returns the target of this name. @throws {CannotBuild} If there is none. */
export function targetOf(triple: string): Target {
  const target = TARGETS.find((one) => one.triple === triple);
  if (target !== undefined) return target;
  const known = TARGETS.map((one) => one.triple).join(", ");
  const windows = triple.includes("windows")
    ? " (Windows has no shell to unpack with; run the sources there, or WSL)"
    : "";
  throw new CannotBuild(`Cannot build: --target must be one of ${known}: was ${triple}${windows}`);
}
