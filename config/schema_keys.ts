/**
 * What keys the schema knows where, and which are decimals: for suggestions, for what is written
 * without quotes, and for the test that holds `reference.yaml` equal to it. Reads the JSON Schema
 * that the schema gives of itself.
 * @module
 */
import * as z from "zod";
import { SCHEMA } from "./schema.ts";

/** A key of the schema. `path` has `[]` for each list; `byDefault` undefined: it must be given. */
export type SchemaKey = {
  readonly path: string;
  readonly byDefault: unknown;
  /** Of a whole number, both ends inclusive. */
  readonly range: { readonly least: number; readonly most: number } | undefined;
};

type Node = {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a decimal: the sentence that says what must hold. */
  readonly decimalRule?: string;
};

/** Returns the keys that a map at `path` may have, over all its variants. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Returns what must hold of the decimal at `path`; undefined if there is none. */
export function decimalRuleAt(path: readonly PropertyKey[]): string | undefined {
  return nodesAt(path).find(({ decimalRule }) => decimalRule !== undefined)?.decimalRule;
}

/** Returns every key of the schema, maps and lists included, each path once per variant. */
export function allKeys(): readonly SchemaKey[] {
  return variants(rootNode()).flatMap((node) => keysBelow(node, ""));
}

function keysBelow(node: Node, prefix: string): SchemaKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, inner]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const below = variants(inner).flatMap((variant) => {
      if (variant.items === undefined) return keysBelow(variant, path);
      return variants(variant.items).flatMap((item) => keysBelow(item, `${path}[]`));
    });
    return [{ path, byDefault: inner.default, range: rangeOf(inner) }, ...below];
  });
}

function rangeOf(node: Node): SchemaKey["range"] {
  for (const { minimum, maximum } of variants(node)) {
    if (minimum !== undefined && maximum !== undefined) return { least: minimum, most: maximum };
  }
  return undefined;
}

function nodesAt(path: readonly PropertyKey[]): readonly Node[] {
  return path.reduce<readonly Node[]>(
    (nodes, segment) => nodes.flatMap((node) => child(node, segment)),
    variants(rootNode()),
  );
}

function child(node: Node, segment: PropertyKey): readonly Node[] {
  const next = typeof segment === "number" ? node.items : node.properties?.[String(segment)];
  return next === undefined ? [] : variants(next);
}

function variants(node: Node): readonly Node[] {
  const inner = node.anyOf ?? node.oneOf;
  return inner === undefined || node.decimalRule !== undefined ? [node] : inner.flatMap(variants);
}

function rootNode(): Node {
  return z.toJSONSchema(SCHEMA, { io: "input", unrepresentable: "any" }) as Node;
}
