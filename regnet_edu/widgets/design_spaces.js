// AnyNetXA to E and RegNetX in the page: what belongs to them, how many they are, and how they are drawn, as in Python.
import { compatibleWidths, quantizedLinear, roundHalfEven, roundTies, stagesOf } from "./core.js";
import { inOrder, spaceSize } from "./sizes.js";

export const STAGES = 4;
export const RATIOS = [1, 2, 4];
export const GROUPS = [1, 2, 4, 8, 16, 32];
export const WIDTH_STEP = 8;
const LINE = { longest: 63, w0: [8, 248], wa: [1, 2559], wm: [1500, 3000] }; // wa in tenths, wm in thousandths

/** Each space, what it asks of the one before, and how the stages of a network depend on each other in it. */
export const SPACES = {
  AnyNetXA: { rule: "no rule", long: "no rule", orders: {} },
  AnyNetXB: { rule: "one b", long: "one b for all", orders: { ratio: "equal" } },
  AnyNetXC: { rule: "one g", long: "one g for all", orders: { ratio: "equal", group: "equal" } },
  AnyNetXD: { rule: "w rises", long: "widths rise", orders: { ratio: "equal", group: "equal", width: "non-decreasing" } },
  AnyNetXE: { rule: "d rises", long: "depths rise", orders: { ratio: "equal", group: "equal", width: "non-decreasing", depth: "non-decreasing" } },
  RegNetX: { rule: "on a line", long: "widths on a line", orders: { ratio: "equal", group: "equal", width: "non-decreasing" }, line: true },
};

const REGNET_SIZE = 22_531_651_542n; // RegNetX().size(): a second of counting in Python, and a test that it is this
export const sizeOf = (space) => (SPACES[space].line ? REGNET_SIZE : spaceSize(SPACES[space].orders).exact);

const PARAMETERS = ["depth", "width", "ratio", "group"];
const numbersOf = (orders, name) => (orders[name] === "equal" ? 1 : STAGES);

/** Degrees of freedom. */
export const freedom = (space) =>
  SPACES[space].line ? 6 : PARAMETERS.reduce((sum, name) => sum + numbersOf(SPACES[space].orders, name), 0);

/** Multiply-adds of a network of X blocks on one image of so many pixels; `core.complexity` says more, and later. */
export function flopsOf({ depths, widths, ratios, groups }, resolution = 32, classes = 10) {
  let pixels = (resolution + 1) >> 1, widthIn = 32, flops = 27 * widthIn * pixels * pixels;
  for (let i = 0; i < depths.length; i++) {
    const { width, inner, group } = compatibleWidths(widths[i], ratios[i], groups[i]);
    const before = pixels * pixels;
    pixels = (pixels + 1) >> 1;
    const area = pixels * pixels, spatial = 9 * inner * group;
    flops += widthIn * inner * before + (spatial + inner * width + widthIn * width) * area;
    flops += (depths[i] - 1) * (2 * inner * width + spatial) * area;
    widthIn = width;
  }
  return flops + (widthIn + 1) * classes;
}

/** Whether a network belongs to a space. */
export function belongs(net, space) {
  const { orders, line } = SPACES[space];
  if (line) return findLine(net) !== null;
  const inRange = (values, low, high, step) => values.every((v) => v >= low && v <= high && v % step === 0);
  return (
    inRange(net.depths, 1, 16, 1) && inRange(net.widths, WIDTH_STEP, 1024, WIDTH_STEP) &&
    net.ratios.every((b) => RATIOS.includes(b)) && net.groups.every((g) => GROUPS.includes(g)) &&
    inOrder(net.depths, orders.depth ?? "free") && inOrder(net.widths, orders.width ?? "free") &&
    inOrder(net.ratios, orders.ratio ?? "free") && inOrder(net.groups, orders.group ?? "free")
  );
}

/** The widths of levels 0 to 3 of equation 4. */
export function levelWidths(w0, wm) {
  const widths = [];
  for (let i = 0, factor = 1; i < STAGES; i++, factor *= wm) widths.push(roundTies((w0 * factor) / WIDTH_STEP) * WIDTH_STEP);
  return widths;
}

/** The network of a line, or null if it has not just so many stages. */
export function networkOfLine({ depth, w0, wa, wm, ratio, group }, count = STAGES) {
  const last = Math.log((w0 + wa * (depth - 1)) / w0) / Math.log(wm);
  if (last < count - 1.5 - 1e-6 || last > count - 0.5 + 1e-6) return null; // so most are seen to have more or fewer at once
  const { levels, widths } = quantizedLinear(depth, w0, wa, wm), stages = stagesOf(widths);
  if (stages.length !== count || new Set(levels).size !== count || levels.at(-1) !== count - 1) return null;
  return { depths: stages.map((s) => s.depth), widths: stages.map((s) => s.width), ratios: Array(count).fill(ratio), groups: Array(count).fill(group) };
}

