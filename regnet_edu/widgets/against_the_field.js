// Published networks on any two axes, those of 2020 and those of today: point at one and see which RegNet does as well for less.
import { axes, handle, line, linear, logarithmic, plural, polyline, short, svg, words } from "./chart.js";
import { AXIS_NAMES, FAMILIES, FAMILY_NAMES, LETTERS, MEASURES, PAPER, WHEN, axesOf, front, rival, whenOf } from "./field.js";
import { SOURCES, beside, sentence } from "./field_words.js";
import { interactive } from "./kit.js";
import { nameThem } from "./naming.js";

const CHART = 324, KEY = 20, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 }; // pixels; KEY is a row of names
const RADIUS = 4.5;
const STEEP = [0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.25, 0.3, 0.4, 0.5]; // ticks of errors so far apart that their axis is logarithmic
const REGIMES = { all: [0, Infinity], mobile: [0.5e9, 0.7e9], low: [0, 1e9], middle: [1e9, 3e9], high: [3e9, Infinity] };
const REGIME_NAMES = { all: "all", mobile: "mobile: 0.5 to 0.7 GF", low: "low: below 1 GF", middle: "middle: 1 to 3 GF", high: "high: 3 GF and more" };
const schema = {
  when: { type: "choice", choices: Object.keys(WHEN), default: "2020" },
  x: { type: "choice", choices: Object.keys(MEASURES), default: "inference_ms" },
  y: { type: "choice", choices: Object.keys(MEASURES), default: "error" },
  regime: { type: "choice", choices: Object.keys(REGIMES), default: "all" },
  network: { type: "choice", choices: [], default: "EfficientNet-B5", fromData: true },
  families: { type: "set", choices: FAMILIES, default: FAMILIES },
};

const unknown = ({ when }) => WHEN[when].without;
const controls = [
  { key: "when", label: "networks of", names: Object.fromEntries(Object.entries(WHEN).map(([key, { name }]) => [key, name])) },
  { key: "x", label: "across", names: AXIS_NAMES, without: unknown },
  { key: "y", label: "upwards", names: AXIS_NAMES, without: unknown },
  { key: "regime", label: "regime", names: REGIME_NAMES },
  { key: "network", label: "network", without: (state, data) => data.field.filter((m) => whenOf(m) !== state.when).map((m) => m.title) },
  { key: "families", label: "Families:", names: FAMILY_NAMES, without: ({ when }) => FAMILIES.filter((f) => !WHEN[when].families.includes(f)) },
];

/** Other figures: axes that they have, and a network of theirs. */
function follow(key, value, { x, y }) {
  if (key !== "when") return {};
  const { without, network } = WHEN[value];
  return { network, x: without.includes(x) ? "flops" : x, y: without.includes(y) ? "error" : y };
}

function prepare(data, rules) {
  const choices = (data.field ?? []).map((m) => m.title);
  if (!choices.length) throw new Error("There is no published network to show here: the page brought none.");
  const when = rules.when.choices.filter((each) => data.field.some((m) => whenOf(m) === each));
  return { ...rules, when: { ...rules.when, choices: when }, network: { ...rules.network, choices } };
}

const inRegime = (state, m) => m.flops >= REGIMES[state.regime][0] && m.flops < REGIMES[state.regime][1];
const wanted = (state, data) => data.field.filter((m) => whenOf(m) === state.when && state.families.includes(m.family) && inRegime(state, m));
const placed = (state, networks) => networks.filter((m) => m[state.x] != null && m[state.y] != null);
function scale(key, networks, from, to) {
  const values = networks.map((m) => m[key]), low = Math.min(...values), high = Math.max(...values);
  if (!networks.length) return linear(0, 1, from, to);
  if (MEASURES[key].error && high > 2 * low) return logarithmic(low / 1.03, high * 1.03, from, to);
  if (MEASURES[key].error) return linear(low - 0.06 * (high - low || 0.01), high + 0.06 * (high - low || 0.01), from, to);
  return logarithmic(low / 1.18, high * 1.18, from, to);
}

function scales(state, shown, width) {
  return {
    x: scale(state.x, shown, MARGIN.left, width - MARGIN.right),
    y: scale(state.y, shown, topOf(state, width) + CHART, topOf(state, width)),
  };
}

