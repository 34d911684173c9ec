/**
 * Reads what a daemon says, leniently: a view shows what it knows and passes over what it does not,
 * so that it also serves the daemon of a later version.
 * @module
 */
import type { JsonObject, JsonValue } from "../../../wire/json.ts";

/** Returns the object, or an empty one. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : new Map();
}

/** Returns the objects in a list; none if it is no list. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Returns the text under a key, or null. */
export function textAt(object: JsonObject, key: string): string | null {
  const value = object.get(key);
  return typeof value === "string" ? value : null;
}

/** Returns the number under a key, or null. */
export function numberAt(object: JsonObject, key: string): number | null {
  const value = object.get(key);
  return typeof value === "number" ? value : null;
}

/** Returns true if true stands under a key. */
export function isTrueAt(object: JsonObject, key: string): boolean {
  return object.get(key) === true;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}
