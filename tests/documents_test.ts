/**
 * What the documents name exists: files, tests, links. A document that lies fails here.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { existsSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);

function documents(): string[] {
  const below = (folder: string): string[] =>
    [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isFile }) =>
      isFile && name.endsWith(".md") ? [`${folder}${name}`] : []
    );
  return [
    ...below("./"),
    ...below("docs/"),
    ...below("docs/reference/"),
    ...below("docs/decisions/"),
    ...below("docs/operations/"),
  ]
    .map((path) => path.replace("./", "")).sort();
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("every link of a document leads to a file", () => {
  const broken = documents().flatMap((path) =>
    [...textOf(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "")
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(new URL(link, new URL(path, ROOT))))
      .map((link) => `${path}: ${link}`)
  );
  deepStrictEqual(broken, []);
});

Deno.test("every source file that a document names by its path is there", () => {
  const missing = documents().flatMap((path) =>
    [...textOf(path).matchAll(/`((?:core|edge|wire|config|tests|bench|clients|tools)\/[\w./-]+)`/g)]
      .map((match) => match[1] ?? "").filter((name) => !existsSync(new URL(name, ROOT)))
      .map((name) => `${path}: ${name}`)
  );
  deepStrictEqual(missing, []);
});
