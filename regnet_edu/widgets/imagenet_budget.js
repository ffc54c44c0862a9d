// What a population costs on ImageNet: networks, flops, epochs and hardware; and how much such a population can tell.
import { axes, clip, handle, line, logarithmic, percent, plural, polyline, svg, table, words } from "./chart.js";
import { interactive } from "./kit.js";

const HEIGHT = 360, MARGIN = { left: 52, right: 16, top: 30, bottom: 46 };
const RESNET50 = 4089185256 * 100; // multiply-adds and epochs of one training of ResNet-50 (tables 3, section 3.1)
// Where one region ends and the next begins, and what lies between.
const TIMES = [[1, "an hour"], [24, "a day"], [24 * 7, "a week"], [24 * 30, "a month"], [24 * 365, "a year"], [24 * 3650, "ten years"]];
const REGIONS = ["minutes", "hours", "days", "weeks", "months", "years", "decades"];

const schema = {
  n: { type: "int", min: 1, max: 2000, default: 500 },
  epochs: { type: "int", min: 1, max: 300, default: 10 },
  megaflops: { type: "int", min: 200, max: 32000, default: 400 },
  gpu: { type: "choice", choices: ["V100", "A100", "H100", "H200", "B200", "MI300X", "L40S", "L4", "T4", "RTX 5090"], default: "V100" },
  gpus: { type: "int", min: 1, max: 1024, default: 8 },
  utilisation: { type: "float", min: 0.2, max: 4, default: 1 },
  prices: { type: "numbers", each: { type: "float", min: 0, max: 1000 }, default: [0], fromData: true },
};

const controls = [
  { key: "n", label: "n, networks", log: true },
  { key: "epochs", label: "epochs", log: true },
  { key: "megaflops", label: "megaflops each", log: true },
  { key: "gpu", label: "GPU" },
  { key: "gpus", label: "GPUs at work", log: true },
  { key: "utilisation", label: "utilisation (paper: 1)", coarse: 0.1 },
  { key: "prices", label: "Dollars for a GPU-hour, yours to edit:", names: (data) => data.cost.gpus.map((g) => g.name) },
];

function prepare(data, rules) {
  if (!data.cost?.gpus?.length) throw new Error("There is no table of GPUs here: the page brought none.");
  const { gpus } = data.cost;
  return { ...rules, gpu: { ...rules.gpu, choices: gpus.map((g) => g.name) }, prices: { ...rules.prices, default: gpus.map((g) => g.price ?? 0) } };
}

/** GPU-hours of n networks on one kind of GPU, its memory used so much better than the paper's V100 used theirs. */
export function gpuHours({ n, megaflops, epochs, gpu, utilisation }, { law, images, gpus, activations_per_root_flop: k }) {
  const flops = 1e6 * megaflops;
  const seconds = law.per_flop * flops + law.per_activation * (k * Math.sqrt(flops)) + law.per_image;
  return (seconds * n * epochs * images.train) / 3600 / (gpus.find((g) => g.name === gpu).speed * utilisation);
}

/** What an hour of a GPU costs by the reader's table; 0 where that is not known. */
const priceOf = ({ prices }, { gpus }, name) => prices[gpus.findIndex((g) => g.name === name)] ?? 0;

/** What n networks can tell, by formula: nothing here depends on how they are trained. */
export const tells = (n) => ({
  share: 1.96 * Math.sqrt(0.25 / n), // half of the 95 % interval of F(e) where F(e) is a half
  difference: (1.96 + 0.84) * Math.sqrt(2 / n), // of two means, in standard deviations, found four times in five
  top: 1 - 0.95 ** n, // the chance that one of n is among the best 5 %
});

function scales(width) {
  return {
    x: logarithmic(schema.epochs.min, schema.epochs.max, MARGIN.left, width - MARGIN.right),
    y: logarithmic(schema.n.min, schema.n.max, HEIGHT - MARGIN.bottom, MARGIN.top),
  };
}

