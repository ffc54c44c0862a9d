// The picture of the workbench: the ladder of spaces, the network in the crowd of its space, and where it would lie.
import { ascending, compatibleWidths, edf } from "./core.js";
import { dot, grip, handle, line, linear, logarithmic, percent, polyline, powers, rect, short, sideways, words } from "./chart.js";
import { GROUPS, RATIOS, SPACES, STAGES, freedom, sizeOf } from "./design_spaces.js";
import { edfLine, errorLimits, mean } from "./distribution.js";
import { BAND, within } from "./snap.js";

const LADDER = { top: 0, bottom: 112 }, GAUGE = 150, SKY = { top: 186, bottom: 376 }, STRIP = { b: [410, 446], g: [474, 546] };
const DEEPEST = 44; // blocks that a column has room for

/** Where everything stands at a width: beside each other, or on a phone one below the other. */
export function layout(width) {
  const wide = width >= 560, left = 38, right = wide ? Math.round(width * 0.63) : width - 4;
  const each = (right - left) / STAGES;
  const columns = Array.from({ length: STAGES }, (_, i) => ({ left: left + i * each, right: left + (i + 1) * each - 14 }));
  const room = columns[0].right - columns[0].left;
  const strip = ([top, bottom], stops) => Object.assign((v) => bottom - ((bottom - top) * Math.log2(v)) / Math.log2(stops.at(-1)), { top, bottom, stops });
  return {
    wide, width, left, right, columns,
    across: (i, depth) => columns[i].left + room * Math.sqrt(Math.min(depth, DEEPEST) / DEEPEST),
    depthAt: (i, x) => DEEPEST * (Math.max(0, x - columns[i].left) / room) ** 2,
    up: logarithmic(4, 2200, SKY.bottom, SKY.top),
    ratio: strip(STRIP.b, RATIOS), group: strip(STRIP.g, GROUPS),
    gauge: logarithmic(1e6, 64e6, left, right - 14),
    step: width / Object.keys(SPACES).length,
    edf: wide ? { left: right + 48, right: width - 10, top: SKY.top, bottom: STRIP.g[1] } : { left, right: width - 10, top: STRIP.g[1] + 54, bottom: STRIP.g[1] + 206 },
    height: (wide ? STRIP.g[1] : STRIP.g[1] + 206) + 40,
  };
}

/** The ladder: each space with what it adds, how many numbers are free and how many networks are left. */
export function ladder(space, at) {
  const names = Object.keys(SPACES), now = names.indexOf(space), most = Math.log10(Number(sizeOf("AnyNetXA")));
  return names.map((name, i) => {
    const { rule, long } = SPACES[name], x = i * at.step, wide = at.step - 4, middle = x + wide / 2;
    const high = (LADDER.bottom * Math.log10(Number(sizeOf(name)))) / most, on = i <= now, ink = i === now ? "rni-t rni-on" : "rni-t";
    const [size, power] = powers(sizeOf(name)).split(" × ");
    const roomy = at.step > 108, free = `${freedom(name)}${roomy ? " numbers" : ""} free`;
    const said = at.wide ? [name, roomy ? long : rule, free, `${Number(size).toFixed(1)} × ${power}`] : [name.replace(/AnyNetX|X$/, ""), rule, free, power];
    return rect(x, LADDER.top, wide, LADDER.bottom, "rni-step") +
      rect(x, LADDER.bottom - high, wide, high, i === now ? "rni-fa" : on ? "rni-fa rni-pale" : "rni-fs rni-faint") +
      said.map((what, k) => words(middle, LADDER.bottom - high + 15 + 14.5 * k, what, { anchor: "middle", className: k ? ink : `${ink} rni-strong` })).join("");
  }).join("");
}

/** Strands of one network: through the four widths as far as its depths, and through b and g. */
function strandsOf(p, i, at) {
  const spread = sideways(i) - 0.5;
  const flat = (scale, values, room) => at.columns.flatMap((c, s) => [c.left, scale(values[s]) + spread * room, c.right, scale(values[s]) + spread * room]);
  return [
    at.columns.flatMap((c, s) => [c.left, at.up(p.widths[i][s]), at.across(s, p.depths[i][s]), at.up(p.widths[i][s])]),
    [...flat(at.ratio, p.bottleneck_ratios[i], 13), ...flat(at.group, p.group_widths[i], 9)],
  ];
}

/** The strands of a population, by error; `most` is how many networks of it are drawn. */
export function crowd(p, at, most = Infinity) {
  const order = p.errors.map((_, i) => i).filter((i) => p.depths[i].length === STAGES).sort((a, b) => p.errors[a] - p.errors[b]);
  return order.filter((_, k) => k % Math.ceil(order.length / Math.min(most, order.length)) === 0).map((i) => strandsOf(p, i, at));
}

