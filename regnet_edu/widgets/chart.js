// Pictures as SVG text: scales, axes, lines. No document is needed, so stills are drawn by node as well.

export const escapeText = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

const place = (x) => (Math.round(x * 10) / 10).toString();

export function linear(low, high, from, to) {
  const span = high - low || 1;
  const scale = (x) => from + ((x - low) / span) * (to - from);
  scale.invert = (p) => low + ((p - from) / (to - from)) * span;
  scale.ticks = (count = 5) => niceTicks(low, high, count);
  return scale;
}

export function logarithmic(low, high, from, to) {
  const inner = linear(Math.log2(low), Math.log2(high), from, to);
  const scale = (x) => inner(Math.log2(x));
  scale.invert = (p) => 2 ** inner.invert(p);
  scale.ticks = (count = 8) => {
    const first = Math.ceil(Math.log2(low) - 1e-9), last = Math.floor(Math.log2(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / count));
    const ticks = [];
    for (let k = first; k <= last; k += every) ticks.push(2 ** k);
    return ticks;
  };
  return scale;
}

export function niceTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * unit >= rough) * unit;
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

export const polyline = (points, className) =>
  `<path class="${className}" d="M${points.map(([x, y]) => `${place(x)} ${place(y)}`).join("L")}"/>`;

export const line = (x1, y1, x2, y2, className) =>
  `<line class="${className}" x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}"/>`;

/** What a mark says when the pointer is over it; see readout.js. */
const says = (title) => (title ? ` data-say="${escapeText(title)}"` : "");

export const rect = (x, y, width, height, className, title = "") =>
  `<rect class="${className}" x="${place(x)}" y="${place(y)}" width="${place(Math.max(0, width))}" height="${place(Math.max(0, height))}"${says(title)}/>`;

/** A dot; one with a `key` glides to its new place when another picture has a dot of the same key. */
export const dot = (x, y, radius, className, title = "", key = "") =>
  `<circle class="${className}" cx="${place(x)}" cy="${place(y)}" r="${radius}"${says(title)}${key && ` data-key="${escapeText(key)}"`}/>`;

/** Many dots as one line of points: they say nothing and do not move, but they cost little. */
export const specks = (points, className) =>
  points.length ? `<path class="rni-specks ${className}" d="${points.map(([x, y]) => `M${place(x)} ${place(y)}h0`).join("")}"/>` : "";

export const words = (x, y, text, { anchor = "start", className = "rni-t", turn = 0 } = {}) =>
  `<text class="${className}" x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"` +
  `${turn ? ` transform="rotate(${turn} ${place(x)} ${place(y)})"` : ""}>${escapeText(text)}</text>`;

/** Left and lower axis with grid lines and names. `x` and `y` are { scale, name, ticks?, write? }. */
export function axes(box, x, y) {
  const parts = [];
  for (const tick of y.ticks ?? y.scale.ticks()) {
    const at = y.scale(tick);
    parts.push(line(box.left, at, box.right, at, "rni-grid"));
    parts.push(words(box.left - 6, at + 4, (y.write ?? String)(tick), { anchor: "end" }));
  }
  for (const tick of x.ticks ?? x.scale.ticks()) {
    parts.push(line(x.scale(tick), box.bottom, x.scale(tick), box.bottom + 4, "rni-axis"));
    parts.push(words(x.scale(tick), box.bottom + 17, (x.write ?? String)(tick), { anchor: "middle" }));
  }
  parts.push(line(box.left, box.bottom, box.right, box.bottom, "rni-axis"));
  parts.push(words((box.left + box.right) / 2, box.bottom + 34, x.name, { anchor: "middle", className: "rni-t rni-name" }));
  parts.push(words(box.left - 42, box.top - 10, y.name, { className: "rni-t rni-name" }));
  return parts.join("");
}

/** A picture with its text alternative. What can be taken hold of lies over it: within an image nothing can be focused. */
export const svg = (width, height, label, content, handles = "") =>
  `<svg viewBox="0 0 ${place(width)} ${place(height)}" width="${place(width)}" height="${place(height)}"${handles ? "" : ` role="img" aria-label="${escapeText(label)}"`}>` +
  `${handles ? `<g role="img" aria-label="${escapeText(label)}">${content}</g>${handles}` : content}</svg>`;

/** Something to drag or to move with the arrow keys; `name` is the value of the state that it moves, or "pick". */
export const handle = (name, content, { label, value, min, max, text }) =>
  `<g data-drag="${name}" tabindex="0" role="slider" aria-label="${escapeText(label)}" aria-valuenow="${value}" aria-valuemin="${min}" aria-valuemax="${max}" aria-valuetext="${escapeText(text ?? value)}">${content}</g>`;

