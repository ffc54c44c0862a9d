// Which networks are good? Error against a property, and the widths and depths of any network beside the best and the worst.
import { bootstrapBest } from "./resampling.js";
import { axes, dot, handle, line, linear, logarithmic, percent, polyline, rect, short, svg, table, words } from "./chart.js";
import { beyond, errorLimits, named } from "./distribution.js";
import { interactive } from "./kit.js";

const CLOUD = 250, GAP = 98, PROFILE = 120, REPEATS = 2000; // pixels, and draws of the bootstrap
const MARGIN = { left: 52, right: 14, top: 30 };
const PROPERTIES = {
  smallest_width: ["smallest width", (p, i) => Math.min(...p.widths[i])],
  last_width: ["width of the last stage", (p, i) => p.widths[i].at(-1)],
  growth: ["last width / first width", (p, i) => p.widths[i].at(-1) / p.widths[i][0]],
  depth: ["d, total depth", (p, i) => p.depths[i].reduce((a, b) => a + b, 0)],
  params: ["parameters", (p, i) => p.params[i]],
  activations: ["activations", (p, i) => p.activations[i]],
};

const schema = {
  shown: { type: "choice", choices: [], default: "", fromData: true },
  against: { type: "choice", choices: Object.keys(PROPERTIES), default: "smallest_width" },
  rank: { type: "int", min: 1, max: 100000, default: 1, fromData: true },
};

const controls = [
  { key: "shown", label: "population" },
  { key: "against", label: "error against", names: Object.fromEntries(Object.entries(PROPERTIES).map(([k, [name]]) => [k, name])) },
  { key: "rank", label: "network, 1 is the best" },
];

function prepare(data, rules) {
  const names = named(data, "to look at");
  const most = Math.max(...names.map((name) => data[name].errors.length));
  return {
    ...rules,
    shown: { ...rules.shown, choices: names, default: names[0] },
    rank: { ...rules.rank, max: most, default: Math.ceil(data[names[0]].errors.length / 2) },
  };
}

const byError = (p) => p.errors.map((_, i) => i).sort((a, b) => p.errors[a] - p.errors[b]);
const chosen = (state, order) => order[Math.min(state.rank, order.length) - 1];

function scales(p, values, width) {
  const [low, high] = errorLimits([p.errors]);
  const y = linear(low, high, MARGIN.top + CLOUD, MARGIN.top);
  return {
    x: logarithmic(Math.min(...values) / 1.15, Math.max(...values) * 1.15, MARGIN.left, width - MARGIN.right),
    y: Object.assign((e) => Math.max(MARGIN.top, y(e)), y), // what lies beyond stands at the edge
  };
}

const valuesOf = (state, p) => p.errors.map((_, i) => PROPERTIES[state.against][1](p, i));

function cloud(state, p, order, values, best, width) {
  const { x, y } = scales(p, values, width), pick = chosen(state, order);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: MARGIN.top + CLOUD };
  const parts = [rect(x(best[0]), box.top, x(best[2]) - x(best[0]), CLOUD, "rni-fa rni-pale", "where the best networks lie, 95 % bootstrap interval")];
  parts.push(line(x(best[1]), box.top, x(best[1]), box.bottom, "rni-la"));
  parts.push(axes(box, { scale: x, name: PROPERTIES[state.against][0], ticks: x.ticks(width / 90), write: (v) => short(v) }, { scale: y, name: "error, %", write: (e) => String(Math.round(1000 * e) / 10) }));
  p.errors.forEach((e, i) => i !== pick && parts.push(dot(x(values[i]), y(e), 3.5, "rni-fs rni-soft", `${percent(e)}: depths ${p.depths[i].join(", ")}; widths ${p.widths[i].join(", ")}`)));
  parts.push(dot(x(values[pick]), y(p.errors[pick]), 6.5, "rni-fb rni-edge"));
  return parts.join("");
}

/** The ground of the cloud: the network under the pointer is picked, and the arrow keys go from point to point. */
function ground(p, rank, pick, width) {
  const area = `<rect class="rni-hit" x="${MARGIN.left}" y="${MARGIN.top}" width="${width - MARGIN.left - MARGIN.right}" height="${CLOUD}" fill="transparent"/>`;
  const text = `network ${rank}: error ${percent(p.errors[pick])}`;
  return handle("pick", area, { label: "networks; the arrow keys go from point to point", value: rank, min: 1, max: p.errors.length, text });
}

