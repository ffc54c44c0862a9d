// The sixteen numbers of an AnyNet at the reader's fingertips, and what each constraint leaves of them.
import { ascending, complexity } from "./core.js";
import { percent, plural, powers, short, svg, table } from "./chart.js";
import { GROUPS, RATIOS, SPACES, STAGES, WIDTH_STEP, belongs, findLine, flopsOf, freedom, sizeOf } from "./design_spaces.js";
import { mean, points, remember, sources, verdict } from "./distribution.js";
import { interactive } from "./kit.js";
import { NEIGHBOURS, nearest } from "./neighbours.js";
import { bootstrapMeans } from "./resampling.js";
import { KEYS, LONGEST, WIDEST, drawOne, mutate, replaced, snap, within } from "./snap.js";
import { between, crowd, curves, frame, gauge, grips, ladder, layout, rule, skyline, strands } from "./workbench_picture.js";
import { STRIP, strip, trial, trialSentence } from "./workbench_trial.js";

const NAMES = Object.keys(SPACES);
const numbers = (each, ...start) => ({ type: "numbers", each, default: start, hidden: true });

const schema = {
  space: { type: "choice", choices: NAMES, default: "AnyNetXA" },
  against: { type: "choice", choices: NAMES, default: "RegNetX", hidden: true },
  depths: numbers({ type: "int", min: 1, max: LONGEST }, 6, 8, 11, 10),
  widths: numbers({ type: "int", min: WIDTH_STEP, max: WIDEST, step: WIDTH_STEP }, 16, 8, 8, 864),
  bottleneck_ratios: numbers({ type: "choice", choices: RATIOS }, 4, 4, 1, 2),
  group_widths: numbers({ type: "choice", choices: GROUPS }, 2, 8, 1, 16),
  hold: { type: "bool", default: true },
  judged: { type: "bool", default: false, hidden: true },
  seed: { type: "int", min: 0, max: 999_999, default: 0, hidden: true },
};

const controls = [
  { key: "space", label: "space" },
  { key: "hold", label: "hold the flops at 7.4 to 8.2 million" },
];

const netOf = (state) => ({ depths: state.depths, widths: state.widths, ratios: state.bottleneck_ratios, groups: state.group_widths });
const stateOf = (net) => ({ depths: net.depths, widths: net.widths, bottleneck_ratios: net.ratios, group_widths: net.groups });

/** The recorded populations that there are, and the one of a space. */
const recorded = (data) => Object.fromEntries(Object.entries(data).filter(([, p]) => p?.errors?.length));
const nameOf = (space, data) => Object.keys(data).find((name) => data[name].space === space);

/** What is known of a network: itself, if it was recorded, else the recorded ones of the nearest shapes. */
export function guessOf(state, populations) {
  const near = nearest(state, populations);
  if (!near.length) return null;
  const exact = near[0].far === 0, errors = (exact ? near.slice(0, 1) : near).map((n) => n.error).sort((a, b) => a - b);
  const half = errors.length >> 1;
  return { exact, errors, near, middle: errors.length % 2 ? errors[half] : (errors[half - 1] + errors[half]) / 2 };
}

