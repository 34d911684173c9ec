/**
 * Who is kept in the list of sessions, and until when: clients come and go for as long as it runs.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { clientIndex, type SessionId } from "../../core/numbers.ts";
import type { Session } from "../../wire/session.ts";
import { SessionBook } from "../../wire/session_book.ts";

type Played = { id: SessionId | undefined; isOnTimeline: boolean };

const ALICE = clientIndex(0);

/** A book with one session that has said HELLO, of which only what the book asks is played. */
function admitted(
  of: Pick<Played, "isOnTimeline">,
): { book: SessionBook; session: Session; id: SessionId } {
  const book = new SessionBook();
  const played: Played = { id: undefined, ...of };
  const session = played as unknown as Session;
  book.add(session);
  const id = book.admit(session, 0);
  ok(id !== undefined);
  played.id = id;
  return { book, session, id };
}

Deno.test("remove() forgets a session that never came onto the timeline", () => {
  const { book, session } = admitted({ isOnTimeline: false });
  book.remove(session);
  deepStrictEqual([book.connected.size, book.members.size], [0, 0]);
});

Deno.test("remove() keeps a session whose end is to come, and retire() forgets it", () => {
  const { book, session, id } = admitted({ isOnTimeline: true });
  book.current.set(ALICE, session);
  book.remove(session);
  strictEqual(book.retire(id, ALICE), session);
  deepStrictEqual([book.members.size, book.current.size], [0, 0]);
});

Deno.test("retire() leaves the client's newer session where it is", () => {
  const { book, session, id } = admitted({ isOnTimeline: true });
  const newer = {} as unknown as Session;
  book.current.set(ALICE, newer);
  strictEqual(book.retire(id, ALICE), session);
  strictEqual(book.current.get(ALICE), newer);
});
