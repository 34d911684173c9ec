/**
 * Memory for pages: every page is its own, and little more is taken than is given. Proves a part of
 * what bounds the memory of a daemon (R-CORE-4: orders are kept for a horizon).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { PageMemory, type PagePlace } from "../../../core/slots/pages.ts";

const PIECES = [[64, 6], [200_000, 21], [327_680, 40], [1_048_576, 40]] as const;
for (const [pageBytes, pieces] of PIECES) {
  Deno.test(`PageMemory.take() gives pages of ${pageBytes} bytes that lie apart, all 0`, () => {
    const memory = new PageMemory(pageBytes);
    const pages: Float64Array[] = [];
    const buffers = new Set<PagePlace["buffer"]>();
    for (let at = 0; at < 40; at += 1) {
      const { buffer, from } = memory.take();
      buffers.add(buffer);
      const page = new Float64Array(buffer, from, pageBytes / 8);
      ok(page.every((value) => value === 0));
      pages.push(page.fill(at));
    }
    ok(pages.every((page, at) => page.every((value) => value === at)));
    strictEqual(buffers.size, pieces);
    const taken = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    ok(taken < 2 * 40 * pageBytes, `${taken} bytes taken`);
    const largest = Math.max(...[...buffers].map(({ byteLength }) => byteLength));
    ok(largest < Math.max(600_000, pageBytes + 64), `${largest} bytes taken at once`);
  });
}
