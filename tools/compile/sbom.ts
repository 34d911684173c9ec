/**
 * The bill of materials beside an executable: CycloneDX 1.6, JSON.
 *
 * Source: https://cyclonedx.org/docs/1.6/json/ . Listed: the runtime, and the libraries that are in
 * the bundle. Known limit: what the runtime itself is made of (V8, SQLite, …) is in its own list.
 * @module
 */
import { sha256 as digestOf } from "./portable.ts";
import { CannotBuild, type Target } from "./targets.ts";

/** What a bill is made from. */
export type BillOf = {
  readonly version: string;
  readonly commit: string | null;
  /** Libraries as NAME@VERSION, sorted. */
  readonly libraries: readonly string[];
  /** Text of the lock file: checksums and who needs whom. */
  readonly lock: string;
  /** The licence of a library, as its package tells it. */
  readonly licenceOf: (name: string, version: string) => string | undefined;
  readonly runtimes: readonly {
    readonly target: Target;
    readonly version: string;
    /** Undefined: the runtime is not a file of its own. */
    readonly sha256: string | undefined;
  }[];
};

type Locked = { readonly integrity?: string; readonly dependencies?: readonly string[] };
type Json = Readonly<Record<string, unknown>>;

/** Returns the text of the bill; the same parts give the same text. */
export function billOfMaterials(of: BillOf): string {
  const locked = lockedIn(of.lock);
  const components = [
    ...of.runtimes.map(runtimeComponent),
    ...of.libraries.map((library) => libraryComponent(library, { locked, of })),
  ];
  const product = {
    type: "application",
    "bom-ref": "tapeline",
    name: "tapeline",
    version: of.version,
    ...(of.commit === null ? {} : {
      properties: [{ name: "tapeline:commit", value: of.commit }],
    }),
  };
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber(JSON.stringify([product, components])),
    version: 1,
    metadata: { component: product },
    components,
    dependencies: [
      { ref: "tapeline", dependsOn: components.map((one) => one["bom-ref"]) },
      ...of.libraries.map((library) => dependenciesOf(library, { locked, of })),
    ],
  };
  return JSON.stringify(bill, undefined, 2) + "\n";
}

function runtimeComponent({ target, version, sha256 }: BillOf["runtimes"][number]): Json {
  return {
    type: "platform",
    "bom-ref": npmUrl(target.npmPackage, version),
    name: "deno",
    version,
    description: `The runtime, for ${target.triple}`,
    ...(sha256 === undefined ? {} : { hashes: [{ alg: "SHA-256", content: sha256 }] }),
    licenses: [{ license: { id: "MIT" } }],
    purl: npmUrl(target.npmPackage, version),
  };
}

type Context = { readonly locked: ReadonlyMap<string, Locked>; readonly of: BillOf };

function libraryComponent(library: string, { locked, of }: Context): Json {
  const { name, version } = split(library);
  const licence = of.licenceOf(name, version);
  const integrity = locked.get(library)?.integrity;
  return {
    type: "library",
    "bom-ref": npmUrl(name, version),
    name,
    version,
    ...(integrity === undefined ? {} : {
      hashes: [{ alg: "SHA-512", content: hexOf(integrity) }],
    }),
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
    purl: npmUrl(name, version),
  };
}

/** Of what a library needs, that which is in the bundle. */
function dependenciesOf(library: string, { locked, of }: Context): Json {
  const { name, version } = split(library);
  const needed = (locked.get(library)?.dependencies ?? []).map((one) => split(one).name);
  const dependsOn = of.libraries.map(split).filter((one) => needed.includes(one.name))
    .map((one) => npmUrl(one.name, one.version));
  return { ref: npmUrl(name, version), ...(dependsOn.length === 0 ? {} : { dependsOn }) };
}

function lockedIn(text: string): ReadonlyMap<string, Locked> {
  const lock = JSON.parse(text) as unknown;
  if (typeof lock === "object" && lock !== null && "npm" in lock) {
    return new Map(Object.entries(lock.npm as Readonly<Record<string, Locked>>));
  }
  throw new CannotBuild("Cannot build: deno.lock must list the libraries");
}

/** A name may begin with an @ of its own, and may come without a version. */
function split(library: string): { readonly name: string; readonly version: string } {
  const at = library.indexOf("@", 1);
  if (at < 0) return { name: library, version: "" };
  return { name: library.slice(0, at), version: library.slice(at + 1) };
}

/** A package URL. Source: the purl specification, type npm. */
function npmUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

/** The digits of an integrity as npm writes it: `sha512-` and base64. */
function hexOf(integrity: string): string {
  const bytes = Uint8Array.fromBase64(integrity.replace(/^sha512-/, ""));
  return bytes.toHex();
}

/** An identity of what it lists, in the form of a UUID of version 8 (RFC 9562). */
function serialNumber(contents: string): string {
  const hex = digestOf(new TextEncoder().encode(contents));
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return `urn:uuid:${[...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-")}`;
}
