// What share of the networks is better than e? Recorded populations, the bootstrap's doubt, and what fewer networks tell.
import { ascending, countBelow, edf } from "./core.js";
import { axes, dot, handle, labels, legend, linear, percent, plural, slide, svg, table } from "./chart.js";
import { FILLS, LINES, bandArea, beside, beyond, called, edfCorners, edfLine, errorLimits, interval, mean, named, points, remember, sources, titles, verdict } from "./distribution.js";
import { interactive } from "./kit.js";
import { bootstrapBand, bootstrapMeans, chooseFew } from "./resampling.js";

const NONE = "none";
const BAND_REPEATS = 400, MEAN_REPEATS = 1000;
const HEIGHT = 360, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 };
const LETTER = 6.6; // width of a letter of the legend, in pixels
const DIRECT = 2; // so many lines are named beside them

const schema = {
  first: { type: "choice", choices: [], default: "", fromData: true },
  second: { type: "choice", choices: [], default: NONE, fromData: true },
  also: { type: "set", choices: [], default: [], fromData: true },
  threshold: { type: "float", min: 0, max: 1, default: 0.5, fromData: true },
  n: { type: "int", min: 2, max: 100000, default: 1000, fromData: true },
  bands: { type: "bool", default: true },
  seed: { type: "int", min: 0, max: 2 ** 31, default: 0, hidden: true },
};

const controls = [
  { key: "first", label: "population", names: called },
  { key: "second", label: "compared with", names: called },
  { key: "threshold", label: "e, error in %", factor: 100, coarse: 0.1 },
  { key: "n", label: "n, drawn of each" },
  { key: "bands", label: "95 % bootstrap bands" },
  { key: "also", label: "Also shown:", names: called, without: ({ first, second }) => [first, second], shown: (state, data) => Object.keys(data).length > 2 },
];

/** The limits that depend on the populations. */
function prepare(data, rules) {
  const names = named(data, "to show");
  const [min, max] = errorLimits(names.map((name) => data[name].errors));
  const most = Math.max(2, ...names.map((name) => data[name].errors.length));
  return {
    ...rules,
    first: { ...rules.first, choices: names, default: names[0] },
    second: { ...rules.second, choices: [NONE, ...names], default: names[1] ?? NONE },
    also: { ...rules.also, choices: names },
    threshold: { ...rules.threshold, min, max, default: (min + max) / 2 },
    n: { ...rules.n, max: most, default: most },
  };
}

/** The n networks that are drawn of a population, and what the bootstrap says of them. */
export function drawn(data, name, n, seed) {
  const { errors, source, failed } = data[name];
  const size = Math.min(n, errors.length);
  return remember(JSON.stringify([name, source, errors.length, size, seed]), () => {
    const sorted = ascending(chooseFew(errors.length, size, seed).map((i) => errors[i]));
    let band;
    return {
      failed, sorted, all: errors.length, mean: mean(sorted), means: bootstrapMeans(sorted, MEAN_REPEATS, seed),
      band: () => (band ??= bootstrapBand(sorted, BAND_REPEATS, seed)),
    };
  });
}

/** The populations that are shown: the two that are compared (one with itself shows chance at work), then the others. */
function shownNames({ first, second, also }) {
  const compared = second === NONE ? [first] : [first, second];
  return [...compared, ...also.filter((name) => !compared.includes(name))].slice(0, LINES.length);
}

function scales(data, width) {
  const { min, max } = prepare(data, schema).threshold;
  return { x: linear(min, max, MARGIN.left, width - MARGIN.right), y: linear(0, 1, HEIGHT - MARGIN.bottom, MARGIN.top) };
}

