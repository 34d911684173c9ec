/**
 * `docs/reference/orders.md` says what the engine does: its table is the shipped one, its example
 * is played. Proves the page behind R-CORE-4.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../core/mod.ts";
import { withTable } from "../../../tools/write_orders_table.ts";
import { ref, World } from "../../support/engine_world.ts";

const PAGE = Deno.readTextFileSync(
  new URL("../../../docs/reference/orders.md", import.meta.url),
);

Deno.test("orders.md has the life-cycle table as the code has it", () => {
  strictEqual(withTable(PAGE), PAGE);
});

/** The rows of the example: what is reported, `cum + leaves`, and the command. */
function exampleRows(): readonly (readonly string[])[] {
  const [, example = ""] = PAGE.split("## 14. Example");
  const rows = example.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => row.split("|").slice(2, -1).map((cell) => cell.trim()));
}

const STEPS: readonly ((w: World) => unknown)[] = [
  (w) => w.place("a1"),
  (w) => w.accept(),
  (w) => w.replace("r1", { orig: "a1", qty: "12" }),
  (w) => w.fill(1, { id: "e1", qty: 10_000 }),
  (w) =>
    w.broker("OrderReplaced", {
      ...ref(1),
      venueOrderId: "v1",
      orderQty: qty(12_000),
      price: px(10_000),
    }),
  (w) => w.cancel("c1", "r1"),
  (w) => w.failed("unknown"),
  (w) =>
    w.broker("OrderFound", {
      ...ref(1),
      request: w.lastCommand().request,
      status: "open",
      orderQty: qty(12_000),
      cumQty: qty(10_000),
      price: px(10_000),
    }),
  (w) => w.cancelled(),
];

Deno.test("orders.md shows an example that the engine plays as it is written", () => {
  const w = new World().start().open();
  const played = STEPS.map((step) => {
    const before = [w.reports.length, w.commands.length] as const;
    step(w);
    const [report, ...others] = w.reports.slice(before[0]);
    strictEqual(others.length, 0);
    const order = report?.order;
    const command = w.commands.slice(before[1]).map(({ kind }) => kind).join();
    const id = report?.intentId === "a1" ? "" : `, id ${report?.intentId}`;
    const doubt = report?.inDoubt === true ? ", `in_doubt`" : "";
    return [
      `\`${report?.execType}\` / \`${report?.ordStatus}\`${id}${doubt}`,
      `${order?.cumQty} + ${order?.leavesQty}`,
      command,
    ];
  });
  deepStrictEqual(exampleRows(), played);
});
