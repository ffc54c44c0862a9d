// From any network to one of a space, near it: what is in the reader's hand keeps its value, the rest gives way.
import { GROUPS, RATIOS, SPACES, STAGES, WIDTH_STEP, belongs, columnsOf, findLine, flopsOf, levelWidths, networkOfLine, propose } from "./design_spaces.js";
import { counter } from "./resampling.js";

export const BAND = [7.4e6, 8.2e6]; // of the regime in which the populations were recorded
const MIDDLE = Math.sqrt(BAND[0] * BAND[1]);
export const within = (flops) => flops >= BAND[0] && flops <= BAND[1];

export const KEYS = { depth: "depths", width: "widths", ratio: "ratios", group: "groups" };
const NOTCHES = 128; // between a value that is wanted and the one that it comes from

/** Whether the reader's hand is on this number of its stage: on both depth and width, if it is on the corner. */
const holds = (held, kind) => held?.kind === kind || (held?.corner && /depth|width/.test(kind));

const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
export const WIDEST = 2048;
export const LONGEST = 63;
const limits = (space) => (SPACES[space].line ? { depth: LONGEST, width: WIDEST } : { depth: 16, width: 1024 });
const settle = (x, low, high, step) => clamp(Math.round(x / step) * step, low, high);
const middle = (values) => [...values].sort((a, b) => a - b)[1];

/** Values that never fall: pushed by the one that is held, or the nearest ones (pooled geometric means). */
function rising(values, held, step) {
  if (held >= 0) return values.map((_, i) => (i < held ? Math.min(...values.slice(i, held + 1)) : Math.max(...values.slice(held, i + 1))));
  const pools = [];
  for (const value of values) {
    pools.push({ sum: Math.log(value), n: 1 });
    while (pools.length > 1 && pools.at(-2).sum / pools.at(-2).n > pools.at(-1).sum / pools.at(-1).n) {
      const last = pools.pop();
      pools.at(-1).sum += last.sum;
      pools.at(-1).n += last.n;
    }
  }
  return pools.flatMap(({ sum, n }) => Array(n).fill(Math.max(step, Math.round(Math.exp(sum / n) / step) * step)));
}

/** The network with the orders of an AnyNet space, whatever it costs. */
function inOrders(net, space, held) {
  const { orders } = SPACES[space], most = limits(space), at = (kind) => (holds(held, kind) ? held.stage : -1);
  const shared = (name, values) => (orders[name] === "equal" ? Array(STAGES).fill(at(name) >= 0 ? values[at(name)] : middle(values)) : values);
  const raised = (name, values, step) => (orders[name] ? rising(values, at(name), step) : values);
  return {
    depths: raised("depth", net.depths.map((d) => clamp(d, 1, most.depth)), 1),
    widths: raised("width", net.widths.map((w) => settle(w, WIDTH_STEP, most.width, WIDTH_STEP)), WIDTH_STEP),
    ratios: shared("ratio", net.ratios), groups: shared("group", net.groups),
  };
}

/** All widths, and depths, but the one that is held, times a factor. */
function scaled(net, space, held, wider, deeper) {
  const most = limits(space), keeps = (kind, i) => holds(held, kind) && held.stage === i;
  return inOrders({
    ...net,
    widths: net.widths.map((w, i) => (keeps("width", i) ? w : settle(w * wider, WIDTH_STEP, most.width, WIDTH_STEP))),
    depths: net.depths.map((d, i) => (keeps("depth", i) ? d : settle(d * deeper, 1, most.depth, 1))),
  }, space, held);
}

const DEEPER = [1, 0.75, 1.33, 0.5, 2, 0.25, 4, 0, 1e9];

