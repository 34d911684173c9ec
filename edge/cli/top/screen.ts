/**
 * Where the view is shown and from where keys come; `deno_screen.ts` is this process's own.
 * @module
 */
import type { Size } from "./block.ts";

/** A screen. Everything it calls is called later, never from within. */
export interface Screen {
  /** False: lines go to a file or another program. */
  readonly isTerminal: boolean;
  /** A terminal whose user has not asked for no colours. */
  readonly hasColour: boolean;
  /** Keys can be pressed. */
  readonly hasKeys: boolean;
  size(): Size;
  /** Takes the whole window until `close`, however the process ends. */
  enter(): void;
  /** Writes at once. */
  write(text: string): void;
  onKey(handler: (key: string) => void): void;
  onResize(handler: () => void): void;
  /** The user or the system asks for the end. */
  onInterrupt(handler: () => void): void;
  /** Gives the window and the keys back; does nothing a second time. */
  close(): void;
}
