// What pictures of error distributions share: staircases, bootstrap bands, and what chance may give.
import { quantile } from "./resampling.js";
import { percent, plural, polyline } from "./chart.js";

/** The lines, and the areas of the same colour, of up to six populations. */
export const LINES = ["rni-la", "rni-lb rni-dash", "rni-lc rni-dots", "rni-ld rni-dash", "rni-le rni-dots", "rni-lf"];
export const FILLS = ["rni-fa", "rni-fb", "rni-fc", "rni-fd", "rni-fe", "rni-ff"];

// What is dragged changes neither the draws nor the bootstrap, so the last few of each are kept.
const kept = new Map();
export function remember(key, make) {
  if (!kept.has(key)) {
    if (kept.size > 24) kept.delete(kept.keys().next().value);
    kept.set(key, make());
  }
  return kept.get(key);
}

export const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** The middle 95 % of bootstrap values. */
export function interval(values) {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** A difference in percentage points, with a real minus sign. */
export const points = (d) => (100 * d).toFixed(1).replace("-", "−").replace("−0.0", "0.0");

/** Of two lists of bootstrap means: where their difference lies, and whether chance alone would give it. */
export function verdict(first, second) {
  const [low, high] = interval(first.map((m, k) => m - second[k]));
  const chance = low > 0 || high < 0 ? "which chance alone would hardly give" : "which chance alone may give";
  return `95 % between ${points(low)} and ${points(high)}, ${chance}`;
}

/** The ends of an axis of errors, so that a few very bad networks do not squeeze the rest: [low, high], whole percents. */
export function errorLimits(lists) {
  const sorted = Float64Array.from(lists.flat()).sort(), low = sorted[0], body = quantile(sorted, 0.95);
  const limit = body + 0.6 * (body - low), top = sorted[sorted.length - 1] <= limit || limit <= low ? sorted[sorted.length - 1] : limit;
  return [Math.max(0, Math.floor(low * 100 - 0.5) / 100), Math.min(1, Math.ceil(top * 100 + 0.5) / 100)];
}

/** A sentence on what lies beyond such an axis, or nothing. */
export function beyond(lists, high) {
  const n = lists.flat().filter((e) => e > high).length;
  return n ? `${plural(n, "network")} with an error above ${percent(high, 0)} ${n === 1 ? "lies" : "lie"} beyond the axis.` : "";
}

/** The corners of a staircase through sorted errors; `shares(k)` is its height just above error k. */
function staircase(sorted, shares, x, y, box) {
  const at = (e) => Math.min(box.right, x(e)), corners = [[box.left, y(0)]];
  let before = 0;
  sorted.forEach((e, k) => {
    if (sorted[k + 1] === e) return; // of equal errors the last says the share above them all
    corners.push([at(e), y(before)], [at(e), y(shares(k))]);
    before = shares(k);
  });
  corners.push([box.right, y(before)]);
  return corners;
}

/** The corners of an EDF, in pixels, for its line and its readout. */
export const edfCorners = (sorted, x, y, box) => staircase(sorted, (k) => (k + 1) / sorted.length, x, y, box);

const SIDES = [0.78, 0.28]; // shares of networks at which the two names stand

/** Names for the outer sides of two EDFs: [{ name, points, fill }] -> what `labels` takes; on each line where it is free. */
export function beside(curves, y, box) {
  const reach = (points, share) => points.find(([, height]) => height <= y(share) + 0.01)?.[0] ?? box.right;
  const middle = curves.map(({ points }) => reach(points, 0.5)), leftmost = middle.indexOf(Math.min(...middle));
  return curves.map(({ name, points, fill }, i) => {
    const before = i === leftmost && curves.length > 1, share = SIDES[before ? 0 : 1], at = reach(points, share), wide = 7.2 * name.length;
    const fits = before ? at - wide - 10 > box.left : at + wide + 10 < box.right;
    return { x: before === fits ? at - 10 : at + 10, anchor: before === fits ? "end" : "start", y: y(share), text: name, fill };
  });
}

export const edfLine = (sorted, x, y, box, className) => polyline(edfCorners(sorted, x, y, box), className);

/** The area between the limits of a pointwise band, as `bootstrapBand` gives it. */
export function bandArea(sorted, band, x, y, box, fill) {
  const low = staircase(sorted, (k) => band[k][0], x, y, box);
  const high = staircase(sorted, (k) => band[k][1], x, y, box);
  return polyline([...high, ...low.reverse()], `${fill} rni-pale`);
}

/** The names of populations that have an error; a sentence is thrown where there is none. */
export function named(data, purpose) {
  const names = Object.keys(data).filter((name) => data[name]?.errors?.length);
  if (!names.length) throw new Error(`There is no population ${purpose} here: the page or the call brought none with an error in it.`);
  return names;
}

/** What populations are called: by their space, and by what else their name says where several have the same space. */
export function titles(names, data) {
  const spaces = names.map((name) => data[name].space);
  return names.map((name, i) => {
    if (spaces.indexOf(spaces[i]) === spaces.lastIndexOf(spaces[i])) return spaces[i];
    if (!name.toLowerCase().startsWith(spaces[i].toLowerCase())) return name;
    const rest = name.slice(spaces[i].length).replace(/^-/, "");
    return rest ? `${spaces[i]}, ${rest}` : spaces[i];
  });
}

/** The same for the choices of a control: name -> title. */
export function called(data) {
  const names = Object.keys(data).filter((name) => data[name]?.space);
  return Object.fromEntries(titles(names, data).map((title, i) => [names[i], title]));
}

export const sources = (names, data) => [...new Set(names.map((name) => data[name].source).filter(Boolean))].join(" — ");
