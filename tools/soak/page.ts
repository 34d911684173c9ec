/**
 * A soak as one self-contained HTML page: the verdicts, and a picture of each figure over the run as
 * inline SVG. No script, no font, nothing fetched.
 * @module
 */
import { escaped, htmlPage, round } from "../../edge/html_page.ts";
import { between, holds, type Verdict, warmUpMs } from "./judge.ts";
import type { Recording, Sample } from "./recording.ts";
import { quantile } from "./statistics.ts";

const WIDTH = 460;
const HEIGHT = 150;
const LEFT = 52;
const BOTTOM = 20;
const TOP = 8;
/** Stretches of the run in which latencies are taken together. */
const SLICES = 60;
const MIB = 1_048_576;

const STYLE = `
th, td { text-align: left; } .number { text-align: right; }
.broken { color: var(--model); font-weight: 600; } .warm { fill: var(--line); fill-opacity: .35; }
.first { stroke: var(--mark); fill: none; } .second { stroke: var(--model); fill: none; }
.key-first { color: var(--mark); } .key-second { color: var(--model); }`;

/** Returns the page. */
export function soakPage(recording: Recording, verdicts: readonly Verdict[]): string {
  const minutes = (recording.durationMs / 60_000).toFixed(1);
  const last = recording.samples.at(-1);
  const verdict = holds(verdicts) ? "Everything held." : "Something did not hold.";
  const body = `<h1>${verdict}</h1>
<p class="dim">${minutes} minutes, ${last?.truthEvents ?? 0} events and ${
    last?.marketEvents ?? 0
  } of market data. What is shaded is warm-up and not judged.</p>
${tableOf(verdicts)}
<div class="charts">
${chartsOf(recording).map((chart) => chartText(chart, recording.durationMs)).join("\n")}
</div>`;
  return htmlPage({ title: `Soak of ${minutes} minutes`, style: STYLE, body });
}

function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, verdict, value, bound, unit, detail }) =>
    `<tr><td class="${verdict}">${verdict}</td><td>${escaped(name)}</td>` +
    `<td class="number">${value}</td><td class="number">${bound}</td><td>${escaped(unit)}</td>` +
    `<td class="dim">${escaped(detail)}</td></tr>`
  );
  const heads = ["", "what", "value", "at most", "unit", ""];
  return `<table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
}

type Point = { readonly atMs: number; readonly value: number };
type Line = { readonly name: string; readonly points: readonly Point[] };
type Chart = { readonly title: string; readonly lines: readonly [Line] | readonly [Line, Line] };

function chartsOf(recording: Recording): readonly Chart[] {
  const { samples } = recording;
  const line = (name: string, of: (sample: Sample) => number): Line => ({
    name,
    points: samples.map((sample) => ({ atMs: sample.atMs, value: of(sample) })),
  });
  return [
    {
      title: "Memory, MiB",
      lines: [
        line("anonymous", (sample) => sample.anonymousBytes / MIB),
        line("heap", (sample) => sample.heapBytes / MIB),
      ],
    },
    {
      title: "External memory, MiB",
      lines: [line("external", (sample) => sample.externalBytes / MIB)],
    },
    { title: "Open descriptors", lines: [line("open", (sample) => sample.descriptors)] },
    {
      title: "Journal, MiB",
      lines: [
        line("truth", (sample) => sample.truthBytes / MIB),
        line("market data", (sample) => sample.marketBytes / MIB),
      ],
    },
    { title: "Index, MiB", lines: [line("index", (sample) => sample.indexBytes / MIB)] },
    {
      title: "Events behind",
      lines: [
        line("follower", (sample) => sample.followerLag),
        line("index", (sample) => sample.indexLag),
      ],
    },
    latencyChart(recording, 0.5),
    latencyChart(recording, 0.99),
  ];
}

function latencyChart(recording: Recording, part: number): Chart {
  const sliceMs = recording.durationMs / SLICES;
  const points = (of: readonly Recording["intents"][]): readonly Point[] =>
    Array.from({ length: SLICES }, (_, at) => {
      const stretch = { fromMs: at * sliceMs, toMs: (at + 1) * sliceMs };
      const values = of.map((timings) => quantile(between(timings, stretch), part));
      return {
        atMs: stretch.toMs,
        value: values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / 1_000,
      };
    }).filter(({ value }) => Number.isFinite(value));
  return {
    title: `Intent to report, p${part * 100}, ms`,
    lines: [
      { name: "intent to report", points: points([recording.intents]) },
      { name: "echo + sync", points: points([recording.echo, recording.sync]) },
    ],
  };
}

function chartText({ title, lines }: Chart, durationMs: number): string {
  const most = Math.max(1e-9, ...lines.flatMap(({ points }) => points.map(({ value }) => value)));
  const top = niceAbove(most);
  const x = (atMs: number): number => round(LEFT + atMs / durationMs * (WIDTH - LEFT));
  const y = (value: number): number => round(TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM));
  const paths = lines.map(({ name, points }, at) => {
    const kind = at === 0 ? "first" : "second";
    const text = points.map(({ atMs, value }) => `${x(atMs)},${y(value)}`).join(" ");
    return `<polyline class="${kind}" points="${text}"><title>${escaped(name)}</title></polyline>`;
  });
  const keys = lines.map(({ name }, at) =>
    `<span class="key-${at === 0 ? "first" : "second"}">${escaped(name)}</span>`
  );
  return `<figure>
<figcaption>${escaped(title)} <span class="dim">${keys.join(" · ")}</span></figcaption>
<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
 aria-label="${escaped(title)}">
<rect class="warm" x="${x(0)}" y="${TOP}" width="${
    round(x(warmUpMs(durationMs)) - x(0))
  }" height="${HEIGHT - TOP - BOTTOM}"/>
<path class="axis" d="M${x(0)} ${TOP}V${y(0)}H${WIDTH}"/>
<text x="${LEFT - 6}" y="${y(0)}" text-anchor="end">0</text>
<text x="${LEFT - 6}" y="${y(top) + 8}" text-anchor="end">${top}</text>
<text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">${
    (durationMs / 60_000).toFixed(1)
  } min</text>
${paths.join("\n")}
</svg>
</figure>`;
}

/** The next 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return Number((step * power).toPrecision(3));
}
