/**
 * Every message of the protocol and its schema, by the name under which it is published.
 *
 * Source of `docs/reference/schemas/*.json` and oracle of the tests; the daemon itself does not
 * load it.
 * @module
 */
import { z } from "zod";
import {
  advanceSchema,
  clientHeartbeatSchema,
  goodbyeSchema,
  helloSchema,
  publishSchema,
  querySchema,
  subscribeSchema,
  unsubscribeSchema,
} from "./schema_client.ts";
import { quoteIntentSchema } from "./schema_intent.ts";
import {
  daemonHeartbeatSchema,
  errorSchema,
  eventsSchema,
  executionReportSchema,
  helloAckSchema,
  resultSchema,
} from "./schema_server.ts";

/** A message's schema; `sender` tells whose unknown keys are ignored. */
export type PublishedSchema = {
  readonly name: string;
  readonly sender: "client" | "daemon";
  readonly schema: z.ZodType;
};

export const PUBLISHED_SCHEMAS: readonly PublishedSchema[] = [
  { name: "HELLO", sender: "client", schema: helloSchema },
  { name: "HEARTBEAT.client", sender: "client", schema: clientHeartbeatSchema },
  { name: "GOODBYE", sender: "client", schema: goodbyeSchema },
  { name: "QuoteIntent", sender: "client", schema: quoteIntentSchema() },
  { name: "SUBSCRIBE", sender: "client", schema: subscribeSchema },
  { name: "UNSUBSCRIBE", sender: "client", schema: unsubscribeSchema },
  { name: "QUERY", sender: "client", schema: querySchema },
  { name: "PUBLISH", sender: "client", schema: publishSchema },
  { name: "ADVANCE", sender: "client", schema: advanceSchema },
  { name: "HELLO_ACK", sender: "daemon", schema: helloAckSchema },
  { name: "HEARTBEAT.daemon", sender: "daemon", schema: daemonHeartbeatSchema },
  { name: "ERROR", sender: "daemon", schema: errorSchema },
  { name: "ExecutionReport", sender: "daemon", schema: executionReportSchema },
  { name: "EVENTS", sender: "daemon", schema: eventsSchema },
  { name: "RESULT", sender: "daemon", schema: resultSchema },
];

/** Returns the JSON Schema (draft 2020-12) of a message, as text with a final newline. */
export function jsonSchemaText(published: PublishedSchema): string {
  const schema = z.toJSONSchema(published.schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // Clients let further fields of the daemon pass: adding one is a compatible change.
      const isStrict = jsonSchema.additionalProperties === false;
      if (published.sender === "daemon" && isStrict) delete jsonSchema.additionalProperties;
    },
  });
  return `${JSON.stringify({ title: published.name, ...schema }, null, 2)}\n`;
}
