/**
 * Entry of the program in a portable executable, `main.js` there: runs as a script all that a start
 * runs.
 *
 * Of a module the runtime keeps the compiled code that there was when it was read, before anything
 * ran; of a script it uses whatever lies in its cache under the name given here. `rehearse.js` has
 * left the code of a whole start there (decision 0091). Where that is missing, or another
 * runtime's, the script is compiled like any other.
 * @module
 */

/** What it holds as long as it runs. */
export const begun = begin();

function begin() {
  const { lock, text } = read(import.meta.dirname);
  const [start, refused] = Deno[Deno.internal].core.evalContext(text, "file:///tapeline/start.js");
  if (refused !== null) throw refused.thrown;
  const program = start(import.meta.url, (part) => import(part));
  program.main();
  return { lock, program };
}

function read(here) {
  try {
    const lock = Deno.openSync(here);
    lock.lockSync(); // nobody sweeps this directory away, or cleans it of what is old
    return { lock, text: Deno.readTextFileSync(`${here}/start.js`) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const sentence = `tapeline: Cannot start: ${here} must stay: was swept away; start it again\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(sentence));
    Deno.exit(1);
  }
}
