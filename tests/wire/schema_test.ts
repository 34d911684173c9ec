/**
 * Proves for R-WIRE-1, R-WIRE-6, R-WIRE-7: the hand-written parsers accept exactly what the
 * published schemas accept, name a path that the schema faults too, and the JSON Schema files are
 * those of the schemas.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { parseClientMessage } from "../../wire/client_message.ts";
import { jsonSchemaText, PUBLISHED_SCHEMAS } from "../../wire/schema.ts";
import {
  advanceSchema,
  clientHeartbeatSchema,
  goodbyeSchema,
  helloSchema,
  publishSchema,
  querySchema,
  subscribeSchema,
  unsubscribeSchema,
} from "../../wire/schema_client.ts";
import { quoteIntentSchema } from "../../wire/schema_intent.ts";
import { intents, mutated, type Plain } from "../support/wire_arbitraries.ts";
import { otherMessages } from "../support/wire_messages.ts";

const intentSchema = quoteIntentSchema();
const SCHEMAS: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ["HELLO", helloSchema],
  ["HEARTBEAT", clientHeartbeatSchema],
  ["GOODBYE", goodbyeSchema],
  ["SUBSCRIBE", subscribeSchema],
  ["UNSUBSCRIBE", unsubscribeSchema],
  ["QUERY", querySchema],
  ["PUBLISH", publishSchema],
  ["ADVANCE", advanceSchema],
  ["QuoteIntent", intentSchema],
]);

const encoder = new TextEncoder();

/** What our parser found wrong, or undefined. */
function problemOf(message: Plain): string | undefined {
  const parsed = parseClientMessage(encoder.encode(JSON.stringify(message)));
  if (parsed.type === "problem") return parsed.message;
  const isMalformed = parsed.type === "QuoteIntent" && parsed.intent.action === "Malformed";
  return isMalformed && parsed.intent.action === "Malformed" ? parsed.intent.text : undefined;
}

/** Every path that the schema faults, and every key that it does not know. */
function faultedPaths(issues: readonly z.core.$ZodIssue[], base: string): string[] {
  return issues.flatMap((issue) => {
    const path = issue.path.reduce<string>((text, part) => joined(text, part), base);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => joined(path, key));
    if (issue.code === "invalid_union") {
      return [path, ...issue.errors.flatMap((inner) => faultedPaths(inner, path))];
    }
    return [path];
  });
}

function joined(path: string, part: PropertyKey): string {
  if (typeof part === "number") return `${path}[${part}]`;
  return path === "" ? String(part) : `${path}.${String(part)}`;
}

function agrees(message: Plain): void {
  const plain: Plain = JSON.parse(JSON.stringify(message));
  const schema = SCHEMAS.get(plain["type"]);
  const problem = problemOf(message);
  if (schema === undefined) return void ok(problem !== undefined);
  const judged = schema.safeParse(plain);
  strictEqual(
    problem === undefined,
    judged.success,
    problem ?? z.prettifyError(judged.error ?? new z.ZodError([])),
  );
  if (judged.success || problem === undefined) return;
  const path = problem.slice(0, problem.indexOf(": must "));
  const faulted = faultedPaths(judged.error.issues, "");
  // The schema does not judge rules between fields while a field is wrong by itself.
  const isBetweenFields = ["price", "expire_us", "post_only"].includes(path);
  const isWithin = faulted.some((fault) => fault === path || path.startsWith(`${fault}.`));
  // A discriminator that names no variant is all that the schema says.
  const isUndecided = faulted.every((fault) => ["action", "what", "kind"].includes(fault));
  ok(
    isBetweenFields || isWithin || isUndecided,
    `${problem} is not among ${JSON.stringify(faulted)}`,
  );
}

Deno.test("parseClientMessage() agrees with the schema on random QuoteIntents", () => {
  fc.assert(fc.property(intents, agrees), { numRuns: 2_000 });
});
Deno.test("parseClientMessage() agrees with the schema on QuoteIntents with a hostile field", () => {
  fc.assert(fc.property(mutated(intents), agrees), { numRuns: 8_000 });
});
Deno.test("parseClientMessage() agrees with the schema on every other message", () => {
  fc.assert(fc.property(otherMessages, agrees), { numRuns: 4_000 });
});
Deno.test("parseClientMessage() agrees with the schema on other messages with a hostile field", () => {
  fc.assert(fc.property(mutated(otherMessages), agrees), { numRuns: 8_000 });
});

for (const published of PUBLISHED_SCHEMAS) {
  Deno.test(`docs/reference/schemas/${published.name}.json is the schema's`, () => {
    const file = new URL(`../../docs/reference/schemas/${published.name}.json`, import.meta.url);
    strictEqual(
      Deno.readTextFileSync(file),
      jsonSchemaText(published),
      "run tools/write_schemas.ts",
    );
  });
}

Deno.test("docs/reference/schemas holds no other file", () => {
  const folder = new URL("../../docs/reference/schemas/", import.meta.url);
  const found = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  deepStrictEqual(found, PUBLISHED_SCHEMAS.map((published) => `${published.name}.json`).sort());
});
