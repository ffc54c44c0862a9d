// Published networks on any two axes: point at one and see which RegNet does as well for less.
import { axes, handle, linear, line, logarithmic, percent, plural, polyline, rect, short, svg, table, words } from "./chart.js";
import { FILLS, LINES } from "./distribution.js";
import { interactive } from "./kit.js";

const CHART = 324, KEY = 20, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 }; // pixels; KEY is a row of names
const FAMILIES = ["RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet", "mobile"];
const RADIUS = 4.5;

const hours = (h) => `${h} h`;
const ms = (t) => `${t} ms`;
/** name, how a value and a tick are written, whether it is an error; costs have logarithmic axes. */
const MEASURES = {
  flops: { name: "flops", write: (v) => `${short(v, 2)}F` },
  params: { name: "parameters", write: (v) => short(v, 2) },
  activations: { name: "activations", write: (v) => short(v, 2) },
  inference_ms: { name: "inference of 64 images on one V100, ms", unit: "inference", write: ms, tick: String },
  training_hours: { name: "100 epochs on eight V100, hours", unit: "training", write: hours, tick: String },
  error: { name: "top-1 error, %", error: true },
  error_reported: { name: "top-1 error as first reported, %", error: true },
};
const REGIMES = { all: [0, Infinity], mobile: [0.5e9, 0.7e9], low: [0, 1e9], middle: [1e9, 3e9], high: [3e9, Infinity] };
const REGIME_NAMES = { all: "all", mobile: "mobile: 0.5 to 0.7 GF", low: "low: below 1 GF", middle: "middle: 1 to 3 GF", high: "high: 3 GF and more" };
const AXIS_NAMES = {
  flops: "flops", params: "parameters", activations: "activations", inference_ms: "inference time", training_hours: "training time",
  error: "error, same training", error_reported: "error, as first reported",
};

const schema = {
  x: { type: "choice", choices: Object.keys(MEASURES), default: "inference_ms" },
  y: { type: "choice", choices: Object.keys(MEASURES), default: "error" },
  regime: { type: "choice", choices: Object.keys(REGIMES), default: "all" },
  network: { type: "choice", choices: [], default: "EfficientNet-B5", fromData: true },
  families: { type: "set", choices: FAMILIES, default: FAMILIES },
};

const controls = [
  { key: "x", label: "across", names: AXIS_NAMES },
  { key: "y", label: "upwards", names: AXIS_NAMES },
  { key: "regime", label: "regime", names: REGIME_NAMES },
  { key: "network", label: "network" },
  { key: "families", label: "Families:", names: { mobile: "mobile networks" } },
];

function prepare(data, rules) {
  const choices = (data.field ?? []).map((m) => m.title);
  if (!choices.length) throw new Error("There is no published network to show here: the page brought none.");
  return { ...rules, network: { ...rules.network, choices } };
}

const isRegNet = (m) => m.family.startsWith("RegNet");
const inRegime = (state, m) => m.flops >= REGIMES[state.regime][0] && m.flops < REGIMES[state.regime][1];
const wanted = (state, data) => data.field.filter((m) => state.families.includes(m.family) && inRegime(state, m));
const placed = (state, networks) => networks.filter((m) => m[state.x] != null && m[state.y] != null);
const written = (key, value) => (value == null ? "–" : MEASURES[key].error ? percent(value) : MEASURES[key].write(value));

function scale(key, networks, from, to) {
  const values = networks.map((m) => m[key]), low = Math.min(...values), high = Math.max(...values);
  if (!networks.length) return linear(0, 1, from, to);
  if (MEASURES[key].error) return linear(low - 0.06 * (high - low || 0.01), high + 0.06 * (high - low || 0.01), from, to);
  return logarithmic(low / 1.18, high * 1.18, from, to);
}

function scales(state, shown, width) {
  return {
    x: scale(state.x, shown, MARGIN.left, width - MARGIN.right),
    y: scale(state.y, shown, topOf(width) + CHART, topOf(width)),
  };
}