/** The network with other widths, and if that does not do other depths, so that its flops lie in the band. */
function affordable(net, space, held) {
  if (within(flopsOf(net))) return net;
  const near = { cheap: [net, Infinity], dear: [net, Infinity] }; // the nearest on either side of the band
  let fit = null;
  const fits = (found) => {
    const off = Math.log(flopsOf(found) / MIDDLE), side = off < 0 ? "cheap" : "dear";
    if (Math.abs(off) < near[side][1]) near[side] = [found, Math.abs(off)];
    fit = within(flopsOf(found)) ? found : null;
    return fit;
  };
  for (const deeper of DEEPER) {
    for (let k = 0; k < 240; k++) if (fits(scaled(net, space, held, 2 ** ((k % 2 ? 1 : -1) * Math.ceil(k / 2) / 20), deeper))) return fit;
    // groups make the flops jump over the band: then one number alone may lead into it
    for (const [some, off] of [near.dear, near.cheap]) if (off < 1.2 && singly(some, space, held, fits)) return fit;
  }
  return near.cheap[1] < near.dear[1] ? near.cheap[0] : near.dear[0];
}

/** Try every value of one number after another, the near ones first; says whether one `fits`. */
function singly(net, space, held, fits) {
  const most = limits(space);
  for (const [kind, key, step, top] of [["width", "widths", WIDTH_STEP, 128], ["depth", "depths", 1, 16]]) {
    for (let by = 1; by < top; by++) {
      for (const way of [step * by, -step * by]) {
        for (let i = 0; i < STAGES; i++) {
          const value = net[key][i] + way;
          if (value < step || value > most[kind] || (holds(held, kind) && held.stage === i)) continue;
          if (fits(inOrders(replaced(net, key, i, value), space, held))) return true;
        }
      }
    }
  }
  return false;
}

/** Whether some network with what is held costs no more than the band, and some no less. */
function canBeHeld(net, space, held) {
  const least = flopsOf(scaled(net, space, held, 1e-9, 1e-9)), most = flopsOf(scaled(net, space, held, 1e9, 1e9));
  return least <= BAND[1] && most >= BAND[0];
}

/**
 * The network of a space that is nearest to what is wanted.
 *   held   { kind: "depth" | "width" | "ratio" | "group", stage, corner? }: what the reader moves, or nothing
 *   hold   whether the flops stay in the band
 *   from   where the value that is held comes from: it goes no further than it can be held
 */
export function snap(net, space, { held = null, hold = false, from = null } = {}) {
  if (SPACES[space].line) return onLine(net, held, hold);
  const wanted = inOrders(net, space, held), key = held && KEYS[held.kind], notches = /depth|width/.test(held?.kind) ? NOTCHES : 0;
  if (!hold) return wanted;
  for (let k = 0; from && k <= notches; k++) {
    const value = net[key][held.stage] + (k / NOTCHES) * (from[held.stage] - net[key][held.stage]);
    const tried = inOrders(replaced(net, key, held.stage, Math.round(value)), space, held);
    if (canBeHeld(tried, space, held)) return affordable(tried, space, held);
  }
  return affordable(wanted, space, held);
}

export const replaced = (net, key, stage, value) => ({ ...net, [key]: net[key].map((v, i) => (i === stage ? value : v)) });

