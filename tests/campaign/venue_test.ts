/**
 * The kill campaign against each fake venue, small: orders, kill -9, and everything that can go wrong
 * with a request or a stream; in the end the daemon's books are the venue's. `ORDERS`, `KILLS` and
 * `SEED` from the environment make other and longer runs, as `deno task campaign` does.
 *
 * Proves R-EXEC-2, R-EXEC-3, R-EXEC-4, R-EXEC-5, R-VENUE-2, R-VENUE-7, R-JRN-2.
 * @module
 */
import { Draws } from "../support/draws.ts";
import { runVenueCampaign } from "./venue_campaign.ts";
import { CAMPAIGN_VENUES } from "./venues.ts";

const SEED = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);
const ORDERS = Number(Deno.env.get("ORDERS") ?? 200);
const KILLS = Number(Deno.env.get("KILLS") ?? 4);

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

for (const venue of CAMPAIGN_VENUES) {
  Deno.test(`the books of ${venue.name} and ours agree after kills and faults (seed ${SEED})`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "tapeline-campaign-" });
    const seed = new Draws(SEED).fork(venue.name).below(1_000_000);
    try {
      const size = { orders: ORDERS, kills: KILLS, seed };
      say(JSON.stringify(await runVenueCampaign(venue, size, { directory, log: say })));
    } catch (error) {
      throw new Error(`seed ${SEED}, state kept in ${directory}`, { cause: error });
    }
    await Deno.remove(directory, { recursive: true });
  });
}
