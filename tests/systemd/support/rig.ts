/**
 * A booted machine with the project's units and executables in reach, and a client to trade with the
 * daemon in it. Tests skip, saying why, where this host cannot boot one.
 * @module
 */
import { fileURLToPath } from "node:url";
import { place, RemoteClient, type Report } from "../../support/remote_client.ts";
import { until } from "../../support/temporary.ts";
import { BootedMachine } from "./booted.ts";
import { currentExecutable, nextExecutable } from "./executables.ts";
import { CannotBoot, systemdTools, type Tools } from "./tools.ts";

const UNITS = fileURLToPath(new URL("../../../systemd", import.meta.url));
const INSTRUMENT = "paper:BTC/USDT";

/** Where a machine has what of the project. */
export const INSIDE = { units: "/opt/units", current: "/opt/current", next: "/opt/next" } as const;

/** What boots machines and what they have of the project; or why nothing can. */
export type Ground =
  | { readonly tools: Tools; readonly binds: Readonly<Record<string, string>> }
  | { readonly lack: string };

/** Prepares everything, once per test file: with this version, or with the next one as well. */
export async function ground(versions: "current" | "both"): Promise<Ground> {
  try {
    const tools = await systemdTools();
    const binds = {
      [INSIDE.units]: UNITS,
      [INSIDE.current]: await currentExecutable(tools.cache),
      ...(versions === "current" ? {} : { [INSIDE.next]: await nextExecutable(tools.cache) }),
    };
    return { tools, binds };
  } catch (error) {
    if (!(error instanceof CannotBoot)) throw error;
    return { lack: error.message };
  }
}

/** Registers a test on a machine of its own; skipped, saying why, where there can be none. */
export function testOn(
  on: Ground,
  name: string,
  run: (machine: BootedMachine, test: Deno.TestContext) => Promise<void>,
): void {
  if ("lack" in on) return Deno.test.ignore(`${name} [skipped: ${on.lack}]`, () => {});
  Deno.test(name, async (test) => {
    await using machine = await BootedMachine.boot(on.tools, on.binds);
    await run(machine, test);
  });
}

/** Connects to the daemon in a machine, with the token that its state directory holds. */
export async function connect(
  machine: BootedMachine,
  of: {
    readonly port: number;
    readonly clientId: string;
    readonly hello?: Readonly<Record<string, unknown>>;
    /** Of an instance. */
    readonly instance?: string;
  },
): Promise<RemoteClient> {
  const state = `${machine.root}/var/lib/private/tapeline${
    of.instance === undefined ? "" : `-${of.instance}`
  }`;
  const token = Deno.readTextFileSync(`${state}/token`).trim();
  const { port, clientId, hello = {} } = of;
  return await RemoteClient.connect({
    port,
    token,
    clientId,
    hello: { cancel_on_disconnect: false, resume_from: 0, ...hello },
  });
}

/** Waits for a market, then places an order that rests. */
export async function rest(client: RemoteClient, intentId: string): Promise<Report> {
  await market(client);
  const resting = { instrument: INSTRUMENT, order_qty: "0.001", price: "58000.00" };
  await client.send(place(intentId, resting));
  return await client.report(
    (report) => report["intent_id"] === intentId && report["exec_type"] === "New",
    `${intentId} to rest`,
  );
}

/** Waits for a market, then takes from it. */
export async function take(client: RemoteClient, intentId: string): Promise<Report> {
  await market(client);
  const taking = { instrument: INSTRUMENT, order_qty: "0.001", ord_type: "Market" };
  await client.send(place(intentId, taking));
  return await client.report(
    (report) => report["intent_id"] === intentId && report["exec_type"] === "Trade",
    `${intentId} to trade`,
  );
}

async function market(client: RemoteClient): Promise<void> {
  const best = (): Promise<unknown> =>
    client.query("best", { instrument: INSTRUMENT, side: "Buy" })
      .then((answer) => answer["result"] ?? null);
  await until(async () => await best() !== null, "a market");
}

/** The first number that is not one above the number before it; undefined: there is no gap. */
export function gapIn(reports: readonly Report[]): number | undefined {
  return reports.find(({ report_seq: seq }, index) => seq !== index + 1)?.report_seq;
}
