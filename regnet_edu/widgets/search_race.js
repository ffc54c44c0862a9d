// Two random searches, again and again: the best of m networks from one space against the best of m from another.
import { ascending, edf } from "./core.js";
import { bestOfDraws, drawOf, quantile } from "./resampling.js";
import { axes, dot, line, linear, percent, plural, polyline, rect, svg, table, words } from "./chart.js";
import { FILLS, beyond, called, errorLimits, mean, named, remember, sources, titles } from "./distribution.js";
import { interactive } from "./kit.js";

const RACES = 2000;
const LEFT = 52, RIGHT = 16, TOP = 30, TRACK = 120, GAP = 12, PILE = 84, FOOT = 46; // pixels: one race, the piles of many
const STROKES = ["rni-la", "rni-lb"];

const schema = {
  first: { type: "choice", choices: [], default: "", fromData: true },
  second: { type: "choice", choices: [], default: "", fromData: true },
  m: { type: "int", min: 1, max: 1000, default: 8, fromData: true },
  seed: { type: "int", min: 0, max: 2 ** 31, default: 0, hidden: true },
};

const controls = [
  { key: "first", label: "population", names: called },
  { key: "second", label: "against", names: called },
  { key: "m", label: "m, networks in each search" },
];

function prepare(data, rules) {
  const names = named(data, "to draw from");
  const most = Math.max(2, Math.min(...names.map((name) => data[name].errors.length)));
  return {
    ...rules,
    first: { ...rules.first, choices: names, default: names[0] },
    second: { ...rules.second, choices: names, default: names[1] ?? names[0] },
    m: { ...rules.m, max: most, default: Math.min(8, most) },
  };
}

/** The lowest errors of RACES searches of m networks in each population, drawn without replacement. */
export function race(state, data) {
  return [state.first, state.second].map((name, i) => {
    const { errors } = data[name], m = Math.min(state.m, errors.length), seed = 2 * state.seed + i;
    return { errors, m, seed, best: remember(`race ${m} ${seed} ${errors.join()}`, () => bestOfDraws(errors, m, RACES, seed)) };
  });
}

function bars(best, low, high, count) {
  const bins = new Array(count).fill(0);
  for (const e of best) bins[Math.min(count - 1, Math.floor(((e - low) / (high - low)) * count))] += 1;
  return bins.map((n) => n / best.length);
}

/** One race from top to bottom: every network drawn, and the best so far of each side, which moves to the left. */
function track(racers, shown, x) {
  const m = Math.max(...racers.map((r) => r.m)), y = linear(0, Math.max(m, 2), TOP, TOP + TRACK), parts = [];
  racers.forEach((racer, i) => {
    const draws = [...drawOf(racer.errors, racer.m, shown.race, racer.seed)].slice(0, shown.drawn), steps = [];
    let best = Infinity;
    draws.forEach((e, k) => {
      if (best < Infinity) steps.push([x(best), y(k + 1)]);
      best = Math.min(best, e);
      steps.push([x(best), y(k + 1)]);
      parts.push(dot(x(e), y(k + 1) + (i - 0.5) * 3, 3, `${FILLS[i]} rni-soft`, `network ${k + 1}: ${percent(e)}`));
    });
    if (!draws.length) return;
    parts.push(polyline(steps, STROKES[i]), dot(x(best), y(draws.length), 6, `${FILLS[i]} rni-edge`, `best of ${draws.length}: ${percent(best)}`));
    if (shown.drawn >= m) parts.push(line(x(best), y(draws.length), x(best), TOP + TRACK + GAP + PILE, "rni-grid"));
  });
  return parts.join("");
}

/** What becomes of many races: how often each error was the best, of the first side above and of the second below. */
function piles(racers, spoken, x, [low, high], width) {
  const count = Math.min(60, Math.floor(width / 12)), both = racers.map((r) => bars(r.best, low, high, count));
  const tallest = Math.max(...both.flat()), middle = TOP + TRACK + GAP + PILE, each = (width - LEFT - RIGHT) / count, parts = [];
  both.forEach((bins, i) => {
    const way = i ? 1 : -1, average = mean(racers[i].best), at = x(average);
    bins.forEach((share, k) => {
      const long = (share / tallest) * (PILE - 14), left = x(low + (k * (high - low)) / count);
      if (share) parts.push(rect(left, way < 0 ? middle - long : middle, each - 1, long, FILLS[i], `${percent(share)} of the races end here`));
    });
    parts.push(line(at, middle, at, middle + way * (PILE - 4), "rni-ls"));
    const text = `${spoken[i]}: best ${percent(average)} on average`;
    parts.push(words(width - RIGHT - 4, middle + way * (PILE - 18) + 4, text, { anchor: "end", className: `rni-t rni-strong rni-halo ${FILLS[i]}` }));
  });
  return parts.join("") + line(LEFT, middle, width - RIGHT, middle, "rni-axis");
}

