/**
 * A story as text: what became of it, one line per step, how long each hop took.
 * @module
 */
import { table } from "../table.ts";
import { plain } from "../top/text.ts";
import { type Chain, hopsOf, totalUs } from "./latency.ts";
import { type Fields, textOf } from "./record.ts";
import type { OrderSummary } from "./story.ts";
import type { Step } from "./steps.ts";
import { clockText, dateText, spanText } from "./times.ts";
import type { Story } from "./why.ts";

/** Columns between step and text. */
const KIND_COLUMNS = 8;

/** Returns the lines; what a client or a venue wrote can neither add one nor move the cursor. */
export function storyLines(story: Story): string[] {
  return [
    ...headLines(story),
    "",
    ...stepLines(story),
    ...noteLines(story),
    ...latencyLines(story.latency),
  ].map(plain);
}

function headLines({ subject, order, intents }: Story): string[] {
  if (order === null) return [subject];
  const { report } = order;
  const price = textOf(report, "price");
  const terms = [
    textOf(report, "side"),
    textOf(report, "order_qty"),
    ...(price === undefined ? [] : ["at", price]),
    textOf(report, "ord_type"),
    textOf(report, "time_in_force"),
    "on",
    textOf(report, "instrument"),
  ].join(" ");
  return [
    `Order ${report["order_id"]} of ${order.client}: ${terms}`,
    `${statusWords(order)}, ${filledWords(report)}`,
    `client order id ${order.cl_ord_ids.join(", ") || "none"}, at the venue ${
      textOf(report, "venue_order_id") ?? "not known"
    }; intents ${intents.join(", ") || "none"}`,
  ];
}

function statusWords({ report, in_doubt: isInDoubt }: OrderSummary): string {
  const status = textOf(report, "ord_status") ?? "no state";
  return isInDoubt ? `${status}, in doubt: what the venue made of it is not known` : status;
}

function filledWords(report: Fields): string {
  const average = textOf(report, "avg_px");
  const filled = textOf(report, "cum_qty");
  return average === undefined ? "nothing filled" : `${filled} filled at ${average}`;
}

function stepLines({ steps, left_out: leftOut }: Story): string[] {
  const width = Math.max(...steps.map(({ seq_id }) => String(seq_id).length), 6);
  const blank = " ".repeat("16:49:38.112592".length + 2 + width);
  const lines: string[] = [];
  let date = "";
  let seq = -1;
  for (const [at, step] of steps.entries()) {
    if (dateText(step.time_us) !== date) {
      date = dateText(step.time_us);
      lines.push(`${date} (UTC)${" ".repeat(15 + 2 + width - 16)}`.trimEnd());
    }
    const head = step.seq_id === seq ? blank : headOf(step, width);
    seq = step.seq_id;
    lines.push(`${head}  ${step.kind.padEnd(KIND_COLUMNS)}  ${step.text}`);
    if (leftOut > 0 && at === steps.length / 2 - 1) lines.push(`… ${leftOut} steps left out …`);
  }
  return lines;
}

function headOf(step: Step, width: number): string {
  return `${clockText(step.time_us)}  ${String(step.seq_id).padStart(width)}`;
}

function noteLines({ ignored, first_seq: firstSeq, problem }: Story): string[] {
  const { events, last_seq_id: last } = ignored;
  return [
    ...(events === 0 ? [] : [
      `${events} other events repeated what was known and changed nothing, the last is ${last}.`,
    ]),
    ...(firstSeq <= 1 ? [] : [
      `The journal begins at seq_id ${firstSeq}: what was before has been dropped.`,
    ]),
    ...(problem === undefined
      ? []
      : ["The journal is not intact: this is the story up to its first bad record."]),
  ];
}

function latencyLines(chains: readonly Chain[]): string[] {
  return chains.filter(({ marks }) => marks.length > 1).flatMap((chain) => {
    const total = totalUs(chain);
    const name = chain.intent_id === null ? chain.what : `${chain.what} ${chain.intent_id}`;
    const rows = hopsOf(chain).map(({ from, to, us }) => [`  ${from} → ${to}`, spanText(us)]);
    const sum = total === null ? [] : [["  total since the daemon had it", spanText(total)]];
    return ["", `Latency of ${name}`, ...table([...rows, ...sum])];
  });
}
