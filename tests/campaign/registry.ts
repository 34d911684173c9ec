/**
 * The product's adapters as the campaign against the fake venues starts them: they strike, and check
 * that what they send was written.
 * @module
 */
import type { AdapterFactory } from "../../edge/venue.ts";
import { type AdapterRegistry, ADAPTERS } from "../../edge/venues/registry.ts";
import { Strikes, strikingAdapter, strikingHost } from "../venue/strikes.ts";
import { checkingAdapter } from "../venue/written_first.ts";

/** Names the directory of a campaign to the daemons that it starts. */
export const CAMPAIGN_DIRECTORY = "TAPELINE_CAMPAIGN_DIRECTORY";

export const CAMPAIGN_ADAPTERS: AdapterRegistry = new Map(
  [...ADAPTERS].map(([name, { description, load }]) => [name, {
    description,
    load: (): Promise<AdapterFactory> => Promise.resolve(load()).then(watched),
  }]),
);

function watched(create: AdapterFactory): AdapterFactory {
  return async (host, ports, options) => {
    const directory = Deno.env.get(CAMPAIGN_DIRECTORY);
    if (directory === undefined) return await create(host, ports, options);
    const strikes = new Strikes(directory);
    const inner = await create(strikingHost(host, strikes), ports, options);
    return strikingAdapter(checkingAdapter(inner, directory), strikes);
  };
}
