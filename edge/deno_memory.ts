/**
 * Production memory: the collector of this thread, asked by its owner.
 *
 * Known limit: the runtime lets itself be asked only if it was started with `--expose-gc`, as the
 * product is; else nothing happens and memory is freed when the collector thinks of it.
 * @module
 */
import type { Memory } from "./ports.ts";

/** Returns the memory of the calling thread. */
export function denoMemory(): Memory {
  const { gc } = globalThis as { readonly gc?: () => void };
  return { collect: () => gc?.() };
}
