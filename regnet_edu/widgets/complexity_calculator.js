// What a convolution and a network cost, and how each cost grows when one thing is scaled.
import { complexity, convolution, pixelsAfter, quantizedLinear, roundHalfEven, stagesOf } from "./core.js";
import { axes, dot, handle, labels, logarithmic, polyline, short, slide, svg, table } from "./chart.js";
import { interactive } from "./kit.js";

const HEIGHT = 330, MARGIN = { left: 56, right: 16, top: 30, bottom: 46 };
const COSTS = [
  // each thinner than the one before it, so that lines and dots that lie on one another are all seen
  { key: "flops", name: "flops", line: "rni-la rni-widest", fill: "rni-fa", radius: 8 },
  { key: "params", name: "parameters", line: "rni-lb", fill: "rni-fb", radius: 6 },
  { key: "activations", name: "activations", line: "rni-lc", fill: "rni-fc", radius: 4 },
];
const SCALED = { width: "width", depth: "depth", group_width: "group width", resolution: "resolution" };
const FACTORS = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4];
const SUBJECTS = ["one convolution", "RegNetX-400MF", "RegNetX-4.0GF", "RegNetY-400MF"];
// Figure 15 and 16: d, w_0, w_a, w_m, g and the ratio of squeeze-and-excitation.
const RULES = { "RegNetX-400MF": [22, 24, 24.48, 2.54, 16, 0], "RegNetX-4.0GF": [23, 96, 38.65, 2.43, 40, 0], "RegNetY-400MF": [16, 48, 27.89, 2.09, 8, 0.25] };

const schema = {
  subject: { type: "choice", choices: SUBJECTS, default: "one convolution" },
  scaled: { type: "choice", choices: Object.keys(SCALED), default: "width" },
  factor: { type: "float", min: 0.25, max: 4, default: 2 },
  kernel: { type: "choice", choices: [1, 3, 5, 7], default: 3 },
  width_in: { type: "int", min: 1, max: 2048, default: 64 },
  width_out: { type: "int", min: 1, max: 2048, default: 64 },
  groups: { type: "int", min: 1, max: 2048, default: 1 },
  stride: { type: "choice", choices: [1, 2], default: 1 },
  resolution: { type: "int", min: 1, max: 512, default: 56 },
};

const convolutionOnly = (state) => state.subject === SUBJECTS[0];
const controls = [
  { key: "subject", label: "count" },
  { key: "scaled", label: "scale its", names: SCALED },
  { key: "factor", label: "by the factor", values: FACTORS },
  { key: "kernel", label: "kernel k x k", names: { 1: "1 x 1", 3: "3 x 3", 5: "5 x 5", 7: "7 x 7" }, shown: convolutionOnly },
  { key: "width_in", label: "input channels", log: true, shown: convolutionOnly },
  { key: "width_out", label: "output channels", log: true, shown: convolutionOnly },
  { key: "groups", label: "groups", log: true, shown: convolutionOnly },
  { key: "stride", label: "stride", shown: convolutionOnly },
  { key: "resolution", label: "r, input pixels", log: true, shown: convolutionOnly },
];

const whole = (x) => Math.max(1, roundHalfEven(x));
const step8 = (x) => Math.max(8, roundHalfEven(x / 8) * 8);

/** The number of groups that divides both widths and is nearest to what was asked for. */
export function fittingGroups(wanted, widthIn, widthOut) {
  let best = 1;
  for (let g = 1; g <= Math.min(widthIn, widthOut); g++) {
    if (widthIn % g === 0 && widthOut % g === 0 && Math.abs(g - wanted) < Math.abs(best - wanted)) best = g;
  }
  return best;
}

/** The convolution with one thing scaled; `depth` is how many of them follow one another. */
export function scaledConvolution(state, factor) {
  const by = (key) => (state.scaled === key ? factor : 1);
  const widthIn = whole(state.width_in * by("width")), widthOut = whole(state.width_out * by("width"));
  const resolution = whole(state.resolution * by("resolution"));
  const pixels = pixelsAfter(resolution, state.stride);
  const depthwise = state.groups === state.width_in; // one channel a group stays so, however wide it becomes
  const groups = fittingGroups((depthwise ? widthIn : state.groups) / by("group_width"), widthIn, widthOut);
  const many = whole(by("depth") * 4) / 4; // four convolutions, so that a quarter of them is one
  const one = convolution(state.kernel, widthIn, widthOut, pixels, groups);
  return { flops: one.flops * many, params: one.params * many, activations: one.activations * many, widthIn, widthOut, groups, pixels, many, resolution };
}

/** A published network with one thing scaled: the widths and depths of its stages, g, or the image. */
export function scaledNetwork(state, factor) {
  const [depth, w0, wa, wm, g, seRatio] = RULES[state.subject];
  const by = (key) => (state.scaled === key ? factor : 1);
  const runs = stagesOf(quantizedLinear(depth, w0, wa, wm).widths);
  const net = {
    depths: runs.map((r) => whole(r.depth * by("depth"))), widths: runs.map((r) => step8(r.width * by("width"))),
    ratios: runs.map(() => 1), groups: runs.map(() => whole(g * by("group_width"))), block: "X", seRatio,
  };
  return { ...complexity(net, whole(224 * by("resolution"))), net };
}

