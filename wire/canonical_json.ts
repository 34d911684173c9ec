/**
 * A JSON value in one spelling: keys in code-unit order, no white space, numbers by value.
 * @module
 */
import { type JsonValue, WideNumber } from "./json.ts";

/**
 * Returns the canonical text of a value. Equal values give equal texts; a number of more than 15
 * digits keeps its spelling.
 */
export function canonicalJson(value: JsonValue): string {
  if (value instanceof WideNumber) return value.text;
  if (value instanceof Map) {
    const entries = [...value].sort(([a], [b]) => a < b ? -1 : 1); // keys are unique
    return `{${
      entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")
    }}`;
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  return JSON.stringify(value);
}
