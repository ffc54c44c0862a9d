// One rule after another: which recorded networks keep them, how the EDF moves, and how little of the space is left.
import { ascending } from "./core.js";
import { axes, dot, legend, line, linear, percent, plural, powers, rect, svg, table, words } from "./chart.js";
import { bandArea, beyond, edfLine, errorLimits, mean, named, points, remember, sources, verdict } from "./distribution.js";
import { interactive } from "./kit.js";
import { bootstrapBand, bootstrapMeans } from "./resampling.js";
import { inOrder, spaceSize } from "./sizes.js";

const TOP = 34, ROW = 25, CURVE = 210, STRIP = 46, GAP = 62; // pixels
const LEFT = 52, RIGHT = 16, SIZES = 84, COUNTS = 62;
const FEWEST = 5; // with fewer networks a bootstrap band would promise too much
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
  { key: "shared_ratio", label: "B: one b for all stages" },
  { key: "shared_group", label: "C: one g for all stages" },
  { key: "widths", label: "D: widths", names: names("D") },
  { key: "depths", label: "E: depths", names: names("E") },
  { key: "population", label: "population" },
  { key: "sampled", label: "show the space sampled anew" },
];

function prepare(data, rules) {
  const all = named(data, "to narrow down"), anynet = all.filter((name) => data[name].space.startsWith("AnyNetX"));
  const choices = anynet.length ? anynet : all;
  return { ...rules, population: { ...rules.population, choices, default: choices[0] } };
}

/** The rules in the order of the paper; each says how the stages of one parameter depend on each other. */
const rulesOf = (state) => [
  { letter: "B", key: "ratio", column: "bottleneck_ratios", order: state.shared_ratio ? "equal" : "free", words: "one b" },
  { letter: "C", key: "group", column: "group_widths", order: state.shared_group ? "equal" : "free", words: "one g" },
  { letter: "D", key: "width", column: "widths", order: state.widths, words: `widths ${ORDER_WORDS[state.widths]}` },
  { letter: "E", key: "depth", column: "depths", order: state.depths, words: `depths ${ORDER_WORDS[state.depths]}` },
];

/** From no rule to all that are on: after each, the size of the space and the networks that are left. */
export function funnel(state, p) {
  let kept = p.errors.map((_, i) => i);
  const orders = {}, steps = [{ letter: "A", on: true, words: "no rule", ...spaceSize({}), kept }];
  for (const { letter, key, column, order, words: said } of rulesOf(state)) {
    orders[key] = order;
    kept = kept.filter((i) => inOrder(p[column][i], order));
    steps.push({ letter, on: order !== "free", words: said, ...spaceSize(orders), kept });
  }
  return steps;
}

const NAMED = {
  "equal free free free": "AnyNetXB", "equal equal free free": "AnyNetXC", "equal equal non-decreasing free": "AnyNetXD",
  "equal equal non-decreasing non-decreasing": "AnyNetXE", "equal equal equal free": "AnyNetXEqualWidths",
  "equal equal non-increasing free": "AnyNetXDecreasingWidths", "equal equal non-decreasing equal": "AnyNetXEqualDepths",
  "equal equal non-decreasing non-increasing": "AnyNetXDecreasingDepths",
};

/** The recorded population of exactly these rules under the same regime: its name, or nothing. */
function sampledAnew(state, data) {
  const space = NAMED[rulesOf(state).map((r) => r.order).join(" ")], own = data[state.population];
  return [space, space && Object.keys(data).find((n) => n !== state.population && data[n].space === space && data[n].regime === own.regime && data[n].errors?.length)];
}

/** Errors in order, with what the bootstrap says of them. */
function crowd(errors, key) {
  return remember(`funnel ${key} ${errors.join()}`, () => {
    const sorted = ascending(errors);
    let band, means;
    return {
      sorted, mean: mean(errors), band: () => (band ??= bootstrapBand(sorted, BAND_REPEATS, 0)),
      means: () => (means ??= bootstrapMeans(sorted, MEAN_REPEATS, key)),
    };
  });
}