/** A round grip with room for a finger. */
export const grip = (x, y, title) =>
  `<circle class="rni-hit" cx="${place(x)}" cy="${place(y)}" r="20" fill="transparent"${says(title)}/><circle class="rni-grip" cx="${place(x)}" cy="${place(y)}" r="6"/>`;

/** A line from top to bottom with a grip at its foot. */
export const slide = (x, box, title) =>
  `${line(x, box.top, x, box.bottom, "rni-ls")}<rect class="rni-hit" x="${place(x - 20)}" y="${box.top}" width="40" height="${box.bottom - box.top + 12}" fill="transparent"${says(title)}/><circle class="rni-grip" cx="${place(x)}" cy="${box.bottom}" r="6"/>`;

/** The part of a drawing that lies within a box. */
export const clip = ({ left, top, right, bottom }, content) =>
  `<svg x="${left}" y="${top}" width="${place(right - left)}" height="${place(bottom - top)}" viewBox="${left} ${top} ${place(right - left)} ${place(bottom - top)}">${content}</svg>`;

/** The least of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is no less than x: a calm end of an axis. */
export function roundUp(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((m) => m * power >= x * (1 - 1e-9)) * power;
}

const TALL = 15; // pixels between the feet of two labels

/** Names beside their lines, in place of a legend: [{ x, y, text, fill, anchor? }], moved up and down until all can be read. */
export function labels(entries, { top, bottom }) {
  const reach = ({ text, anchor }) => [anchor === "end" ? 7.6 * text.length : 0, anchor === "end" ? 0 : 7.6 * text.length];
  const apart = (a, b) => a.x + reach(a)[1] < b.x - reach(b)[0] || b.x + reach(b)[1] < a.x - reach(a)[0];
  const sorted = entries.map((e) => ({ ...e })).sort((a, b) => a.y - b.y);
  const room = (from, step, limit) => {
    for (let k = from; sorted[k]; k += step) {
      const beside = sorted[k - step], least = beside ? beside.y + step * TALL : limit;
      if (!beside || !apart(beside, sorted[k])) sorted[k].y = step > 0 ? Math.max(sorted[k].y, least) : Math.min(sorted[k].y, least);
    }
  };
  room(0, 1, top + 10);
  room(sorted.length - 1, -1, bottom - 4);
  return sorted.map(({ x, y, text, fill, anchor = "start" }) => words(x, y, text, { anchor, className: `rni-t rni-strong rni-halo ${fill}` })).join("");
}

/** Colour fields with names, one below the other, on a plate that lets the names be read over lines. */
export const legend = (entries, x, y, wide = 168) =>
  rect(x - 6, y - 5, wide, 17 * entries.length + 6, "rni-plate") +
  entries.map(([fill, text], i) => rect(x, y + 17 * i, 10, 10, fill) + words(x + 15, y + 17 * i + 9, text)).join("");

/** A table; the first row is the head, the first cell of each row names it. */
export function table(caption, rows) {
  const whole = (text) => escapeText(text).replace(/ (?=[%×]|10[⁰¹²³⁴⁵⁶⁷⁸⁹])/g, "\u00a0"); // a number and its unit stay together
  const cell = (tag, scope) => (text) => `<${tag}${scope}>${whole(text)}</${tag}>`;
  const head = rows[0].map(cell("th", ' scope="col"')).join("");
  const body = rows.slice(1).map(([first, ...rest]) => `<tr>${cell("th", ' scope="row"')(first)}${rest.map(cell("td", "")).join("")}</tr>`);
  return `<table><caption>${escapeText(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

const UNITS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

/** 397678568 -> "398 M". */
export function short(x, digits = 3) {
  for (const [unit, letter] of UNITS) if (Math.abs(x) >= unit * (1 - 0.5 / 10 ** digits)) return `${Number((x / unit).toPrecision(digits))} ${letter}`;
  return String(Number(x.toPrecision(digits)));
}

/** 12200 million -> "12.2 billion"; what is below a million is written out. */
export function inWords(x, digits = 3) {
  if (x < 1e6) return Number(x.toPrecision(digits)).toLocaleString("en");
  const [unit, name] = [[1e18, "× 10¹⁸"], [1e15, "× 10¹⁵"], [1e12, "trillion"], [1e9, "billion"], [1e6, "million"]].find(([u]) => x >= u * (1 - 0.5 / 10 ** digits));
  return `${Number((x / unit).toPrecision(digits)).toLocaleString("en")} ${name}`;
}

/** 1.847e18 -> "1.85 × 10¹⁸"; what is below a million is written out. */
export function powers(x) {
  const number = Number(x);
  if (number < 1e6) return number.toLocaleString("en");
  const [digits, exponent] = number.toExponential(2).split("e+");
  return `${digits} × 10${[...exponent].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`;
}

/** Where among others of its value the i-th dot lies, in [0, 1), so that they can be told apart. */
export const sideways = (i) => (i * 0.618034) % 1;

export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

export const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
