/**
 * A screen that remembers what was written to it and on which keys can be pressed.
 * @module
 */
import type { Screen } from "../../edge/cli/top/screen.ts";

/** The screen. */
export class FakeScreen implements Screen {
  readonly isTerminal: boolean;
  readonly hasColour = false;
  readonly hasKeys: boolean;
  readonly written: string[] = [];
  window = { columns: 80, rows: 24 };
  isEntered = false;
  closings = 0;
  press: (key: string) => void = () => {};
  resize: () => void = () => {};
  interrupt: () => void = () => {};

  constructor(kind: "terminal" | "pipe") {
    this.isTerminal = kind === "terminal";
    this.hasKeys = kind === "terminal";
  }

  /** The newest frame, without what moves the cursor. */
  get shown(): string {
    // deno-lint-ignore no-control-regex
    return (this.written.at(-1) ?? "").replace(/\u001b\[[?0-9;]*[A-Za-z]/g, "");
  }

  size(): { readonly columns: number; readonly rows: number } {
    return this.window;
  }

  enter(): void {
    this.isEntered = true;
  }

  write(text: string): void {
    this.written.push(text);
  }

  onKey(handler: (key: string) => void): void {
    this.press = handler;
  }

  onResize(handler: () => void): void {
    this.resize = handler;
  }

  onInterrupt(handler: () => void): void {
    this.interrupt = handler;
  }

  close(): void {
    this.closings += 1;
  }
}
