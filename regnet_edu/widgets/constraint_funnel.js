// One rule after another: which networks fall out, how few are left, and what a new sample of the smaller space shows.
import { ascending } from "./core.js";
import { axes, dot, inWords, labels, line, linear, percent, plural, powers, sideways, specks, svg, table, words } from "./chart.js";
import { bandArea, beside, beyond, called, edfCorners, edfLine, errorLimits, mean, named, points, remember, sources, verdict } from "./distribution.js";
import { interactive } from "./kit.js";
import { bootstrapBand, bootstrapMeans } from "./resampling.js";
import { RANGES, inOrder, spaceSize } from "./sizes.js";

const LANE = 62, LAST = 44, TITLE = 16, KEPT = 12, FALLEN = 22; // pixels: a rule, the last sample, and within a lane
const LEFT = 52, RIGHT = 16, TOP = 8;
const FEWEST = 5; // with fewer networks a bootstrap would promise too much
const BAND_REPEATS = 400, MEAN_REPEATS = 1000;
const ORDER_WORDS = { free: "free", "non-decreasing": "never fall", equal: "all equal", "non-increasing": "never rise" };

const schema = {
  population: { type: "choice", choices: [], default: "", fromData: true },
  shared_ratio: { type: "bool", default: true },
  shared_group: { type: "bool", default: true },
  widths: { type: "choice", choices: Object.keys(ORDER_WORDS), default: "non-decreasing" },
  depths: { type: "choice", choices: Object.keys(ORDER_WORDS), default: "non-decreasing" },
  sampled: { type: "bool", default: true },
};

const names = (letter) => ({ ...ORDER_WORDS, "non-decreasing": `never fall: ${letter}` });
const controls = [
  { key: "population", label: "first population", names: called },
  { key: "shared_ratio", label: "B: one b for all stages", shown: (state, data) => !(state.shared_ratio && had(state, data).ratio === "equal") },
  { key: "shared_group", label: "C: one g for all stages", shown: (state, data) => !(state.shared_group && had(state, data).group === "equal") },
  { key: "widths", label: "D: widths", names: names("D") },
  { key: "depths", label: "E: depths", names: names("E") },
  { key: "sampled", label: "sample the smaller space anew after each rule" },
];

function prepare(data, rules) {
  const all = named(data, "to narrow down"), anynet = all.filter((name) => data[name].space.startsWith("AnyNetX"));
  const choices = anynet.length ? anynet : all;
  return { ...rules, population: { ...rules.population, choices, default: choices.find((name) => data[name].space === "AnyNetXC") ?? choices[0] } };
}

const NAMED = {
  "free free free free": "AnyNetXA", "equal free free free": "AnyNetXB", "equal equal free free": "AnyNetXC",
  "equal equal non-decreasing free": "AnyNetXD", "equal equal non-decreasing non-decreasing": "AnyNetXE",
  "equal equal equal free": "AnyNetXEqualWidths", "equal equal non-increasing free": "AnyNetXDecreasingWidths",
  "equal equal non-decreasing equal": "AnyNetXEqualDepths", "equal equal non-decreasing non-increasing": "AnyNetXDecreasingDepths",
};
const KEYS = ["ratio", "group", "width", "depth"];

/** The orders that a population's own space has already. */
function had({ population }, data) {
  const found = Object.keys(NAMED).find((orders) => NAMED[orders] === data[population].space) ?? "free free free free";
  return Object.fromEntries(found.split(" ").map((order, i) => [KEYS[i], order]));
}

/** The rules in the order of the paper; each says how the stages of one parameter depend on each other. */
const rulesOf = (state) => [
  { letter: "B", key: "ratio", column: "bottleneck_ratios", order: state.shared_ratio ? "equal" : "free", words: "one b" },
  { letter: "C", key: "group", column: "group_widths", order: state.shared_group ? "equal" : "free", words: "one g" },
  { letter: "D", key: "width", column: "widths", order: state.widths, words: `widths ${ORDER_WORDS[state.widths]}` },
  { letter: "E", key: "depth", column: "depths", order: state.depths, words: `depths ${ORDER_WORDS[state.depths]}` },
];

const everyone = (p) => p.errors.map((_, i) => i);