/** The widths of three networks, block by block, on the same axes. */
function profiles(p, order, pick, width, top) {
  const shown = [["best", order[0], "rni-la"], ["chosen", pick, "rni-lb"], ["worst", order.at(-1), "rni-ls"]];
  const each = (width - MARGIN.left - MARGIN.right) / 3;
  const all = shown.flatMap(([, i]) => p.widths[i]);
  const y = logarithmic(Math.min(...all) / 1.3, Math.max(...all) * 1.3, top + PROFILE, top);
  const longest = Math.max(...shown.map(([, i]) => p.depths[i].reduce((a, b) => a + b, 0)));
  const parts = [words(MARGIN.left - 42, top - 42, "width of every block, channels", { className: "rni-t rni-name" })];
  for (const tick of y.ticks(5)) parts.push(line(MARGIN.left, y(tick), width - MARGIN.right, y(tick), "rni-grid"), words(MARGIN.left - 6, y(tick) + 4, String(tick), { anchor: "end" }));
  shown.forEach(([name, i, stroke], k) => {
    const x = linear(0, longest, MARGIN.left + k * each + 4, MARGIN.left + (k + 1) * each - 8);
    const points = [];
    let j = 0;
    p.widths[i].forEach((w, s) => {
      points.push([x(j), y(w)], [x(j + p.depths[i][s]), y(w)]);
      j += p.depths[i][s];
    });
    parts.push(polyline(points, stroke), words(x(0), top - 22, name), words(x(0), top - 7, percent(p.errors[i])));
  });
  return parts.join("");
}

export function view(state, { width, data }) {
  const p = data[state.shown], order = byError(p), pick = chosen(state, order);
  const values = valuesOf(state, p), best = bootstrapBest(values, p.errors, REPEATS, 0);
  const top = MARGIN.top + CLOUD + GAP;
  const name = PROPERTIES[state.against][0];
  const label = `Error against ${name} of ${p.errors.length} networks of ${p.space}; below, the widths of the best, the chosen and the worst network, block by block.`;
  const rank = order.indexOf(pick) + 1;
  const summary = `Network ${rank} of ${order.length} by error: ${percent(p.errors[pick])}, depths ${p.depths[pick].join(", ")}, widths ${p.widths[pick].join(", ")}, ${name} ${short(values[pick])}. The best networks have a ${name} around ${short(best[1])}, 95 % between ${short(best[0])} and ${short(best[2])}. ${beyond([p.errors], errorLimits([p.errors])[1])}`.trim();
  return {
    picture: svg(width, top + PROFILE + 12, label, cloud(state, p, order, values, best, width) + profiles(p, order, pick, width, top), ground(p, rank, pick, width)),
    summary, table: networks(p, order, pick, values, name), source: p.source,
  };
}

function networks(p, order, pick, values, name) {
  const row = (called, i) => [called, percent(p.errors[i]), p.depths[i].join(", "), p.widths[i].join(", "), short(values[i])];
  return table("Three networks", [["network", "error", "depths", "widths", name], row("best", order[0]), row("chosen", pick), row("worst", order.at(-1))]);
}

/** The network that is nearest to the pointer. */
function drag(handle, point, state, { width, data }) {
  const p = data[state.shown], values = valuesOf(state, p), { x, y } = scales(p, values, width);
  const far = (i) => Math.hypot(x(values[i]) - point.x, y(p.errors[i]) - point.y);
  const near = p.errors.reduce((found, _, i) => (far(i) < far(found) ? i : found), 0);
  return { rank: byError(p).indexOf(near) + 1 };
}

/** Arrows to the left and right go to the next value of the property, up and down to the next error. */
function step(name, [right, up], state, { data }) {
  const p = data[state.shown], order = byError(p);
  const rank = Math.min(state.rank, order.length);
  if (up) return { rank: rank + up };
  const values = valuesOf(state, p), pick = chosen(state, order);
  const across = order.slice().sort((a, b) => values[a] - values[b] || p.errors[a] - p.errors[b]);
  const next = across[Math.min(order.length - 1, Math.max(0, across.indexOf(pick) + right))];
  return { rank: order.indexOf(next) + 1 };
}

const presets = () => [
  { name: "Figure 2, middle: total depth", state: { against: "depth" } },
  { name: "Figure 2, right: width of the last stage", state: { against: "last_width" } },
  { name: "Figure 6: the best network", state: { rank: 1 } },
];

export const widget = interactive({ name: "good_bad_gallery", title: "Good and bad gallery", schema, controls, view, presets, drag, step, prepare });
export default widget;
