/**
 * The test exchange in the simulated world: the same ledger as in the kill campaign, behind
 * simulated sockets, losing and delaying answers from the seed.
 * @module
 */
import type { Draws } from "../support/draws.ts";
import type { Clock, Socket, Sockets, Timers } from "../../edge/ports.ts";
import { type Answer, Exchange, type Request } from "../venue/exchange.ts";

export type VenueActorOptions = {
  readonly sockets: Sockets;
  readonly timers: Timers & Pick<Clock, "wallUs">;
  readonly draws: Draws;
  readonly port: number;
  /** Called with each order before it is looked at: was it written first? */
  readonly onPlace: (clientId: string) => void;
};

const MATCH_EVERY_US = 4_000;
/** Below `absenceProofMs` of the venue's capabilities, with what its answers may take. */
const ACT_LATE_US_MAX = 900_000;

export class VenueActor {
  readonly exchange: Exchange;
  readonly #options: VenueActorOptions;
  readonly #lines = new Set<Line>();
  isCalm = false;
  /** The daemon that is connected was told of the whole account. */
  isReconciled = false;

  constructor(options: VenueActorOptions) {
    this.#options = options;
    this.exchange = new Exchange(() => options.timers.wallUs());
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
    const { draws, timers } = this.#options;
    if (this.#fault(2)) return this.#break(line);
    // It may also act late, inside its proof of absence: "not found" is no proof before that.
    if (request.op === "place" && this.#fault(4)) {
      timers.after(draws.below(ACT_LATE_US_MAX), () => this.#act(line, request));
    } else this.#act(line, request);
  }

  #act(line: Line, request: Request): void {
    const { draws, timers, onPlace } = this.#options;
    if (request.op === "place") onPlace(request.clientId);
    const answers = this.exchange.handle(request);
    if (request.op === "hello") {
      line.isReady = true;
      this.isReconciled = false;
    } else if (this.#fault(2)) return this.#break(line);
    else if (this.#fault(4)) return;
    // What it says of the account is what it was when it said so: nothing may come between.
    if (request.op === "account") {
      this.isReconciled = true;
      return line.send(answers);
    }
    const isSlow = request.op !== "hello" && this.#fault(6);
    timers.after(draws.below(isSlow ? 500_000 : 2000), () => line.send(answers));
  }

  #fault(percent: number): boolean {
    return !this.isCalm && this.#options.draws.chance(percent);
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
