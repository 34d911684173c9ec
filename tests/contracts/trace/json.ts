/**
 * JSON as types, and two documents compared: equal by value, whatever the order of keys.
 * @module
 */

/** Any JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Where two documents differ, and what each has there; undefined: nothing. */
export type Difference = {
  readonly path: string;
  readonly expected: JsonValue | undefined;
  readonly actual: JsonValue | undefined;
};

/** Returns every place at which the documents differ, in the order of the expected one. */
export function differences(
  of: { readonly expected: JsonValue | undefined; readonly actual: JsonValue | undefined },
  path = "",
): readonly Difference[] {
  const { expected, actual } = of;
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences({ expected: expected[key], actual: actual[key] }, `${path}.${key}`)
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) =>
      differences({ expected: expected[at], actual: actual[at] }, `${path}[${at}]`)
    );
  }
  return expected === actual ? [] : [{ path, expected, actual }];
}

/** Returns a difference as one line for people. */
export function differenceText({ path, expected, actual }: Difference): string {
  return `${path}: expected ${short(expected)}, was ${short(actual)}`;
}

function short(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
