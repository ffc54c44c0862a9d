// What share of the networks is better than e? Two populations, the bootstrap's doubt, and what fewer networks tell.
import { ascending, bootstrapBand, bootstrapMeans, chooseFew, countBelow, edf, quantile } from "./core.js";
import { axes, dot, line, linear, percent, plural, polyline, rect, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const NONE = "none";
const BAND_REPEATS = 400, MEAN_REPEATS = 1000;
const HEIGHT = 360, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 };

const schema = {
  first: { type: "choice", choices: [], default: "", fromData: true },
  second: { type: "choice", choices: [], default: NONE, fromData: true },
  threshold: { type: "float", min: 0, max: 1, default: 0.5, fromData: true },
  n: { type: "int", min: 2, max: 100000, default: 1000, fromData: true },
  bands: { type: "bool", default: true },
  seed: { type: "int", min: 0, max: 2 ** 31, default: 0, hidden: true },
};

const controls = [
  { key: "first", label: "population" },
  { key: "second", label: "compared with" },
  { key: "threshold", label: "e, error in %", factor: 100, coarse: 0.1 },
  { key: "n", label: "n, networks drawn of each" },
  { key: "bands", label: "95 % bootstrap bands" },
];

/** The limits that depend on the populations. */
function prepare(data, rules) {
  const names = Object.keys(data).filter((name) => data[name]?.errors?.length);
  if (!names.length) throw new Error("There is no population to show here: the page or the call brought none with an error in it.");
  const all = names.flatMap((name) => data[name].errors);
  const low = Math.floor(Math.min(...all) * 100 - 0.5) / 100, high = Math.ceil(Math.max(...all) * 100 + 0.5) / 100;
  const most = Math.max(2, ...names.map((name) => data[name].errors.length));
  const [min, max] = [Math.max(0, low), Math.min(1, high)];
  return {
    ...rules,
    first: { ...rules.first, choices: names, default: names[0] },
    second: { ...rules.second, choices: [NONE, ...names], default: names[1] ?? NONE },
    threshold: { ...rules.threshold, min, max, default: (min + max) / 2 },
    n: { ...rules.n, max: most, default: most },
  };
}

// Dragging e changes neither the draw nor the bootstrap, so the last few of each are kept.
const kept = new Map();
function remember(key, make) {
  if (!kept.has(key)) {
    if (kept.size > 12) kept.delete(kept.keys().next().value);
    kept.set(key, make());
  }
  return kept.get(key);
}

/** The n networks that are drawn of a population, and what the bootstrap says of them. */
export function drawn(data, name, n, seed) {
  const { errors, space, source, failed } = data[name];
  const size = Math.min(n, errors.length);
  return remember(JSON.stringify([name, source, errors.length, size, seed]), () => {
    const sorted = ascending(chooseFew(errors.length, size, seed).map((i) => errors[i]));
    let band;
    return {
      space, source, failed, sorted, all: errors.length,
      mean: sorted.reduce((a, b) => a + b, 0) / size,
      means: bootstrapMeans(sorted, MEAN_REPEATS, seed),
      band: () => (band ??= bootstrapBand(sorted, BAND_REPEATS, seed)),
    };
  });
}

const interval = (means) => {
  const sorted = Float64Array.from(means).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
};

/** Populations with one space's name are told apart by the name of the record. */
function titles(state, crowds) {
  const same = crowds.length > 1 && crowds[0].space === crowds[1].space;
  return crowds.map((c, i) => (same ? [state.first, state.second][i] : c.space));
}

function staircase(sorted, shares, x, y, right) {
  const points = [[x.from, y(0)]];
  let before = 0;
  sorted.forEach((e, k) => {
    if (sorted[k + 1] === e) return; // of equal errors the last says the share above them all
    points.push([x(e), y(before)], [x(e), y(shares(k))]);
    before = shares(k);
  });
  points.push([right, y(before)]);
  return points;
}

function bandOf(crowd, x, y, right, fill) {
  const band = crowd.band();
  const low = staircase(crowd.sorted, (k) => band[k][0], x, y, right);
  const high = staircase(crowd.sorted, (k) => band[k][1], x, y, right);
  return polyline([...high, ...low.reverse()], `${fill} rni-pale`);
}

function scales(data, width) {
  const { min, max } = prepare(data, schema).threshold;
  const x = linear(min, max, MARGIN.left, width - MARGIN.right);
  x.from = MARGIN.left;
  return { x, y: linear(0, 1, HEIGHT - MARGIN.bottom, MARGIN.top) };
}

