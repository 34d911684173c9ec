/**
 * The view as a program: looks in, frames or JSON out, keys, until it is asked to end.
 *
 * Ends once: asked to by a key or a signal; with `once` after the first look; when the daemon says
 * that trying again would be wrong; with `once` also when no daemon answered in time.
 * @module
 */
import { EXIT, type ExitCode } from "../../exit_codes.ts";
import type { Cancel, Ports } from "../../ports.ts";
import { jsonFrame } from "./json_frame.ts";
import type { TopModel } from "./model.ts";
import { ENTER_SCREEN, LEAVE_SCREEN, paintFrame, paintText } from "./paint.ts";
import { type Page, render } from "./render.ts";
import type { Screen } from "./screen.ts";
import { Watch, type WatchOptions } from "./watch.ts";

/** Longest wait of `once` for its look. */
const ONCE_US = 6_000_000;
/** Ages go on while a daemon is away. */
const REDRAW_US = 1_000_000;
/** Lines of a frame that no window bounds. */
const TEXT_ROWS = 48;

/** How it ended. */
export type TopEnd = { readonly code: ExitCode; readonly sentence?: string };

export type TopRunOptions =
  & Pick<WatchOptions, "address" | "clientId" | "version" | "readToken" | "intervalUs">
  & {
    readonly ports: Pick<Ports, "sockets" | "timers" | "clock">;
    readonly screen: Screen;
    /** One look, then the end. */
    readonly isOnce: boolean;
    readonly isJson: boolean;
    readonly onEnd: (end: TopEnd) => void;
  };

/** A view that runs. */
export class TopRun {
  readonly #options: TopRunOptions;
  readonly #watch: Watch;
  readonly #isLive: boolean;
  #page: Page = "overview";
  /** What is shown while the user has it stand still. */
  #paused: TopModel | undefined;
  #cancelDraw: Cancel = () => {};
  #cancelOnce: Cancel = () => {};
  #isEnded = false;

  constructor(options: TopRunOptions) {
    const { screen, ports, isOnce, isJson } = options;
    this.#options = options;
    this.#isLive = screen.isTerminal && !isOnce && !isJson;
    screen.onInterrupt(() => this.#end({ code: EXIT.ok }));
    if (this.#isLive) this.#enter(screen);
    this.#watch = new Watch({
      ...options,
      onLook: () => this.#look(),
      onEnd: (reason) => this.#end({ code: EXIT.unavailable, sentence: this.#notWatched(reason) }),
    });
    if (isOnce) this.#cancelOnce = ports.timers.after(ONCE_US, () => this.#late());
    if (this.#isLive) this.#redraw();
    this.#watch.start();
  }

  #enter(screen: Screen): void {
    screen.enter();
    screen.write(ENTER_SCREEN);
    screen.onKey((key) => this.#key(key));
    screen.onResize(() => this.#draw());
  }

  #key(key: string): void {
    switch (key) {
      case "q":
      case "Q":
      case "\u0003": // Ctrl-C is a key while the terminal hands over every key
      case "\u0004":
        return this.#end({ code: EXIT.ok });
      case "p":
      case " ":
        this.#paused = this.#paused === undefined ? this.#watch.toModel() : undefined;
        return this.#draw();
      case "a":
        return this.#show("overview");
      case "o":
        return this.#show("orders");
      case "v":
        return this.#show("venues");
      default:
        return;
    }
  }

  #show(page: Page): void {
    this.#page = page;
    this.#draw();
  }

  #look(): void {
    if (this.#isEnded) return;
    const { isOnce, isJson } = this.#options;
    if (this.#isLive) return this.#draw();
    const isWhole = this.#watch.hasLook && this.#watch.state.kind === "connected";
    if (isOnce && !isWhole) return; // the daemon may be about to start
    if (isJson) this.#options.screen.write(`${jsonFrame(this.#watch.toModel())}\n`);
    else this.#print();
    if (isOnce) this.#end({ code: EXIT.ok });
  }

  /** A frame for a reader that scrolls. */
  #print(): void {
    const { screen, isOnce } = this.#options;
    const { columns, rows } = screen.size();
    const lines = render(this.#watch.toModel(), {
      size: { columns, rows: screen.isTerminal ? rows - 1 : TEXT_ROWS },
      page: this.#page,
      isPaused: false,
      hasKeys: false,
    });
    screen.write(`${paintText(lines, screen)}\n${isOnce ? "" : "\n"}`);
  }

  #redraw(): void {
    this.#cancelDraw = this.#options.ports.timers.after(REDRAW_US, () => {
      if (this.#watch.state.kind !== "connected") this.#draw();
      this.#redraw();
    });
  }

  #draw(): void {
    if (this.#isEnded || !this.#isLive) return;
    const { screen } = this.#options;
    const size = screen.size();
    const lines = render(this.#paused ?? this.#watch.toModel(), {
      size,
      page: this.#page,
      isPaused: this.#paused !== undefined,
      hasKeys: screen.hasKeys,
    });
    screen.write(paintFrame(lines, { hasColour: screen.hasColour, columns: size.columns }));
  }

  #late(): void {
    const state = this.#watch.state;
    const reason = state.kind === "lost" ? state.reason : "no answer";
    this.#end({ code: EXIT.unavailable, sentence: this.#notWatched(reason) });
  }

  #notWatched(reason: string): string {
    const { hostname, port } = this.#options.address;
    return `Cannot watch the daemon at ${hostname}:${port}: it must run and take this session: ` +
      `was ${reason}`;
  }

  #end(end: TopEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelDraw();
    this.#cancelOnce();
    this.#watch.stop();
    const { screen, onEnd } = this.#options;
    if (this.#isLive) screen.write(LEAVE_SCREEN);
    screen.close();
    onEnd(end);
  }
}
