/**
 * A client of CCXT's whose connection a test plays by hand.
 * @module
 */
import type { CcxtClient } from "../../edge/venues/ccxt/library.ts";

/** A client of CCXT's that connects and sends nothing by itself. */
export class PlayedClient implements CcxtClient {
  readonly connection = { ping: () => {} };
  readonly connectionEstablished = undefined;
  lastPong: number | undefined;
  onMessage: CcxtClient["onMessage"] = () => {};
  onConnectedCallback: CcxtClient["onConnectedCallback"] = () => {};
  onErrorCallback = () => {};
  onCloseCallback = () => {};
  connect = () => Promise.resolve();
  send = () => Promise.resolve();
  reset = () => {};
}