export function view(state, { width, data, kept = null, session: live = null, ease = null, still = false }) {
  const net = netOf(state), flops = flopsOf(net), at = layout(width), populations = recorded(data);
  const now = nameOf(state.space, populations), before = nameOf(state.against, populations), inside = belongs(net, state.space);
  const along = SPACES[state.space].line && findLine(net), guess = state.judged && within(flops) ? guessOf(state, populations) : null;
  const crowdOf = (name) => name && remember(`crowd ${name} ${width} ${still}`, () => crowd(populations[name], at, still ? 6 : Infinity));
  const shown = ease ? between(netOf(ease.from), net, ease.share) : net, many = now && populations[now].errors.length;
  const parts = [ladder(state.space, at), gauge(flops, state.hold, at), frame(at, many), now ? strands(crowdOf(now), ease && crowdOf(nameOf(ease.from.space, populations)), ease?.share) : ""];
  parts.push(skyline(shown, at, net), along && !ease ? rule(along, net.depths, at) : "");
  if (now) {
    const lists = Object.values(populations).map((p) => p.errors);
    parts.push(curves({ now: populations[now].errors, before: before && before !== now && populations[before].errors, lists, guess, space: state.space, against: state.against, steps: (errors) => ascending(errors).filter((_, k) => !still || k % 14 === 6) }, at));
  }
  const tried = data.trial && (kept?.trained?.length || live?.running()) ? { width, top: at.height, kept, setting: data.trial, live } : null;
  if (tried) parts.push(strip(net, tried));
  const label = `The spaces from AnyNetXA to RegNetX as falling bars; ${state.space} is chosen. Below, a network of four stages, ${net.depths.map((d, i) => `${d} blocks of ${net.widths[i]} channels`).join(", ")}, before the recorded networks of that space, and their error distribution.`;
  return {
    picture: svg(width, at.height + (tried ? STRIP : 0), label, parts.join(""), still ? "" : grips(state, net, at, shown)),
    summary: [sentence(state, { net, flops, inside, along, guess, now, before, populations }), data.trial ? trialSentence(net, { kept, setting: data.trial, live }) : ""].filter(Boolean).join(" "), table: stages(net),
    source: now ? sources([now], populations) : "",
  };
}

function sentence(state, { net, flops, inside, along, guess, now, before, populations }) {
  const space = `${state.space} has ${freedom(state.space)} free numbers and ${powers(sizeOf(state.space))} networks.`;
  const blocks = net.depths.reduce((a, b) => a + b, 0);
  const line = along ? `, on the line ${along.w0} + ${along.wa} j with wₘ = ${along.wm}` : "";
  const own = `Yours has ${plural(blocks, "block")} and ${short(flops)} multiply-adds${line}${inside ? "." : `; it is no network of ${state.space}.`}`;
  return [space, own, judgement(state, flops, guess, populations[now]), comparison(state, now, before, populations)].filter(Boolean).join(" ");
}

function judgement(state, flops, guess, population) {
  if (!state.judged || !population) return "";
  if (!within(flops)) return "The records cannot judge it: their networks have 7.4 to 8.2 million multiply-adds.";
  const worse = population.errors.filter((e) => e < guess.middle).length;
  const lead = guess.exact ? `This very network was recorded, with an error of ${percent(guess.middle)}` :
    `The ${NEIGHBOURS} recorded networks of the nearest shapes have errors from ${percent(guess.errors[0])} to ${percent(guess.errors.at(-1))}, in the middle ${percent(guess.middle)}`;
  return `${lead}: ${worse} of ${population.errors.length} networks of ${state.space} are better.`;
}

const MEANS = 1000;
function comparison(state, now, before, populations) {
  if (!now || !before || now === before) return now ? "" : `No population of ${state.space} is recorded here.`;
  const [a, b] = [now, before].map((name) => populations[name].errors);
  const said = remember(`workbench ${now} ${before}`, () => verdict(bootstrapMeans(a, MEANS, 1), bootstrapMeans(b, MEANS, 2)));
  return `Mean error of ${state.space} minus that of ${state.against}: ${points(mean(a) - mean(b))} points, ${said}.`;
}

function stages(net) {
  const found = complexity({ ...net, block: "X" }, 32, 3, 10);
  const rows = found.stages.map((s, i) => [`${i + 1}`, `${s.pixels}`, `${s.depth}`, s.width === net.widths[i] ? `${s.width}` : `${net.widths[i]}→${s.width}`, `${net.ratios[i]}`, `${s.inner / s.group}×${s.group}`, percent(s.flops / found.flops, 0)]);
  return table(`The stages at 32 pixels; ${short(found.params)} parameters, ${short(found.activations)} activations in all`, [["stage", "pixels", "d", "w", "b", "groups", "flops"], ...rows]);
}

/** A step along the ladder: the dials snap, and the space that one comes from stays for comparison. */
const move = (state, space) => ({ ...stateOf(snap(netOf(state), space, { hold: state.hold })), space, against: space === state.space ? state.against : state.space });

