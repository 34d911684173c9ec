/**
 * Source text as the mutants are cut from it: formatted code, what is not code blanked out.
 *
 * Invariant: a blanked text is as long as its source, so that places in one are places in the other.
 * Known limit: a template within a template's placeholder is not understood; texts count as no code.
 * @module
 */

/** A source file of the tree. */
export type SourceFile = { readonly path: string; readonly text: string };

/** One replacement to be made in a file: what to look for in the blanked text, and what to write. */
export type Swap = { readonly find: RegExp; readonly puts: readonly string[] };

/** A place in a file. */
export type Place = { readonly start: number; readonly end: number; readonly puts: string };

/** Returns the places at which the swaps apply, once per text to be put there. */
export function placesOf(file: SourceFile, swaps: readonly Swap[]): Place[] {
  const code = blanked(file.text);
  return swaps.flatMap(({ find, puts }) =>
    [...code.matchAll(find)].flatMap(({ index, 0: found }) =>
      puts.map((text) => ({ start: index, end: index + found.length, puts: text }))
    )
  );
}

/** Returns the conditions of every `if` without a comparison in it, which are places of their own. */
export function plainConditions(file: SourceFile): Place[] {
  const code = blanked(file.text);
  return [...code.matchAll(/\bif \(/g)].flatMap(({ index }): Place[] => {
    const start = index + "if (".length;
    const end = closingAt(code, start);
    if (/\s(?:<=?|>=?|===|!==)\s/.test(code.slice(start, end))) return [];
    return [{ start, end, puts: `!(${file.text.slice(start, end)})` }];
  });
}

/** Returns where the bracket that is open at `from` closes. */
function closingAt(code: string, from: number): number {
  let open = 1;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "(") open += 1;
    if (code[at] === ")") open -= 1;
    if (open === 0) return at;
  }
  throw new Error(`Cannot mutate: a bracket must close: was open at ${from}`);
}

/** Returns the number of the line, and the line itself without its indentation. */
export function lineAt(
  text: string,
  at: number,
): { readonly number: number; readonly code: string } {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return {
    number: text.slice(0, at).split("\n").length,
    code: text.slice(start, end < 0 ? undefined : end).trim(),
  };
}

/** The source with comments, strings, templates' texts, imports and types' lines blanked. */
function blanked(source: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  return source
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/\/\/.*$/gm, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"/g, blank)
    .replace(/`(?:[^`\\]|\\.)*`/g, blank)
    .replace(/^import .*$/gm, blank)
    .replace(/^\s*(?:export )?type .*$/gm, blank);
}
