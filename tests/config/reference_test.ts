/**
 * `config/reference.yaml` is the schema, written for people. Proves R-OPS-2 in part.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parse, parseDocument, visit } from "yaml";
import { parseConfiguration } from "../../config/mod.ts";
import { allKeys } from "../../config/schema_keys.ts";

const URL_OF_REFERENCE = new URL("../../config/reference.yaml", import.meta.url);
const TEXT = Deno.readTextFileSync(URL_OF_REFERENCE);
const everythingExists = {
  adapters: new Map(),
  captureFormats: ["example"],
  fileExists: () => true,
};

/** Every key of a value as the schema writes paths, with the values it has there. */
function keysOf(value: unknown, prefix = ""): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, `${prefix}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    return [[path, inner] as [string, unknown], ...keysOf(inner, path)];
  });
}

Deno.test("reference.yaml has every key of the schema and no other", () => {
  const written = new Set(keysOf(parse(TEXT)).map(([path]) => path));
  const known = new Set(allKeys().map(({ path }) => path));
  deepStrictEqual([...written].sort(), [...known].sort());
});

Deno.test("reference.yaml shows the default of every key that has one", () => {
  const first = new Map(keysOf(parse(TEXT)).reverse());
  const example = new Set([
    "exchanges[].order_rate",
    "clients[].order_rate",
    "venues[].limits.order_rate",
    "venues[].pacing",
    "venues[].feed.expect",
  ]);
  for (const { path, byDefault } of allKeys()) {
    const scalar = byDefault !== undefined && (typeof byDefault !== "object" || byDefault === null);
    if (!scalar || example.has(path)) continue;
    deepStrictEqual(first.get(path), byDefault, path);
  }
});

Deno.test("reference.yaml says in a comment before each key what it is, its range and its default", () => {
  const said = commentsByPath();
  for (const { path, byDefault, range } of allKeys()) {
    const comment = said.get(path);
    match(comment ?? "", /\S/, `${path} needs a comment`);
    if (range !== undefined) {
      match(comment ?? "", new RegExp(`${range.least} to ${range.most}\\b`), path);
    }
    const scalar = ["string", "number", "boolean"].includes(typeof byDefault) || byDefault === null;
    if (scalar) match(comment ?? "", new RegExp(`Default ${byDefault}\\b`), path);
  }
});

Deno.test("reference.yaml is a configuration that works", () => {
  const file = { file: "reference.yaml", text: TEXT, directory: "recordings" };
  const configuration = parseConfiguration(file, everythingExists);
  deepStrictEqual(configuration.venues.map(({ feed }) => feed.kind), [
    "generator",
    "capture",
    "client",
  ]);
  const [, recorded] = configuration.venues;
  strictEqual(
    recorded?.feed.kind === "capture" && recorded.feed.files[0],
    "recordings/capture_1.gz",
  );
});

/** The comment lines that stand right above the first occurrence of each key. */
function commentsByPath(): ReadonlyMap<string, string> {
  const lines = TEXT.split("\n");
  const comments = new Map<string, string>();
  visit(parseDocument(TEXT), {
    Pair(_key, pair, ancestors): void {
      const path = ancestors.reduce<string>((text, ancestor) => {
        if (ancestor && "key" in ancestor) {
          return text === "" ? `${ancestor.key}` : `${text}.${ancestor.key}`;
        }
        return ancestor && "items" in ancestor && Array.isArray(ancestor.items) &&
            ancestor.constructor.name === "YAMLSeq"
          ? `${text}[]`
          : text;
      }, "");
      const full = path === "" ? `${pair.key}` : `${path}.${pair.key}`;
      const offset = (pair.key as { readonly range: readonly number[] }).range[0] ?? 0;
      if (!comments.has(full)) comments.set(full, commentAbove(lines, offset));
    },
  });
  return comments;
}

function commentAbove(lines: readonly string[], offset: number): string {
  let line = TEXT.slice(0, offset).split("\n").length - 2;
  const found: string[] = [];
  while (/^\s*#/.test(lines[line] ?? "")) found.unshift(lines[line--]?.replace(/^\s*#/, "") ?? "");
  return found.join(" ").replace(/\s+/g, " ");
}

Deno.test("every key of a part of its own that a sentence or a page names is one of the schema", () => {
  const known = new Set(allKeys().map(({ path }) => path));
  const named = ["core", "edge", "wire", "daemon", "docs", "systemd"].flatMap(textsBelow)
    .flatMap((text) => [...text.matchAll(NAMED_KEY)].map(([key]) => key));
  ok(named.length > 10);
  deepStrictEqual([...new Set(named)].filter((key) => !known.has(key)), []);
});

const NAMED_KEY = /\b(?:wire|engine|journal|metrics|operator)\.[a-z]+(?:_[a-z]+)+\b/g;

function textsBelow(folder: string): string[] {
  const directory = new URL(`../../${folder}/`, import.meta.url);
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return textsBelow(`${folder}/${name}`);
    const isText = /\.(?:ts|md|service|yml)$/.test(name);
    return isText ? [Deno.readTextFileSync(new URL(name, directory))] : [];
  });
}
