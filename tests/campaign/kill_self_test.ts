/**
 * The kill campaign tells a daemon that it has killed from one that has ended by itself.
 * Supports R-JRN-2, R-CORE-5.
 * @module
 */
import { rejects } from "node:assert/strict";
import { Draws } from "../support/draws.ts";
import { KillCampaign } from "./kill.ts";
import { LAST_WORDS } from "./short_lived.ts";

Deno.test("run() rejects with the log of a daemon that ends by itself between two kills", async () => {
  const campaign = await KillCampaign.start({
    start: { main: "tests/campaign/short_lived.ts" },
    kills: 2, // the second is where a daemon is stopped and continued
    draws: new Draws(1),
    lifeMs: [0, 1],
    moments: ["random"],
    stopMs: 0,
  });
  await campaign.daemon.ended();
  await rejects(campaign.run(), { name: "AssertionError", message: new RegExp(LAST_WORDS) });
});
