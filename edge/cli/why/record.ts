/**
 * Recorded lines as `tapeline why` reads them: plain JSON, field by field. The journal's hash has
 * vouched for what the encoder wrote; a field that another version of it does not have is absent.
 * @module
 */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** An event's envelope. */
export type EventRecord = {
  readonly seqId: number;
  /** Engine time. */
  readonly timeUs: number;
  readonly source: string;
  readonly venue: number | undefined;
  readonly instrument: number | undefined;
  readonly type: string;
  readonly payload: Fields;
};

/** Reads an event's line. */
export function readEvent(line: string): EventRecord {
  const event = inner(JSON.parse(line), "event");
  return {
    seqId: numberOf(event, "seq_id") ?? 0,
    timeUs: numberOf(event, "ingest_time") ?? 0,
    source: textOf(event, "source") ?? "",
    venue: numberOf(event, "venue"),
    instrument: numberOf(event, "instrument"),
    type: textOf(event, "event_type") ?? "",
    payload: inner(event, "payload"),
  };
}

/** A line of what an event caused: its kind, and what stands in it. */
export type EffectRecord = { readonly kind: string; readonly body: Fields };

/** Reads a line of an event's effects. */
export function readEffect(line: string): EffectRecord {
  const raw = toFields(JSON.parse(line));
  const kind = Object.keys(raw)[0] ?? "";
  return { kind, body: inner(raw, kind) };
}

/** The field's text; undefined if it has none. */
export function textOf(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string" ? value : undefined;
}

/** The field's number; undefined if it has none. */
export function numberOf(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  return typeof value === "number" ? value : undefined;
}

/** The object in a field; an empty one if it has none. */
export function inner(value: unknown, key: string): Fields {
  return toFields(toFields(value)[key]);
}

function toFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
