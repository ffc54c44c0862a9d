// One block from the inside: the shape of every tensor, the cost of every convolution, what the compatibility rule did.
import { blockParts, compatibleWidths, pixelsAfter, total } from "./core.js";
import { grip, handle, line, linear, percent, rect, roundUp, short, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const PART = 40, SLAB = 26, THIN = 3, TOP = 26, LANE = 34; // pixels: a convolution, a tensor, above, for the shortcut
const MOST_STRIPES = 32; // groups that are drawn one by one
const BLOCKS = { X: "X: with groups", R: "R: X without groups", V: "V: one 3 x 3", VR: "VR: V and a shortcut", Y: "Y: X and SE" };
const NAMES = { "1x1 reduce": "1 x 1", "3x3 groups": "3 x 3", "3x3": "3 x 3", "1x1 expand": "1 x 1", "1x1 shortcut": "shortcut", squeeze: "SE: squeeze", excite: "SE: excite" };

const schema = {
  block: { type: "choice", choices: Object.keys(BLOCKS), default: "X" },
  width_in: { type: "int", min: 1, max: 2048, default: 32 },
  width: { type: "int", min: 1, max: 2048, default: 24 },
  bottleneck_ratio: { type: "choice", choices: [0.125, 0.25, 0.5, 1, 2, 4], default: 1 },
  group_width: { type: "int", min: 1, max: 256, default: 16 },
  stride: { type: "choice", choices: [1, 2], default: 2 },
  resolution: { type: "int", min: 1, max: 512, default: 112 },
};

const grouped = (state) => state.block === "X" || state.block === "Y";
const bottled = (state) => grouped(state) || state.block === "R";
const controls = [
  { key: "block", label: "block", names: BLOCKS },
  { key: "width_in", label: "input width", log: true },
  { key: "width", label: "w, width", log: true },
  { key: "bottleneck_ratio", label: "b, bottleneck ratio", names: { 0.125: "1/8", 0.25: "1/4", 0.5: "1/2" }, shown: bottled },
  { key: "group_width", label: "g, group width", log: true, shown: grouped },
  { key: "stride", label: "stride" },
  { key: "resolution", label: "r, input pixels", log: true },
];

/** The block as it is built: its effective widths, its convolutions, its cost. */
export function build(state) {
  const block = state.block === "Y" ? "X" : state.block;
  const built = compatibleWidths(state.width, state.bottleneck_ratio, state.group_width, block);
  const seRatio = state.block === "Y" ? 0.25 : 0;
  const parts = blockParts({ block, widthIn: state.width_in, ...built, stride: state.stride, pixels: state.resolution, seRatio });
  const after = pixelsAfter(state.resolution, state.stride);
  return { ...built, parts, after, cost: total(parts), residual: state.block !== "V" };
}

const shape = (channels, pixels) => `${channels} × ${pixels} × ${pixels}`;

/** The main path from top to bottom: the parts in order, each with the tensor that leaves it. */
function path(found) {
  let pixels = found.after;
  return found.parts.filter((p) => p.name !== "1x1 shortcut").map((part) => {
    const size = part.name === "squeeze" ? 1 : part.name === "excite" ? pixels : (pixels = part.pixels);
    return { ...part, size, leaves: `${shape(part.to, size)}${part.name === "excite" ? ", scaled" : ""}` };
  });
}

const caption = (part) => `${NAMES[part.name]}, ${part.from} → ${part.to}${part.groups > 1 ? `, ${part.groups} groups` : ""}`;

/** The end of the scale of channels: calm, with room to drag into. */
const frameOf = (state) => {
  const { width, inner } = build(state);
  return { channels: roundUp(1.25 * Math.max(width, inner, state.width_in, state.width, grouped(state) ? state.group_width : 0)) };
};

/** Where everything stands: channels run from left to right, the parts from top to bottom. */
function layout(state, found, width, frame) {
  const main = path(found), left = LANE + (width > 480 ? 110 : 4), right = width > 480 ? width - 190 : width - 92;
  const thick = (pixels) => Math.max(THIN, (SLAB * pixels) / state.resolution);
  let y = TOP + thick(state.resolution);
  const rows = main.map((part) => {
    const row = { part, y, slab: y + PART, thick: thick(part.size) };
    y = row.slab + row.thick;
    return row;
  });
  return { rows, left, right, end: y, first: thick(state.resolution), x: linear(0, frame.channels, left, right) };
}

export function view(state, { width, frame = frameOf(state) }) {
  const found = build(state), at = layout(state, found, width, frame), { rows, left, right, x, end } = at;
  const shortcut = found.parts.find((p) => p.name === "1x1 shortcut");
  const parts = [words(left, 14, `input ${shape(state.width_in, state.resolution)}`), tensor(at, TOP, at.first, state.width_in, state.resolution)];
  rows.forEach((row) => parts.push(convolution(row, at, state), cost(row.part, row.y, found, right, width)));
  for (const { part, slab, thick } of rows) {
    const wide = 6.7 * part.leaves.length;
    parts.push(tensor(at, slab, thick, part.to, part.size), words(Math.min(x(part.to) + 14, width - wide - 4), slab + thick / 2 + 4, part.leaves, { className: "rni-t rni-halo" }));
  }
  if (found.width !== state.width) parts.push(line(x(state.width), rows.at(-1).slab - 6, x(state.width), end + 6, "rni-axis rni-dash"));
  if (found.residual) parts.push(skip(shortcut, { left, end, width, first: TOP + at.first / 2 }));
  parts.push(words(width > 480 ? left : 8, end + (found.residual ? 46 : 18), `${width > 480 ? "tensors to scale" : "to scale"}: length is channels, thickness pixels`, { className: "rni-t rni-name" }));
  const label = `Block ${BLOCKS[state.block]}, with stride ${state.stride}: from ${shape(state.width_in, state.resolution)} to ${shape(found.width, found.after)} through ${rows.map((r) => caption(r.part)).join("; ")}.`;
  return { picture: svg(width, end + (found.residual ? 52 : 24), label, parts.join(""), grips(state, at)), summary: sentence(state, found), table: costTable(found) };
}

const tensor = ({ x, left }, y, thick, channels, pixels) =>
  rect(left, y, x(channels) - left, thick, "rni-fa rni-tensor", `${shape(channels, pixels)} = ${short(channels * pixels * pixels)} numbers`);

/** A convolution as what lies between two tensors; the groups as its stripes. */
function convolution({ part, y }, { x, left }, state) {
  const [a, b] = [x(part.from), x(part.to)], foot = y + PART, drawn = part.groups > 1 && part.groups <= MOST_STRIPES;
  const stripes = drawn ? Array.from({ length: part.groups - 1 }, (_, k) => line(x(((k + 1) * part.from) / part.groups), y, x(((k + 1) * part.to) / part.groups), foot, "rni-stripe")).join("") : "";
  const said = `${caption(part)}: ${short(part.flops)} flops, ${short(part.params)} parameters`;
  return `<path class="rni-fa rni-pale" d="M${left} ${y}H${a}L${b} ${foot}H${left}Z" data-say="${said}"/>` + stripes + words(left + 8, y + PART / 2 + 4, caption(part), { className: "rni-t rni-halo" });
}

function cost(part, y, found, right, width) {
  const from = right + 12, room = width - from - 4, largest = Math.max(...found.parts.map((p) => p.flops)), share = part.flops / found.cost.flops;
  return rect(from, y + 4, (part.flops / largest) * room, 9, "rni-fb", `${caption(part)}: ${short(part.flops)} flops`) +
    words(from, y + 27, short(part.flops) + (room > 90 ? ` (${share < 0.005 ? "< 1 %" : percent(share, 0)})` : ""));
}

/** What can be dragged: the ends of the first and of the last tensor, and of the first group. */
function grips(state, { x, rows, first }) {
  const end = (name, y, what) => {
    const { min, max } = schema[name];
    return handle(name, grip(x(state[name]), y, `drag: ${what}`), { label: what, value: state[name], min, max });
  };
  const last = rows.at(-1), conv = rows.find((r) => r.part.name === "3x3 groups");
  return end("width_in", TOP + first / 2, "input width") + (conv && grouped(state) ? end("group_width", conv.y + 10, "group width g") : "") + end("width", last.slab + last.thick / 2, "width w");
}

function drag(name, point, state, { width, frame = frameOf(state) }) {
  const { x, left, right } = layout(state, build(state), width, frame);
  return { [name]: Math.round(x.invert(Math.min(right, Math.max(left, point.x)))) };
}

/** The shortcut beside the main path, and the addition where they meet. */
function skip(shortcut, { left, end, width, first }) {
  const lane = left - 18, y = end + 16, plus = left + 22;
  const bends = `<path class="rni-ls" d="M${left} ${first}H${lane}V${y}H${plus - 11}M${plus} ${end}V${y - 10}"/>`;
  const sum = `<circle class="rni-grip rni-sum" cx="${plus}" cy="${y}" r="10"/>` + line(plus - 5, y, plus + 5, y, "rni-axis") + line(plus, y - 5, plus, y + 5, "rni-axis");
  const text = shortcut ? `1 x 1, ${shortcut.from} → ${shortcut.to}` : "identity";
  const name = width > 480
    ? words(lane - 8, (25 + y) / 2, text, { anchor: "end" }) + (shortcut ? words(lane - 8, (25 + y) / 2 + 17, short(shortcut.flops), { anchor: "end" }) : "")
    : words(lane - 6, (25 + y) / 2, shortcut ? `${text}: ${short(shortcut.flops)}` : text, { anchor: "middle", turn: -90 });
  return bends + sum + name + words(plus + 16, y + 4, "add");
}

function sentence(state, found) {
  const cost = `This block has ${short(found.cost.flops)} multiply-adds, ${short(found.cost.params)} parameters and ${short(found.cost.activations)} activations.`;
  if (!bottled(state)) return `${cost} It has no bottleneck and no groups, so that every width fits.`;
  const inner = Math.max(1, Math.trunc(state.width / state.bottleneck_ratio));
  const changes = [];
  if (grouped(state) && state.group_width > inner) changes.push(`g = ${state.group_width} is more than the inner width ${inner}, so that g becomes ${found.group}`);
  if (found.inner !== inner) changes.push(`the inner width ${inner} is rounded to ${found.inner}, a multiple of ${grouped(state) ? `g = ${found.group}` : "the step"}`);
  if (found.width !== state.width) changes.push(`the width ${state.width} becomes ${found.width}`);
  const groups = grouped(state) ? ` The 3 x 3 convolution has ${found.inner / found.group} groups of ${found.group} channels.` : "";
  const rule = changes.length ? ` Compatibility: ${changes.join("; ")}.` : " The widths fit together as they are.";
  return cost + groups + rule;
}

function costTable(found) {
  const rows = [["convolution", "flops", "params", "activations"]];
  for (const p of found.parts) rows.push([`${NAMES[p.name]}, ${p.from}→${p.to}`, short(p.flops), short(p.params), short(p.activations)]);
  const norms = found.parts.reduce((sum, p) => sum + 2 * (p.norm ?? 0), 0);
  rows.push(["batch norms", "0", short(norms), "0"]);
  rows.push(["the block", short(found.cost.flops), short(found.cost.params), short(found.cost.activations)]);
  return table("Every convolution of the block; flops are multiply-adds of one image", rows);
}

const like = (some) => ({ block: "X", width_in: 64, width: 64, bottleneck_ratio: 1, group_width: 16, stride: 1, resolution: 28, ...some });
const presets = () => [
  { name: "RegNetX-400MF, first block: 24 becomes 32", state: like({ width_in: 32, width: 24, stride: 2, resolution: 112 }) },
  { name: "Figure 4a: X block, stride 1", state: like({}) },
  { name: "Figure 4b: X block, stride 2", state: like({ stride: 2, width: 160 }) },
  { name: "Figure 14: inverted bottleneck, b = 1/4", state: like({ bottleneck_ratio: 0.25 }) },
  { name: "Figure 14: depthwise, g = 1", state: like({ group_width: 1 }) },
  { name: "Figure 23: R block with b = 4", state: like({ block: "R", width_in: 256, width: 256, bottleneck_ratio: 4 }) },
  { name: "Figure 23: V block", state: like({ block: "V" }) },
  { name: "Figure 23: VR block", state: like({ block: "VR" }) },
  { name: "Figure 16: Y block", state: like({ block: "Y" }) },
];

export const widget = interactive({ name: "block_explorer", title: "Block explorer", schema, controls, view, presets, drag, frame: frameOf });
export default widget;