/** From no rule to all that are on: after each, the size of the space and the networks of one population that are left. */
export function funnel(state, p) {
  const ranges = { ...RANGES, stages: p.depths[0].length };
  let kept = everyone(p);
  const orders = {}, steps = [{ letter: "A", on: true, words: "no rule", ...spaceSize({}, ranges), kept }];
  for (const { letter, key, column, order, words: said } of rulesOf(state)) {
    orders[key] = order;
    kept = kept.filter((i) => inOrder(p[column][i], order));
    steps.push({ letter, on: order !== "free", words: said, ...spaceSize(orders, ranges), kept });
  }
  return steps;
}

/** The recorded population of the space with these orders, under the same regime and with as many stages: its name, or nothing. */
function recorded(orders, data, own) {
  const space = NAMED[KEYS.map((key) => orders[key]).join(" ")];
  return space && Object.keys(data).find((n) => data[n].space === space && data[n].regime === own.regime && data[n].errors?.length && data[n].depths[0].length === own.depths[0].length);
}

/**
 * What happens, rule by rule: each is asked of a pool of networks, those that keep it stay, and where `sampled` is on
 * and there is a record the next pool is a new sample of the smaller space. The last pool is what is left at the end.
 */
export function rounds(state, data) {
  const own = data[state.population], orders = had(state, data), found = [];
  let pool = { name: state.population, indices: everyone(own), fresh: true };
  for (const rule of rulesOf(state)) {
    if (rule.order === "free" || rule.order === orders[rule.key]) continue;
    const kept = pool.indices.filter((i) => inOrder(data[pool.name][rule.column][i], rule.order));
    found.push({ ...rule, ...pool, kept });
    orders[rule.key] = rule.order;
    const other = state.sampled && recorded(orders, data, own);
    pool = other ? { name: other, indices: everyone(data[other]), fresh: true } : { name: pool.name, indices: kept, fresh: false };
  }
  return { found, last: pool };
}

/** Errors in order, with what the bootstrap says of them. */
function crowd(p, indices, seed) {
  const errors = indices.map((i) => p.errors[i]);
  return remember(`funnel ${seed} ${errors.join()}`, () => {
    const sorted = ascending(errors);
    let band, means;
    return {
      sorted, mean: mean(errors), band: () => (band ??= bootstrapBand(sorted, BAND_REPEATS, 0)),
      means: () => (means ??= bootstrapMeans(sorted, MEAN_REPEATS, seed)),
    };
  });
}

const about = (p, i) => `${percent(p.errors[i])}: depths ${p.depths[i].join(", ")}; widths ${p.widths[i].join(", ")}; b ${p.bottleneck_ratios[i].join(", ")}; g ${p.group_widths[i].join(", ")}`;
const spread = (i, high) => sideways(i) * high;

/** A rule's lane: those that keep it above, those that fell out below. Only the newest lane moves. */
function lane(round, data, x, top, width, newest) {
  const p = data[round.name], kept = new Set(round.kept), fallen = round.indices.filter((i) => !kept.has(i));
  const up = (i) => top + TITLE + 3 + spread(i, KEPT), down = (i) => top + TITLE + KEPT + 12 + spread(i, FALLEN - 6), key = (i) => `${round.name}:${i}`;
  const said = `${round.letter}: ${round.words}`, count = `${round.kept.length} of ${round.indices.length} ${p.space} ${round.kept.length === 1 ? "keeps" : "keep"} it`;
  const gone = newest ? fallen.map((i) => dot(x(p.errors[i]), down(i), 2.5, "rni-fs rni-dim", about(p, i), key(i))).join("") : specks(fallen.map((i) => [x(p.errors[i]), down(i)]), "rni-dim");
  const stay = round.kept.map((i) => dot(x(p.errors[i]), up(i), 4.5, "rni-fa rni-edge", about(p, i), newest ? key(i) : "")).join("");
  return words(10, top + 12, said, { className: "rni-t rni-strong" }) + words(width - RIGHT, top + 12, count, { anchor: "end" }) +
    line(LEFT, top + TITLE + KEPT + 8, width - RIGHT, top + TITLE + KEPT + 8, "rni-grid") + gone + stay;
}

