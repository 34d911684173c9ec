/**
 * The bill of materials: what is listed, and that it depends on what is listed alone.
 *
 * Proves: R-OPS-1 in part.
 * @module
 */
import { deepStrictEqual, match, notStrictEqual, strictEqual } from "node:assert/strict";
import { type BillOf, billOfMaterials } from "../../../tools/compile/sbom.ts";
import { targetOf } from "../../../tools/compile/targets.ts";

const OF: BillOf = {
  version: "1.2.3",
  commit: "abc",
  libraries: ["@scope/one@1.0.0", "two@2.0.0"],
  lock: JSON.stringify({
    npm: {
      "@scope/one@1.0.0": { integrity: `sha512-${btoa("one")}`, dependencies: ["two", "unused"] },
      "two@2.0.0": { integrity: `sha512-${btoa("two")}` },
      "unused@3.0.0": { integrity: `sha512-${btoa("unused")}` },
    },
  }),
  licenceOf: (name) => name === "two" ? "MIT" : undefined,
  runtimes: [{ target: targetOf("x86_64-unknown-linux-gnu"), version: "2.9.6", sha256: "00" }],
};

Deno.test("billOfMaterials() lists runtime and libraries with checksums, licences and who needs whom", () => {
  const { bomFormat, specVersion, serialNumber, components, dependencies } = JSON.parse(
    billOfMaterials(OF),
  );
  deepStrictEqual([bomFormat, specVersion], ["CycloneDX", "1.6"]);
  match(serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const [runtime, one, two, ...others] = components;
  strictEqual(others.length, 0);
  strictEqual(runtime.purl, "pkg:npm/%40deno/linux-x64-glibc@2.9.6");
  deepStrictEqual(one.hashes, [{ alg: "SHA-512", content: "6f6e65" }]);
  deepStrictEqual([one.licenses, two.licenses], [undefined, [{ expression: "MIT" }]]);
  deepStrictEqual(dependencies.slice(1), [
    { ref: "pkg:npm/%40scope/one@1.0.0", dependsOn: ["pkg:npm/two@2.0.0"] },
    { ref: "pkg:npm/two@2.0.0" },
  ]);
});

Deno.test("billOfMaterials() gives the same bytes for the same parts, another number for others", () => {
  strictEqual(billOfMaterials(OF), billOfMaterials(OF));
  const numberOf = (of: BillOf): unknown => JSON.parse(billOfMaterials(of)).serialNumber;
  notStrictEqual(numberOf(OF), numberOf({ ...OF, version: "1.2.4" }));
});
