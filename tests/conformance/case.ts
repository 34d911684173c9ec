/**
 * A numbered case, and how a list of them is played.
 * @module
 */
import type { Driver } from "./driver.ts";
import { Skipped, Stage } from "./stage.ts";

/** One case. Its title is what must hold. */
export type Case = {
  readonly id: string;
  readonly title: string;
  /** Plays it. @throws {Skipped} If it does not apply; anything else thrown is a failure. */
  readonly run: (stage: Stage) => Promise<void>;
  /** It leaves daemon or venue as no other case wants them: it has its own. */
  readonly isApart?: true;
};

/** A case that cannot apply to any venue of this product yet, and why. */
export function never(id: string, title: string, reason: string): Case {
  return { id, title, run: () => Promise.reject(new Skipped(reason)) };
}

export type Result = {
  readonly id: string;
  readonly title: string;
  readonly result: "pass" | "skip" | "FAIL";
  /** Why it was skipped, or what failed. */
  readonly reason: string;
  /** How long it took. */
  readonly ms: number;
};

/** Longest time of one case: what hangs is a failure of that case alone. */
const CASE_MS = 60_000;

/**
 * Plays cases on one venue: in order on a stage that they share, and beside that those apart, each on
 * a stage of its own.
 */
export async function playCases(
  driver: Driver,
  cases: readonly Case[],
  heard: (result: Result) => void = () => {},
): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  const note = (result: Result): void => {
    results.set(result.id, result);
    heard(result);
  };
  await Promise.all([
    playShared(driver, cases.filter((one) => one.isApart !== true), note),
    playApart(driver, cases.filter((one) => one.isApart === true), note),
  ]);
  return cases.map(({ id }) => results.get(id)).filter((result) => result !== undefined);
}

type Note = (result: Result) => void;

async function playShared(driver: Driver, cases: readonly Case[], note: Note): Promise<void> {
  for (let next = 0; next < cases.length;) {
    await using stage = await Stage.open(driver);
    for (let isGood = true; isGood && next < cases.length; next++) {
      const one = cases[next];
      if (one === undefined) break;
      const { result, isStageGood } = await play(stage, one);
      note(result);
      isGood = isStageGood;
    }
  }
}

async function playApart(driver: Driver, cases: readonly Case[], note: Note): Promise<void> {
  for (const one of cases) {
    await using stage = await Stage.open(driver);
    note((await play(stage, one)).result);
  }
}

type Played = { readonly result: Result; readonly isStageGood: boolean };

/** Plays one case; a stage on which one failed is not used for the next. */
async function play(stage: Stage, one: Case): Promise<Played> {
  const { id, title } = one;
  const startMs = performance.now();
  const since = (): number => Math.round(performance.now() - startMs);
  try {
    await bounded(async () => {
      await stage.begin(id);
      await one.run(stage);
      await stage.end();
    });
    return { result: { id, title, result: "pass", reason: "", ms: since() }, isStageGood: true };
  } catch (error) {
    if (error instanceof Skipped) {
      const isStageGood = await stage.end().then(() => true, () => false);
      return {
        result: { id, title, result: "skip", reason: error.message, ms: since() },
        isStageGood,
      };
    }
    const why = error instanceof Error ? error.stack ?? error.message : String(error);
    const reason = [why, ...stage.lastStory()].join("\n");
    return { result: { id, title, result: "FAIL", reason, ms: since() }, isStageGood: false };
  }
}

async function bounded(run: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${CASE_MS} ms`)), CASE_MS);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
