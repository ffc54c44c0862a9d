// Which networks are good? Error against a property, and the widths and depths of any network beside the best and the worst.
import { bootstrapBest } from "./resampling.js";
import { axes, dot, handle, line, linear, logarithmic, percent, polyline, rect, short, svg, table, words } from "./chart.js";
import { beyond, called, errorLimits, named, remember } from "./distribution.js";
import { interactive } from "./kit.js";

const CLOUD = 250, STRIP = 14, GAP = 112, PROFILE = 110, REPEATS = 2000; // pixels, and draws of the bootstrap
const MARGIN = { left: 52, right: 14, top: 30 };
const RADIUS = 3.5, STEP = 3; // of a dot, and how far it moves aside for another
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
  { key: "shown", label: "population", names: called },
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

/** Where every dot stands: at its value and its error, but aside where another stands already; the best come first. */
function placed(state, p, order, values, width) {
  return remember(`gallery ${state.against} ${width} ${p.space} ${p.errors.join()}`, () => {
    const { x, y } = scales(p, values, width), taken = [], spots = [];
    for (const i of order) {
      const [at, height] = [x(values[i]), y(p.errors[i])];
      const free = (a) => taken.every(([b, c]) => Math.abs(c - height) >= 2 * RADIUS || Math.hypot(a - b, c - height) >= 2 * RADIUS - 0.5);
      let aside = 0;
      while (aside < 24 && !free(at + aside)) aside = aside > 0 ? -aside : -aside + STEP; // 0, 3, -3, 6, -6, ...
      if (!free(at + aside)) aside = 0;
      const inside = Math.min(width - MARGIN.right - RADIUS, Math.max(MARGIN.left + RADIUS, at + aside));
      taken.push([inside, height]);
      spots[i] = [inside, height];
    }
    return spots;
  });
}

/** Where the best networks lie: a strip along the axis, from the low end of the interval to the high one. */
function strip(best, x, width) {
  const top = MARGIN.top + CLOUD + 3, said = `the best networks: ${short(best[1])}, 95 % between ${short(best[0])} and ${short(best[2])}`;
  const [from, to] = [x(best[0]), Math.max(x(best[2]), x(best[0]) + 2)];
  const text = "best, 95 %", wide = 7 * text.length + 8, right = to + wide < width - MARGIN.right, room = right || from - wide > MARGIN.left;
  return rect(from, top, to - from, STRIP - 6, "rni-fa rni-soft", said) + line(x(best[1]), top - 4, x(best[1]), top + STRIP - 2, "rni-la", said) +
    (room ? words(right ? to + 6 : from - 6, top + 8, text, { anchor: right ? "start" : "end", className: "rni-t rni-name" }) : "");
}

function cloud(state, p, order, spots, best, scale, width) {
  const { x, y } = scale, pick = chosen(state, order);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: MARGIN.top + CLOUD };
  const parts = [axes({ ...box, bottom: box.bottom + STRIP }, { scale: x, name: PROPERTIES[state.against][0], ticks: x.ticks(width / 90), write: (v) => short(v) }, { scale: y, name: "error, %", write: (e) => String(Math.round(1000 * e) / 10) })];
  parts.push(strip(best, x, width));
  p.errors.forEach((_, i) => parts.push(dot(...spots[i], RADIUS, "rni-fs rni-soft", "", `${state.shown}:${i}`)));
  for (const [name, i, fill] of [["worst", order.at(-1), "rni-fs"], ["best", order[0], "rni-fa"], ["", pick, "rni-fb"]]) {
    const [a, b] = spots[i], right = a + 50 < width - MARGIN.right;
    parts.push(dot(a, b, name ? 5.5 : 6.5, `${fill} rni-edge`));
    if (name) parts.push(words(right ? a + 9 : a - 9, Math.max(b + 4, MARGIN.top + 12), name, { anchor: right ? "start" : "end", className: `rni-t rni-strong rni-halo ${fill}` }));
  }
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
  const values = valuesOf(state, p), best = remember(`best ${state.against} ${p.errors.join()}`, () => bootstrapBest(values, p.errors, REPEATS, 0));
  const top = MARGIN.top + CLOUD + GAP;
  const name = PROPERTIES[state.against][0];
  const label = `Error against ${name} of ${p.errors.length} networks of ${p.space}; below, the widths of the best, the chosen and the worst network, block by block.`;
  const rank = order.indexOf(pick) + 1;
  const summary = `Network ${rank} of ${order.length} by error: ${percent(p.errors[pick])}, depths ${p.depths[pick].join(", ")}, widths ${p.widths[pick].join(", ")}, ${name} ${short(values[pick])}. The best networks have a ${name} around ${short(best[1])}, 95 % between ${short(best[0])} and ${short(best[2])}. ${beyond([p.errors], errorLimits([p.errors])[1])}`.trim();
  return {
    picture: svg(width, top + PROFILE + 12, label, cloud(state, p, order, placed(state, p, order, values, width), best, scales(p, values, width), width) + profiles(p, order, pick, width, top), ground(p, rank, pick, width)),
    summary, table: networks(p, order, pick, values, name), source: p.source,
  };
}

function networks(p, order, pick, values, name) {
  const row = (called, i) => [called, percent(p.errors[i]), p.depths[i].join(", "), p.widths[i].join(", "), short(values[i])];
  return table("Three networks", [["network", "error", "depths", "widths", name], row("best", order[0]), row("chosen", pick), row("worst", order.at(-1))]);
}

/** The network that is nearest to the pointer. */
function drag(handle, point, state, { width, data }) {
  const p = data[state.shown], order = byError(p), spots = placed(state, p, order, valuesOf(state, p), width);
  const far = (i) => Math.hypot(spots[i][0] - point.x, spots[i][1] - point.y);
  return { rank: order.indexOf(order.reduce((found, i) => (far(i) < far(found) ? i : found))) + 1 };
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

/** The network that is shown, for another interactive of the page. */
function gives(state, data) {
  const p = data[state.shown], i = chosen(state, byError(p));
  return { depths: p.depths[i], widths: p.widths[i], ratios: p.bottleneck_ratios[i], groups: p.group_widths[i] };
}

const presets = () => [
  { name: "Figure 2, middle: total depth", state: { against: "depth" } },
  { name: "Figure 2, right: width of the last stage", state: { against: "last_width" } },
  { name: "Figure 6: the best network", state: { rank: 1 } },
];

export const widget = interactive({ name: "good_bad_gallery", title: "Good and bad gallery", schema, controls, view, presets, drag, step, prepare, gives });
export default widget;
