/**
 * Units of systemd as far as `doctor` reads them.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  heapLimitOf,
  type Section,
  serviceSection,
  sizeOf,
} from "../../../../edge/cli/doctor/unit_file.ts";

Deno.test("serviceSection() reads the service's keys, the last assignment ruling", () => {
  const texts = [
    "# x\n[Unit]\nType=no\n[Service]\nType = notify \nLimitCORE=0\nA=1 \\\n 2\n;B=1\n",
    "[Service]\nType=simple\nLimitCORE=\n",
  ];
  deepStrictEqual([...serviceSection(texts)], [["Type", "simple"], ["A", "1   2"]]);
});

Deno.test("serviceSection() adds up environments and their files, an empty one taking back", () => {
  const of = (...lines: readonly string[]): Section =>
    serviceSection([`[Service]\n${lines.join("\n")}\n`]);
  const files = ["EnvironmentFile=-/a.env", "EnvironmentFile=/b c.env"];
  strictEqual(of(...files).get("EnvironmentFile"), "-/a.env\n/b c.env");
  strictEqual(of(...files, "EnvironmentFile=").get("EnvironmentFile"), undefined);
  strictEqual(of("Environment=A=1", "Environment=B=2").get("Environment"), "A=1\nB=2");
});

Deno.test("heapLimitOf() reads the runtime's flag, the last one ruling", () => {
  const of = (...lines: readonly string[]): number | undefined =>
    heapLimitOf(serviceSection([`[Service]\n${lines.join("\n")}\n`]));
  strictEqual(of("Environment=A=1"), undefined);
  const flag = "Environment=DENO_V8_FLAGS=--max-old-space-size";
  strictEqual(of(`${flag}=2048`, "Environment=B=2"), 2 ** 31);
  strictEqual(of(`${flag}=2048`, `${flag}=1024`), 2 ** 30);
  strictEqual(of(`${flag}=2048`, "Environment="), undefined);
});

const sizes: readonly (readonly [string | undefined, number | undefined])[] = [
  ["4096", 4096],
  ["4K", 4096],
  ["2G", 2 ** 31],
  ["1024:4096", 1024],
  ["infinity", Infinity],
  ["80%", undefined],
  [undefined, undefined],
];
for (const [text, size] of sizes) {
  Deno.test(`sizeOf() gives ${size} for ${text}`, () => strictEqual(sizeOf(text), size));
}
