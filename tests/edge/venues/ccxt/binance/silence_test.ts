/**
 * A user stream of Binance USD-M that lives, answers pings and says nothing of what was acknowledged.
 *
 * Proves: R-VENUE-7 (a stream that says nothing is noticed by a frame that was due), after every
 * command that the stream must speak of.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { px, qty } from "../../../../../core/numbers.ts";
import { type CcxtRig, PERPETUAL, testsOn } from "../../../../support/ccxt_rig.ts";
import { pause, until } from "../../../../support/temporary.ts";
import type { VenueProcess } from "../../../../venues/control.ts";
import { SignedClient } from "../../../../venues/signed_client.ts";

const usdm = testsOn("binance_usdm", { instrument: PERPETUAL });
const CONNECTED = "reconciling: connected";
const RESTING = { price: px(499_000), orderQty: qty(10) } as const;

/** Places order 1, and waits for both words on it: that of the answer and that of the stream. */
async function rest(rig: CcxtRig): Promise<void> {
  rig.submit(1, RESTING);
  await rig.next("OrderAccepted", 1);
}

/** Ends what the user stream tells. */
async function silence(venue: VenueProcess): Promise<void> {
  using client = new SignedClient(venue);
  const closed = await client.ask("DELETE", "/fapi/v1/listenKey");
  strictEqual(closed?.status, 200, "the socket lives, answers pings and hears nothing");
}

function isSilenceNoticed(rig: CcxtRig): boolean {
  return rig.statuses.some((said) => said.includes("was not spoken of"));
}

const commands: readonly (readonly [string, (rig: CcxtRig) => void])[] = [
  ["order", (rig) => rig.submit(2, RESTING)],
  ["amendment", (rig) => rig.replace(1, { orderQty: qty(20), price: px(498_000) })],
  ["cancel", (rig) => rig.cancel(1)],
];

for (const [what, send] of commands) {
  const name = `start() opens the stream anew when it says nothing of an acknowledged ${what}`;
  usdm(name, async (venue, rig) => {
    await rest(rig);
    await silence(venue);
    send(rig);
    await until(() => isSilenceNoticed(rig), "the silence noticed");
    await rig.until(() => rig.statuses.at(-1) === CONNECTED, "back");
  });
}

usdm(
  "start() notices a silence while an order is moved again and again",
  async (venue, rig) => {
    await rest(rig);
    await silence(venue);
    let moves = 0;
    const isNoticedAfterMove = async (): Promise<boolean> => {
      rig.replace(1, { orderQty: qty(20 + moves), price: RESTING.price });
      await rig.next("OrderReplaced", moves++);
      await pause(200); // the venue counts orders
      return isSilenceNoticed(rig);
    };
    await until(isNoticedAfterMove, "the silence noticed");
  },
);