/** A dial is moved, and what must gives way. */
function turn(state, kind, stage, changes, from = state) {
  let net = netOf(from);
  for (const [what, value] of Object.entries(changes)) {
    net = snap(replaced(net, KEYS[what], stage, value), state.space, { held: { kind: what, stage, corner: kind === "stage" }, hold: state.hold, from: net[KEYS[what]] });
  }
  return stateOf(net);
}

const HANDLE = /^(stage|ratio|group)([1-4])$/;
const nearestStop = (scale, y) => scale.stops.reduce((best, v) => (Math.abs(scale(v) - y) < Math.abs(scale(best) - y) ? v : best));

function drag(name, point, state, { width, from = state }) {
  const at = layout(width);
  if (name === "pick") return move(from, NAMES[Math.min(NAMES.length - 1, Math.max(0, Math.floor(point.x / at.step)))]);
  const [, kind, number] = name.match(HANDLE), i = number - 1;
  if (kind !== "stage") return turn(state, kind, i, { [kind]: nearestStop(at[kind], point.y) }, from);
  const width_ = Math.min(WIDEST, Math.max(WIDTH_STEP, Math.round(at.up.invert(point.y) / WIDTH_STEP) * WIDTH_STEP));
  const depth = Math.min(LONGEST, Math.max(1, Math.round(at.depthAt(i, point.x))));
  const start = { depth: from.depths[i], width: from.widths[i] }, wanted = { depth, width: width_ };
  const changes = Object.fromEntries(Object.entries(wanted).filter(([what, v]) => v !== start[what]));
  return turn(state, kind, i, changes, from);
}

function step(name, [right, up], state) {
  if (name === "pick") return move(state, NAMES[Math.min(NAMES.length - 1, Math.max(0, NAMES.indexOf(state.space) + Math.sign(right + up)))]);
  const [, kind, number] = name.match(HANDLE), i = number - 1;
  if (kind === "stage") {
    const changes = up ? { width: Math.max(WIDTH_STEP, state.widths[i] + WIDTH_STEP * up) } : { depth: Math.max(1, state.depths[i] + right) };
    return turn(state, kind, i, changes);
  }
  const [stops, key] = kind === "ratio" ? [RATIOS, "bottleneck_ratios"] : [GROUPS, "group_widths"];
  const place = stops.indexOf(state[key][i]) + Math.sign(right + up);
  return turn(state, kind, i, { [kind]: stops[Math.min(stops.length - 1, Math.max(0, place))] });
}

/** What a control changes besides its own value. */
function follow(key, value, state) {
  if (key === "space") return move(state, value);
  return key === "hold" && value ? stateOf(snap(netOf(state), state.space, { hold: true })) : {};
}

/** What jumps is shown on its way: the strands of the crowd, and the dials that snap. What is dragged is not. */
const eases = (before, after) => before.space !== after.space || before.seed !== after.seed;

/** A network of another interactive of the page, in the space that it belongs to. */
const takes = (net, state) => (net.depths.length === STAGES ? { ...stateOf(net), space: belongs(net, state.space) ? state.space : NAMES[0] } : {});

const next = (state) => (state.seed + 1) % 1_000_000;
const actions = [
  { name: "Draw one", apply: (state) => ({ seed: next(state), ...stateOf(drawOne(state.space, next(state), state.hold) ?? netOf(state)) }) },
  { name: "Mutate", apply: (state) => ({ seed: next(state), ...stateOf(mutate(netOf(state), state.space, next(state), state.hold)) }) },
  { name: "Make it RegNet", apply: (state) => move(state, "RegNetX") },
  { name: "How bad is this one?", apply: (state) => ({ judged: !state.judged }) },
  { name: (live) => (live.running() ? "Stop" : live.can() ? "Train it now" : ""), run: (live, state) => live.train(netOf(state)) },
];

/** The reader's device keeps the network, for the lab to take its rules from. */
const keep = (state, data, kept) => ({ ...kept, net: netOf(state) });

export const widget = interactive({ name: "space_workbench", title: "Space workbench", schema, controls, view, drag, step, follow, eases, takes, gives: netOf, actions, keep, begin: trial });
export default widget;