/** Parameters on the grids of RegNetX that give just this network, or null: `RegNetX.find_params`. */
export function findLine({ depths, widths, ratios, groups }) {
  const depth = depths.reduce((a, b) => a + b, 0), w0 = widths[0], [ratio] = ratios, [group] = groups;
  const shared = ratios.every((b) => b === ratio) && groups.every((g) => g === group);
  if (!shared || !RATIOS.includes(ratio) || !GROUPS.includes(group)) return null;
  if (depth > LINE.longest || w0 % WIDTH_STEP || w0 < LINE.w0[0] || w0 > LINE.w0[1]) return null;
  for (let k = LINE.wm[0]; k <= LINE.wm[1]; k++) {
    const wm = k / 1000;
    if (levelWidths(w0, wm).some((w, i) => w !== widths[i])) continue;
    let low = 0, high = Infinity, start = 0;
    for (let i = 1; i <= STAGES; i++) {
      start += depths[i - 1];
      const rise = w0 * (Math.pow(wm, i - 0.5) - 1); // how far above w0 level i begins
      if (i < STAGES) low = Math.max(low, rise / start);
      if (start > 1) high = Math.min(high, rise / (start - 1));
    }
    const first = Math.ceil(Math.max(low * (1 - 1e-9), LINE.wa[0] / 10) * 10 - 1e-6);
    const last = Math.floor(Math.min(high * (1 + 1e-9), LINE.wa[1] / 10) * 10 + 1e-6);
    if (first > last) continue;
    for (const tenths of [Math.floor((first + last) / 2), first, last]) {
      const line = { depth, w0, wa: tenths / 10, wm, ratio, group }, found = networkOfLine(line);
      if (found && found.depths.every((d, i) => d === depths[i]) && found.widths.every((w, i) => w === widths[i])) return line;
    }
  }
  return null;
}

// From here on: sampling, as `distributions.py` has it, so that the same uniform numbers give the same networks.
const UNIT = 2 ** 32;
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const logUniform = (first, last, scale = 1) =>
  ({ values: range(first, last).map((k) => k * scale), weights: range(first, last).map((k) => roundHalfEven(UNIT * Math.log(k / Math.max(k - 1, k / 2)))) });
const uniform = (values) => ({ values, weights: values.map(() => UNIT) });

/** Cumulative weights from the last value backwards, as exact as can be. */
function tailsOf(weights) {
  const cumulative = [];
  let total = 0;
  for (const w of [...weights].reverse()) cumulative.push((total += w));
  return { cumulative, total, even: weights.every((w) => w === weights[0]) ? weights[0] : 0 };
}

/** The first entry that is not below x. */
function placeIn({ cumulative, even }, x) {
  if (even) return Math.ceil(x / even) - 1;
  let low = 0, high = cumulative.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One parameter in each of some stages: independent draws conditioned on an order; (uniform numbers) -> values. */
function drawer({ values, weights }, order = "free", stages = STAGES) {
  if (order === "non-increasing") return drawer({ values: [...values].reverse(), weights: [...weights].reverse() }, "non-decreasing", stages);
  const unit = weights.map((w) => w / UNIT), last = values.length - 1, rises = order === "non-decreasing";
  let tails = Array(stages).fill(tailsOf(unit));
  if (order === "equal") {
    const most = Math.max(...unit);
    tails = [tailsOf(unit.map((w) => Array(stages).fill(w / most).reduce((a, b) => a * b)))];
  }
  for (let i = stages - 2; rises && i >= 0; i--) tails[i] = tailsOf(unit.map((w, j) => w * tails[i + 1].cumulative[last - j]));
  return (numbers) => {
    let left = last;
    const drawn = tails.map((t, stage) => {
      left = placeIn(t, (1 - numbers[stage]) * (stage && rises ? t.cumulative[left] : t.total));
      return values[last - left];
    });
    return order === "equal" ? Array(stages).fill(drawn[0]) : drawn;
  };
}

const times = ({ values, weights }, by) => ({ values: values.map((k) => k / by), weights });
const samplers = {};

/** How a space is drawn: its grids, and what becomes of the values; `ranges` may differ from the paper's. */
function sampler({ orders, line }, { stages = STAGES, widest = 1024 } = {}) {
  const grids = line
    ? [uniform(range(1, LINE.longest)), logUniform(1, LINE.w0[1] / WIDTH_STEP, WIDTH_STEP), times(logUniform(...LINE.wa), 10), times(logUniform(...LINE.wm), 1000), uniform(RATIOS), uniform(GROUPS)]
    : [logUniform(1, 16), logUniform(1, widest / WIDTH_STEP, WIDTH_STEP), uniform(RATIOS), uniform(GROUPS)];
  const parts = grids.map((grid, i) => {
    const order = orders[PARAMETERS[i]];
    return line ? { many: 1, draw: drawer(grid, "free", 1) } : { many: order === "equal" ? 1 : stages, draw: drawer(grid, order, stages) };
  });
  return { columns: parts.reduce((sum, p) => sum + p.many, 0), propose(numbers) {
    let at = 0;
    const drawn = parts.map(({ many, draw }) => draw(numbers.slice(at, (at += many))));
    if (!line) return { depths: drawn[0], widths: drawn[1], ratios: drawn[2], groups: drawn[3] };
    const [depth, w0, wa, wm, ratio, group] = drawn.flat();
    return networkOfLine({ depth, w0, wa, wm, ratio, group }, stages);
  } };
}

/** The controls of figure 7 with other widths, besides the spaces of the ladder. */
export const CONTROLS = {
  AnyNetXEqualWidths: { orders: { ratio: "equal", group: "equal", width: "equal" } },
  AnyNetXDecreasingWidths: { orders: { ratio: "equal", group: "equal", width: "non-increasing" } },
};

/** The sampler of a space by its name, or of { orders } of one's own. */
export const samplerOf = (space, ranges = {}) => (samplers[JSON.stringify([space, ranges])] ??= sampler(SPACES[space] ?? CONTROLS[space] ?? space, ranges));

/** How many uniform numbers a proposal takes, and the network that they make: null if a line has not four stages. */
export const columnsOf = (space) => samplerOf(space).columns;
export const propose = (space, numbers) => samplerOf(space).propose(numbers);