/** Ticks at 1, 2, 5 of every power of ten: whole numbers on the axes of costs. */
function axis(key, { scale: of, low, high, most }) {
  if (MEASURES[key].error) return { scale: of, name: MEASURES[key].name, ticks: of.ticks(most), write: (e) => String(Math.round(1000 * e) / 10) };
  const ticks = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) for (const k of [1, 2, 5]) if (k * power >= low && k * power <= high) ticks.push(k * power);
  return { scale: of, name: MEASURES[key].name, ticks: ticks.length > most ? ticks.filter((_, i) => i % 2 === 0) : ticks, write: MEASURES[key].tick ?? ((v) => short(v, 2)) };
}

const SHAPES = [
  (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}"`,
  (x, y, r) => `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"`,
  (x, y, r) => `<path d="M${x} ${y - 1.2 * r}L${x + 1.2 * r} ${y + r}H${x - 1.2 * r}Z"`,
  (x, y, r) => `<path d="M${x} ${y + 1.2 * r}L${x + 1.2 * r} ${y - r}H${x - 1.2 * r}Z"`,
  (x, y, r) => `<path d="M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z"`,
  (x, y, r) => `<path d="M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}zm2.5 2.5v${2 * r - 5}h${2 * r - 5}v${5 - 2 * r}z"`,
];
const round = (p) => Math.round(p * 10) / 10;
const mark = (family, x, y, r = RADIUS) => `${SHAPES[FAMILIES.indexOf(family)](round(x), round(y), r)} class="${FILLS[FAMILIES.indexOf(family)]} rni-edge"/>`;

/** Of the other side, RegNets or the rest, the network with the lowest cost among those with no higher error. */
export function rival(state, chosen, shown) {
  const [x, y] = [MEASURES[state.x], MEASURES[state.y]];
  if (Boolean(x.error) === Boolean(y.error) || chosen[state.x] == null || chosen[state.y] == null) return null;
  const [error, cost] = x.error ? [state.x, state.y] : [state.y, state.x];
  const able = shown.filter((m) => isRegNet(m) !== isRegNet(chosen) && m[error] <= chosen[error]);
  return { error, cost, network: able.sort((a, b) => a[cost] - b[cost] || a[error] - b[error])[0] };
}

/** Places for a name around a mark, from near to far: [x, y of its middle line, the side that touches]. */
const AROUND = [14, 26, 42, 60].flatMap((far) => [[far, 0], [-far, 0], [0, -far], [0, far], [far, -far], [-far, -far], [far, far], [-far, far]]);

/** The names of networks where they cover no mark, no other name and no edge. */
function names(seen, marks, { x, y }, state, box) {
  const taken = marks.map(([a, b]) => ({ left: a - 6, right: a + 6, top: b - 6, bottom: b + 6 })), parts = [];
  const covers = (p, q) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
  for (const m of seen) {
    const [a, b] = [x(m[state.x]), y(m[state.y])], wide = 7.3 * m.title.length;
    const at = ([dx, dy]) => {
      const left = dx > 0 ? a + dx : dx < 0 ? a + dx - wide : a - wide / 2;
      return { left, right: left + wide, top: b + dy - 8, bottom: b + dy + 8, far: Math.hypot(dx, dy) };
    };
    const cost = (p) => taken.filter((q) => covers(p, q)).length + 5 * (p.left < box.left || p.right > box.right || p.top < box.top || p.bottom > box.bottom) + p.far / 1000;
    const best = AROUND.map(at).reduce((found, p) => (cost(p) < cost(found) ? p : found));
    taken.push(best);
    const near = Math.max(best.left, Math.min(best.right, a)), foot = Math.max(best.top, Math.min(best.bottom, b));
    if (best.far > 20) parts.push(line(a, b, near, foot, "rni-axis"));
    parts.push(words(best.left, best.bottom - 4, m.title, { className: "rni-t rni-strong rni-halo" }));
  }
  return parts.join("");
}