export function view(state, { width, data }) {
  const { race: at = 0, drawn = state.m, raced = RACES } = state; // more than the state while it plays
  const racers = race(state, data).map((r) => ({ ...r, best: r.best.slice(0, Math.max(1, raced)) }));
  const names = [state.first, state.second], spoken = titles(names, data), limits = errorLimits(racers.map((r) => r.errors));
  const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: TOP + TRACK + GAP + 2 * PILE };
  const plain = linear(...limits, box.left, box.right), x = Object.assign((e) => Math.min(box.right, plain(e)), plain);
  const told = `race ${at + 1}${width < 520 ? "" : `: ${plural(state.m, "network")} a side, one after another`}`;
  const frame = axes(box, { scale: x, name: "error, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(1000 * t) / 10) }, { scale: linear(0, 1, 0, 1), ticks: [], name: `${told}; below, the best of ${raced ? plural(raced, "race") : "every race"}` });
  const label = `One race of ${state.m} random networks a side, ${spoken[0]} and ${spoken[1]}; below, how low the best of each was in ${RACES} races, as two histograms.`;
  const won = score(racers);
  return {
    picture: svg(width, box.bottom + FOOT, label, frame + track(racers, { race: at, drawn }, x) + (raced ? piles(racers, spoken, x, limits, width) : "")),
    summary: sentence(state, racers, spoken, won, limits[1]),
    table: table(`The best of ${plural(state.m, "network")}, in ${plural(racers[0].best.length, "race")}`, rows(racers, spoken, won)),
    source: sources(names, data),
  };
}

/** One race slowly, network by network; a few more; then many at once, until the piles are what they will be. */
function play(state) {
  const other = { seed: state.seed + 1 }, wait = Math.min(220, 3000 / state.m), steps = [];
  for (let k = 1; k <= state.m; k++) steps.push([{ ...other, race: 0, drawn: k, raced: 0 }, wait]);
  for (let n = 1; n < RACES; n = Math.ceil(1.35 * n)) steps.push([{ ...other, race: n - 1, raced: n }, n < 8 ? 350 : 110]);
  return steps;
}

/** How many races each side wins; the rest are ties. */
function score([a, b]) {
  let first = 0, second = 0;
  a.best.forEach((e, k) => {
    if (e < b.best[k]) first += 1;
    else if (b.best[k] < e) second += 1;
  });
  return [first, second];
}

function sentence(state, racers, called, won, high) {
  const [a, b] = won.map((n) => n / racers[0].best.length);
  const lead = `With ${plural(state.m, "network")} a side, ${called[0]} wins ${percent(a, 0)} of the races and ${called[1]} ${percent(b, 0)}.`;
  const better = a > b ? 0 : 1;
  const goal = mean(racers[1 - better].best);
  const chance = edf(ascending(racers[better].best), goal);
  return `${lead} In ${percent(chance, 0)} of the races the best of ${called[better]} is below ${percent(goal)}, the average best of ${called[1 - better]}. ${beyond(racers.map((r) => r.errors), high)}`.trim();
}

function rows(racers, called, won) {
  const head = ["population", "n", "average best", "nine races in ten", "won"];
  return [head, ...racers.map((r, i) => {
    const sorted = ascending(r.best);
    const range = `${(100 * quantile(sorted, 0.05)).toFixed(1)} to ${percent(quantile(sorted, 0.95))}`;
    return [called[i], `${r.errors.length}`, percent(mean(r.best)), range, percent(won[i] / r.best.length, 0)];
  })];
}

const actions = [{ name: "Race", play, apply: (state) => ({ seed: state.seed + 1 }) }];

const presets = (data) => {
  const most = Math.min(...Object.values(data).map((p) => p.errors?.length || Infinity));
  return [1, 4, 8, 16, 32].filter((m) => m <= most).map((m) => ({ name: m === 32 ? "Figure 9, right: 32 networks suffice" : `${plural(m, "network")} a side`, state: { m } }));
};

export const widget = interactive({ name: "search_race", title: "Random-search race", schema, controls, view, presets, actions, prepare });
export default widget;