/** Where populations take `hours` on these GPUs: n * epochs is constant; below one network for each GPU only epochs count. */
function contour(budget, state, { x, y }, box) {
  const most = schema.n.max, few = Math.min(most, state.gpus);
  const points = [[budget / most, most], [budget / few, few], [budget / few, schema.n.min]];
  return points.map(([epochs, n]) => [x(Math.max(1e-3, epochs)), y(n)]).map(([a, b]) => [Math.min(box.right + 400, a), b]);
}

export function view(state, { width, data }) {
  const { x, y } = scales(width), box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const one = gpuHours({ ...state, n: 1, epochs: 1 }, data.cost);
  const parts = [], middles = [];
  for (const [hours, name] of TIMES) {
    const middle = contour((hours * state.gpus) / one, state, { x, y }, box);
    parts.push(polyline([...middle, [box.right + 400, box.bottom], [box.right + 400, box.top]], "rni-fa rni-region"));
    parts.push(`<g data-say="${name} on ${state.gpus} ${state.gpu}">${polyline(middle, "rni-la rni-thin")}</g>`);
    middles.push(middle);
  }
  const whole = (v) => String(v);
  const frame = axes(box, { scale: x, name: "epochs", ticks: [1, 2, 5, 10, 25, 50, 100, 300], write: whole }, { scale: y, name: "n, networks", ticks: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000], write: whole });
  const [px, py] = [x(state.epochs), y(state.n)];
  const cross = line(px, py, px, box.bottom, "rni-ls rni-dots") + line(box.left, py, px, py, "rni-ls rni-dots");
  const point = handle("point", `<circle class="rni-hit" cx="${px}" cy="${py}" r="22" fill="transparent" data-say="drag: n and epochs"/><circle class="rni-grip" cx="${px}" cy="${py}" r="7"/>`, {
    label: "population; arrows up and down change n, left and right the epochs", value: state.n, min: schema.n.min, max: schema.n.max, text: `${plural(state.n, "network")}, ${plural(state.epochs, "epoch")}`,
  });
  const label = `Bands of populations that take an hour, a day, a week, a month or a year on ${state.gpus} ${state.gpu}: n against epochs, both logarithmic. Chosen: ${plural(state.n, "network")} for ${plural(state.epochs, "epoch")}.`;
  return {
    picture: svg(width, HEIGHT, label, clip(box, parts.join("")) + frame + names(middles, box) + cross + answer(state, data, [px, py], box), point), summary: sentence(state, data), table: hardware(state, data),
    source: `Hours: a law through the paper's training times of 24 RegNets on V100, activations by the trend of figure 12, the bandwidth of each memory beside the V100's (${data.cost.bandwidths}), and the utilisation above: in mixed precision it was 1.5 for RegNetX-400MF on an RTX 3090 (timm). ${data.cost.gpus.map((g) => `${g.name}: ${g.bandwidth} GB/s, ${g.board}; ${g.prices || "no price with a source was found"}`).join(". ")}.`,
  };
}

/** The name of every region that has room for it: along the upper edge or, where there is none, along the lower. */
function names(middles, box) {
  const crossings = (k) => [box.left, ...middles.map((m) => Math.min(box.right, Math.max(box.left, m[k][0]))), box.right];
  const [upper, lower] = [crossings(0), crossings(2)];
  return REGIONS.map((name, i) => {
    const wide = 7 * name.length + 12, [ends, at] = upper[i + 1] - upper[i] >= wide ? [upper, box.top + 16] : [lower, box.bottom - 8];
    return ends[i + 1] - ends[i] < wide ? "" : words((ends[i] + ends[i + 1]) / 2, at, name, { anchor: "middle", className: "rni-t rni-name rni-halo" });
  }).join("");
}

/** The answer, at the point. */
function answer(state, { cost }, [px, py], box) {
  const hours = gpuHours(state, cost), used = Math.min(state.gpus, state.n), price = priceOf(state, cost, state.gpu);
  const lines = [`${duration(hours / used)} on ${state.gpus} ${state.gpu}`, price ? dollars(hours * price) : `${about(hours)} GPU-hours`];
  const wide = 7.4 * Math.max(...lines.map((l) => l.length)), right = px + 14 + wide < box.right, at = right ? px + 14 : Math.max(box.left + wide, px - 14);
  const foot = py - 30 > box.top + 40 ? py - 26 : py + 26;
  return lines.map((text, i) => words(at, foot + 16 * i, text, { anchor: right ? "start" : "end", className: "rni-t rni-strong rni-halo" })).join("");
}