export function view(state, { width, data }) {
  const chosen = data.field.find((m) => m.title === state.network), all = wanted(state, data), shown = placed(state, all);
  const { x, y } = scales(state, shown, width), other = rival(state, chosen, shown);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: topOf(width), bottom: topOf(width) + CHART };
  const parts = [];
  if (shown.length) {
    const ends = (of, a, b) => ({ scale: of, low: of.invert(a), high: of.invert(b) });
    parts.push(axes(box, axis(state.x, { ...ends(x, box.left, box.right), most: width / 60 }), axis(state.y, { ...ends(y, box.bottom, box.top), most: 8 })));
  }
  for (const family of FAMILIES) {
    const members = shown.filter((m) => m.family === family).map((m) => [x(m[state.x]), y(m[state.y])]);
    if (family !== "mobile" && members.length > 1) parts.push(polyline(members, `${LINES[FAMILIES.indexOf(family)]} rni-thin`));
    members.forEach(([a, b]) => parts.push(mark(family, a, b)));
  }
  const seen = [chosen, other?.network].filter((m) => m && shown.includes(m));
  if (seen.length === 2) parts.push(line(x(seen[0][state.x]), y(seen[0][state.y]), x(seen[1][state.x]), y(seen[1][state.y]), "rni-axis rni-dots"));
  for (const m of seen) parts.push(`<circle class="rni-ring" cx="${round(x(m[state.x]))}" cy="${round(y(m[state.y]))}" r="9"/>`, mark(m.family, x(m[state.x]), y(m[state.y]), 5.5));
  const marks = shown.map((m) => [x(m[state.x]), y(m[state.y])]);
  parts.push(names(seen, marks, { x, y }, state, box), key(shown, width));
  const area = `<rect class="rni-hit" x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}" fill="transparent"/>`;
  const place = data.field.indexOf(chosen) + 1;
  const ground = handle("pick", area, { label: "networks; the arrow keys go from point to point", value: place, min: 1, max: data.field.length, text: chosen.title });
  const label = `${plural(shown.length, "published network")}: ${AXIS_NAMES[state.y]} against ${AXIS_NAMES[state.x]}. ${chosen.title} is looked at.`;
  return { picture: svg(width, topOf(width) + CHART + MARGIN.bottom, label, parts.join(""), ground), summary: sentence(state, chosen, other, all, shown), table: beside(chosen, other?.network), source: SOURCE };
}

const SOURCE = "Radosavovic et al. 2020: errors (means of five runs of 100 epochs without training enhancements) and times from figures 15 and 16 and tables 3 and 4; flops, parameters and activations from the authors' model zoo; mobile networks and errors as first reported from tables 2 to 4.";

/** Where the families' names stand: in rows above the chart, so that they cover no data. */
function rows(width) {
  let left = MARGIN.left - 42, row = 0;
  return FAMILIES.map((family) => {
    const text = family === "mobile" ? "mobile networks" : family, wide = 7 * text.length + 30;
    if (left + wide > width) [left, row] = [MARGIN.left - 42, row + 1];
    left += wide;
    return { family, text, left: left - wide, row };
  });
}

const topOf = (width) => MARGIN.top + KEY * (rows(width).at(-1).row + 1);

const key = (shown, width) => rows(width).filter(({ family }) => shown.some((m) => m.family === family))
  .map(({ family, text, left, row }) => mark(family, left + 5, 10 + KEY * row) + words(left + 15, 14 + KEY * row, text)).join("");

function sentence(state, chosen, other, all, shown) {
  if (!shown.length) return "No network is left: choose another regime, more families or another axis.";
  const told = [state.y, state.x].map((k) => `${AXIS_NAMES[k]} ${written(k, chosen[k])}`).join(", ");
  const lead = `${chosen.title}: ${told}.`;
  return [lead, compared(chosen, other), missing(state, all, shown), caveat(state, chosen, other)].filter(Boolean).join(" ");
}

function compared(chosen, other) {
  if (!other) return "";
  const side = isRegNet(chosen) ? "network that is no RegNet" : "RegNet";
  const { network: m, error, cost } = other, what = AXIS_NAMES[cost];
  if (!m) return `No ${side} that is shown has as low an error.`;
  const times = chosen[cost] / m[cost], [factor, way] = times >= 1 ? [times, "less"] : [1 / times, "more"];
  const much = factor < 1.05 ? `about as much` : `${factor.toPrecision(2)} times ${way}`;
  return `The ${side} with no higher error and the lowest ${what} is ${m.title}: ${written(cost, m[cost])}, ${much}, at ${percent(m[error])}.`;
}

