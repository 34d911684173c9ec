/**
 * Rehearses a start, once, where a portable executable has just been unpacked:
 * `rehearse.js run --port 0 --state-dir DIR` starts a daemon on paper until it listens, and leaves
 * the code that was compiled for it where `main.js` finds it, in the runtime's own cache.
 *
 * It ends with 0 if the code is there. What stands there is checked by the runtime whenever it is
 * used (its version, its options, the script's length): no start goes wrong by it, or for want of it.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { Script } from "node:vm";

/** Longest time that it may take; a start takes a twentieth of a second. */
const WITHIN_MS = 10_000;
const AGAIN_MS = 20;
/** As `main.js` names it. */
const filename = "file:///tapeline/start.js";

setTimeout(() => Deno.exit(1), WITHIN_MS);
const text = Deno.readTextFileSync(`${import.meta.dirname}/start.js`);
Deno[Deno.internal].core.evalContext(text, filename); // it has its row in the cache from now on
const script = new Script(text, { filename });
const program = script.runInThisContext()(import.meta.url, () => new Promise(() => {}));
program.main();
setTimeout(keep); // a start is one turn of the loop: it listens by then

function keep() {
  if (isKept()) Deno.exit(0);
  setTimeout(keep, AGAIN_MS);
}

/** Not yet where the runtime has still to write its row, or writes others at the same moment. */
function isKept() {
  const cache = new DatabaseSync(`${Deno.env.get("DENO_DIR")}/v8_code_cache_v2`);
  try {
    const { changes } = cache.prepare("UPDATE codecache SET data = ? WHERE specifier = ?")
      .run(script.createCachedData(), filename);
    return changes === 1;
  } catch {
    return false;
  } finally {
    cache.close();
  }
}