/** Ticks at 1, 2, 5 of every power of ten: whole numbers on the axes of costs. */
function axis(key, when, { scale: of, low, high, most }) {
  const name = (when !== "2020" && MEASURES[key].today) || MEASURES[key].name;
  if (MEASURES[key].error && high > 2 * low) return { scale: of, name, ticks: STEEP.filter((e) => e >= low && e <= high), write: (e) => String(Math.round(100 * e)) };
  if (MEASURES[key].error) return { scale: of, name, ticks: of.ticks(most), write: (e) => String(Math.round(1000 * e) / 10) };
  const ticks = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) for (const k of [1, 2, 5]) if (k * power >= low && k * power <= high) ticks.push(Number((k * power).toPrecision(3)));
  return { scale: of, name, ticks: ticks.length > most ? ticks.filter((_, i) => i % 2 === 0) : ticks, write: MEASURES[key].tick ?? ((v) => short(v, 2)) };
}

const SHAPES = [
  (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}"`,
  (x, y, r) => `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"`,
  (x, y, r) => `<path d="M${x} ${y - 1.2 * r}L${x + 1.2 * r} ${y + r}H${x - 1.2 * r}Z"`,
  (x, y, r) => `<path d="M${x} ${y + 1.2 * r}L${x + 1.2 * r} ${y - r}H${x - 1.2 * r}Z"`,
  (x, y, r) => `<path d="M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z"`,
  (x, y, r) => `<path d="M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}zm2.5 2.5v${2 * r - 5}h${2 * r - 5}v${5 - 2 * r}z"`,
  (x, y, r) => `<path d="M${x - r} ${y - r}L${x + r} ${y}L${x - r} ${y + r}Z"`,
  (x, y, r) => `<path d="M${x - r / 2.5} ${y - r}h${r / 1.25}v${r * 0.6}h${r * 0.6}v${r / 1.25}h${-r * 0.6}v${r * 0.6}h${-r / 1.25}v${-r * 0.6}h${-r * 0.6}v${-r / 1.25}h${r * 0.6}z"`,
  (x, y, r) => `<path d="M${x - r / 2} ${y - r}h${r}l${r / 2} ${r}l${-r / 2} ${r}h${-r}l${-r / 2} ${-r}z"`,
];
const round = (p) => Math.round(p * 10) / 10;
const mark = (family, x, y, r = RADIUS) => `${SHAPES[FAMILIES.indexOf(family)](round(x), round(y), r)} class="rni-f${LETTERS[FAMILIES.indexOf(family)]} rni-edge"/>`;

const twin = (chosen, data) => data.field.find((m) => whenOf(m) === "recipes" && m !== chosen && m.same === chosen.same);

/** Everything that the state picks: the network looked at, the one beside it, all that are wanted and all with a place. */
function picked(state, data) {
  const of = (title) => data.field.find((m) => m.title === title && whenOf(m) === state.when);
  const chosen = of(state.network) ?? of(WHEN[state.when].network) ?? data.field.find((m) => whenOf(m) === state.when);
  const all = wanted(state, data), shown = placed(state, all);
  const other = state.when === "recipes" ? { network: twin(chosen, data) } : rival(state, chosen, shown);
  return { chosen, all, shown, other };
}

export function view(state, { width, data }) {
  const { chosen, all, shown, other } = picked(state, data), { x, y } = scales(state, shown, width), top = topOf(state, width);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top, bottom: top + CHART };
  const place = (m) => [x(m[state.x]), y(m[state.y])], parts = [], radius = state.when === "today" ? 3.5 : RADIUS;
  if (shown.length) {
    const ends = (of, a, b) => ({ scale: of, low: of.invert(a), high: of.invert(b) });
    parts.push(axes(box, axis(state.x, state.when, { ...ends(x, box.left, box.right), most: width / 60 }), axis(state.y, state.when, { ...ends(y, box.bottom, box.top), most: 8 })));
  }
  const lines = joined(state, shown, place, box);
  parts.push(...lines.map(([points, style]) => polyline(points, style)), ...shown.map((m) => mark(m.family, ...place(m), radius)));
  const seen = [chosen, other?.network].filter((m) => m && shown.includes(m));
  if (seen.length === 2) parts.push(line(...place(seen[0]), ...place(seen[1]), "rni-axis rni-dots"));
  for (const m of seen) parts.push(`<circle class="rni-ring" cx="${round(place(m)[0])}" cy="${round(place(m)[1])}" r="9"/>`, mark(m.family, ...place(m), 5.5));
  parts.push(nameThem(seen.map((m) => ({ x: place(m)[0], y: place(m)[1], text: m.title })), [...shown.map(place), ...lines.flatMap(([points]) => along(points))], box), key(state, shown, width));
  const area = `<rect class="rni-hit" x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}" fill="transparent"/>`;
  const mine = data.field.filter((m) => whenOf(m) === state.when);
  const ground = handle("pick", area, { label: "networks; the arrow keys go from point to point", value: mine.indexOf(chosen) + 1, min: 1, max: mine.length, text: chosen.title });
  const label = `${plural(shown.length, "published network")}: ${AXIS_NAMES[state.y]} against ${AXIS_NAMES[state.x]}. ${chosen.title} is looked at.`;
  return { picture: svg(width, top + CHART + MARGIN.bottom, label, parts.join(""), ground), summary: sentence(state, { chosen, other, all, shown }), table: beside(state, chosen, other?.network), source: SOURCES[state.when] };
}

