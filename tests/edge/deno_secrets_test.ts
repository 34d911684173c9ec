/**
 * Secrets in files and variables. Proves that a missing one is a sentence, that one which others can
 * read is told, and that no sentence holds a secret.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match } from "node:assert/strict";
import { denoSecrets } from "../../edge/deno_secrets.ts";
import { placeOf, readCredentials, Secret, type SecretRead } from "../../edge/secrets.ts";

function revealed(read: SecretRead): readonly string[] {
  return read.ok ? [read.value.reveal(), read.isExposed ? "exposed" : "kept"] : [read.reason];
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("denoSecrets() reads a file without its last line break, and tells who may read it", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/secret`;
    await Deno.writeTextFile(path, "hush\n", { mode: 0o600 });
    deepStrictEqual(revealed(denoSecrets().read({ file: path })), ["hush", "kept"]);
    await Deno.chmod(path, 0o640);
    deepStrictEqual(revealed(denoSecrets().read({ file: path })), ["hush", "exposed"]);
    await Deno.writeTextFile(path, "-----BEGIN\nx\n-----END\r\n");
    const [pem] = revealed(denoSecrets().read({ file: path }));
    deepStrictEqual(pem, "-----BEGIN\nx\n-----END");
  }));

Deno.test("denoSecrets() says why a file gives none", () =>
  inDirectory(async (directory) => {
    const reasonOf = (path: string): string => {
      const read = denoSecrets().read({ file: path });
      return read.ok ? "it was read" : read.reason;
    };
    match(reasonOf(`${directory}/gone`), /^must be a file that can be read: was .*gone, NotFound$/);
    match(reasonOf(directory), /^must be a file of at most 65536 bytes/);
    await Deno.writeTextFile(`${directory}/empty`, "\n");
    match(reasonOf(`${directory}/empty`), /^must not be empty: was .*empty$/);
    await Deno.writeTextFile(`${directory}/large`, "hush".repeat(20_000));
    match(reasonOf(`${directory}/large`), /^must be a file of at most/);
    doesNotMatch(reasonOf(`${directory}/large`), /hush/);
  }));

Deno.test("denoSecrets() reads a variable, an empty one being none", () => {
  const name = "TAPELINE_TEST_SECRET";
  const read = (): SecretRead => denoSecrets().read({ env: name });
  const absent = { ok: false, reason: `must be in the environment: ${name} was not set` };
  Deno.env.delete(name);
  deepStrictEqual(read(), absent);
  Deno.env.set(name, "");
  deepStrictEqual(read(), absent);
  Deno.env.set(name, "hush");
  deepStrictEqual(revealed(read()), ["hush", "kept"]);
  Deno.env.delete(name);
});

Deno.test("readCredentials() gives all or names all that is missing", () => {
  const secrets = {
    read: (source: Parameters<typeof placeOf>[0]) =>
      placeOf(source) === "$A"
        ? { ok: true, value: new Secret("hush"), isExposed: true } as const
        : { ok: false, reason: `must be there: was ${placeOf(source)}` } as const,
  };
  const sources = { one: { env: "A" }, two: { file: "/b" } };
  const whole = readCredentials(["one"], sources, secrets);
  deepStrictEqual(whole.ok && [...whole.values.keys(), ...whole.exposed], ["one", "$A"]);
  deepStrictEqual(whole.ok && whole.values.get("one")?.reveal(), "hush");
  deepStrictEqual(readCredentials(["one", "two", "three"], sources, secrets), {
    ok: false,
    reason: "credentials.two must be there: was /b; " +
      "credentials.three must say where it is: was not given",
  });
  deepStrictEqual(readCredentials([], {}, secrets).ok && "nothing needed", "nothing needed");
});