/** The network of RegNetX that is nearest to what is wanted, among many lines; what is held counts eight times. */
function onLine(net, held, hold) {
  const weigh = (kind, i) => (holds(held, kind) && held.stage === i ? 8 : 1);
  const miss = (kind, found, wanted) => found.reduce((sum, v, i) => sum + weigh(kind, i) * Math.abs(Math.log(v / wanted[i])), 0);
  const ratio = held?.kind === "ratio" ? net.ratios[held.stage] : middle(net.ratios);
  const group = held?.kind === "group" ? net.groups[held.stage] : middle(net.groups);
  const same = { ...net, ratios: Array(STAGES).fill(ratio), groups: Array(STAGES).fill(group) };
  if (!held && findLine(same) && (!hold || within(flopsOf(same)))) return same; // it is there already
  const pairs = [];
  for (let w0 = 8; w0 <= 248; w0 += WIDTH_STEP) {
    for (let k = 1500; k <= 3000; k += 25) {
      const widths = levelWidths(w0, k / 1000);
      if (widths[3] <= WIDEST && widths.every((w, i) => !i || w > widths[i - 1])) pairs.push({ w0, wm: k / 1000, off: miss("width", widths, net.widths), widths });
    }
  }
  pairs.sort((a, b) => a.off - b.off);
  let best = null, least = Infinity;
  for (const { w0, wm, off, widths } of pairs.slice(0, hold ? 900 : 60)) {
    if (off >= least) break;
    for (const line of slopes(w0, wm)) {
      const { starts } = line, found = { depths: [starts[0], starts[1] - starts[0], starts[2] - starts[1], 1], widths, ratios: same.ratios, groups: same.groups };
      const longest = Math.min(starts[3], LONGEST) - starts[2];
      if (longest < 1) continue;
      const far = off + 0.6 * miss("depth", found.depths.slice(0, 3), net.depths);
      if (far >= least) continue;
      let last = clamp(net.depths[3], 1, longest);
      let price = 0;
      if (hold) {
        const base = flopsOf(found), each = flopsOf(replaced(found, "depths", 3, 2)) - base;
        const low = Math.ceil((BAND[0] - base) / each) + 1, high = Math.floor((BAND[1] - base) / each) + 1;
        last = clamp(low <= high ? clamp(last, low, high) : Math.round((MIDDLE - base) / each) + 1, 1, longest);
        const flops = base + each * (last - 1);
        price = within(flops) ? 0 : 90 + 90 * Math.abs(Math.log(flops / MIDDLE));
      }
      const score = far + price + 0.6 * weigh("depth", 3) * Math.abs(Math.log(last / net.depths[3]));
      if (score >= least) continue;
      const made = networkOfLine({ depth: starts[2] + last, w0, wa: line.wa, wm, ratio, group });
      if (made && made.depths[3] === last) [best, least] = [made, score];
    }
  }
  return best ?? net;
}

/** Slopes, in tenths, that give stage 1 from 1 to 16 blocks, and where levels 1 to 4 begin. */
function slopes(w0, wm) {
  const rises = [0.5, 1.5, 2.5, 3.5].map((i) => w0 * (wm ** i - 1)), found = [];
  for (let d = 1; d <= 16; d++) {
    const low = rises[0] / d, high = d > 1 ? rises[0] / (d - 1) : 8 * rises[0];
    for (const share of d > 1 ? [0.2, 0.5, 0.8] : [0.02, 0.06, 0.15, 0.3, 0.5]) {
      const wa = Math.round(10 * (low + share * (high - low))) / 10;
      if (wa < 0.1 || wa > 255.9) continue;
      const starts = rises.map((rise) => Math.ceil(rise / wa));
      if (starts[0] >= 1 && starts[1] > starts[0] && starts[2] > starts[1]) found.push({ wa, starts });
    }
  }
  return found;
}

/** Uniform numbers of 40 bits. */
function uniforms(seed) {
  const below = counter(seed), half = 2 ** 20;
  return () => (below(half) * half + below(half)) / 2 ** 40;
}

/** A network drawn from a space, in the band if the flops are held; always the same one for a seed. */
export function drawOne(space, seed, hold) {
  const next = uniforms(seed), columns = columnsOf(space);
  for (let tries = 0; tries < 200_000; tries++) {
    const net = propose(space, Array.from({ length: columns }, next));
    if (net && net.widths[3] <= WIDEST && (!hold || within(flopsOf(net)))) return net;
  }
  return null;
}


/** A network that differs in one number, and in what gives way to it. */
export function mutate(net, space, seed, hold) {
  const below = counter(seed), neighbour = (stops, v) => stops[clamp(stops.indexOf(v) + (below(2) ? 1 : -1), 0, stops.length - 1)];
  for (let tries = 0; tries < 40; tries++) {
    const [kind, key] = Object.entries(KEYS)[below(4)], stage = below(STAGES), now = net[key][stage];
    const next = {
      depth: () => now + (below(2) ? 1 : -1) * (1 + below(3)), width: () => Math.round((now * [0.5, 0.67, 1.5, 2][below(4)]) / WIDTH_STEP) * WIDTH_STEP,
      ratio: () => neighbour(RATIOS, now), group: () => neighbour(GROUPS, now),
    }[kind]();
    const wanted = replaced(net, key, stage, Math.max(kind === "width" ? WIDTH_STEP : 1, next));
    const found = snap(wanted, space, { held: { kind, stage }, hold, from: net[key] });
    if (found[key][stage] !== now && belongs(found, space)) return found;
  }
  return net;
}