function missing(state, all, shown) {
  const without = all.filter((m) => !shown.includes(m));
  if (!without.length) return "";
  const what = [state.x, state.y].filter((k) => without.some((m) => m[k] == null)).map((k) => AXIS_NAMES[k]).join(" and ");
  return `Of ${plural(without.length, "mobile network")} the paper has no ${what}.`;
}

/** Errors of different training are no comparison of networks, and that must be said where they meet. */
function caveat(state, chosen, other) {
  const ours = state.x === "error" || state.y === "error", pair = [chosen, other?.network].filter(Boolean);
  if (ours && pair.some((m) => m.family === "mobile")) return "The error of a mobile network is its authors' own, with longer training and enhancements.";
  if (!ours && pair.some((m) => m.error !== m.error_reported || m.family === "mobile")) return "Errors as first reported come from different training: this compares recipes as much as networks.";
  return "";
}

function beside(chosen, other) {
  const networks = [chosen, ...(other ? [other] : [])];
  const names = { ...AXIS_NAMES, inference_ms: "inference, 64 images, one V100", training_hours: "training, 100 epochs, eight V100" };
  return table("Side by side", [["published figure", ...networks.map((m) => m.title)], ...Object.keys(MEASURES).map((k) => [names[k], ...networks.map((m) => written(k, m[k]))])]);
}

/** The network that is nearest to the pointer. */
function drag(handled, point, state, { width, data }) {
  const shown = placed(state, wanted(state, data)), { x, y } = scales(state, shown, width);
  const far = (m) => Math.hypot(x(m[state.x]) - point.x, y(m[state.y]) - point.y);
  return { network: shown.length ? shown.reduce((a, b) => (far(b) < far(a) ? b : a)).title : state.network };
}

/** Arrows go to the next point to the right, left, above or below. */
function step(handled, [right, up], state, { data }) {
  const axis = right ? state.x : state.y, shown = placed(state, wanted(state, data)).sort((a, b) => a[axis] - b[axis]);
  if (!shown.length) return {};
  const next = shown.findIndex((m) => m.title === state.network) + Math.sign(right || up);
  return { network: shown[Math.min(shown.length - 1, Math.max(0, next))].title };
}

const figure = (title, x, y, families, network, regime = "all") => ({ name: title, state: { x, y, families, network, regime } });
const RESNETS = ["RegNetX", "ResNet", "ResNeXt"], EFFICIENT = ["RegNetX", "RegNetY", "EfficientNet"];
const presets = (data) => [
  figure("Table 4: EfficientNet-B5 and inference time", "inference_ms", "error", FAMILIES, "EfficientNet-B5"),
  figure("Figure 17: ResNe(X)t against flops", "flops", "error", RESNETS, "ResNet-50"),
  figure("Figure 17: against parameters", "params", "error", RESNETS, "ResNet-50"),
  figure("Figure 17: against activations", "activations", "error", RESNETS, "ResNet-50"),
  figure("Figure 18: EfficientNets against flops", "flops", "error", EFFICIENT, "EfficientNet-B0"),
  figure("Figure 18: against parameters", "params", "error", EFFICIENT, "EfficientNet-B2"),
  figure("Figure 18: against activations", "activations", "error", EFFICIENT, "EfficientNet-B4"),
  figure("Table 2: the mobile regime", "params", "error", FAMILIES, "AmoebaNet-C", "mobile"),
  figure("Figure 12: activations tell the time", "activations", "inference_ms", EFFICIENT, "EfficientNet-B5"),
  figure("Table 4, in brackets: longer, enhanced training", "flops", "error_reported", EFFICIENT, "EfficientNet-B0"),
].filter((preset) => data.field?.some((m) => m.title === preset.state.network));

export const widget = interactive({ name: "against_the_field", title: "Against the field", schema, controls, view, presets, drag, step, prepare });
export default widget;
