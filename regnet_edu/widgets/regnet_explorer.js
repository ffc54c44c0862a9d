// The quantised linear rule at the reader's fingertips: equations 2 to 4, the network they give, and what it costs.
import { complexity, quantizedLinear, stagesOf } from "./core.js";
import { axes, clip, dot, grip, handle, line, linear, logarithmic, percent, plural, polyline, rect, roundUp, short, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const GROUPS = [1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 96, 112, 120, 128, 144, 160, 168, 192, 208, 232, 256];
const MARGIN = { left: 52, right: 14, top: 30 };
const MOST_STAGES = 12; // rows of the table
// A stage has one colour, in the curve and in the network; the line and what has no stage are grey.
const STROKES = ["rni-la", "rni-lb", "rni-lc", "rni-ld", "rni-le"], FILLS = ["rni-fa", "rni-fb", "rni-fc", "rni-fd", "rni-fe"];

/** Heights in pixels of the curve and of the network; a phone keeps both in view beside the controls. */
const heights = (width, brief) => (width < 430 ? { curve: brief ? 120 : 170, network: brief ? 40 : 70 } : { curve: brief ? 200 : 240, network: brief ? 84 : 120 });

const schema = {
  depth: { type: "int", min: 1, max: 64, default: 22 },
  w0: { type: "int", min: 8, max: 512, step: 8, default: 24 },
  wa: { type: "float", min: 0, max: 256, default: 24.48 },
  wm: { type: "float", min: 1.1, max: 4, default: 2.54 },
  group_width: { type: "int", min: 1, max: 256, default: 16 },
  bottleneck_ratio: { type: "choice", choices: [0.25, 0.5, 1, 2, 4], default: 1 },
  squeeze_excitation: { type: "bool", default: false },
  axis: { type: "choice", choices: ["linear", "logarithmic"], default: "linear" },
  brief: { type: "bool", default: false, hidden: true },
};
const whole = (state) => !state.brief; // what the short form leaves out

const controls = [
  { key: "depth", label: "d, blocks", shown: whole },
  { key: "w0", label: "w₀, first width" },
  { key: "wa", label: "wₐ, slope", coarse: 0.5 },
  { key: "wm", label: "wₘ, stage ratio", coarse: 0.01 },
  { key: "group_width", label: "g, group width", values: GROUPS, shown: whole },
  { key: "bottleneck_ratio", label: "b, bottleneck ratio", names: { 0.25: "1/4", 0.5: "1/2" }, shown: whole },
  { key: "axis", label: "axis of widths", shown: whole },
  { key: "squeeze_excitation", label: "squeeze-and-excitation (Y)", shown: whole },
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

function curve(state, found, width, { x, y }) {
  const box = boxOf(width, state.brief), marks = [], steps = [];
  const frame = axes(box, { scale: x, name: "block j", ticks: x.ticks(Math.min(10, width / 60)).filter(Number.isInteger) }, { scale: y, name: "width, channels" });
  let j = 0, before;
  found.runs.forEach((run, i) => {
    const { width: built } = found.stages[i], [from, to] = [x(j - 0.5), x(j + run.depth - 0.5)], stroke = STROKES[i % STROKES.length];
    if (before) marks.push(line(from, y(before), from, y(run.width), "rni-grid"));
    marks.push(polyline([[from, y(run.width)], [to, y(run.width)]], `${stroke} rni-thick`));
    if (built !== run.width) marks.push(polyline([[from, y(built)], [to, y(built)]], `${stroke} rni-dash`));
    steps.push([from, y(run.width)], [to, y(run.width)]);
    j += run.depth;
    before = run.width;
  });
  const ends = found.line.map((u, k) => [x(k), y(u)]);
  marks.push(polyline(ends, "rni-ls rni-dots"), ...ends.map(([a, b]) => dot(a, b, 2.5, "rni-fs")));
  const channels = (v) => `${Math.round(10 * v) / 10} channels`;
  const readout = { box, snap: true, x: { scale: x, say: (k) => `block ${k}` }, y: { scale: y, say: channels }, curves: [{ name: "line u", points: ends }, { name: "width w", points: steps }] };
  return [frame + clip(box, marks.join("")) + names(found, box, { x, y }), readout];
}

/** What the line and the steps are, written beside them. */
function names(found, box, { x, y }) {
  const last = found.line.length - 1, k = Math.floor(last * 0.72), text = (px, py, said, anchor) => words(px, py, said, { anchor, className: "rni-t rni-halo" });
  const changed = found.stages.some((s, i) => s.width !== found.runs[i].width);
  const foot = y(Math.min(found.runs.at(-1).width, found.stages.at(-1).width)) + 20; // the line runs above the last step's end
  return text(Math.max(box.left + 70, x(k) - 12), Math.max(box.top + 12, y(found.line[k]) - 12), "u, the line", "end") +
    text(box.right - 4, Math.min(box.bottom - 6, foot), changed ? "w, quantised; dashed: as built" : "w, quantised", "end");
}

/** The two ends of the line, to take hold of. */
function handles(state, found, { x, y }, box) {
  const last = found.line.length - 1, inside = (p) => Math.min(box.bottom, Math.max(box.top, p));
  const end = (name, j, what) => {
    const { min, max } = schema[name];
    return handle(name, grip(x(j), inside(y(found.line[j])), `drag: ${what}`), { label: what, value: state[name], min, max });
  };
  return (last > 0 ? end("wa", last, "slope wₐ") : "") + end("w0", 0, "first width w₀");
}

/** Every block as a bar: its height is its width in channels, to scale; below each stage its pixels. */
function network(found, width, top, high) {
  const bars = [{ width: 32, fill: "rni-fs", title: "stem: 32 channels at 112 x 112 pixels" }];
  found.stages.forEach((stage, i) => {
    for (let k = 0; k < stage.depth; k++) {
      bars.push({ width: stage.width, fill: FILLS[i % FILLS.length], title: `stage ${i + 1}, block ${k + 1}: ${stage.width} channels at ${stage.pixels} x ${stage.pixels} pixels` });
    }
  });
  const room = width - MARGIN.left - MARGIN.right, step = room / bars.length, tallest = Math.max(...bars.map((b) => b.width));
  const parts = [words(MARGIN.left - 42, top - 6, "the network as it is built, widths to scale", { className: "rni-t rni-name" })];
  bars.forEach((bar, i) => {
    const long = Math.max(1.5, (bar.width / tallest) * high);
    parts.push(rect(MARGIN.left + i * step, top + high / 2 - long / 2, step * 0.82, long, bar.fill, bar.title));
  });
  return parts.join("") + pixels(found, width, top + high, step);
}

/** The pixels of every stage under its middle; what would stand on its neighbour goes a row lower. */
function pixels(found, width, top, step) {
  const ends = [0, 0, 0]; // right end of the last word in each row
  let j = 1;
  return found.stages.map((stage) => {
    const text = `${stage.pixels} px`, wide = 7 * text.length;
    const middle = Math.min(width - MARGIN.right - wide / 2, MARGIN.left + (j + (stage.depth - 0.18) / 2) * step);
    j += stage.depth;
    const row = ends.findIndex((end) => middle - wide / 2 >= end + 4);
    if (row < 0) return "";
    ends[row] = middle + wide / 2;
    return words(middle, top + 14 + 13 * row, text, { anchor: "middle" });
  }).join("");
}

export function view(state, { width, data, frame = frameOf(state) }) {
  const found = design(state), { curve: tall, network: high } = heights(width, state.brief);
  const scales = scalesOf(frame, width), top = MARGIN.top + tall + 64;
  const widths = found.runs.map((r) => r.width).join(", ");
  const label = `Widths of ${plural(state.depth, "block")} on a ${state.axis} axis: a line from ${state.w0} to ${Math.round(found.line.at(-1))} channels, quantised to ${widths}; below it the network to scale.`;
  const [drawn, readout] = curve(state, found, width, scales);
  const picture = svg(width, top + high + 44, label, drawn + network(found, width, top, high), handles(state, found, scales, boxOf(width, state.brief)));
  return { picture, summary: sentence(state, found, data.zoo ?? []), table: state.brief ? "" : stageTable(found), readouts: [readout] };
}

const boxOf = (width, brief) => ({ left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: MARGIN.top + heights(width, brief).curve });

/** The ends of the axes: calm ones, with room above to drag the line into. */
function frameOf(state) {
  const found = design(state), all = [...found.widths, ...found.line, ...found.stages.map((s) => s.width)];
  const highest = Math.max(...all), lowest = Math.min(...all), kind = state.axis;
  const ends = kind === "linear" ? { low: 0, high: roundUp(1.3 * highest) } : { low: lowest / 1.3, high: highest * 2 };
  return { kind, brief: state.brief, blocks: Math.max(state.depth, 4), ...ends };
}

function scalesOf({ kind, brief, low, high, blocks }, width) {
  const { left, right, top, bottom } = boxOf(width, brief);
  return { x: linear(-0.5, blocks - 0.5, left, right), y: (kind === "linear" ? linear : logarithmic)(low, high, bottom, top) };
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

/** The two ends of the line can be dragged as far as the axis goes; when let go, the axis makes room again. */
function drag(handle, point, state, { width, frame = frameOf(state) }) {
  const { y } = scalesOf(frame, width), { top, bottom } = boxOf(width, state.brief);
  const there = Math.max(1, y.invert(Math.min(bottom, Math.max(top, point.y))));
  if (handle === "w0") return { w0: Math.round(there / 8) * 8 };
  return { wa: Math.round((100 * (there - state.w0)) / (state.depth - 1)) / 100 };
}

const presets = (data) => [
  { name: "Equation 4: every stage twice as wide", state: { depth: 20, w0: 32, wa: 24, wm: 2, group_width: 16, bottleneck_ratio: 1, squeeze_excitation: false } },
  { name: "Figure 8: the trend 48 (j + 1)", state: { depth: 20, w0: 48, wa: 48, wm: 2.5, group_width: 16, bottleneck_ratio: 1, squeeze_excitation: false } },
  ...(data.zoo ?? []).map((m) => ({ name: `Figure ${m.rule.squeeze_excitation ? 16 : 15}: ${m.title}`, state: m.rule })),
];

export const widget = interactive({ name: "regnet_explorer", title: "RegNet explorer", schema, controls, view, presets, drag, frame: frameOf, bare: (state) => state.brief });
export default widget;