export function view(state, { width, data }) {
  const { x, y } = scales(data, width);
  const names = [state.first, ...(state.second === NONE ? [] : [state.second])];
  const crowds = names.map((name, i) => drawn(data, name, state.n, 2 * state.seed + i));
  const called = titles(state, crowds);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const parts = [axes(box, { scale: x, name: "error e, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(100 * t)) }, { scale: y, name: "F(e), share of networks below e" })];
  if (state.bands) crowds.forEach((c, i) => parts.push(bandOf(c, x, y, box.right, ["rni-fa", "rni-fb"][i])));
  crowds.forEach((c, i) => {
    const points = staircase(c.sorted, (k) => (k + 1) / c.sorted.length, x, y, box.right);
    parts.push(polyline(points, ["rni-la", "rni-lb rni-dash"][i]));
  });
  const at = x(state.threshold);
  parts.push(`<g data-drag="threshold">${line(at, box.top, at, box.bottom, "rni-ls")}<rect class="rni-hit" x="${at - 20}" y="${box.top}" width="40" height="${box.bottom - box.top + 12}" fill="transparent"><title>drag: threshold e</title></rect><circle class="rni-grip" cx="${at}" cy="${box.bottom}" r="6"/></g>`);
  const shares = crowds.map((c) => edf(c.sorted, state.threshold));
  shares.forEach((f, i) => parts.push(dot(at, y(f), 4.5, `${["rni-fa", "rni-fb"][i]} rni-edge`)));
  crowds.forEach((c, i) => {
    const text = `${called[i]} [${(100 * c.sorted[0]).toFixed(1)} | ${(100 * c.mean).toFixed(1)}]`;
    const left = box.right - 160, top = box.bottom - 46 + 18 * i;
    parts.push(rect(left - 6, top - 5, 166, 20, "rni-plate"), rect(left, top, 10, 10, ["rni-fa", "rni-fb"][i]), words(left + 15, top + 9, text));
  });
  const label = `Error distributions of ${called.join(" and ")}; at e = ${percent(state.threshold)} they are ${shares.map((f) => f.toFixed(2)).join(" and ")}.`;
  return {
    picture: svg(width, HEIGHT, label, parts.join("")),
    summary: sentence(state, crowds, called, shares),
    table: table("What the networks that are drawn say; in brackets the 95 % bootstrap interval", rows(crowds, called, shares, state)),
    source: crowds.map((c) => c.source).filter(Boolean).join(" — "),
  };
}

function rows(crowds, called, shares, state) {
  const head = ["population", "n", "lowest error", "mean error", `F(${percent(state.threshold)})`];
  return [head, ...crowds.map((c, i) => {
    const [low, high] = interval(c.means);
    const n = c.sorted.length === c.all ? `${c.all}` : `${c.sorted.length} of ${c.all}`;
    return [called[i], c.failed ? `${n}, ${c.failed} failed` : n, percent(c.sorted[0]), `${percent(c.mean)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`, shares[i].toFixed(2)];
  })];
}

function sentence(state, crowds, called, shares) {
  const below = crowds.map((c, i) => `${countBelow(c.sorted, state.threshold)} of ${plural(c.sorted.length, "network")} of ${called[i]} (${percent(shares[i], 0)})`);
  const first = `${below.join(" and ")} have an error below ${percent(state.threshold)}.`;
  if (crowds.length < 2) return first;
  const [a, b] = crowds;
  const differences = a.means.map((m, k) => m - b.means[k]);
  const [low, high] = interval(differences);
  const points = (d) => (100 * d).toFixed(1).replace("-", "−").replace("−0.0", "0.0");
  const verdict = low > 0 || high < 0 ? "which chance alone would hardly give" : "which chance alone may give";
  return `${first} Mean error of ${called[0]} less that of ${called[1]}: ${points(a.mean - b.mean)} points, 95 % between ${points(low)} and ${points(high)}, ${verdict}.`;
}

function drag(handle, point, state, { width, data }) {
  return { threshold: Math.round(1000 * scales(data, width).x.invert(point.x)) / 1000 };
}

const actions = [{ name: "Draw others", apply: (state) => ({ seed: state.seed + 1 }) }];

const presets = (data) => {
  const most = Math.max(...Object.values(data).map((p) => p.errors?.length ?? 0));
  return [
    { name: "All networks, with bands (figure 9, left)", state: { n: most, bands: true, seed: 0 } },
    { name: "Ten networks each: what a small pilot sees", state: { n: Math.min(10, most), bands: true, seed: 0 } },
  ];
};

export const widget = interactive({ name: "edf_explorer", title: "EDF explorer", schema, controls, view, presets, actions, drag, prepare });
export default widget;