const dollars = (sum) => `$${about(sum)}`;

/** Two or three digits, as a person would say an estimate. */
function about(v) {
  if (v >= 1e6) return `${Number((v / 1e6).toPrecision(2))} million`;
  return v >= 100 ? Number(v.toPrecision(2)).toLocaleString("en") : String(Number(v.toPrecision(2)));
}

function duration(hours) {
  const [size, unit] = hours < 2 ? [1 / 60, "minutes"] : hours < 48 ? [1, "hours"] : hours < 24 * 730 ? [24, "days"] : [24 * 365, "years"];
  return `${about(hours / size)} ${unit}`;
}

function sentence(state, { cost }) {
  const hours = gpuHours(state, cost), used = Math.min(state.gpus, state.n), price = priceOf(state, cost, state.gpu);
  const idle = used < state.gpus ? ` (only ${used} of them have a network to train)` : "";
  const trainings = (state.n * state.megaflops * 1e6 * state.epochs) / RESNET50;
  const { share, difference, top } = tells(state.n);
  const lead = `${plural(state.n, "network")} of ${state.megaflops} MF for ${plural(state.epochs, "epoch")} of ImageNet take ${about(hours)} GPU-hours: ${duration(hours / used)} on ${state.gpus} ${state.gpu}${idle}, and as many multiply-adds as ${about(trainings)} trainings of ResNet-50 for 100 epochs.${price ? ` At $${price} a GPU-hour that is ${dollars(hours * price)}.` : ` What an hour of a ${state.gpu} costs is not in the table: put it in.`}`;
  const most = top > 0.9995 ? "almost surely" : `with probability ${percent(top)}`;
  return `${lead} That buys the EDF within ${(100 * share).toFixed(1)} points either way, differences between two such populations from ${difference.toFixed(2)} standard deviations on, and ${most} a network of the best 5 %.`;
}

function hardware(state, { cost }) {
  const used = Math.min(state.gpus, state.n);
  const rows = cost.gpus.map((g) => {
    const hours = gpuHours({ ...state, gpu: g.name }, cost), price = priceOf(state, cost, g.name);
    return [g.name, about(hours), duration(hours / used), price ? dollars(hours * price) : "–", g.spot ? dollars(hours * g.spot) : "–"];
  });
  return table("The same population on each GPU; the bill at your price, and as spot instances where a price with a source was found", [["GPU", "GPU-hours", `on ${used}`, "bill", "spot"], ...rows]);
}

function drag(name, point, state, { width }) {
  const { x, y } = scales(width);
  return { epochs: Math.round(x.invert(point.x)), n: Math.round(y.invert(point.y)) };
}

/** Arrow keys change a number by a tenth, at least by one. */
function step(name, [right, up], state) {
  const by = (value, way) => value + way * Math.max(1, Math.round(value * 0.1));
  return right ? { epochs: by(state.epochs, right) } : { n: by(state.n, up) };
}

const regime = (name, n, epochs, megaflops) => ({ name, state: { n, epochs, megaflops } });
const presets = () => [
  regime("Section 3: 500 networks of 400 MF, 10 epochs", 500, 10, 400),
  regime("Section 3.1: 100 of them, as one ResNet-50", 100, 10, 400),
  regime("Section 4: 100 networks of 1.6 GF, 25 epochs", 100, 25, 1600),
  regime("Figure 9: 32 networks, a random search", 32, 10, 400),
  regime("Table 4: five runs of RegNetY-8.0GF, 100 epochs", 5, 100, 8000),
];

export const widget = interactive({ name: "imagenet_budget", title: "ImageNet budget", schema, controls, view, presets, drag, step, prepare });
export default widget;
