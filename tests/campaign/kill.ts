/**
 * Kill -9 at random moments under load, and start again: the machinery of the campaign.
 * @module
 */
import { DaemonProcess, type StartOptions } from "../support/daemon_process.ts";
import type { Draws } from "../support/draws.ts";
import { pause } from "./trader.ts";

export type KillOptions = {
  readonly start: StartOptions;
  readonly kills: number;
  readonly draws: Draws;
  /** Bounds of the time a daemon lives, milliseconds. */
  readonly lifeMs: readonly [number, number];
};

/** Starts, kills and restarts the daemon; returns the last one, alive. */
export async function killCampaign(
  options: KillOptions,
  onStarted: (daemon: DaemonProcess) => void,
): Promise<DaemonProcess> {
  const { draws, lifeMs: [least, most] } = options;
  let daemon = await DaemonProcess.start(options.start);
  onStarted(daemon);
  const start = { ...options.start, port: daemon.listening.port };
  for (let kill = 0; kill < options.kills; kill++) {
    await pause(least + draws.below(most - least));
    await daemon.stop("SIGKILL");
    daemon = await DaemonProcess.start(start);
  }
  await pause(most);
  return daemon;
}
