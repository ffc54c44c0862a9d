// Two populations trained in the page: sampled as in Python, trained by workers, kept in the browser, exported as records.
import { ascending, complexity } from "./core.js";
import { axes, dot, labels, linear, percent, plural, rect, sideways, svg, table, words } from "./chart.js";
import { sentence } from "./compare.js";
import { CONTROLS, SPACES, samplerOf } from "./design_spaces.js";
import { FILLS, LINES, bandArea, beside, edfCorners, edfLine, mean, remember } from "./distribution.js";
import { pcg64, seedWords } from "./drawn_pictures.js";
import { interactive } from "./kit.js";
import { crc32, recordFile } from "./record_file.js";
import { bootstrapBand } from "./resampling.js";
import { Memory } from "./state.js";
import { crew, crewSize, ofXBlocks } from "./trainers.js";

const OWN = "Own", RULES = { free: "free", equal: "equal", rise: "non-decreasing", fall: "non-increasing" };
const NAMES = [...Object.keys(SPACES), ...Object.keys(CONTROLS), OWN];
const LETTERS = { depths: "d", widths: "w", ratios: "b", groups: "g" }, PARAMETERS = { depths: "depth", widths: "width", ratios: "ratio", groups: "group" };
const COST = "“Train” uses all processors but one, for about four seconds a network on one of them.";
const STAGES = 3, STRIDES = [1, 2, 2], FEW_FOR_A_BAND = 5;

const schema = {
  first: { type: "choice", choices: NAMES, default: "AnyNetXD" },
  second: { type: "choice", choices: NAMES, default: "AnyNetXDecreasingWidths" },
  n: { type: "int", min: 2, max: 40, default: 12 },
  seed: { type: "int", min: 0, max: 9999, default: 0 },
  ...Object.fromEntries(Object.keys(LETTERS).map((key) => [`own_${key}`, { type: "choice", choices: Object.keys(RULES), default: { depths: "free", widths: "rise" }[key] ?? "equal" }])),
};
const own = ({ first, second }) => first === OWN || second === OWN, names = { [OWN]: "rules of my own" };
const controls = [
  { key: "first", label: "first", names }, { key: "second", label: "second", names },
  ...Object.entries(LETTERS).map(([key, letter]) => ({ key: `own_${key}`, label: `my ${key} ${letter}`, shown: own })),
  { key: "n", label: "networks of each" }, { key: "seed", label: "seed of the sample" },
];

/** The reader's own space: the order of each parameter along the stages; its title says which are bound. */
const ordersOf = (state) => ({ orders: Object.fromEntries(Object.keys(LETTERS).map((key) => [PARAMETERS[key], RULES[state[`own_${key}`]]])) });
const titleOf = (state) => `${OWN} (${Object.entries(LETTERS).flatMap(([key, letter]) => (state[`own_${key}`] === "free" ? [] : [`${letter} ${state[`own_${key}`]}`])).join(", ") || "no rule"})`;

/** The rules that a network keeps, as a state: so the network of the workbench becomes a space. */
export function rulesOf(net) {
  const keeps = (v, rule) => v.every((x, i) => i === 0 || (rule === "equal" ? x === v[0] : rule === "rise" ? x >= v[i - 1] : x <= v[i - 1]));
  return Object.fromEntries(Object.keys(LETTERS).map((key) => [`own_${key}`, ["equal", "rise", "fall"].find((rule) => keeps(net[key], rule)) ?? "free"]));
}

/** Both populations of a state: [{ space, made, key, done }], done in the order of their sample; one of a space is enough. */
const populationsOf = (state, kept) => [...new Set([state.first, state.second])].map((name) => {
  const space = name === OWN ? titleOf(state) : name, key = `${space} ${state.seed}`;
  return { space, made: name === OWN ? ordersOf(state) : name, key, done: kept?.[key] ?? [] };
});

/** The networks of a space in the order of `space.sample(n, rng=seed)` with the regime's band: a few proposals at a time. */
export function* samples(space, seed, regime, made = space) {
  const { columns, propose } = samplerOf(made, SPACES[space]?.line ? { stages: STAGES } : { stages: STAGES, widest: regime.ranges.AnyNet.max_width });
  const { uniform } = pcg64(crc32(`${space} 0`), seed), [low, high] = regime.flops;
  for (let tried = 1; ; tried++) {
    const net = propose(Array.from({ length: columns }, uniform));
    const full = net && { ...net, block: "X", strides: STRIDES };
    const found = full && complexity(full, regime.resolution, 3, 10);
    if (found && found.flops >= low && found.flops <= high) yield { ...net, flops: found.flops, params: found.params, activations: found.activations, stages: found.stages };
    else if (tried % 100 === 0) yield null;
  }
}