/** The lane at the end: a new sample of the smaller space, or what is left of the old one. */
function lastLane({ last }, data, x, top, width, started) {
  const p = data[last.name], n = last.indices.length;
  const said = started ? (last.fresh ? `${p.space}, sampled anew` : "what is left") : p.space;
  return words(10, top + 12, said, { className: "rni-t rni-strong" }) + words(width - RIGHT, top + 12, plural(n, "network"), { anchor: "end" }) +
    last.indices.map((i) => dot(x(p.errors[i]), top + TITLE + 5 + spread(i, LAST - TITLE - 14), 3, started ? "rni-fb" : "rni-fa", about(p, i), `${last.name}:${i}`)).join("");
}

function curves(shown, x, top, tall, width) {
  const box = { left: LEFT, right: width - RIGHT, top, bottom: top + tall }, y = linear(0, 1, box.bottom, box.top);
  const parts = [axes(box, { scale: x, name: "error e, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(1000 * t) / 10) }, { scale: y, ticks: [0, 0.5, 1], name: "F(e), share of networks below e" })];
  for (const { fill, c } of shown) if (fill !== "rni-fs" && c.sorted.length >= FEWEST) parts.push(bandArea(c.sorted, c.band(), x, y, box, fill));
  for (const { stroke, c } of shown) parts.push(edfLine(c.sorted, x, y, box, stroke));
  const named = shown.map(({ name, fill, c }) => ({ name, fill, points: edfCorners(c.sorted, x, y, box) }));
  parts.push(labels(beside(named, y, box), box));
  const readout = { box, x: { scale: x, say: (e) => `e = ${percent(e)}` }, y: { scale: y, say: (f) => percent(f, 0) }, curves: named };
  return [parts.join(""), readout];
}

export function view(state, { width, data }) {
  const p = data[state.population], steps = funnel(state, p), turns = rounds(state, data), { found, last } = turns;
  const end = data[last.name], all = crowd(p, everyone(p), 1), left = last.indices.length ? crowd(end, last.indices, 4) : null;
  const moved = found.length && left && (last.fresh || last.indices.length >= FEWEST);
  const lists = [...new Set([state.population, last.name, ...found.map((r) => r.name)])].map((name) => [...data[name].errors]);
  const [low, high] = errorLimits(lists), plain = linear(low, high, LEFT, width - RIGHT);
  const x = Object.assign((e) => Math.min(width - RIGHT, plain(e)), plain); // what lies beyond stands at the edge
  const parts = found.map((round, k) => lane(round, data, x, TOP + LANE * k, width, k === found.length - 1));
  const top = TOP + LANE * found.length, tall = width < 430 ? 120 : 170;
  const shown = [{ name: p.space, fill: "rni-fs", stroke: "rni-ls", c: all }];
  if (moved) shown.push({ name: last.fresh ? end.space : "what is left", fill: "rni-fb", stroke: "rni-lb", c: left });
  const [drawn, readout] = curves(shown, x, top + LAST + 34, tall, width);
  const told = found.map((r) => `rule ${r.letter} keeps ${r.kept.length} of ${r.indices.length}`).join(", ");
  const label = `Networks as dots by their error, rule after rule: ${told || "no rule is on"}. Below, the error distribution of ${p.space}${moved ? ` and of ${last.fresh ? end.space : "what is left"}` : ""}.`;
  return {
    picture: svg(width, top + LAST + 34 + tall + 44, label, parts.join("") + lastLane(turns, data, x, top, width, found.length > 0) + drawn),
    summary: sentence(state, data, steps, turns, { all, left: moved ? left : null, lists, high }), table: ladder(steps, found, data, p),
    source: sources([...new Set([state.population, ...found.map((r) => r.name), last.name])], data), readouts: [readout],
  };
}

function sentence(state, data, steps, { found, last }, { all, left, lists, high }) {
  const p = data[state.population];
  if (!found.length) return `No rule is on that ${p.space} does not have already: all ${plural(p.errors.length, "network")} stay. Switch one on, and see which fall out.`;
  const said = found.map((r) => {
    const k = steps.findIndex((s) => s.letter === r.letter), one = Number(steps[k - 1].exact) / Number(steps[k].exact);
    if (!r.indices.length) return `Rule ${r.letter} (${r.words}) has no network left to judge.`;
    return `Rule ${r.letter} (${r.words}) keeps ${r.kept.length} of ${plural(r.indices.length, "network")}${r.fresh ? ` of ${data[r.name].space}` : ""}, and of its space one in ${inWords(one, one < 100 ? 2 : 3)}.`;
  });
  return [...said, aboutKept(found.at(-1), data), aboutLast(p, data[last.name], last, all, left), beyond(lists, high)].filter(Boolean).join(" ");
}

/** Whether those that keep the newest rule are better than those that fell out. */
function aboutKept(round, data) {
  const p = data[round.name], kept = new Set(round.kept), others = round.indices.filter((i) => !kept.has(i));
  if (!kept.size) return `Nothing is left to judge rule ${round.letter} by: the smaller space must be sampled itself.`;
  if (!others.length) return "";
  const [a, b] = [crowd(p, round.kept, 2), crowd(p, others, 3)];
  const errors = `Mean error of those that keep ${round.letter}: ${percent(a.mean)}, of those that fell out ${percent(b.mean)}`;
  if (Math.min(kept.size, others.length) < FEWEST) return `${errors}. So few can tell nothing about a rule.`;
  return `${errors}: ${points(a.mean - b.mean)} points, ${verdict(a.means(), b.means())}.`;
}

function aboutLast(p, end, last, all, left) {
  if (!last.fresh || !left) return "";
  return `Sampled anew, ${plural(left.sorted.length, "network")} of ${end.space} have a mean error of ${percent(left.mean)}; less that of ${p.space}: ${points(left.mean - all.mean)} points, ${verdict(left.means(), all.means())}.`;
}

function ladder(steps, found, data, p) {
  const head = ["rules", "networks in the space", "table 1's formula", "keep it", "mean error"];
  const rows = steps.filter((s) => s.on).map((s) => {
    const round = found.find((r) => r.letter === s.letter), own = round && data[round.name];
    const count = round ? `${round.kept.length} of ${round.indices.length}` : s.letter === "A" ? "–" : "all";
    return [s.letter === "A" ? "none" : `+ ${s.words}`, powers(s.exact), powers(s.paper), count, round?.kept.length ? percent(mean(round.kept.map((i) => own.errors[i]))) : "–"];
  });
  return table(`Sizes are for the paper's ranges (${p.depths[0].length} stages, 16 depths, 128 widths, 3 ratios, 6 group widths), before any band of flops`, [head, ...rows]);
}

const rules = (shared_ratio, shared_group, widths, depths) => ({ shared_ratio, shared_group, widths, depths, sampled: true });
const presets = (data) => {
  const from = (space, name, state) => Object.keys(data).filter((n) => data[n].space === space).slice(0, 1).map((population) => ({ name, state: { population, ...state } }));
  return [
    ...from("AnyNetXA", "Figure 5, left: from A to B", rules(true, false, "free", "free")),
    ...from("AnyNetXB", "Figure 5, middle: from B to C", rules(true, true, "free", "free")),
    ...from("AnyNetXC", "Figure 7, left: from C to D", rules(true, true, "non-decreasing", "free")),
    ...from("AnyNetXC", "Figure 7, left: widths all equal", rules(true, true, "equal", "free")),
    ...from("AnyNetXC", "Figure 7, left: widths never rise", rules(true, true, "non-increasing", "free")),
    ...from("AnyNetXC", "From C to E, rule by rule", rules(true, true, "non-decreasing", "non-decreasing")),
    ...from("AnyNetXD", "Figure 7, right: from D to E", rules(true, true, "non-decreasing", "non-decreasing")),
    ...from("AnyNetXD", "Figure 7, right: depths never rise", rules(true, true, "non-decreasing", "non-increasing")),
    ...from("AnyNetXA", "From A to E, rule by rule", rules(true, true, "non-decreasing", "non-decreasing")),
    ...from("AnyNetXA", "Depths alone: enough survive to compare", rules(false, false, "free", "non-decreasing")),
  ];
};

export const widget = interactive({ name: "constraint_funnel", title: "Constraint funnel", schema, controls, view, presets, prepare });
export default widget;
