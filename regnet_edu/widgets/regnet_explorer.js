// The quantised linear rule at the reader's fingertips: equations 2 to 4, the network they give, and what it costs.
import { complexity, quantizedLinear, stagesOf } from "./core.js";
import { axes, dot, grip, handle, legend, linear, logarithmic, percent, plural, polyline, rect, short, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const GROUPS = [1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 96, 112, 120, 128, 144, 160, 168, 192, 208, 232, 256];
const MARGIN = { left: 52, right: 14, top: 30 };
const CURVE = 230; // pixels in which the widths are drawn
const NETWORK = 130; // pixels in which the network is drawn
const MOST_STAGES = 12; // rows of the table

const schema = {
  depth: { type: "int", min: 1, max: 64, default: 22 },
  w0: { type: "int", min: 8, max: 512, step: 8, default: 24 },
  wa: { type: "float", min: 0, max: 256, default: 24.48 },
  wm: { type: "float", min: 1.1, max: 4, default: 2.54 },
  group_width: { type: "int", min: 1, max: 256, default: 16 },
  bottleneck_ratio: { type: "choice", choices: [0.25, 0.5, 1, 2, 4], default: 1 },
  squeeze_excitation: { type: "bool", default: false },
};

const controls = [
  { key: "depth", label: "d, blocks" },
  { key: "w0", label: "w₀, first width" },
  { key: "wa", label: "wₐ, slope", coarse: 0.5 },
  { key: "wm", label: "wₘ, stage ratio", coarse: 0.01 },
  { key: "group_width", label: "g, group width", values: GROUPS },
  { key: "bottleneck_ratio", label: "b, bottleneck ratio", names: { 0.25: "1/4", 0.5: "1/2" } },
  { key: "squeeze_excitation", label: "squeeze-and-excitation (Y)" },
];

/** From the six numbers to the network and its cost. */
export function design(state) {
  const rule = quantizedLinear(state.depth, state.w0, state.wa, state.wm);
  const runs = stagesOf(rule.widths);
  const net = {
    depths: runs.map((r) => r.depth), widths: runs.map((r) => r.width), block: "X",
    ratios: runs.map(() => state.bottleneck_ratio), groups: runs.map(() => state.group_width),
    seRatio: state.squeeze_excitation ? 0.25 : 0,
  };
  return { ...rule, runs, ...complexity(net) };
}

/** The published network whose flops, parameters and activations are nearest, each as a ratio. */
export function nearest(cost, zoo) {
  const far = (m) => Math.hypot(...["flops", "params", "activations"].map((k) => Math.log(m[k] / cost[k])));
  return zoo.map((m) => [far(m), m]).sort((a, b) => a[0] - b[0])[0];
}

function curve(state, found, width, scales) {
  const { x, y } = scales;
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: MARGIN.top + CURVE };
  const parts = [axes(box, { scale: x, name: "block j", ticks: x.ticks(Math.min(10, width / 60)).filter(Number.isInteger) }, { scale: y, name: "width, channels" })];
  const built = [], nominal = [], marks = [];
  let j = 0;
  found.runs.forEach((run, i) => {
    const stage = found.stages[i];
    const [from, to] = [x(j - 0.5), x(j + run.depth - 0.5)];
    nominal.push([from, y(run.width)], [to, y(run.width)]);
    if (stage.width !== run.width) built.push(polyline([[from, y(stage.width)], [to, y(stage.width)]], "rni-la rni-dash"));
    j += run.depth;
  });
  found.line.forEach((u, k) => marks.push(dot(x(k), y(u), 2.5, "rni-fs", `u = ${u.toFixed(1)} in block ${k}`)));
  parts.push(polyline(nominal, "rni-lb"), ...built, ...marks);
  const entries = [["rni-fs", "u, the line"], ["rni-fb", "w, quantised"], ...(built.length ? [["rni-fa", "w as built: g divides it"]] : [])];
  parts.push(legend(entries, box.right - 168, box.bottom - 17 * entries.length - 8));
  return parts.join("");
}

/** The two ends of the line, to take hold of. */
function handles(state, found, { x, y }) {
  const last = found.line.length - 1;
  const end = (name, j, what) => {
    const { min, max } = schema[name];
    return handle(name, grip(x(j), y(found.line[j]), `drag: ${what}`), { label: what, value: state[name], min, max });
  };
  return (last > 0 ? end("wa", last, "slope wₐ") : "") + end("w0", 0, "first width w₀");
}