/** The groups of networks whose errors are compared: [all, those that keep the rules, the others, sampled anew]. */
function crowds(state, data, steps) {
  const p = data[state.population], kept = new Set(steps.at(-1).kept);
  const [space, other] = sampledAnew(state, data);
  const of = (indices, seed) => (indices.length ? crowd(indices.map((i) => p.errors[i]), seed) : null);
  const all = p.errors.map((_, i) => i);
  return {
    all: of(all, 1), kept: of([...kept], 2), others: of(all.filter((i) => !kept.has(i)), 3),
    anew: state.sampled && other ? crowd(data[other].errors, 4) : null, space, other,
  };
}

function bars(steps, p, width) {
  const roomy = width > 520, left = roomy ? 150 : 34, right = width - RIGHT - SIZES - COUNTS, full = Math.log10(Number(steps[0].exact));
  const x = linear(0, full, left, Math.max(left + 60, right));
  const parts = [words(10, 14, "networks in the space, logarithmic", { className: "rni-t rni-name" }), words(width - RIGHT, 14, `kept of ${p.errors.length}`, { anchor: "end", className: "rni-t rni-name" })];
  steps.forEach(({ letter, on, exact, kept, words: rule }, i) => {
    const y = TOP - 8 + ROW * i;
    parts.push(words(10, y + 13, roomy ? `${letter}  ${on ? rule : "–"}` : letter), rect(left, y + 2, x(Math.log10(Number(exact))) - left, 14, on ? "rni-fa" : "rni-fa rni-pale", `${letter}: ${powers(exact)} networks`));
    parts.push(words(right + 8, y + 13, powers(exact)), words(width - RIGHT, y + 13, String(kept.length), { anchor: "end" }));
  });
  return parts.join("");
}

const lists = (found) => [[...found.all.sorted], ...(found.anew ? [[...found.anew.sorted]] : [])];
const limits = (found) => errorLimits(lists(found));