/** Lines as [points, style]: through each family of the paper, from a network to itself in another recipe, or the front of today. */
function joined(state, shown, place, box) {
  const found = axesOf(state);
  if (state.when === "today") {
    if (!found || !shown.length) return [];
    const across = state.x === found.cost, steps = front(shown, found.cost, found.error).map(place);
    const corners = steps.flatMap(([a, b], k) => (k ? [across ? [a, steps[k - 1][1]] : [steps[k - 1][0], b], [a, b]] : [[a, b]]));
    return [[[...corners, across ? [box.right, corners.at(-1)[1]] : [corners.at(-1)[0], box.top]], "rni-ls"]];
  }
  const families = PAPER.filter((f) => f !== "mobile").flatMap((family) => {
    const members = shown.filter((m) => m.family === family), style = `rni-l${LETTERS[FAMILIES.indexOf(family)]} rni-thin`;
    return [members.filter((m) => !m.now), members.filter((m) => m.now)].map((half) => [half.map(place), style]);
  });
  const pairs = shown.filter((m) => m.now).map((m) => shown.filter((o) => o.same === m.same));
  return [...families, ...pairs.map((pair) => [pair.map(place), "rni-axis rni-dots"])].filter(([points]) => points.length > 1);
}

/** Points along a line, so near to one another that a name over it is over one of them. */
const along = (points) => points.slice(1).flatMap(([x, y], k) => {
  const [a, b] = points[k], count = Math.ceil(Math.hypot(x - a, y - b) / 12);
  return Array.from({ length: count }, (_, i) => [a + ((x - a) * i) / count, b + ((y - b) * i) / count]);
});

/** Where the families' names stand: in rows above the chart, so that they cover no data. */
function rows(state, width) {
  let left = MARGIN.left - 42, row = 0;
  return WHEN[state.when].families.map((family) => {
    const text = FAMILY_NAMES[family] ?? family, wide = 7 * text.length + 30;
    if (left + wide > width) [left, row] = [MARGIN.left - 42, row + 1];
    left += wide;
    return { family, text, left: left - wide, row };
  });
}

const topOf = (state, width) => MARGIN.top + KEY * (rows(state, width).at(-1).row + 1);

const key = (state, shown, width) => rows(state, width).filter(({ family }) => shown.some((m) => m.family === family))
  .map(({ family, text, left, row }) => mark(family, left + 5, 10 + KEY * row) + words(left + 15, 14 + KEY * row, text)).join("");

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

const figure = (title, x, y, families, network, regime = "all", when = "2020") => ({ name: title, state: { when, x, y, families, network, regime } });
const now = (title, x, y, network, families = FAMILIES) => figure(title, x, y, families, network, "all", "today");
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
  now("Today: flops", "flops", "error", "regnety_160"),
  now("Today: parameters", "params", "error", "regnety_160"),
  now("Today: activations", "activations", "error", "regnety_160"),
  now("Today: time on a GPU", "inference_ms", "error", "regnety_160"),
  now("Today: time on a processor", "cpu_ms", "error", "regnety_160"),
  now("Today: a GPU against a processor", "inference_ms", "cpu_ms", "regnetx_080"),
  figure("Old and new recipe, same networks", "flops", "error", FAMILIES, "RegNetX-8.0GF, now", "all", "recipes"),
].filter((preset) => data.field?.some((m) => m.title === preset.state.network));

export const widget = interactive({ name: "against_the_field", title: "Against the field", schema, controls, follow, view, presets, drag, step, prepare });
export default widget;
