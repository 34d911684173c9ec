/**
 * `deno task campaign --venue NAME [--orders 2000] [--kills 20] [--seed N]`: the kill campaign against a
 * fake venue, as long as one likes.
 * @module
 */
import { parseArgs } from "node:util";
import { runVenueCampaign } from "./venue_campaign.ts";
import { CAMPAIGN_VENUES } from "./venues.ts";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      venue: { type: "string" },
      orders: { type: "string", default: "2000" },
      kills: { type: "string", default: "20" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const venue = CAMPAIGN_VENUES.find(({ name }) => name === values.venue);
  if (venue === undefined) {
    say(`Cannot run a campaign: --venue must be one of ${CAMPAIGN_VENUES.map(({ name }) => name)}`);
    return 64;
  }
  const size = {
    orders: Number(values.orders),
    kills: Number(values.kills),
    seed: Number(values.seed),
  };
  const directory = await Deno.makeTempDir({ prefix: "tapeline-campaign-" });
  say(`${venue.name}, ${JSON.stringify(size)}, state in ${directory}`);
  say(JSON.stringify(await runVenueCampaign(venue, size, directory)));
  await Deno.remove(directory, { recursive: true });
  return 0;
}

Deno.exit(await main());
