/**
 * What the line of an event says before its payload. Nobody but the journal writes there; in the
 * payload the same words may stand, as names and values that a client chose.
 * @module
 */
import type { EventType, Source } from "../../core/event.ts";

const SOURCE = '"source":"';
const TYPE = '"event_type":"';

/** True if the event came from that source. */
export function isOfSource(line: string, source: Source): boolean {
  return line.startsWith(`${source}"`, line.indexOf(SOURCE) + SOURCE.length);
}

/** True if the event is of that kind. */
export function isOfType(line: string, type: EventType): boolean {
  return line.startsWith(`${type}"`, line.indexOf(TYPE) + TYPE.length);
}