const count = (state, factor) => (convolutionOnly(state) ? scaledConvolution : scaledNetwork)(state, factor);

export function view(state, { width }) {
  const start = count(state, 1), now = count(state, state.factor);
  const x = logarithmic(0.25, 4, MARGIN.left, width - MARGIN.right);
  const y = logarithmic(1 / 20, 20, HEIGHT - MARGIN.bottom, MARGIN.top);
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const times = (t) => (t < 1 ? `×1/${1 / t}` : `×${t}`);
  const thing = SCALED[state.scaled];
  const parts = [axes(box, { scale: x, name: `factor of the ${thing}`, write: times, ticks: [0.25, 0.5, 1, 2, 4] }, { scale: y, name: "growth of each cost", write: times, ticks: [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16] })];
  const at = x(state.factor);
  const grown = COSTS.map((cost) => {
    const points = FACTORS.map((f) => [x(f), y(count(state, f)[cost.key] / start[cost.key])]);
    parts.push(polyline(points, cost.line));
    return { ...cost, points, height: y(now[cost.key] / start[cost.key]) };
  });
  grown.forEach((c) => parts.push(dot(at, c.height, c.radius, `${c.fill} rni-edge`)));
  parts.push(labels(beside(grown, box), box));
  const growth = COSTS.map((c) => `${c.name} ×${ratio(now[c.key] / start[c.key])}`).join(", ");
  const label = `Growth of flops, parameters and activations of ${state.subject} as its ${thing} is scaled from a quarter to four times; at ${state.factor}: ${growth}.`;
  const { min, max } = schema.factor, grows = (t) => `×${ratio(t)}`;
  const readout = { box, x: { scale: x, say: (f) => `${thing} ${grows(f)}` }, y: { scale: y, say: grows }, curves: grown };
  const factor = handle("factor", slide(at, box, "drag: factor"), { label: `factor of the ${thing}`, value: state.factor, min, max });
  return { picture: svg(width, HEIGHT, label, parts.join(""), factor), summary: sentence(state, now, growth), table: costTable(state, start, now), readouts: [readout] };
}

/** Names at the right ends of the lines; those that lie on one another share one. */
function beside(grown, box) {
  const named = [];
  for (const { name, fill, points } of grown) {
    const [, y] = points.at(-1), same = named.find((n) => Math.abs(n.y + 13 - y) < 3);
    if (same) same.text += ` = ${name}`;
    else named.push({ x: box.right - 6, y: y - 13, text: name, fill, anchor: "end" });
  }
  return named;
}

const ratio = (r) => String(Number(r.toPrecision(3)));

function sentence(state, now, growth) {
  const lead = `${state.subject === SUBJECTS[0] ? "One convolution" : state.subject}, ${SCALED[state.scaled]} ×${ratio(state.factor)}: ${growth}.`;
  if (!convolutionOnly(state)) return `${lead} Stages now: depths ${now.net.depths.join(", ")}, widths ${now.stages.map((s) => s.width).join(", ")}.`;
  const formula = `k·k·(w_in / groups)·w_out·r·r = ${state.kernel}·${state.kernel}·${now.widthIn / now.groups}·${now.widthOut}·${now.pixels}·${now.pixels}`;
  const several = state.scaled === "depth" ? `; a stack of ${4 * now.many} such convolutions is compared with one of 4` : "";
  const note = state.groups !== now.groups && state.scaled !== "group_width" ? ` ${state.groups} groups do not divide the widths; ${now.groups} is the nearest that does.` : "";
  return `${lead} Its flops are ${formula}${several}.${note}`;
}

function costTable(state, start, now) {
  const rows = [["cost", "before", "after", "growth"]];
  for (const cost of COSTS) rows.push([cost.name, short(start[cost.key], 4), short(now[cost.key], 4), `×${ratio(now[cost.key] / start[cost.key])}`]);
  return table(`Flops are multiply-adds of one image${state.subject === SUBJECTS[0] ? "; the convolution has no bias" : " of 224 pixels, or as scaled"}`, rows);
}

const drag = (handle, point, state, { width }) => ({ factor: Math.round(100 * logarithmic(0.25, 4, MARGIN.left, width - MARGIN.right).invert(point.x)) / 100 });

const base = { kernel: 3, width_in: 64, width_out: 64, groups: 1, stride: 1, resolution: 56, factor: 2 };
const presets = () => [
  { name: "A 3 x 3 convolution twice as wide", state: { ...base, subject: SUBJECTS[0], scaled: "width" } },
  { name: "The image twice as large", state: { ...base, subject: SUBJECTS[0], scaled: "resolution" } },
  { name: "Depthwise: as many groups as channels", state: { ...base, subject: SUBJECTS[0], scaled: "width", groups: 64 } },
  { name: "Figure 12: activations grow slowly with the width", state: { ...base, subject: "RegNetX-400MF", scaled: "width" } },
  { name: "Figure 12: and faster with the resolution", state: { ...base, subject: "RegNetX-400MF", scaled: "resolution" } },
  { name: "A network twice as deep", state: { ...base, subject: "RegNetX-400MF", scaled: "depth" } },
];

export const widget = interactive({ name: "complexity_calculator", title: "Complexity calculator", schema, controls, view, presets, drag });
export default widget;
