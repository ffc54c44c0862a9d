// Three numbers against a whole network: match its staircase by hand, then see what a search finds.
import { fitError, quantizedLinear, stagesOf } from "./core.js";
import { axes, dot, grip, handle, legend, linear, logarithmic, percent, plural, polyline, rect, svg, table } from "./chart.js";
import { interactive } from "./kit.js";

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

export function view(state, { width, data }) {
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
  const entries = [["rni-fa", "the network"], ["rni-fb", "your rule"]];
  if (state.answer) {
    const found = quantizedLinear(given.length, best.w0, best.wa, best.wm);
    parts.push(polyline(steps(found.widths, x, inside), "rni-lc rni-dots"));
    entries.push(["rni-fc", "the search's rule"]);
  }
  parts.push(legend(entries, box.left + 10, box.top + 4, 140));
  const end = (name, j, what) => {
    const { min, max } = schema[name];
    return handle(name, grip(x(j), inside(mine.line[j]), `drag: ${what}`), { label: what, value: state[name], min, max });
  };
  const last = given.length - 1, handles = (last > 0 ? end("wa", last, "slope wₐ") : "") + end("w0", 0, "first width w₀");
  const label = `The widths of ${plural(given.length, "block")} of ${target.name}, and those of a quantised line with w0 ${state.w0}, wa ${state.wa} and wm ${state.wm}; e_fit is ${error.toFixed(3)}.`;
  return { picture: svg(width, HEIGHT, label, parts.join(""), handles), summary: sentence(state, error, best, mine), table: answers(state, error, best, given.length), source: target.source };
}

function sentence(state, error, best, mine) {
  const off = `e_fit = ${error.toFixed(3)}: a width is off by ${percent(Math.exp(error) - 1, 0)} on average, with ${plural(stagesOf(mine.widths).length, "stage")}.`;
  const verdict = error <= best.error + 5e-4 ? "You match the search." : `A search of the same three numbers comes to ${best.error.toFixed(3)}; can you?`;
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
  ...(data.targets ?? []).filter((t) => t.name.startsWith("RegNet")).map((t) => ({ name: `Figure ${t.name[6] === "Y" ? 16 : 15}: match ${t.name}`, state: { target: t.name, answer: false } })),
];

export const widget = interactive({ name: "fit_game", title: "Fit game", schema, controls, view, presets, actions, drag, prepare });
export default widget;
