/**
 * Strikes: kill -9 at an exact moment of a request's life instead of at a random one.
 *
 * The campaign arms a strike by writing a file; the adapter's Worker and the exchange look for it
 * at their moments, and whoever finds its own moment there kills the daemon on the spot. So each
 * gap between commit, send, act, answer and commit of the answer is hit, however narrow it is.
 * @module
 */
import type { AdapterFactory, VenueAdapter, VenueHost } from "../../edge/venue.ts";

/**
 * - `beforeSend`: durable and released to the adapter, nothing sent
 * - `received`: the exchange has read a request and not acted
 * - `acted`: the exchange has acted and not answered
 * - `heard`: the adapter has the exchange's answer, the daemon does not
 */
export const MOMENTS = ["beforeSend", "received", "acted", "heard"] as const;
export type Moment = typeof MOMENTS[number];

/** Moments come by the thousand; the file is looked at this often. */
const LOOK_EVERY_MS = 5;

/** A strike that is armed. `pid`: whom to kill. */
type Armed = {
  readonly moment: Moment;
  readonly pid: number;
  /** Moments that pass before it strikes. */
  readonly skip: number;
};

/** The file `strike` through which strikes are armed. */
export class Strikes {
  readonly #path: string;
  #armed: Armed | undefined;
  #lookedMs = -LOOK_EVERY_MS;
  /** Moments that have passed since the strike was armed. */
  #passed = 0;

  constructor(campaignDirectory: string) {
    this.#path = `${campaignDirectory}/strike`;
  }

  arm(armed: Armed): void {
    Deno.writeTextFileSync(`${this.#path}.new`, JSON.stringify(armed));
    Deno.renameSync(`${this.#path}.new`, this.#path);
  }

  /** Takes back what is armed; false if it has struck. */
  disarm(): boolean {
    try {
      Deno.removeSync(this.#path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Kills, if a strike is armed for this moment. Does not return from one's own. */
  at(moment: Moment): void {
    this.#look();
    const armed = this.#armed;
    if (armed?.moment !== moment) return;
    this.#passed++;
    if (this.#passed <= armed.skip || !this.disarm()) return;
    this.#passed = 0;
    this.#armed = undefined;
    Deno.kill(armed.pid, "SIGKILL");
  }

  #look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs;
    this.#armed = this.#read();
  }

  #read(): Armed | undefined {
    try {
      return JSON.parse(Deno.readTextFileSync(this.#path)) as Armed;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}

/** A factory that makes its adapter at once. */
export type MakesNow = (...of: Parameters<AdapterFactory>) => VenueAdapter;

/** Wraps an adapter so that it strikes. `options.campaign_directory`: where strikes are armed. */
export function striking(create: MakesNow): MakesNow {
  return (host, ports, options): VenueAdapter => {
    const directory = options["campaign_directory"];
    if (typeof directory !== "string") return create(host, ports, options);
    const strikes = new Strikes(directory);
    return strikingAdapter(create(strikingHost(host, strikes), ports, options), strikes);
  };
}

/** A host that strikes when its adapter has heard something of the venue. */
export function strikingHost(host: VenueHost, strikes: Strikes): VenueHost {
  return {
    ...host,
    offer: (draft) => {
      if (draft.eventType !== "OrderExecuted") strikes.at("heard");
      return host.offer(draft);
    },
  };
}

/** An adapter that strikes when it is told to send a request on an order. */
export function strikingAdapter(inner: VenueAdapter, strikes: Strikes): VenueAdapter {
  return {
    start: () => inner.start(),
    prepare: (command) => inner.prepare?.(command),
    send: (released) => {
      if (released.command.kind !== "Lookup") strikes.at("beforeSend");
      inner.send(released);
    },
    cancelAll: () => inner.cancelAll(),
    stop: () => inner.stop(),
    isLeftBehind: (cause) => inner.isLeftBehind?.(cause) === true,
  };
}
