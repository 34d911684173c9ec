/**
 * `tapeline why`: from a name to the story of the order or intent that bears it.
 * @module
 */
import { clOrdIdPrefix } from "../../../core/command.ts";
import { inspectFiles } from "../../journal/opening.ts";
import { resolve } from "./resolve.ts";
import { StoryTeller, type Told } from "./story.ts";
import { parseSubject, type Subject, type Target, targetName } from "./subject.ts";
import { type Source, type Walked, walkJournal } from "./walk.ts";

/** A story as it is printed for programs. */
export type Story = Told & {
  /** What it is about. */
  readonly subject: string;
  readonly journal_id: string;
  /** The journal as far as it was read. */
  readonly first_seq: number;
  readonly last_seq: number;
  /** The first bad record: nothing after it is told. */
  readonly problem?: string;
};

/** A story, or the sentence that says why there is none. */
export type WhyResult =
  | { readonly kind: "told"; readonly story: Story }
  | { readonly kind: "unknown"; readonly sentence: string; readonly problem?: string };

/**
 * Tells the story of what `name` names.
 * @throws {JournalRefused} If there is no journal.
 */
export function why(source: Source, name: string): WhyResult {
  const subject = parseSubject(name);
  const journalId = inspectFiles(source.disk, source.stateDirectory).mark?.journalId ?? "";
  if (subject.kind === "order" || subject.kind === "clOrdId") {
    const prefix = clOrdIdPrefix(journalId);
    if (subject.kind === "clOrdId" && subject.prefix !== prefix) {
      return unknown(name, `the client order ids of this journal begin with ${prefix}`);
    }
    const told = tell(source, { kind: "order", order: subject.order });
    if (told.kind === "told" || subject.kind === "clOrdId") return told;
  }
  return resolved(source, subject);
}

/** The order or intent must be found before its story can be told from its beginning. */
function resolved(source: Source, subject: Subject): WhyResult {
  const { targets, walked } = resolve(source, subject);
  const [target] = targets;
  if (target === undefined) return unknown(subject.text, heldWords(walked), walked.problem);
  if (targets.length > 1) {
    return unknown(
      subject.text,
      `it can be ${targets.map(targetName).join(", ")}: name one of them`,
    );
  }
  return tell(source, target);
}

function tell(source: Source, target: Target): WhyResult {
  const journalId = inspectFiles(source.disk, source.stateDirectory).mark?.journalId ?? "";
  const teller = new StoryTeller(target, journalId);
  const walked = walkJournal(source, teller);
  const { told } = teller;
  if (told.steps.length === 0) {
    return unknown(targetName(target), heldWords(walked), walked.problem);
  }
  return { kind: "told", story: toStory(targetWords(target), told, walked) };
}

function toStory(subject: string, told: Told, walked: Walked): Story {
  const { journalId, firstSeq, lastSeq, problem } = walked;
  return {
    subject,
    journal_id: journalId,
    first_seq: firstSeq,
    last_seq: lastSeq,
    ...(problem === undefined ? {} : { problem }),
    ...told,
  };
}

function targetWords(target: Target): string {
  switch (target.kind) {
    case "order":
      return `Order ${target.order}`;
    case "intent":
      return `Intent ${targetName(target)}`;
    case "foreign":
      return `Order ${targetName(target)}, which was not placed from here`;
  }
}

function heldWords({ firstSeq, lastSeq }: Walked): string {
  return `the journal holds seq_id ${firstSeq} to ${lastSeq}, and nothing of it bears that name`;
}

function unknown(name: string, why: string, problem?: string): WhyResult {
  const sentence = `Cannot tell the story of ${name}: ${why}`;
  return { kind: "unknown", sentence, ...(problem === undefined ? {} : { problem }) };
}