/** What trains for one interactive; `changed()` asks for another picture. */
function session(changed, memory, data) {
  const drawn = new Map(), streams = new Map(), hand = new Map();
  let team = null, wanted = null, problem = "";

  /** Network i of a space; lets the page answer the reader after every 100 proposals. */
  async function network({ space, made, key }, seed, i) {
    if (!drawn.has(key)) drawn.set(key, []), streams.set(key, samples(space, seed, data.regime, made));
    for (const list = drawn.get(key); list.length <= i; ) {
      const { value } = streams.get(key).next();
      value ? list.push(value) : await new Promise((go) => setTimeout(go));
    }
    return drawn.get(key)[i];
  }
  async function next() {
    for (let i = 0; wanted && i < wanted.n; i++) for (const population of populationsOf(wanted, memory.kept)) {
      const { key, done } = population;
      if (done.some((r) => r.index === i) || hand.has(`${key} ${i}`)) continue;
      hand.set(`${key} ${i}`, 0);
      const net = await network(population, wanted.seed, i);
      return { key, index: i, network: net, seed: seedWords([wanted.seed, i])[0], net: ofXBlocks(net.stages) };
    }
    return null;
  }
  function done({ key, index, seed, network: { stages, ...net } }, result) {
    hand.delete(`${key} ${index}`);
    const all = memory.read() ?? {};
    memory.keep({ ...all, [key]: [...(all[key] ?? []), { index, seed, ...net, ...result }].sort((a, b) => a.index - b.index) });
    setTimeout(() => hand.size || stop()); // unless the worker has taken another one
    changed();
  }
  function stop(why = "") {
    team?.stop();
    team = wanted = null;
    hand.clear();
    problem = why;
    changed();
  }
  return {
    running: () => team !== null,
    left: (state) => populationsOf(state, memory.kept).some((p) => p.done.filter((r) => r.index < state.n).length < state.n),
    some: (state) => populationsOf(state, memory.kept).some((p) => p.done.length), hand, problem: () => problem,
    train(state) {
      if (team) return stop();
      problem = "";
      wanted = { ...state };
      try {
        team = crew(data, { next, done, note: ({ key, index }, share) => (hand.set(`${key} ${index}`, share), changed()), failed: (why) => stop(`Training stopped: ${why}.`) });
      } catch {
        team = wanted = null;
        problem = "This browser starts no workers from this page, so it cannot train here; `rn.sweep` does the same in Python.";
      }
      changed();
    },
    save(state) {
      for (const { space, key, done: records } of populationsOf(state, memory.kept)) {
        if (!records.length) continue;
        const at = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([recordFile(space, state.seed, records, data)])), download: `${space.toLowerCase()}-page-${state.seed}.jsonl` });
        at.click();
        setTimeout(() => URL.revokeObjectURL(at.href), 10_000);
      }
    },
    forget(state) {
      stop();
      memory.keep(Object.fromEntries(Object.entries(memory.read() ?? {}).filter(([key]) => !populationsOf(state).some((p) => p.key === key))));
      changed();
    },
    end: stop,
  };
}

/** A network as bars: a stage as wide as it is deep and as high as the logarithm of its width. */
function profile(net, x, y, wide, tall, fill, said) {
  const blocks = net.depths.reduce((a, b) => a + b, 0), scale = Math.min(3, (wide - 4) / blocks);
  let at = x;
  return net.widths.map((w, i) => {
    const high = (tall * Math.log2(w / 4)) / 8, bar = rect(at, y + tall - high, net.depths[i] * scale, high, `${fill} rni-edge`, said);
    at += net.depths[i] * scale;
    return bar;
  }).join("");
}

const LEFT = 56, LANE = 74, CELL = 40, TALL = 34;
const about = (r) => `${percent(r.error)}: depths ${r.depths.join(", ")}; widths ${r.widths.join(", ")}; b ${r.ratios.join(", ")}; g ${r.groups.join(", ")}`;

