/**
 * Connections of our own over TLS, as every venue has it. Proves R-EXEC-3 there: a request leaves once,
 * to the venue that it is meant for. (Peers without manners: see `order_transport_test.ts`.)
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { certificates, testWith } from "../support/needs.ts";

/** Makes a certificate for the name `localhost`, and has a process send over TLS to `name`. */
async function sentOverTls(name: string, as: "trusted" | "strange"): Promise<unknown> {
  const folder = Deno.makeTempDirSync();
  const [certificate, key] = [`${folder}/certificate.pem`, `${folder}/key.pem`];
  const make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 " +
    "-subj /CN=localhost -addext subjectAltName=DNS:localhost " +
    `-addext basicConstraints=critical,CA:FALSE -keyout ${key} -out ${certificate}`;
  const trust = as === "trusted" ? ["--cert", certificate] : [];
  const program = new URL("./support/tls_process.ts", import.meta.url).pathname;
  try {
    await new Deno.Command("openssl", { args: make.split(" "), stderr: "null" }).output();
    const args = ["run", "-A", "--no-check", "--quiet", ...trust, program, certificate, key, name];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

testWith(
  [certificates],
  "send() over TLS uses a connection again, once the peer's certificate holds",
  async () => {
    deepStrictEqual(await sentOverTls("localhost", "trusted"), {
      outcomes: ["answered", "answered"],
      seen: ["POST /1 HTTP/1.1", "POST /2 HTTP/1.1"],
      connections: 1,
    });
    const nothing = { outcomes: ["notSent", "notSent"], seen: [], connections: 0 };
    deepStrictEqual(await sentOverTls("127.0.0.1", "trusted"), nothing, "it is of another name");
    deepStrictEqual(await sentOverTls("localhost", "strange"), nothing, "nobody vouches for it");
  },
);