/** Every block as a bar: height is its width in channels, to scale. */
function network(found, width, top) {
  const bars = [{ width: 32, fill: "rni-fs", title: "stem: 32 channels" }];
  const fills = ["rni-fa", "rni-fb", "rni-fc", "rni-fd", "rni-fe"];
  found.stages.forEach((stage, i) => {
    for (let k = 0; k < stage.depth; k++) {
      bars.push({ ...stage, fill: fills[i % fills.length], title: `stage ${i + 1}, block ${k + 1}: ${stage.width} channels at ${stage.pixels} x ${stage.pixels} pixels`, first: k === 0 });
    }
  });
  const room = width - MARGIN.left - MARGIN.right, step = room / bars.length, tallest = Math.max(...bars.map((b) => b.width));
  const middle = top + NETWORK / 2;
  const parts = [words(MARGIN.left - 42, top - 6, "the network, widths to scale", { className: "rni-t rni-name" })];
  let free = 0; // right end of the last label
  bars.forEach((bar, i) => {
    const high = Math.max(1.5, (bar.width / tallest) * NETWORK);
    const left = MARGIN.left + i * step;
    parts.push(rect(left, middle - high / 2, step * 0.82, high, bar.fill, bar.title));
    if (bar.first && left >= free) {
      const text = `${bar.pixels} px`;
      parts.push(words(left, top + NETWORK + 16, text));
      free = left + 7 * text.length + 6;
    }
  });
  return parts.join("");
}

export function view(state, { width, data }) {
  const found = design(state);
  const scales = scalesOf(state, found, width);
  const top = MARGIN.top + CURVE + 66;
  const widths = found.runs.map((r) => r.width).join(", ");
  const label = `Widths of ${plural(state.depth, "block")} on a logarithmic axis: a line from ${state.w0} to ${Math.round(found.line.at(-1))} channels, quantised to ${widths}; below it the network to scale.`;
  const picture = svg(width, top + NETWORK + 24, label, curve(state, found, width, scales) + network(found, width, top), handles(state, found, scales));
  return { picture, summary: sentence(state, found, data.zoo ?? []), table: stageTable(found) };
}

function scalesOf(state, found, width) {
  const highest = Math.max(...found.widths, ...found.line, ...found.stages.map((s) => s.width));
  const lowest = Math.min(state.w0, ...found.stages.map((s) => s.width));
  return {
    x: linear(-0.5, Math.max(state.depth - 0.5, 3.5), MARGIN.left, width - MARGIN.right),
    y: logarithmic(lowest / 1.3, highest * 1.35, MARGIN.top + CURVE, MARGIN.top),
  };
}

function sentence(state, found, zoo) {
  const changed = found.stages.filter((s, i) => s.width !== found.runs[i].width).length;
  const cost = `${short(found.flops)} multiply-adds, ${short(found.params)} parameters, ${short(found.activations)} activations at 224 pixels`;
  const stages = `${plural(state.depth, "block")} in ${plural(found.runs.length, "stage")}: ${cost}.`;
  const rule = changed ? ` In ${plural(changed, "stage")} the width is changed so that the group width divides it.` : "";
  if (!zoo.length) return stages + rule;
  const [far, model] = nearest(found, zoo);
  const same = far < 1e-12;
  const name = same ? `This is ${model.title}` : `The nearest published model is ${model.title} (${short(model.flops)} multiply-adds, ${short(model.params)} parameters)`;
  return `${stages}${rule} ${name}, ImageNet top-1 error ${percent(model.error)}.`;
}

const share = (part) => (part < 0.005 ? "< 1 %" : percent(part, 0));

function stageTable(found) {
  const rows = [["stage", "pixels", "blocks", "width", "groups", "flops", "params"]];
  found.stages.slice(0, MOST_STAGES).forEach((s, i) => {
    const nominal = found.runs[i].width;
    const width = s.width === nominal ? `${s.width}` : `${nominal}→${s.width}`;
    rows.push([`${i + 1}`, `${s.pixels}`, `${s.depth}`, width, `${s.inner / s.group}×${s.group}`, share(s.flops / found.flops), share(s.params / found.params)]);
  });
  const rest = found.stages.length - MOST_STAGES;
  return table(rest > 0 ? `The first ${MOST_STAGES} of ${found.stages.length} stages` : "The stages, with their shares of the whole network", rows);
}

/** The two ends of the line can be dragged. The axis is held as it is drawn before the move. */
function drag(handle, point, state, { width }) {
  const { y } = scalesOf(state, design(state), width);
  const there = Math.min(1e5, Math.max(1, y.invert(point.y)));
  if (handle === "w0") return { w0: Math.round(there / 8) * 8 };
  return { wa: Math.round((100 * (there - state.w0)) / (state.depth - 1)) / 100 };
}

const presets = (data) => [
  { name: "Equation 4: every stage twice as wide", state: { depth: 20, w0: 32, wa: 24, wm: 2, group_width: 16, bottleneck_ratio: 1, squeeze_excitation: false } },
  { name: "Figure 8: the trend 48 (j + 1)", state: { depth: 20, w0: 48, wa: 48, wm: 2.5, group_width: 16, bottleneck_ratio: 1, squeeze_excitation: false } },
  ...(data.zoo ?? []).map((m) => ({ name: `Figure ${m.rule.squeeze_excitation ? 16 : 15}: ${m.title}`, state: m.rule })),
];

export const widget = interactive({ name: "regnet_explorer", title: "RegNet explorer", schema, controls, view, presets, drag });
export default widget;
