// Three numbers against a whole network: match its staircase by hand, then see what a search finds.
import { fitError, quantizedLinear, stagesOf } from "./core.js";
import { axes, dot, grip, handle, labels, linear, logarithmic, percent, plural, polyline, rect, svg, table } from "./chart.js";
import { interactive } from "./kit.js";
import { heightAt } from "./readout.js";

const HEIGHT = 340, MARGIN = { left: 52, right: 14, top: 30, bottom: 46 };

const schema = {
  target: { type: "choice", choices: [], default: "", fromData: true },
  w0: { type: "int", min: 8, max: 512, step: 8, default: 48 },
  wa: { type: "float", min: 0, max: 256, default: 4 },
  wm: { type: "float", min: 1.1, max: 4, default: 2 },
  answer: { type: "bool", default: false },
};

const controls = [
  { key: "target", label: "network" },
  { key: "w0", label: "w₀, first width" },
  { key: "wa", label: "wₐ, slope", coarse: 0.5 },
  { key: "wm", label: "wₘ, stage ratio", coarse: 0.01 },
  { key: "answer", label: "show the search's answer" },
];

function prepare(data, rules) {
  const names = (data.targets ?? []).map((t) => t.name);
  if (!names.length) throw new Error("There is no network to match here: the page or the call brought none.");
  return { ...rules, target: { ...rules.target, choices: names, default: names[0] } };
}

const widthsOf = (target) => target.depths.flatMap((d, i) => Array(d).fill(target.widths[i]));
const chosen = (state, data) => data.targets.find((t) => t.name === state.target);

function steps(widths, x, y) {
  return widths.flatMap((w, j) => [[x(j - 0.5), y(w)], [x(j + 0.5), y(w)]]);
}

function scales(given, width) {
  const low = Math.min(...given), high = Math.max(...given);
  return {
    x: linear(-0.5, given.length - 0.5, MARGIN.left, width - MARGIN.right),
    y: logarithmic(Math.max(4, low / 2.5), high * 2.5, HEIGHT - MARGIN.bottom, MARGIN.top),
  };
}

export function view(state, { width, data, kept = null }) {
  const target = chosen(state, data), given = widthsOf(target);
  const mine = quantizedLinear(given.length, state.w0, state.wa, state.wm);
  const error = fitError(mine.widths, given), best = target.answer;
  const { x, y } = scales(given, width);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const inside = (w) => Math.min(box.bottom, Math.max(box.top, y(w))); // what leaves the picture stays at its edge
  const parts = [axes(box, { scale: x, name: "block j", ticks: x.ticks(Math.min(10, width / 60)).filter(Number.isInteger) }, { scale: y, name: "width, channels" })];
  given.forEach((w, j) => {
    const [a, b] = [y(w), inside(mine.widths[j])];
    parts.push(rect(x(j - 0.5), Math.min(a, b), x(1) - x(0), Math.abs(a - b), "rni-fb rni-pale"));
  });
  mine.line.forEach((u, j) => parts.push(dot(x(j), inside(u), 2, "rni-fs", `u = ${u.toFixed(1)} in block ${j}`)));
  parts.push(polyline(steps(given, x, y), "rni-la"), polyline(steps(mine.widths, x, inside), "rni-lb rni-dash"));
  const curves = [{ name: "the network", fill: "rni-fa", points: steps(given, x, y) }, { name: "your rule", fill: "rni-fb", points: steps(mine.widths, x, inside) }];
  if (state.answer) {
    const found = quantizedLinear(given.length, best.w0, best.wa, best.wm);
    parts.push(polyline(steps(found.widths, x, inside), "rni-lc rni-dots"));
    curves.push({ name: "the search's rule", fill: "rni-fc", points: steps(found.widths, x, inside) });
  }
  parts.push(labels(curves.map((c, i) => beside(c, SHARES[i], box)), box));
  const channels = (w) => `${Math.round(w)} channels`;
  const readout = { box, snap: true, x: { scale: x, say: (j) => `block ${j}` }, y: { scale: y, say: channels }, curves };
  const end = (name, j, what) => {
    const { min, max } = schema[name];
    return handle(name, grip(x(j), inside(mine.line[j]), `drag: ${what}`), { label: what, value: state[name], min, max });
  };
  const last = given.length - 1, handles = (last > 0 ? end("wa", last, "slope wₐ") : "") + end("w0", 0, "first width w₀");
  const label = `The widths of ${plural(given.length, "block")} of ${target.name}, and those of a quantised line with w0 ${state.w0}, wa ${state.wa} and wm ${state.wm}; e_fit is ${error.toFixed(3)}.`;
  return { picture: svg(width, HEIGHT, label, parts.join(""), handles), summary: sentence(state, error, best, mine), table: answers(state, error, best, given.length) + scores(data, kept), source: target.source, readouts: [readout] };
}

