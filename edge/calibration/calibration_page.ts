/**
 * The calibration as one self-contained HTML page: a table, and a reliability diagram for each
 * horizon as inline SVG. No script, no font, nothing fetched.
 * @module
 */
import { escaped, htmlPage, round } from "../html_page.ts";
import type { HorizonFit, ReliabilityBin } from "../../core/hotloop/mod.ts";
import { type CalibrationReport, calibrationRows, horizonText, percent } from "./calibrate.ts";

const SIZE = 220;
const MARGIN = 30;
const RADIUS_MIN = 2;
const RADIUS_MAX = 9;

const STYLE = `
th, td { text-align: right; }
th:first-child, td:first-child { text-align: left; }
.ideal { stroke: var(--dim); stroke-dasharray: 3 3; }
.base { stroke: var(--model); stroke-width: 1; } .curve { stroke: var(--mark); fill: none; }
.bin { fill: var(--mark); fill-opacity: .75; }`;

/** Returns the page. */
export function calibrationPage(report: CalibrationReport): string {
  const { result, files } = report;
  const body = `<h1>How well fill probabilities fit</h1>
<p class="dim">${files.map(escaped).join(", ")}</p>
<p>${result.ordersPlaced} virtual orders joined the touches of ${result.instruments} instruments, one
each side every ${
    horizonText(report.everyMs)
  }; ${result.ordersFilled} filled, ${result.ordersLapsed}
lapsed. Skill is against saying the base rate every time: above 0 the model knows something;
the error is its standard deviation.</p>
${tableOf(report)}
<div class="charts">
${result.horizons.map(chartOf).join("\n")}
</div>
<p class="dim">Each dot is a tenth of the probabilities said: across, what was said on average; up,
how often it came true; its area, how many orders. On the dashed line the two agree. The level line is
the base rate. Outcomes are estimates too: the orders were never sent.</p>`;
  return htmlPage({ title: "Fill probabilities: calibration", style: STYLE, body });
}

function tableOf(report: CalibrationReport): string {
  const [heads = [], ...rows] = calibrationRows(report);
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  return `<table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.map(row).join("\n")}
</tbody>
</table>`;
}

function chartOf(fit: HorizonFit): string {
  const name = `within ${horizonText(fit.horizonMs)}`;
  const most = Math.max(1, ...fit.bins.map(({ count }) => count));
  const full = fit.bins.filter((bin) => bin.count > 0);
  const points = full.map((bin) => `${x(bin.meanP ?? 0)},${y(bin.meanOutcome ?? 0)}`).join(" ");
  const base = fit.baseRate === null
    ? ""
    : line("base", { x1: 0, y1: fit.baseRate, x2: 1, y2: fit.baseRate });
  return `<figure>
<figcaption>${name}</figcaption>
<svg width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}" role="img"
 aria-label="Reliability ${name}">
<rect class="axis" x="${x(0)}" y="${y(1)}" width="${x(1) - x(0)}" height="${y(0) - y(1)}"/>
${line("ideal", { x1: 0, y1: 0, x2: 1, y2: 1 })}
${base}
<polyline class="curve" points="${points}"/>
${full.map((bin) => dotOf(bin, most)).join("\n")}
${axisTexts()}
</svg>
</figure>`;
}

function dotOf(bin: ReliabilityBin, most: number): string {
  const radius = RADIUS_MIN + (RADIUS_MAX - RADIUS_MIN) * Math.sqrt(bin.count / most);
  const said = `${bin.count} orders: said ${percent(bin.meanP)}, filled ${
    percent(bin.meanOutcome)
  }`;
  return `<circle class="bin" cx="${x(bin.meanP ?? 0)}" cy="${y(bin.meanOutcome ?? 0)}" r="${
    radius.toFixed(1)
  }"><title>${said}</title></circle>`;
}

function axisTexts(): string {
  const ticks = [0, 0.5, 1];
  const across = ticks.map((at) =>
    `<text x="${x(at)}" y="${SIZE - MARGIN / 2 + 2}" text-anchor="middle">${at}</text>`
  );
  const up = ticks.map((at) =>
    `<text x="${MARGIN - 6}" y="${y(at) + 3}" text-anchor="end">${at}</text>`
  );
  return [...across, ...up].join("\n");
}

type Ends = { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

function line(kind: string, of: Ends): string {
  return `<line class="${kind}" x1="${x(of.x1)}" y1="${y(of.y1)}" x2="${x(of.x2)}" y2="${
    y(of.y2)
  }"/>`;
}

function x(share: number): number {
  return round(MARGIN + share * (SIZE - MARGIN - RADIUS_MAX));
}

function y(share: number): number {
  return round(SIZE - MARGIN - share * (SIZE - MARGIN - RADIUS_MAX));
}
