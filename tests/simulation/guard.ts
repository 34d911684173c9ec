/**
 * A guard: a process, or a Worker of one, whose parts all die together.
 *
 * What is scheduled or opened through it runs under it: after its end none of it runs any more and
 * its sockets are broken, as after kill -9; an error that nobody caught ends it.
 * @module
 */
import type {
  Cancel,
  Listener,
  Signals,
  Socket,
  SocketHandlers,
  Sockets,
  Timers,
} from "../../edge/ports.ts";

export class Guard {
  readonly #onFault: (fault: unknown) => void;
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<Listener>();
  #isAlive = true;
  /** What came while it stands still. */
  #waiting: (() => void)[] | undefined;

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Ends everything under it at once. */
  end(): void {
    this.#isAlive = false;
    for (const listener of this.#listeners) listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** It stands still: what is to run waits, in its order. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** It goes on, with what waits. */
  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const task of waiting) this.run(task);
  }

  /** Runs a part of it, unless it is over. */
  run(task: () => void): void {
    if (!this.#isAlive) return;
    if (this.#waiting !== undefined) return void this.#waiting.push(task);
    try {
      task();
    } catch (fault) {
      this.end();
      this.#onFault(fault);
    }
  }

  timers(timers: Timers): Timers {
    return {
      after: (delayUs, task): Cancel => timers.after(delayUs, () => this.run(task)),
      soon: (task) => timers.soon(() => this.run(task)),
    };
  }

  signals(signals: Signals): Signals {
    return {
      notify: (cells, index) => signals.notify(cells, index),
      notifyFirst: (cells, index) => signals.notifyFirst(cells, index),
      watch: (cells, index, task) =>
        signals.watch(cells, index, () => {
          let isWatching = false;
          this.run(() => {
            isWatching = task();
          });
          return isWatching;
        }),
    };
  }

  sockets(sockets: Sockets): Sockets {
    return {
      listen: (address, accept) => {
        const listener = sockets.listen(address, (socket) => {
          if (this.#isAlive) this.run(() => accept(this.#guarded(socket)));
          else socket.destroy();
        });
        this.#listeners.add(listener);
        return listener;
      },
      connect: (address) => this.#guarded(sockets.connect(address)),
    };
  }

  #guarded(socket: Socket): Socket {
    this.#sockets.add(socket);
    return {
      get peer(): string {
        return socket.peer;
      },
      get bufferedBytes(): number {
        return socket.bufferedBytes;
      },
      attach: (handlers) => socket.attach(this.#handlers(socket, handlers)),
      write: (bytes) => socket.write(bytes),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    };
  }

  #handlers(socket: Socket, handlers: SocketHandlers): SocketHandlers {
    return {
      opened: () => this.run(() => handlers.opened?.()),
      data: (bytes) => this.run(() => handlers.data(bytes)),
      ended: () => this.run(() => handlers.ended()),
      drained: () => this.run(() => handlers.drained()),
      closed: (reason) => {
        this.#sockets.delete(socket);
        this.run(() => handlers.closed(reason));
      },
    };
  }
}
