/**
 * The test exchange in the simulated world: the same ledger as in the kill campaign, behind
 * simulated sockets, losing and delaying answers from the seed.
 * @module
 */
import type { Draws } from "../support/draws.ts";
import type { Socket, Sockets, Timers } from "../../edge/ports.ts";
import { type Answer, Exchange, type Request } from "../venue/exchange.ts";

export type VenueActorOptions = {
  readonly sockets: Sockets;
  readonly timers: Timers;
  readonly draws: Draws;
  readonly port: number;
  /** Called with each order before it is looked at: was it written first? */
  readonly onPlace: (clientId: string) => void;
};

const MATCH_EVERY_US = 4_000;

export class VenueActor {
  readonly exchange = new Exchange();
  readonly #options: VenueActorOptions;
  readonly #lines = new Set<Line>();
  isCalm = false;

  constructor(options: VenueActorOptions) {
    this.#options = options;
    options.sockets.listen({ hostname: "127.0.0.1", port: options.port }, (socket) => {
      const line = new Line(socket, (request) => this.#handle(line, request));
      this.#lines.add(line);
    });
    this.#live();
  }

  #live(): void {
    const { timers, draws } = this.#options;
    timers.after(MATCH_EVERY_US, () => {
      const draw = (bound: number): number => draws.below(bound);
      if (!this.isCalm && draws.chance(30)) this.#tell(this.exchange.match(draw));
      if (!this.isCalm && draws.chance(1)) this.#tell(this.exchange.cancelUnasked(draw));
      this.#live();
    });
  }

  #tell(answers: readonly Answer[]): void {
    for (const line of this.#lines) {
      if (line.isReady) line.send(answers);
    }
  }

  #handle(line: Line, request: Request): void {
    const { draws, timers, onPlace } = this.#options;
    const fault = (percent: number): boolean => !this.isCalm && draws.chance(percent);
    if (fault(2)) return this.#break(line);
    if (request.op === "place") onPlace(request.clientId);
    const answers = this.exchange.handle(request);
    if (request.op === "hello") line.isReady = true;
    else if (fault(2)) return this.#break(line);
    else if (fault(4)) return;
    const delayUs = request.op !== "hello" && fault(6) ? draws.below(500_000) : draws.below(2000);
    timers.after(delayUs, () => line.send(answers));
  }

  #break(line: Line): void {
    this.#lines.delete(line);
    line.close();
  }
}

/** One connection, JSON lines. */
class Line {
  isReady = false;
  #text = "";
  readonly #socket: Socket;
  readonly #decoder = new TextDecoder();

  constructor(socket: Socket, handle: (request: Request) => void) {
    this.#socket = socket;
    socket.attach({
      data: (bytes) => this.#read(bytes, handle),
      ended: () => socket.destroy(),
      drained: () => {},
      closed: () => {
        this.isReady = false;
      },
    });
  }

  send(answers: readonly unknown[]): void {
    const text = answers.map((answer) => JSON.stringify(answer) + "\n").join("");
    if (text !== "") this.#socket.write(new TextEncoder().encode(text));
  }

  close(): void {
    this.isReady = false;
    this.#socket.destroy();
  }

  #read(bytes: Uint8Array, handle: (request: Request) => void): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) handle(JSON.parse(line) as Request);
  }
}