export function view(state, { width, data }) {
  const { x, y } = scales(data, width);
  const names = shownNames(state), spoken = titles(names, data);
  const crowds = names.map((name, i) => ({ called: spoken[i], ...drawn(data, name, state.n, 8 * state.seed + i) }));
  const compared = state.second === NONE ? 1 : 2;
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const parts = [axes(box, { scale: x, name: "error e, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(100 * t)) }, { scale: y, name: "F(e), share of networks below e" })];
  if (state.bands) crowds.slice(0, compared).forEach((c, i) => parts.push(bandArea(c.sorted, c.band(), x, y, box, FILLS[i])));
  crowds.forEach((c, i) => parts.push(edfLine(c.sorted, x, y, box, LINES[i])));
  const at = x(state.threshold);
  const shares = crowds.map((c) => edf(c.sorted, state.threshold));
  shares.forEach((f, i) => parts.push(dot(at, y(f), 4.5, `${FILLS[i]} rni-edge`)));
  const curves = crowds.map((c) => ({ name: c.called, points: edfCorners(c.sorted, x, y, box) }));
  parts.push(names.length <= DIRECT ? labels(beside(curves.map((c, i) => ({ ...c, fill: FILLS[i] })), y, box), box) : key(crowds, box));
  const readout = { box, x: { scale: x, say: (e) => `e = ${percent(e)}` }, y: { scale: y, say: (f) => percent(f, 0) }, curves };
  const label = `Error distributions of ${spoken.join(", ")}; at e = ${percent(state.threshold)} they are ${shares.map((f) => f.toFixed(2)).join(", ")}.`;
  const { min, max } = prepare(data, schema).threshold;
  const limits = { value: Math.round(1000 * state.threshold) / 10, min: 100 * min, max: 100 * max, text: percent(state.threshold) };
  return {
    picture: svg(width, HEIGHT, label, parts.join(""), handle("threshold", slide(at, box, "drag: threshold e"), { label: "threshold e", ...limits })),
    summary: [sentence(state, crowds.slice(0, compared), shares), beyond(crowds.map((c) => [...c.sorted]), max)].filter(Boolean).join(" "),
    table: table("What the networks that are drawn say; in brackets the 95 % bootstrap interval", rows(crowds, shares, state)),
    source: sources(names, data), readouts: [readout],
  };
}

/** Where more lines cross than can be named beside them: their names and numbers, in the corner that EDFs leave free. */
function key(crowds, box) {
  const room = Math.floor((box.right - box.left - 26) / LETTER);
  const entries = crowds.map((c, i) => [FILLS[i], entry(c.called, `[${(100 * c.sorted[0]).toFixed(1)} | ${(100 * c.mean).toFixed(1)}]`, room)]);
  const wide = 26 + LETTER * Math.max(...entries.map(([, text]) => text.length));
  return legend(entries, box.right - wide, box.bottom - 17 * entries.length - 8, wide);
}

/** A name and its numbers in so many letters; the table below has the whole name. */
const entry = (name, numbers, room) =>
  name.length + 1 + numbers.length <= room ? `${name} ${numbers}` : `${name.slice(0, Math.max(room - numbers.length - 2, 1))}… ${numbers}`;

function rows(crowds, shares, state) {
  const head = ["population", "n", "lowest error", "mean error", `F(${percent(state.threshold)})`];
  return [head, ...crowds.map((c, i) => {
    const [low, high] = interval(c.means);
    const n = c.sorted.length === c.all ? `${c.all}` : `${c.sorted.length} of ${c.all}`;
    return [c.called, c.failed ? `${n}, ${c.failed} failed` : n, percent(c.sorted[0]), `${percent(c.mean)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`, shares[i].toFixed(2)];
  })];
}

function sentence(state, crowds, shares) {
  const below = crowds.map((c, i) => `${countBelow(c.sorted, state.threshold)} of ${plural(c.sorted.length, "network")} of ${c.called} (${percent(shares[i], 0)})`);
  const first = `${below.join(" and ")} have an error below ${percent(state.threshold)}.`;
  if (crowds.length < 2) return first;
  const [a, b] = crowds;
  return `${first} Mean error of ${a.called} less that of ${b.called}: ${points(a.mean - b.mean)} points, ${verdict(a.means, b.means)}.`;
}

function drag(name, point, state, { width, data }) {
  return { threshold: Math.round(1000 * scales(data, width).x.invert(point.x)) / 1000 };
}

const actions = [{ name: "Draw others", apply: (state) => ({ seed: state.seed + 1 }) }];

const presets = (data) => {
  const most = Math.max(...Object.values(data).map((p) => p.errors?.length ?? 0));
  const names = Object.keys(data), of = (space) => names.find((name) => data[name].space === space);
  const figure = (title, first, second, also = []) =>
    [first, second, ...also].every(of) ? [{ name: title, state: { first: of(first), second: of(second), also: names.filter((n) => also.includes(data[n].space)), n: most, bands: true, seed: 0 } }] : [];
  return [
    ...figure("Figure 5, left: AnyNetXA and B", "AnyNetXA", "AnyNetXB"),
    ...figure("Figure 5, middle: AnyNetXB and C", "AnyNetXB", "AnyNetXC"),
    ...figure("Figure 7, left: AnyNetXC and D", "AnyNetXC", "AnyNetXD"),
    ...figure("Figure 7, right: AnyNetXD and E", "AnyNetXD", "AnyNetXE"),
    ...figure("Figure 9, left: RegNetX, AnyNetXA and E", "AnyNetXA", "RegNetX", ["AnyNetXE"]),
    { name: "All networks, with bands", state: { n: most, bands: true, seed: 0 } },
    { name: "Ten networks each: what a small pilot sees", state: { n: Math.min(10, most), bands: true, seed: 0 } },
  ];
};

export const widget = interactive({ name: "edf_explorer", title: "EDF explorer", schema, controls, view, presets, actions, drag, prepare });
export default widget;
