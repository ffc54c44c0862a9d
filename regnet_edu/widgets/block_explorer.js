// One block from the inside: the shape of every tensor, the cost of every convolution, what the compatibility rule did.
import { blockParts, compatibleWidths, pixelsAfter, total } from "./core.js";
import { line, percent, rect, short, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const ROW = 62, BOX = 32, TOP = 30, LANE = 34; // pixels: a part and its arrow, a part, above, for the shortcut
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

/** The main path from top to bottom: the parts in order, each with the shape that leaves it. */
function path(found) {
  const main = found.parts.filter((p) => p.name !== "1x1 shortcut");
  let pixels = found.after;
  return main.map((part) => {
    if (part.name === "squeeze") return { ...part, leaves: shape(part.to, 1) };
    if (part.name !== "excite") pixels = part.pixels;
    return { ...part, leaves: part.name === "excite" ? `${shape(part.to, pixels)}, scaled` : shape(part.to, pixels) };
  });
}

const caption = (part) => `${NAMES[part.name]}, ${part.from} → ${part.to}${part.groups > 1 ? `, ${part.groups} groups` : ""}`;

export function view(state, { width }) {
  const found = build(state);
  const main = path(found), shortcut = found.parts.find((p) => p.name === "1x1 shortcut");
  const left = LANE + (width > 480 ? 150 : 10), boxWidth = Math.min(230, width - left - 84);
  const middle = left + boxWidth / 2, barLeft = left + boxWidth + 10, room = width - barLeft - 4;
  const bottom = TOP + main.length * ROW + (found.residual ? 40 : 14);
  const parts = [words(middle, 14, `input ${shape(state.width_in, state.resolution)}`, { anchor: "middle" }), arrow(middle, 20, TOP + 2)];
  const largest = Math.max(...found.parts.map((p) => p.flops));
  const cost = (part, y) => {
    const share = part.flops / found.cost.flops;
    return rect(barLeft, y + 3, (part.flops / largest) * room, 9, "rni-fb", `${caption(part)}: ${short(part.flops)} flops`) +
      words(barLeft, y + 27, short(part.flops) + (room > 90 ? ` (${share < 0.005 ? "< 1 %" : percent(share, 0)})` : ""));
  };
  main.forEach((part, i) => {
    const y = TOP + i * ROW;
    parts.push(rect(left, y + 2, boxWidth, BOX, "rni-fa rni-pale"), rect(left, y + 2, 4, BOX, "rni-fa"));
    parts.push(words(middle, y + 22, caption(part), { anchor: "middle" }), cost(part, y + 2));
    parts.push(arrow(middle, y + BOX + 2, y + ROW), words(middle + 8, y + BOX + 20, part.leaves));
  });
  const end = TOP + main.length * ROW;
  if (found.residual) parts.push(skip(shortcut, { middle, left, end, width }));
  const label = `Block ${BLOCKS[state.block]}, with stride ${state.stride}: from ${shape(state.width_in, state.resolution)} to ${shape(found.width, found.after)} through ${main.map(caption).join("; ")}.`;
  return { picture: svg(width, bottom, label, parts.join("")), summary: sentence(state, found), table: costTable(found) };
}

/** The shortcut beside the main path, and the addition where they meet. */
function skip(shortcut, { middle, left, end, width }) {
  const lane = left - 18, y = end + 14;
  const bends = `<path class="rni-ls" d="M${middle} 25H${lane}V${y}H${middle - 11}"/>`;
  const plus = `<circle class="rni-grip rni-sum" cx="${middle}" cy="${y}" r="10"/>` + line(middle - 5, y, middle + 5, y, "rni-axis") + line(middle, y - 5, middle, y + 5, "rni-axis");
  const text = shortcut ? `1 x 1, ${shortcut.from} → ${shortcut.to}` : "identity";
  const name = width > 480
    ? words(lane - 8, (25 + y) / 2, text, { anchor: "end" }) + (shortcut ? words(lane - 8, (25 + y) / 2 + 17, short(shortcut.flops), { anchor: "end" }) : "")
    : words(lane - 6, (25 + y) / 2, shortcut ? `${text}: ${short(shortcut.flops)}` : text, { anchor: "middle", turn: -90 });
  return bends + plus + name + words(middle + 18, y + 4, "add");
}

const arrow = (x, from, to) => line(x, from, x, to, "rni-ls") + `<path class="rni-fs" d="M${x - 4} ${to - 6}H${x + 4}L${x} ${to}Z"/>`;

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

export const widget = interactive({ name: "block_explorer", title: "Block explorer", schema, controls, view, presets });
export default widget;