const SHARES = [0.25, 0.75, 0.5]; // of the width, where the names stand, so that they do not meet

/** The name of a staircase, above it. */
function beside({ name, points, fill }, share, box) {
  const at = box.left + share * (box.right - box.left);
  return { x: at, y: Math.max(box.top + 12, heightAt(points, at) - 8), text: name, fill, anchor: "middle" };
}

const CLOSE = 5e-4; // an e_fit so little above the search's counts as the same

/** The least e_fit that the reader reached on every network without looking at the search's answer. */
function keep(state, data, kept) {
  if (state.answer) return kept;
  const target = chosen(state, data), given = widthsOf(target);
  const error = Number(fitError(quantizedLinear(given.length, state.w0, state.wa, state.wm).widths, given).toFixed(6));
  return error < (kept?.[target.name] ?? Infinity) ? { ...kept, [target.name]: error } : kept;
}

function scores(data, kept) {
  const tried = data.targets.filter((t) => kept?.[t.name] !== undefined);
  if (!tried.length) return "";
  const won = (t) => kept[t.name] <= t.answer.error + CLOSE;
  const rows = tried.map((t) => [t.name, kept[t.name].toFixed(3), t.answer.error.toFixed(3), won(t) ? "matched" : `×${(kept[t.name] / t.answer.error).toFixed(1)}`]);
  const caption = `Your score, kept on this device: ${tried.filter(won).length} of ${data.targets.length} networks matched, before looking at the answer`;
  return table(caption, [["network", "your least e_fit", "the search's", ""], ...rows]);
}

function sentence(state, error, best, mine) {
  const off = `e_fit = ${error.toFixed(3)}: a width is off by ${percent(Math.exp(error) - 1, 0)} on average, with ${plural(stagesOf(mine.widths).length, "stage")}.`;
  const verdict = error <= best.error + CLOSE ? "You match the search." : `A search of the same three numbers comes to ${best.error.toFixed(3)}; can you?`;
  return `${off} ${verdict}`;
}

function answers(state, error, best, depth) {
  const rows = [["rule", "d", "w0", "wa", "wm", "e_fit"], ["yours", `${depth}`, `${state.w0}`, state.wa.toFixed(2), state.wm.toFixed(2), error.toFixed(3)]];
  if (state.answer) rows.push(["the search's", `${depth}`, `${best.w0}`, best.wa.toFixed(2), best.wm.toFixed(2), best.error.toFixed(3)]);
  return table("Three numbers for all the widths; d is the network's own", rows);
}

function drag(handle, point, state, { width, data }) {
  const given = widthsOf(chosen(state, data));
  const there = Math.max(1, scales(given, width).y.invert(point.y));
  if (handle === "w0") return { w0: Math.round(there / 8) * 8 };
  return { wa: Math.round((100 * (there - state.w0)) / (given.length - 1)) / 100 };
}

const actions = [
  { name: "Take the search's answer", apply: (state, data) => {
    const { w0, wa, wm } = chosen(state, data).answer;
    const near = (value, rule) => Math.min(rule.max, Math.max(rule.min, value));
    return { w0: near(w0, schema.w0), wa: near(wa, schema.wa), wm: near(wm, schema.wm), answer: true };
  } },
];

const presets = (data) => [
  { name: "Figure 8, top left: the line 48 (j + 1)", state: { w0: 48, wa: 48, wm: 2.5 } },
  { name: "Equation 4: every stage twice as wide", state: { w0: 24, wa: 24, wm: 2 } },
  ...(data.targets ?? []).filter((t) => /^RegNet[XY]-/.test(t.name)).map((t) => ({ name: `Figure ${t.name[6] === "Y" ? 16 : 15}: match ${t.name}`, state: { target: t.name, answer: false } })),
];

export const widget = interactive({ name: "fit_game", title: "Fit game", schema, controls, view, presets, actions, drag, prepare, keep });
export default widget;