/** The crowd, and above it its best tenth; on the way from another crowd, strand by strand. */
export function strands(shown, before, share) {
  const mixed = before && before.length === shown.length ? shown.map((one, k) => one.map((xs, j) => xs.map((x, i) => before[k][j][i] + share * (x - before[k][j][i])))) : shown;
  const best = Math.ceil(mixed.length / 10);
  const path = (some, j, className) => `<path class="rni-strand ${className}" d="${some.map((one) => drawn(one[j])).join("")}"/>`;
  return path(mixed.slice(best), 0, "") + path(mixed.slice(best), 1, "rni-fine") + path(mixed.slice(0, best), 0, "rni-best") + path(mixed.slice(0, best), 1, "rni-best rni-fine");
}

/** Points as a path: eight of them a line. */
function drawn(xs) {
  let text = "";
  for (let i = 0; i < xs.length; i += 2) text += `${i % 16 ? "L" : "M"}${Math.round(xs[i])} ${Math.round(2 * xs[i + 1]) / 2}`;
  return text;
}

/** Numbers between those of two networks, on logarithmic axes. */
export const between = (a, b, share) => Object.fromEntries(Object.keys(b).map((k) => [k, b[k].map((v, i) => a[k][i] * (v / a[k][i]) ** share)]));

/** Axes of the skyline and of the two strips, and the names of the stages. */
export function frame(at, many) {
  const parts = [words(0, SKY.top - 10, "w: drag the corners", { className: "rni-t rni-name" }), words(0, SKY.bottom + 15, "d×w", { className: "rni-t rni-name" })];
  if (many) parts.push(words(at.right, SKY.top - 10, `${at.wide ? `${many} recorded, ` : ""}the best ${Math.ceil(many / 10)} in green`, { anchor: "end", className: "rni-t rni-name" }));
  for (const tick of [8, 32, 128, 512, 2048]) parts.push(line(at.left, at.up(tick), at.right, at.up(tick), "rni-grid"), words(at.left - 6, at.up(tick) + 4, String(tick), { anchor: "end" }));
  for (const [name, scale] of [["b", at.ratio], ["g", at.group]]) {
    parts.push(words(0, (scale.top + scale.bottom) / 2 + 4, name, { className: "rni-t rni-strong" }));
    for (const stop of scale.stops) parts.push(line(at.left, scale(stop), at.right, scale(stop), "rni-grid"), words(at.left - 6, scale(stop) + 4, String(stop), { anchor: "end" }));
  }
  return parts.join("");
}

/** How many flops, on a scale with the band of the records. */
export function gauge(flops, hold, at) {
  const x = at.gauge(Math.min(64e6, Math.max(1e6, flops))), inside = within(flops), [low, high] = BAND.map(at.gauge);
  const said = `${short(flops)} multiply-adds, ${inside ? (hold ? "held" : "in the band") : `${(flops / BAND[flops > BAND[1] ? 1 : 0]).toPrecision(3)} × the band`}`;
  return rect(at.gauge(1e6), GAUGE - 3, at.gauge(64e6) - at.gauge(1e6), 6, "rni-fs rni-faint") + rect(low, GAUGE - 7, high - low, 14, inside ? "rni-fa rni-dim" : "rni-fs rni-dim") +
    `<path class="${inside ? "rni-fa" : "rni-warned"}" d="M${x.toFixed(1)} ${GAUGE + 2}l-6 -11h12z"/>` +
    words(Math.min(at.right - 6.3 * said.length, Math.max(at.left, x - 60)), GAUGE - 13, said, { className: "rni-t rni-strong" }) +
    words(0, GAUGE + 4, "flops", { className: "rni-t rni-name" });
}

/** The four stages: a tower for each block; its core has w / b of its width, and as many slices as groups. */
export function skyline(net, at, told = net) {
  const parts = [], contour = [];
  for (let i = 0; i < STAGES; i++) {
    const y = at.up(net.widths[i]), built = compatibleWidths(net.widths[i], net.ratios[i], net.groups[i]);
    const slice = Math.max(3, (SKY.bottom - y) / (built.inner / built.group));
    let towers = "", cores = "";
    for (let k = 0; k < net.depths[i]; k++) {
      const from = at.across(i, k), wide = at.across(i, Math.min(k + 1, net.depths[i])) - from - 0.8;
      if (wide < 0) break;
      towers += `M${from.toFixed(1)} ${SKY.bottom}V${y.toFixed(1)}h${wide.toFixed(1)}V${SKY.bottom}z`;
      cores += `<path stroke-width="${Math.max(0.7, wide / net.ratios[i]).toFixed(1)}" d="M${(from + wide / 2).toFixed(1)} ${SKY.bottom}V${y.toFixed(1)}"/>`;
    }
    parts.push(`<path class="rni-fa rni-dim" d="${towers}"/><g class="rni-core" stroke-dasharray="${(slice - 1).toFixed(2)} 1">${cores}</g>`);
    if (net === told && built.width !== net.widths[i]) parts.push(line(at.columns[i].left, at.up(built.width), at.across(i, net.depths[i]), at.up(built.width), "rni-lf rni-dots"));
    contour.push([at.columns[i].left, y], [at.across(i, net.depths[i]), y]);
    parts.push(words(at.columns[i].left, SKY.bottom + 15, `${told.depths[i]} × ${told.widths[i]}`, { className: "rni-t rni-strong" }));
  }
  parts.push(polyline(contour, "rni-la"));
  for (const [key, scale] of [["ratios", at.ratio], ["groups", at.group]]) {
    parts.push(polyline(at.columns.flatMap((c, i) => [[c.left, scale(net[key][i])], [c.right, scale(net[key][i])]]), "rni-la"));
  }
  return parts.join("");
}

