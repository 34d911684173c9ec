/**
 * The frame of a self-contained HTML page: head, colours for light and dark, tables and charts. No
 * script, no font, nothing fetched.
 * @module
 */

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --dim: #68737f; --line: #d6dce2; --paper: #fbfaf7;
  --mark: #0b6e99; --model: #b5541c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --dim: #97a1ac; --line: #333c46;
  --paper: #14181d; --mark: #5bb8e0; --model: #e8935c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 64rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } p { max-width: 44rem; } .dim { color: var(--dim); }
table { border-collapse: collapse; margin: 1.5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--dim); }
.charts { display: flex; flex-wrap: wrap; gap: 1.5rem; } figure { margin: 0; }
figcaption { font-weight: 600; } svg text { fill: var(--dim); font-size: 10px; }
.axis { stroke: var(--line); fill: none; }`;

/** Returns a page. `style` is added to the frame's own; `body` is markup. */
export function htmlPage(
  { title, style, body }: { readonly title: string; readonly style: string; readonly body: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}
${style}
</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** Returns text as it may stand in markup and in attributes. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Returns a coordinate of a picture to a tenth of a pixel. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
