/**
 * Recorded files as the command line reads them from the disk.
 * @module
 */
import { match, ok } from "node:assert/strict";
import { feedTools } from "../../../edge/cli/feed_tools.ts";

/** What inspecting one file says, without a format given. */
function inspect(path: string): { isWhole: boolean; said: string } {
  const said: string[] = [];
  const { isWhole } = feedTools().inspect([path], {
    isStrict: false,
    problem: (text) => said.push(text),
    progress: () => {},
  });
  return { isWhole, said: said.join("\n") };
}

Deno.test("feedTools() says of a file that is not there that it was not read, also without a format", () => {
  const { isWhole, said } = inspect("/nowhere/trades.csv");
  ok(!isWhole);
  match(said, /trades\.csv: .*No such file/);
});

Deno.test("feedTools() says of a damaged file that it was not read, also without a format", () => {
  const file = Deno.makeTempFileSync({ suffix: ".gz" });
  try {
    Deno.writeFileSync(file, new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255]));
    const { isWhole, said } = inspect(file);
    ok(!isWhole);
    ok(said.startsWith(`${file}: `), said);
  } finally {
    Deno.removeSync(file);
  }
});