/** The line u_j of a RegNet: one dot for each block, which its width is rounded to. */
export function rule({ w0, wa }, depths, at) {
  let j = 0;
  return depths.map((d, i) => Array.from({ length: d }, (_, k) => dot((at.across(i, k) + at.across(i, k + 1)) / 2, at.up(w0 + wa * j++), 2, "rni-fb")).join("")).join("");
}

/** What can be taken hold of: the ladder, the four corners, and the knobs of b and g. */
export function grips(state, net, at, shown = net) {
  const names = Object.keys(SPACES), now = names.indexOf(state.space);
  const parts = [handle("pick", `<rect class="rni-hit" width="${at.width}" height="${LADDER.bottom}" fill="transparent"/>`, {
    label: "space; the arrow keys go from one to the next", value: now + 1, min: 1, max: names.length, text: `${state.space}: ${freedom(state.space)} numbers are free`,
  })];
  for (let i = 0; i < STAGES; i++) {
    const n = i + 1, middle = (at.columns[i].left + at.columns[i].right) / 2;
    parts.push(handle(`stage${n}`, grip(at.across(i, shown.depths[i]), at.up(shown.widths[i]), "drag"), {
      label: `stage ${n}: up and down for its width, left and right for its depth`, value: net.widths[i], min: 8, max: 2048, text: `${net.depths[i]} blocks of ${net.widths[i]} channels`,
    }));
    for (const [kind, key, scale] of [["ratio", "ratios", at.ratio], ["group", "groups", at.group]]) {
      const value = net[key][i], what = kind === "ratio" ? "bottleneck ratio b" : "group width g";
      parts.push(handle(`${kind}${n}`, knob(middle, scale(shown[key][i]), at.columns[i]), { label: `stage ${n}: ${what}`, value, min: scale.stops[0], max: scale.stops.at(-1) }));
    }
  }
  return parts.join("");
}

const knob = (x, y, column) =>
  `<rect class="rni-hit" x="${column.left}" y="${y - 15}" width="${column.right - column.left}" height="30" fill="transparent"/><circle class="rni-grip" cx="${x}" cy="${y}" r="6"/>`;

/** The recorded error distributions, and where a network like the reader's would lie. */
export function curves({ now, before, lists, guess, space, against, steps }, at) {
  const box = at.edf, [low, high] = errorLimits(lists);
  const x = linear(low, high, box.left, box.right), y = linear(0, 1, box.bottom, box.top), parts = [words(box.left - 30, box.top - 12, "share with a lower error", { className: "rni-t rni-name" })];
  for (const tick of [0, 0.5, 1]) parts.push(line(box.left, y(tick), box.right, y(tick), "rni-grid"), words(box.left - 6, y(tick) + 4, String(tick), { anchor: "end" }));
  for (const tick of x.ticks(4)) parts.push(words(x(tick), box.bottom + 16, String(Math.round(1000 * tick) / 10), { anchor: "middle" }));
  parts.push(words((box.left + box.right) / 2, box.bottom + 33, "error e, %", { anchor: "middle", className: "rni-t rni-name" }));
  const left = before && mean(now) < mean(before);
  if (before) parts.push(edfLine(steps(before), x, y, box, "rni-ls rni-dash"), named(before, against, !left, x, y, box, "rni-t rni-name"));
  parts.push(edfLine(steps(now), x, y, box, "rni-lf"), named(now, space, left, x, y, box, "rni-t rni-strong"));
  if (guess) {
    const at = Math.min(box.right, x(guess.middle)), share = edf(ascending(now), guess.middle);
    for (const e of guess.errors) parts.push(dot(Math.min(box.right, x(e)), box.bottom, 3.5, "rni-fa rni-edge", percent(e)));
    parts.push(line(at, box.bottom, at, y(share), "rni-la rni-dots"), dot(at, y(share), 6.5, "rni-fa rni-edge"));
    const right = at > (box.left + box.right) / 2, say = `yours: ${guess.exact ? "" : "about "}${percent(guess.middle)}`;
    parts.push(words(right ? at - 10 : at + 10, Math.min(y(share) + 18, box.bottom - 8), say, { anchor: right ? "end" : "start", className: "rni-t rni-strong" }));
  } else {
    ["And yours?", "Guess, then ask", "how bad it is."].forEach((said, k) => parts.push(words(box.right, box.bottom - 42 + 16 * k, said, { anchor: "end" })));
  }
  return parts.join("");
}

/** The name of a curve, at its left or at its right. */
function named(errors, name, left, x, y, box, className) {
  const sorted = ascending(errors), share = left ? 0.78 : 0.66, at = x(sorted[Math.floor(share * (sorted.length - 1))]), wide = 8.4 * name.length;
  const from = left ? Math.max(box.left + 4, at - 6 - wide) : Math.min(at + 10, box.right - wide);
  return words(from, y(share) + (left ? -4 : 8), name, { className });
}
