/**
 * Writes the published JSON Schemas: `deno run -A tools/write_schemas.ts`. A test holds the files
 * equal to the schemas.
 * @module
 */
import { jsonSchemaText, PUBLISHED_SCHEMAS } from "../wire/schema.ts";

for (const published of PUBLISHED_SCHEMAS) {
  const path = new URL(`../docs/reference/schemas/${published.name}.json`, import.meta.url);
  Deno.writeTextFileSync(path, jsonSchemaText(published));
}