function curves(found, p, steps, width, top) {
  const [low, high] = limits(found);
  const box = { left: LEFT, right: width - RIGHT, top, bottom: top + CURVE + STRIP };
  const x = linear(low, high, box.left, box.right), y = linear(0, 1, top + CURVE, top);
  const parts = [axes(box, { scale: x, name: "error e, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(1000 * t) / 10) }, { scale: y, name: "F(e), share of networks below e" })];
  const shown = [["rni-fs", "rni-ls", `all ${found.all.sorted.length}`, found.all]];
  if (found.kept && found.others) shown.push(["rni-fa", "rni-la", `the ${found.kept.sorted.length} that keep the rules`, found.kept]);
  if (found.anew) shown.push(["rni-fb", "rni-lb rni-dash", `${found.space}, sampled anew: ${found.anew.sorted.length}`, found.anew]);
  for (const [fill, , , c] of shown) if (fill !== "rni-fs" && c.sorted.length >= FEWEST) parts.push(bandArea(c.sorted, c.band(), x, y, box, fill));
  for (const [, stroke, , c] of shown) parts.push(edfLine(c.sorted, x, y, box, stroke));
  const wide = 28 + 6.5 * Math.max(...shown.map(([, , text]) => text.length));
  parts.push(legend(shown.map(([fill, , text]) => [fill, text]), box.right - wide, top + CURVE - 17 * shown.length - 8, wide));
  parts.push(line(box.left, top + CURVE + 6, box.right, top + CURVE + 6, "rni-grid"));
  const kept = new Set(steps.at(-1).kept);
  const at = (i) => top + CURVE + 14 + ((i * 0.618034) % 1) * (STRIP - 22); // spread, so that dots can be told apart
  const mark = (i, radius, fill) => dot(Math.min(box.right, x(p.errors[i])), at(i), radius, fill, `${percent(p.errors[i])}: depths ${p.depths[i].join(", ")}; widths ${p.widths[i].join(", ")}; b ${p.bottleneck_ratios[i].join(", ")}; g ${p.group_widths[i].join(", ")}`);
  p.errors.forEach((_, i) => kept.has(i) || parts.push(mark(i, 3, "rni-fs rni-dim")));
  for (const i of kept) parts.push(mark(i, 4.5, "rni-fa rni-edge"));
  return parts.join("");
}

export function view(state, { width, data }) {
  const p = data[state.population], steps = funnel(state, p), found = crowds(state, data, steps);
  const top = TOP + ROW * steps.length + 34;
  const label = `Bars: the number of networks in the space falls from ${powers(steps[0].exact)} to ${powers(steps.at(-1).exact)}. Below, the error distribution of ${p.errors.length} networks and of the ${steps.at(-1).kept.length} that keep the rules.`;
  return {
    picture: svg(width, top + CURVE + STRIP + GAP - 18, label, bars(steps, p, width) + curves(found, p, steps, width, top)),
    summary: sentence(state, p, steps, found), table: ladder(steps, p),
    source: sources([state.population, ...(found.anew ? [found.other] : [])], data),
  };
}

function sentence(state, p, steps, found) {
  const on = steps.slice(1).filter((s) => s.on), last = steps.at(-1), m = last.kept.length;
  if (!on.length) return `No rule is on: all ${plural(m, "network")} of ${p.space} stay, and the space has ${powers(last.exact)} networks.`;
  const less = Number(steps[0].exact) / Number(last.exact);
  const lead = `${m} of ${plural(p.errors.length, "network")} of ${p.space} ${m === 1 ? "keeps" : "keep"} ${on.length > 1 ? "all the rules" : "the rule"} (${on.map((s) => s.words).join(", ")}), and of the space one network in ${less < 1e6 ? Math.round(less).toLocaleString("en") : `${(less / 1e6).toPrecision(3)} million`} is left.`;
  return [lead, aboutKept(m, found), aboutAnew(p, found), beyond(lists(found), limits(found)[1])].filter(Boolean).join(" ");
}

function aboutKept(m, found) {
  if (!m) return "So the rules cannot be judged here: the smaller space must be sampled itself.";
  if (!found.others) return "";
  const errors = `Mean error of those that do: ${percent(found.kept.mean)}, of the others ${percent(found.others.mean)}`;
  if (m < FEWEST || found.others.sorted.length < FEWEST) return `${errors}. So few can tell nothing about a rule.`;
  return `${errors}: ${points(found.kept.mean - found.others.mean)} points, ${verdict(found.kept.means(), found.others.means())}.`;
}

function aboutAnew(p, found) {
  if (!found.anew) return found.space && !found.other && found.space !== p.space ? `No population of ${found.space} is recorded here.` : "";
  return `Sampled anew, ${plural(found.anew.sorted.length, "network")} of ${found.space} have a mean error of ${percent(found.anew.mean)}; less that of ${p.space}: ${points(found.anew.mean - found.all.mean)} points, ${verdict(found.anew.means(), found.all.means())}.`;
}

function ladder(steps, p) {
  const head = ["rules", "networks in the space", "table 1's formula", `kept of ${p.errors.length}`, "mean error"];
  const rows = steps.filter((s) => s.on).map((s) => {
    const errors = s.kept.map((i) => p.errors[i]);
    return [s.letter === "A" ? "none" : `+ ${s.words}`, powers(s.exact), powers(s.paper), `${errors.length}`, errors.length ? percent(mean(errors)) : "–"];
  });
  return table("Sizes are for the paper's ranges (4 stages, 16 depths, 128 widths, 3 ratios, 6 group widths), before any band of flops", [head, ...rows]);
}

const rules = (shared_ratio, shared_group, widths, depths) => ({ shared_ratio, shared_group, widths, depths });
const presets = () => [
  { name: "Table 1: AnyNetXA, no rule", state: rules(false, false, "free", "free") },
  { name: "Figure 5, left: AnyNetXB", state: rules(true, false, "free", "free") },
  { name: "Figure 5, middle: AnyNetXC", state: rules(true, true, "free", "free") },
  { name: "Figure 7, left: AnyNetXD", state: rules(true, true, "non-decreasing", "free") },
  { name: "Figure 7, left: widths all equal", state: rules(true, true, "equal", "free") },
  { name: "Figure 7, left: widths never rise", state: rules(true, true, "non-increasing", "free") },
  { name: "Figure 7, right: AnyNetXE", state: rules(true, true, "non-decreasing", "non-decreasing") },
  { name: "Figure 7, right: depths all equal", state: rules(true, true, "non-decreasing", "equal") },
  { name: "Figure 7, right: depths never rise", state: rules(true, true, "non-decreasing", "non-increasing") },
  { name: "Depths alone: enough survive to compare", state: rules(false, false, "free", "non-decreasing") },
];

export const widget = interactive({ name: "constraint_funnel", title: "Constraint funnel", schema, controls, view, presets, prepare });
export default widget;
