/**
 * The cells of one row, by field: of a CSV line or of a JSON object.
 * @module
 */
import { cutText } from "../../core/cut_text.ts";
import { LineError } from "./capture_line.ts";
import { knownFields } from "./row_header.ts";
import type { FieldPlaces, RowField, RowMapping } from "./row_mapping.ts";

/** What rows are read through: `load` a line, then ask for its fields. */
export interface Cells {
  /** Fields that rows have; complete after the first row. */
  readonly fields: FieldPlaces;
  /** Takes a line apart; false if it is no row: empty or a header. @throws {LineError} */
  load(line: string): boolean;
  /** Text of a field; undefined if it is empty or not there. */
  text(field: RowField): string | undefined;
  /** Text of a field of one level, counted from 0. */
  textAt(field: RowField, level: number): string | undefined;
  /** A list of levels as it stands; JSON only. */
  list(field: RowField): unknown;
}

/** Columns of a line of text. A field may be quoted, its quotes doubled. Source: RFC 4180. */
export class CsvCells implements Cells {
  readonly #delimiter: string;
  readonly #separators: RegExp | undefined;
  #fields: FieldPlaces;
  #columns: ReadonlyMap<RowField, number> = new Map();
  readonly #levels = new Map<string, number | undefined>();
  #names: ReadonlyMap<string, number> = new Map();
  #header: string | undefined;
  #isOpen = false;
  #cells: readonly string[] = [];

  constructor({ fields, delimiter }: RowMapping) {
    this.#fields = fields;
    this.#delimiter = delimiter;
    const escaped = [...delimiter].map((one) => one.replace(/[\\\]^-]/g, "\\$&")).join("");
    this.#separators = delimiter.length > 1 ? new RegExp(`[${escaped}]`) : undefined;
  }

  get fields(): FieldPlaces {
    return this.#fields;
  }

  load(line: string): boolean {
    if (line === "" || line === this.#header) return false;
    this.#cells = this.#split(line);
    return this.#isOpen || this.#open(line);
  }

  text(field: RowField): string | undefined {
    const column = this.#columns.get(field);
    const cell = column === undefined ? undefined : this.#cells[column];
    return cell === "" ? undefined : cell;
  }

  textAt(field: RowField, level: number): string | undefined {
    const place = this.#fields.get(field);
    if (typeof place !== "string" || !place.includes("{}")) {
      return level === 0 ? this.text(field) : undefined;
    }
    const name = place.replace("{}", String(level));
    const cell = this.#cells[this.#names.get(name) ?? this.#cells.length];
    return cell === "" ? undefined : cell;
  }

  list(): undefined {
    return undefined;
  }

  /** The first line is a header unless all fields have numbers and its time begins with a digit. */
  #open(line: string): boolean {
    this.#isOpen = true;
    const time = this.#fields.get("time");
    const isNumbered = [...this.#fields.values()].every((place) => typeof place === "number");
    const first = typeof time === "number" ? this.#cells[time - 1] ?? "" : "";
    if (this.#fields.size > 0 && isNumbered && /^\d/.test(first)) return this.#resolve([]);
    this.#header = line;
    const names = this.#cells.map((name) => name.replace(/^\uFEFF/, "").trim());
    if (this.#fields.size === 0) this.#fields = knownFields(names);
    return !this.#resolve(names);
  }

  #resolve(names: readonly string[]): true {
    this.#names = new Map(names.map((name, column) => [name, column]));
    const columns = new Map<RowField, number>();
    for (const [field, place] of this.#fields) {
      const name = typeof place === "string" ? place.replace("{}", "0") : "";
      const column = typeof place === "number" ? place - 1 : this.#names.get(name);
      if (column === undefined) {
        throw new LineError(
          `Cannot read the header: ${field} must be one of its columns: was "${place}"`,
        );
      }
      columns.set(field, column);
    }
    this.#columns = columns;
    return true;
  }

  #split(line: string): readonly string[] {
    if (line.includes('"')) return splitQuoted(line, this.#delimiter);
    return line.split(this.#separators ?? this.#delimiter);
  }
}

function splitQuoted(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ["", false];
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (isQuoted && letter === '"' && line[at + 1] === '"') {
      cell += letter;
      at++;
    } else if (letter === '"' && (isQuoted || cell === "")) isQuoted = !isQuoted;
    else if (!isQuoted && delimiter.includes(letter)) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  if (isQuoted) throw new LineError("Cannot read a row: a quoted field must end on its line");
  return [...cells, cell];
}

/** Fields of a JSON object, or of a JSON list by number. */
export class JsonCells implements Cells {
  #fields: FieldPlaces;
  #paths: ReadonlyMap<RowField, readonly string[]> | undefined;
  #row: unknown;

  constructor({ fields }: RowMapping) {
    this.#fields = fields;
  }

  get fields(): FieldPlaces {
    return this.#fields;
  }

  load(line: string): boolean {
    if (line.trim() === "") return false;
    try {
      this.#row = JSON.parse(line);
    } catch (error) {
      throw new LineError(`Cannot read a row: it must be JSON: was ${cutText(line, 80)}`, {
        cause: error,
      });
    }
    if (typeof this.#row !== "object" || this.#row === null) {
      throw new LineError(`Cannot read a row: it must be an object: was ${cutText(line, 80)}`);
    }
    if (this.#fields.size === 0) this.#fields = knownFields(Object.keys(this.#row));
    this.#paths ??= new Map([...this.#fields].map(([field, place]) => [field, pathOf(place)]));
    return true;
  }

  text(field: RowField): string | undefined {
    return textOf(this.list(field));
  }

  textAt(field: RowField, level: number): string | undefined {
    const path = this.#paths?.get(field);
    if (path === undefined) return undefined;
    return textOf(valueAt(this.#row, path.map((part) => part.replace("{}", String(level)))));
  }

  list(field: RowField): unknown {
    const path = this.#paths?.get(field);
    return path === undefined ? undefined : valueAt(this.#row, path);
  }
}

function pathOf(place: string | number): readonly string[] {
  return typeof place === "number" ? [String(place - 1)] : place.split(".");
}

function valueAt(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** Returns a scalar of JSON as text: a number as its shortest decimal. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
