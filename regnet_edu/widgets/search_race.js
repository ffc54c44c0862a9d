// Two random searches, again and again: the best of m networks from one space against the best of m from another.
import { ascending, edf } from "./core.js";
import { bestOfDraws, quantile } from "./resampling.js";
import { axes, legend, line, linear, percent, plural, rect, svg, table } from "./chart.js";
import { FILLS, mean, named, sources, titles } from "./distribution.js";
import { interactive } from "./kit.js";

const RACES = 2000;
const HEIGHT = 330, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 };

const schema = {
  first: { type: "choice", choices: [], default: "", fromData: true },
  second: { type: "choice", choices: [], default: "", fromData: true },
  m: { type: "int", min: 1, max: 1000, default: 8, fromData: true },
  seed: { type: "int", min: 0, max: 2 ** 31, default: 0, hidden: true },
};

const controls = [
  { key: "first", label: "population" },
  { key: "second", label: "against" },
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
    const { errors } = data[name];
    return { errors, best: bestOfDraws(errors, Math.min(state.m, errors.length), RACES, 2 * state.seed + i) };
  });
}

function bars(best, low, high, count) {
  const bins = new Array(count).fill(0);
  for (const e of best) bins[Math.min(count - 1, Math.floor(((e - low) / (high - low)) * count))] += 1;
  return bins;
}

export function view(state, { width, data }) {
  const racers = race(state, data);
  const names = [state.first, state.second], called = titles(names, data);
  const all = racers.flatMap((r) => r.errors);
  const low = Math.floor(Math.min(...all) * 100) / 100, high = Math.ceil(Math.max(...all) * 100) / 100 + 0.001;
  const count = Math.min(60, Math.floor(width / 12));
  const both = racers.map((r) => bars(r.best, low, high, count));
  const tallest = Math.max(...both.flat()) / RACES;
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const x = linear(low, high, box.left, box.right), middle = (box.top + box.bottom) / 2, half = middle - box.top - 14;
  const parts = [axes(box, { scale: x, name: "error of the best network found, %", ticks: x.ticks(width / 70), write: (t) => String(Math.round(1000 * t) / 10) }, { scale: linear(0, 1, 0, 1), ticks: [], name: `${RACES} races, each with ${plural(state.m, "network")} a side` })];
  both.forEach((bins, i) => {
    const way = i ? 1 : -1, fill = FILLS[i];
    bins.forEach((n, k) => {
      const long = (n / RACES / tallest) * half, left = x(low + (k * (high - low)) / count);
      if (n) parts.push(rect(left, way < 0 ? middle - long : middle, (box.right - box.left) / count - 1, long, fill, `${percent(n / RACES)} of the races`));
    });
    const average = mean(racers[i].best);
    parts.push(line(x(average), middle, x(average), middle + way * (half + 8), "rni-ls"));
    parts.push(legend([[fill, `${called[i]}: ${percent(average)} on average`]], box.right - 210, i ? box.bottom - 26 : box.top + 4, 216));
  });
  parts.push(line(box.left, middle, box.right, middle, "rni-axis"));
  const won = score(racers);
  const label = `Two histograms of the lowest error found by ${state.m} random networks: ${called[0]} above, ${called[1]} below.`;
  return {
    picture: svg(width, HEIGHT, label, parts.join("")),
    summary: sentence(state, racers, called, won),
    table: table(`The best of ${plural(state.m, "network")}, in ${RACES} races`, rows(racers, called, won)),
    source: sources(names, data),
  };
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

function sentence(state, racers, called, won) {
  const [a, b] = [won[0] / RACES, won[1] / RACES];
  const lead = `With ${plural(state.m, "network")} a side, ${called[0]} wins ${percent(a, 0)} of the races and ${called[1]} ${percent(b, 0)}.`;
  const better = a > b ? 0 : 1;
  const goal = mean(racers[1 - better].best);
  const chance = edf(ascending(racers[better].best), goal);
  return `${lead} In ${percent(chance, 0)} of the races the best of ${called[better]} is below ${percent(goal)}, the average best of ${called[1 - better]}.`;
}

function rows(racers, called, won) {
  const head = ["population", "n", "average best", "nine races in ten", "won"];
  return [head, ...racers.map((r, i) => {
    const sorted = ascending(r.best);
    const range = `${(100 * quantile(sorted, 0.05)).toFixed(1)} to ${percent(quantile(sorted, 0.95))}`;
    return [called[i], `${r.errors.length}`, percent(mean(r.best)), range, percent(won[i] / RACES, 0)];
  })];
}

const actions = [{ name: "Race again", apply: (state) => ({ seed: state.seed + 1 }) }];

const presets = (data) => {
  const most = Math.min(...Object.values(data).map((p) => p.errors?.length || Infinity));
  return [1, 4, 8, 16, 32].filter((m) => m <= most).map((m) => ({ name: m === 32 ? "Figure 9, right: 32 networks suffice" : `${plural(m, "network")} a side`, state: { m } }));
};

export const widget = interactive({ name: "search_race", title: "Random-search race", schema, controls, view, presets, actions, prepare });
export default widget;