export function view(state, { width, data, kept, session: live }) {
  const first = (some) => populationsOf(state, some).map((p) => ({ ...p, done: p.done.filter((r) => r.index < state.n) }));
  const mine = first(kept), example = !live?.running() && !mine.some((p) => p.done.length) && first(data?.example).every((p) => p.done.length);
  const found = example ? first(data.example) : mine;
  const errors = found.map((p) => p.done.map((r) => r.error)), all = errors.flat(), columns = Math.max(5, Math.floor((width - 20) / CELL));
  const low = all.length ? Math.max(0, Math.floor(20 * Math.min(...all)) / 20) : 0.3, high = all.length ? Math.max(low + 0.1, Math.ceil(20 * Math.max(...all)) / 20) : 0.9;
  const x = linear(low, high, LEFT, width - 16), parts = [];
  let top = 6;
  found.forEach((p, i) => {
    const rows = Math.max(1, Math.ceil(Math.min(state.n, p.done.length) / columns)), now = [...(live?.hand ?? [])].filter(([key]) => key.startsWith(`${p.key} `));
    const hand = now.map(([, share]) => percent(share, 0)).join(", ");
    parts.push(words(10, top + 12, p.space, { className: `rni-t rni-strong ${FILLS[i]}` }), words(width - 16, top + 12, example ? "recorded example" : `${p.done.length} of ${state.n}${hand && `, training: ${hand}`}`, { anchor: "end" }));
    p.done.forEach((r, k) => parts.push(dot(x(r.error), top + 24 + sideways(r.index) * 20, 4.5, `${FILLS[i]} rni-edge`, about(r), `${p.key} ${r.index}`), profile(r, 10 + (k % columns) * CELL, top + 52 + Math.floor(k / columns) * (TALL + 6), CELL, TALL, FILLS[i], about(r))));
    top += LANE + rows * (TALL + 6) - 12;
  });
  const box = { left: LEFT, right: width - 16, top: top + 20, bottom: top + 190 }, y = linear(0, 1, box.bottom, box.top);
  parts.push(axes(box, { scale: x, name: "error e, %", ticks: x.ticks(width / 80), write: (t) => String(Math.round(100 * t)) }, { scale: y, ticks: [0, 0.5, 1], name: "F(e), share of networks below e" }));
  const curves = found.map((p, i) => ({ name: p.space, fill: FILLS[i], sorted: ascending(errors[i]), line: LINES[i] })).filter((c) => c.sorted.length);
  for (const c of curves) if (c.sorted.length >= FEW_FOR_A_BAND) parts.push(bandArea(c.sorted, remember(`lab ${c.sorted.join()}`, () => bootstrapBand(c.sorted, 400, 0)), x, y, box, c.fill));
  for (const c of curves) parts.push(edfLine(c.sorted, x, y, box, c.line));
  const drawn = curves.map((c) => ({ name: c.name.replace(/ \(.*/, ""), fill: c.fill, points: edfCorners(c.sorted, x, y, box) }));
  if (drawn.length && width > 480) parts.push(labels(beside(drawn, y, box), box));
  const label = `${example ? "A recorded example: " : ""}${found.map((p) => `${p.done.length} networks of ${p.space}`).join(" and ")} as dots by their error, as profiles of their widths, and as error distributions.`;
  return {
    picture: svg(width, box.bottom + 44, label, example ? `<g class="rni-example">${parts.join("")}</g>` : parts.join("")), summary: told(state, found, errors, live, example),
    table: all.length && !example ? table("What was trained here", [["space", "networks", "mean error", "lowest", "seconds a network"], ...found.filter((p) => p.done.length).map((p, i) => [p.space, `${p.done.length}`, percent(mean(errors[found.indexOf(p)])), percent(Math.min(...errors[found.indexOf(p)])), mean(p.done.map((r) => r.seconds)).toFixed(1)])]) : "",
  };
}

function told(state, found, errors, live, example) {
  const compared = found.length === 2 ? sentence(found[0].space, found[1].space, errors[0], errors[1]) : "Choose two different spaces to compare.";
  if (example) return [live?.problem(), `A recorded example, in pale: press Train for networks of your own. ${compared}`].filter(Boolean).join(" ");
  const left = found.reduce((sum, p) => sum + state.n - p.done.length, 0), seconds = found.flatMap((p) => p.done.map((r) => r.seconds));
  const time = seconds.length ? (left * mean(seconds)) / crewSize() : 0, about = time && (time < 90 ? `, about ${Math.ceil(time)} seconds` : `, about ${Math.round(time / 60)} minutes`);
  const status = live?.running() ? `Training: ${plural(left, "network")} to go${about || ""}.` : left === 0 ? "All are trained." : left < found.length * state.n ? `Stopped with ${plural(left, "network")} to go.` : `Nothing is trained yet. ${COST}`;
  return [live?.problem(), status, errors.flat().length ? compared : ""].filter(Boolean).join(" ");
}

const takes = (net) => ({ first: OWN, ...rulesOf(net) });
const workbench = () => new Memory("space_workbench").kept?.net;
const actions = [
  { name: (live, state) => (live.running() ? "Stop" : live.left(state) ? (live.some(state) ? "Go on" : "Train") : ""), primary: true, run: (live, state) => live.train(state) },
  { name: (live, state) => (live.some(state) ? "Export records" : ""), run: (live, state) => live.save(state) },
  { name: (live, state) => (live.some(state) ? "Forget these" : ""), run: (live, state) => live.forget(state) },
  { name: () => (workbench() ? "Rules of my workbench" : ""), apply: () => takes(workbench()) },
];
const presets = () => [
  { name: "Growing or shrinking", state: { first: "AnyNetXD", second: "AnyNetXDecreasingWidths", n: 12, seed: 0 } },
  { name: "RegNetX or AnyNetXA", state: { first: "RegNetX", second: "AnyNetXA", n: 20, seed: 0 } },
];

export const widget = interactive({ name: "population_lab", title: "Population lab", schema, controls, view, presets, actions, takes, begin: session });
export default widget;
