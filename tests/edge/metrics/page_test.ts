/**
 * The page of the metrics says what the table says. Proves the documentation half of R-OPS-4.
 * @module
 */
import { strictEqual, throws } from "node:assert/strict";
import { METRICS_PAGE, withSeries } from "../../../tools/metrics_page.ts";

Deno.test("docs/reference/metrics.md has the tables that deno task metrics-page writes", () => {
  const page = Deno.readTextFileSync(METRICS_PAGE);
  strictEqual(withSeries(page), page);
});

Deno.test("withSeries() refuses a page without its markers", () => {
  throws(() => withSeries("# Metrics"), RangeError);
});
