/**
 * Plain values as JSON text and back, and the spelling of keys: camelCase in code, snake_case in the
 * journal.
 *
 * The value of a key `params` is a client's own map: its keys are kept as they are.
 * @module
 */
import type { CheckpointNode } from "../../core/timeline.ts";
import { jsonString } from "../../wire/json_text.ts";

/** Returns the snake_case spelling of a camelCase key. */
export function toSnake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns the camelCase spelling of a snake_case key. */
function toCamel(key: string): string {
  return key.includes("_") ? key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()) : key;
}

/** Returns the JSON text of a plain value with snake_case keys, in the value's own key order. */
export function encodeNode(value: unknown): string {
  if (typeof value === "string") return jsonString(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(encodeNode).join(",")}]`;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const text = key === "params" && !Array.isArray(item) ? JSON.stringify(item) : encodeNode(item);
    parts.push(`"${toSnake(key)}":${text}`);
  }
  return `{${parts.join(",")}}`;
}

/** Returns parsed JSON with camelCase keys. */
export function parseNode(value: CheckpointNode): CheckpointNode {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(parseNode);
  const entries = Object.entries(value).map(([key, item]): [string, CheckpointNode] => [
    toCamel(key),
    key === "params" ? item : parseNode(item),
  ]);
  return Object.fromEntries(entries);
}
