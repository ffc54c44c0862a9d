// What the pictures say, without a browser: the claims of the default states, and any state without a crash.
import assert from "node:assert/strict";
import test from "node:test";
import { widget as field } from "../../../regnet_edu/widgets/against_the_field.js";
import { front, rival } from "../../../regnet_edu/widgets/field.js";
import { widget as block } from "../../../regnet_edu/widgets/block_explorer.js";
import { fittingGroups, scaledConvolution, widget as calculator } from "../../../regnet_edu/widgets/complexity_calculator.js";
import { funnel, rounds, widget as rules } from "../../../regnet_edu/widgets/constraint_funnel.js";
import { widget as distribution } from "../../../regnet_edu/widgets/edf_explorer.js";
import { widget as game } from "../../../regnet_edu/widgets/fit_game.js";
import { widget as gallery } from "../../../regnet_edu/widgets/good_bad_gallery.js";
import { gpuHours, tells, widget as budget } from "../../../regnet_edu/widgets/imagenet_budget.js";
import { nearest, widget as explorer } from "../../../regnet_edu/widgets/regnet_explorer.js";
import { race, widget as search } from "../../../regnet_edu/widgets/search_race.js";
import { powers, short } from "../../../regnet_edu/widgets/chart.js";
import { counter, drawOf } from "../../../regnet_edu/widgets/resampling.js";

const population = (space, errors) => ({
  space, errors, source: `${space}, recorded`, failed: 0, params: errors.map((_, i) => 1000 + i), activations: errors.map((_, i) => 5000 - i),
  depths: errors.map((_, i) => [1, 2, 1 + (i % 5), 3]), widths: errors.map((_, i) => [8, 16 + 8 * (i % 7), 64, 8 * (40 - i)]),
  bottleneck_ratios: errors.map((_, i) => [1, 1, 1, i % 3 ? 1 : 2]), group_widths: errors.map((_, i) => [8, 8, 8, i % 2 ? 8 : 4]),
});
const data = {
  a: population("A", Array.from({ length: 40 }, (_, i) => 0.56 + 0.002 * i)),
  b: population("B", Array.from({ length: 30 }, (_, i) => 0.53 + 0.001 * i)),
};
const target = (name, depths, widths, w0, wa, wm) => ({ name, depths, widths, source: "made up", answer: { w0, wa, wm, error: 0 } });
const targets = { targets: [target("X", [1, 2, 7, 12], [24, 64, 152, 392], 24, 24.48, 2.54), target("one", [1], [40], 40, 0, 2)] };
const published = (title, family, flops, inference_ms, error, training_hours = inference_ms && inference_ms / 4) => ({
  title, family, flops, params: flops / 90, activations: inference_ms && 2e5 * inference_ms, inference_ms, training_hours, error, error_reported: error + (family === "ResNet" ? 0.007 : 0),
});
const now = ([title, family, flops, inference_ms, cpu_ms, error]) => ({ title, family, when: "today", weights: "in1k", flops, params: flops / 90, activations: flops / 500, inference_ms, cpu_ms, error });
const networks = { field: [
  published("RegNetX-small", "RegNetX", 4e8, 15, 0.27), published("RegNetX-large", "RegNetX", 8e9, 94, 0.207), published("RegNetY-one", "RegNetY", 1.6e9, 39, 0.22),
  published("ResNet-50", "ResNet", 4.1e9, 53, 0.232), published("EfficientNet-B5", "EfficientNet", 9.9e9, 504, 0.215), published("DARTS", "mobile", 5.7e8, null, 0.267),
  ...[["regnety_160", "RegNetY", 1.6e10, 0.5, 8, 0.18], ["regnetx_080", "RegNetX", 8e9, 0.3, 5, 0.195], ["convnext_tiny", "ConvNeXt", 4.5e9, 0.2, null, 0.178]].map(now),
  ...["2020", "now"].map((year, i) => ({ ...now(["RegNetX-8.0GF", "RegNetX", 8e9, 0.3, 5, 0.207 - 0.012 * i]), title: `RegNetX-8.0GF, ${year}`, when: "recipes", same: "RegNetX-8.0GF", now: i === 1 })),
] };
const machines = { cost: {
  law: { per_flop: 1e-12, per_activation: 1e-10, per_image: 1e-4 }, images: { train: 1281167 }, activations_per_root_flop: 160,
  gpus: ["V100", "A100", "H100"].map((name, i) => ({ name, speed: 1 + i, bandwidth: 900 * (1 + i), price: i ? 2 * i : null, spot: i === 2 ? 1 : null, board: name, prices: i ? "a list, read some day" : "" })),
} };
const all = [[field, networks], [budget, machines], [block, {}], [calculator, {}], [distribution, data], [explorer, {}], [game, targets], [search, data], [gallery, data], [rules, data]];

const defaults = (schema) => Object.fromEntries(Object.entries(schema).map(([k, rule]) => [k, rule.default]));
const show = (widget, some = {}, given = {}, width = 640) => {
  const { schema, prepare, view } = widget.description;
  return view({ ...defaults(prepare ? prepare(given, schema) : schema), ...some }, { width, data: given });
};

function anyState(schema, below) {
  const pick = (rule) => {
    if (rule.type === "bool") return below(2) === 1;
    if (rule.type === "set") return rule.choices.filter(() => below(2));
    if (rule.type === "choice") return rule.choices[below(rule.choices.length)];
    if (rule.type === "numbers") return rule.default.map(() => pick(rule.each));
    const edge = below(4);
    if (edge < 2) return edge ? rule.min : rule.max;
    const share = below(1001) / 1000, step = rule.type === "int" ? (rule.step ?? 1) : 0;
    const value = rule.min + share * (rule.max - rule.min);
    return step ? rule.min + Math.round((value - rule.min) / step) * step : value;
  };
  return Object.fromEntries(Object.entries(schema).map(([k, rule]) => [k, pick(rule)]));
}

for (const [widget, given] of all) {
  const { name, schema, prepare } = widget.description;
  test(`${name}: every state, extreme ones too, gives a picture and a sentence without NaN`, () => {
    const below = counter(7), rules = prepare ? prepare(given, schema) : schema;
    for (let k = 0; k < 60; k++) {
      const state = anyState(rules, below);
      const { picture, summary, table } = show(widget, state, given, 280 + below(900));
      for (const text of [picture, summary, table]) assert.doesNotMatch(text, /NaN|undefined|Infinity/, JSON.stringify(state));
      assert.match(picture, /^<svg .*role="img" aria-label="[^"]{40,}"/);
    }
  });

  test(`${name}: every preset lies within the limits`, () => {
    const rules = prepare ? prepare(given, schema) : schema;
    for (const preset of widget.description.presets?.(given) ?? []) {
      for (const [key, value] of Object.entries(preset.state)) {
        const rule = rules[key];
        assert.ok(rule, `${preset.name}: ${key}`);
        if (rule.type === "set") assert.ok(value.every((name) => rule.choices.includes(name)), preset.name);
        else assert.ok(rule.type === "choice" ? rule.choices.includes(value) : rule.type === "bool" || (value >= rule.min && value <= rule.max), `${preset.name}: ${key} ${value}`);
      }
    }
  });
}

test("regnet explorer starts as RegNetX-400MF with its published numbers", () => {
  const { summary, table } = show(explorer);
  assert.match(summary, /22 blocks in 4 stages: 398 M multiply-adds, 5\.16 M parameters, 3\.14 M activations/);
  assert.match(table, /24→32/);
});

test("the nearest published network is itself where it is the same", () => {
  const zoo = [{ title: "one", flops: 1e6, params: 1e5, activations: 1e4 }, { title: "two", flops: 2e6, params: 1e5, activations: 1e4 }];
  assert.deepEqual(nearest(zoo[1], zoo), [0, zoo[1]]);
});

test("edf explorer counts strictly below e and says what chance may give", () => {
  assert.match(show(distribution, { threshold: 0.56 }, data).summary, /^0 of 40 networks of A \(0 %\) and 30 of 30 networks of B/);
  assert.match(show(distribution, {}, data).summary, /hardly give/);
  assert.match(show(distribution, { second: "a" }, data).summary, /may give/);
  assert.doesNotMatch(show(distribution, { second: "none" }, data).summary, /points/);
});

test("on a phone the legend of the edf explorer keeps its numbers, and a long name ends in dots", () => {
  const long = { ...data, a: population("a space with a name that no phone is wide enough for", data.a.errors) };
  long.c = population("C", data.b.errors);
  const [, shown] = show(distribution, { also: ["c"] }, long, 300).picture.match(/>(a space with[^<]*\[56\.0 \| 59\.9\])</);
  assert.match(shown, /… \[/);
  assert.ok(shown.length * 6.6 < 300 - 68);
});

test("edf explorer says so where there is no population", () => {
  assert.throws(() => distribution.description.prepare({}, distribution.description.schema), /There is no population to show/);
});

test("fewer networks are drawn by the seed: the same seed gives the same networks", () => {
  const few = (seed) => show(distribution, { n: 10, seed }, data).summary;
  assert.equal(few(3), few(3));
  assert.notEqual(few(3), few(4));
});

test("twice the width is four times the flops and twice the activations", () => {
  assert.match(show(calculator).summary, /flops ×4, parameters ×4, activations ×2/);
  assert.match(show(calculator, { scaled: "resolution" }).summary, /flops ×4, parameters ×1, activations ×4/);
  assert.equal(fittingGroups(5, 64, 32), 4);
});

test("a depthwise convolution stays depthwise however wide it becomes, and groups that are fewer keep their number", () => {
  const one = (groups, factor) => scaledConvolution({ ...defaults(calculator.description.schema), groups }, factor);
  assert.deepEqual([0.5, 1, 2, 4].map((f) => one(64, f).groups), [32, 64, 128, 256]);
  assert.equal(one(64, 2).flops / one(64, 1).flops, 2);
  assert.equal(one(4, 2).groups, 4);
  assert.match(show(calculator, { groups: 64 }).summary, /flops ×2, parameters ×2, activations ×2/);
});

test("lines that lie on one another are named together", () => {
  assert.match(show(calculator).picture, />flops = parameters</);
  assert.match(show(calculator, { scaled: "resolution" }).picture, />flops = activations</);
});

test("the block explorer draws tensors to scale, and what is dragged follows", () => {
  const { drag, frame } = block.description, state = { ...defaults(block.description.schema), width: 64 };
  const ends = frame(state), tensors = [...show(block, state).picture.matchAll(/class="rni-fa rni-tensor" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="([\d.]+)"/g)];
  const [input, , inner] = tensors.map(([, w, h]) => [Number(w), Number(h)]);
  assert.ok(Math.abs(inner[0] / input[0] - 2) < 0.01 && Math.abs(input[1] / inner[1] - 2) < 0.01); // 32 x 112 and 64 x 56
  const left = 144, right = 640 - 190;
  assert.equal(drag("width", { x: left + (40 / ends.channels) * (right - left), y: 0 }, state, { width: 640, frame: ends }).width, 40);
});

test("the block explorer says what the compatibility rule changed", () => {
  assert.match(show(block).summary, /the inner width 24 is rounded to 32, a multiple of g = 16; the width 24 becomes 32/);
  assert.match(show(block, { width: 64 }).summary, /fit together as they are/);
  assert.match(show(block, { block: "V" }).summary, /no bottleneck and no groups/);
});

test("numbers are short", () => {
  assert.deepEqual([397678568, 5157512, 999999, 12, 0.5].map((x) => short(x)), ["398 M", "5.16 M", "1 M", "12", "0.5"]);
});

test("the fit game says who matches the search", () => {
  assert.match(show(game, { target: "X" }, targets).summary, /e_fit = \d\.\d+: a width is off by \d+ % .* comes to 0\.000/);
  const { state } = { state: game.description.actions[0].apply({ target: "X" }, targets) };
  assert.match(show(game, { target: "X", ...state }, targets).summary, /e_fit = 0\.000.*You match the search/);
});

test("the fit game keeps the least e_fit of every network, until its answer was looked at", () => {
  const { keep, schema } = game.description, state = { ...defaults(schema), target: "X" };
  const first = keep(state, targets, null), better = keep({ ...state, w0: 24, wa: 24.48, wm: 2.54 }, targets, first);
  assert.ok(better.X < first.X && better.X === 0);
  assert.deepEqual(keep(state, targets, better), better);
  assert.equal(keep({ ...state, answer: true }, targets, null), null);
  const { view } = game.description;
  assert.match(view(state, { width: 640, data: targets, kept: better }).table, /1 of 2 networks matched.*<th scope="row">X<\/th><td>0\.000<\/td><td>0\.000<\/td><td>matched/);
  assert.doesNotMatch(view(state, { width: 640, data: targets }).table, /score/);
});

test("names of the field cover no mark where there is room, and the families stand above the chart", () => {
  const { picture } = show(field, {}, networks, 800);
  const [, x, y] = picture.match(/x="([\d.]+)" y="([\d.]+)"[^>]*>EfficientNet-B5</).map(Number), wide = 7.3 * "EfficientNet-B5".length;
  const marks = [...picture.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4.5"/g)].map(([, a, b]) => [Number(a), Number(b)]);
  assert.ok(marks.length >= 2 && marks.every(([a, b]) => a < x - 4 || a > x + wide + 4 || b < y - 16 || b > y + 8));
  const families = [...picture.matchAll(/y="([\d.]+)"[^>]*>(?:RegNetX|RegNetY|ResNet|EfficientNet)</g)].map((m) => Number(m[1]));
  assert.ok(families.length === 4 && Math.max(...families) < 30);
});

test("the gallery's dots do not lie on one another", () => {
  const even = { a: { ...data.a, widths: data.a.widths.map((w) => [16, w[1], 64, 320]) } };
  const spots = [...show(gallery, { shown: "a", against: "smallest_width" }, even, 800).picture.matchAll(/cx="([\d.]+)" cy="([\d.]+)" r="3.5"/g)].map(([, a, b]) => [Number(a), Number(b)]);
  assert.equal(spots.length, 40);
  spots.forEach(([a, b], i) => spots.slice(0, i).forEach(([c, d]) => assert.ok(Math.hypot(a - c, b - d) > 4)));
});

test("a network of the gallery is handed over with all that makes it", () => {
  const network = gallery.description.gives({ shown: "a", rank: 1 }, data);
  assert.deepEqual(network, { depths: data.a.depths[0], widths: data.a.widths[0], ratios: data.a.bottleneck_ratios[0], groups: data.a.group_widths[0] });
});

test("the race has a winner, and the same seed runs the same race", () => {
  const { summary } = show(search, {}, data);
  assert.match(summary, /With 8 networks a side, A wins 0 % of the races and B 100 %/);
  assert.equal(show(search, { seed: 5 }, data).summary, show(search, { seed: 5 }, data).summary);
});

test("a search of every network finds the best one, a search of one an average one", () => {
  const best = (m) => race({ first: "a", second: "b", m, seed: 1 }, data).map((r) => r.best.reduce((x, y) => x + y, 0) / r.best.length);
  assert.deepEqual(best(30).map((e) => e.toFixed(6))[1], "0.530000");
  assert.ok(Math.abs(best(1)[0] - 0.599) < 0.003);
});

test("the race is drawn network by network, then raced many times, and ends in its own last picture", () => {
  const [action] = search.description.actions, start = { first: "a", second: "b", m: 8, seed: 3 };
  const steps = action.play(start, data), last = { ...start, ...action.apply(start, data) };
  assert.deepEqual(steps.slice(0, 8).map(([some]) => some.drawn), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.ok(steps.every(([some, wait]) => some.seed === last.seed && wait > 0) && steps.reduce((sum, [, wait]) => sum + wait, 0) < 9000);
  const raced = steps.map(([some]) => some.raced);
  assert.ok(raced.every((n, k) => k === 0 || n >= raced[k - 1]) && raced.at(-1) > 1000);
  for (const [some] of steps) assert.doesNotMatch(show(search, { ...start, ...some }, data).picture, /NaN/);
});

test("the race that is shown is one of those that are counted", () => {
  const [{ errors, best, m, seed }] = race({ first: "a", second: "b", m: 8, seed: 3 }, data);
  for (const k of [0, 1, 700]) assert.equal(Math.min(...drawOf(errors, m, k, seed)), best[k]);
});

test("the gallery finds the best networks where they are, and the network under the pointer", () => {
  assert.match(show(gallery, { against: "last_width", rank: 1 }, data).summary, /^Network 1 of 40 by error: 56\.0 %, .* last stage 320\. The best networks/);
  const { drag } = gallery.description, state = { shown: "a", against: "last_width", rank: 9 };
  assert.equal(drag("pick", { x: 5000, y: 5000 }, state, { width: 640, data }).rank, 1);
  assert.equal(drag("pick", { x: 0, y: 0 }, state, { width: 640, data }).rank, 40);
});

test("the gallery's arrow keys go from point to point: across by the property, up and down by the error", () => {
  const { step } = gallery.description, state = { shown: "a", against: "last_width", rank: 5 };
  assert.equal(step("pick", [0, 1], state, { data }).rank, 6);
  assert.equal(step("pick", [1, 0], state, { data }).rank, 4); // the width falls with the rank here
  assert.equal(step("pick", [1, 0], { ...state, rank: 1 }, { data }).rank, 1);
});

test("more than two populations can be shown, each once, and the first two are compared", () => {
  const more = { ...data, c: population("C", [0.5, 0.6, 0.7]) };
  const shown = show(distribution, { also: ["a", "c"] }, more);
  assert.equal(shown.picture.match(/<path class="rni-l/g).length, 3);
  assert.match(shown.table, /<th scope="row">C<\/th>/);
  assert.doesNotMatch(shown.summary, /of C/);
});

test("rules leave fewer networks and a smaller space, step by step, and table 1 at the ends", () => {
  const state = { population: "a", shared_ratio: true, shared_group: true, widths: "non-decreasing", depths: "non-decreasing" };
  const steps = funnel(state, data.a);
  assert.deepEqual(steps.map((s) => s.letter), ["A", "B", "C", "D", "E"]);
  assert.deepEqual(steps.map((s) => powers(s.exact)), ["1.85 × 10¹⁸", "6.84 × 10¹⁶", "3.17 × 10¹⁴", "1.38 × 10¹³", "8.17 × 10¹¹"]);
  assert.deepEqual(steps.map((s) => powers(s.paper)).slice(3), ["1.32 × 10¹³", "5.50 × 10¹¹"]);
  steps.slice(1).forEach((s, i) => assert.ok(s.kept.every((k) => steps[i].kept.includes(k))));
  assert.equal(steps[1].kept.length, 26); // of 40, every third has another b in its last stage
});

const anynets = () => {
  const some = { a: population("AnyNetXA", data.a.errors), d: population("AnyNetXD", data.b.errors), e: population("AnyNetXE", data.b.errors) };
  some.d.depths = some.d.depths.map((_, i) => [1, 2, 3, 3 - (i % 3)]);
  return some;
};

test("each rule is asked of a new sample of the space so far, where one is recorded, and else of who is left", () => {
  const turns = (some) => rounds({ population: "a", shared_ratio: true, shared_group: true, widths: "non-decreasing", depths: "non-decreasing", sampled: true, ...some }, anynets());
  assert.deepEqual(turns({}).found.map((r) => [r.letter, r.name, r.indices.length, r.kept.length]), [["B", "a", 40, 26], ["C", "a", 26, 13], ["D", "a", 13, 11], ["E", "d", 30, 10]]);
  assert.deepEqual([turns({}).last.name, turns({}).last.indices.length, turns({}).last.fresh], ["e", 30, true]);
  assert.deepEqual(turns({ sampled: false }).found.map((r) => [r.name, r.indices.length]), [["a", 40], ["a", 26], ["a", 13], ["a", 11]]);
  assert.deepEqual(turns({ population: "e" }).found, []); // AnyNetXE has all these rules already
});

test("the funnel tells each rule, what chance may give, and when nobody is left", () => {
  const told = (some, given = anynets()) => show(rules, { population: "a", ...some }, given).summary;
  assert.match(told({}), /^Rule B \(one b\) keeps 26 of 40 networks of AnyNetXA, and of its space one in 27\. Rule C .* one in 216\./);
  assert.match(told({}), /Rule E \(depths never fall\) keeps 10 of 30 networks of AnyNetXD, .* Sampled anew, 30 networks of AnyNetXE .* hardly give/);
  assert.doesNotMatch(told({ sampled: false }), /anew/);
  const none = anynets();
  none.a.widths = none.a.widths.map(() => [64, 32, 16, 8]);
  assert.match(told({ sampled: false }, none), /Rule D .* keeps 0 of 13 networks, .* Rule E .* has no network left to judge\. Nothing is left/);
  assert.match(told({ shared_ratio: false, shared_group: false, widths: "free", depths: "free" }), /^No rule is on .* all 40 networks stay/);
});

test("the sizes of the space are those of as many stages as the population has", () => {
  const five = { ...data.a, depths: data.a.depths.map((d) => [...d, 4]), widths: data.a.widths.map((w) => [...w, 400]) };
  const free = { shared_ratio: false, shared_group: false, widths: "free", depths: "free" };
  assert.equal(String(funnel(free, five)[0].exact), String((16n * 128n * 3n * 6n) ** 5n));
});

test("the field: the rival is the cheapest of the other side with no higher error", () => {
  const of2020 = networks.field.filter((m) => !m.when);
  const state = { x: "inference_ms", y: "error", network: "EfficientNet-B5" }, find = (title) => networks.field.find((m) => m.title === title);
  assert.equal(rival(state, find("EfficientNet-B5"), of2020).network.title, "RegNetX-large");
  assert.equal(rival({ ...state, x: "error", y: "inference_ms" }, find("EfficientNet-B5"), of2020).network.title, "RegNetX-large");
  assert.equal(rival(state, find("RegNetX-large"), of2020).network, undefined);
  assert.equal(rival({ ...state, x: "flops", y: "params" }, find("ResNet-50"), of2020), null);
  assert.match(show(field, {}, networks).summary, /EfficientNet-B5: error 21\.5 %, time on a GPU 504 ms\. The RegNet with no higher error and the lowest time on a GPU is RegNetX-large: 94 ms, 5\.4 times less/);
});

test("the field says what the paper does not know, what cannot be compared, and when nothing is left", () => {
  assert.match(show(field, {}, networks).summary, /Of 1 mobile network the paper has no time on a GPU/);
  assert.match(show(field, { x: "flops", network: "DARTS" }, networks).summary, /authors' own, with longer training/);
  assert.match(show(field, { y: "error_reported", network: "ResNet-50" }, networks).summary, /different training/);
  assert.match(show(field, { families: [] }, networks).summary, /No network is left/);
});

test("the field of today: the front, its RegNets, what was not measured, and two recipes of one network", () => {
  const today = (state) => show(field, { when: "today", x: "flops", network: "regnety_160", ...state }, networks);
  assert.match(today({}).summary, /regnety_160: error 18\.0 %, flops 16 GF\..*the 1 on it, none of them a RegNet \(of 2\)/);
  assert.match(today({ families: ["RegNetX", "RegNetY"] }).summary, /the 2 on it, 2 of them a RegNet \(of 2\)/);
  assert.match(today({ x: "inference_ms", y: "cpu_ms" }).summary, /takes 16 times as long for it as the GPU; for those shown from 16 to 17 times\. Of 1 network nobody has measured the time on a processor/);
  assert.match(today({ network: "ResNet-50" }).summary, /^regnety_160/); // one of 2020 is not among them
  assert.match(show(field, { when: "recipes", x: "flops", network: "RegNetX-8.0GF, now" }, networks).summary, /20\.7 % with the recipe of 2020, 19\.5 % .*, 1\.2 points by training alone\./);
  const { follow } = field.description;
  assert.deepEqual(follow("when", "today", { x: "training_hours", y: "error" }), { network: "regnety_160", x: "flops", y: "error" });
  const [a, b, c] = [[1, 3], [1, 3], [2, 3]].map(([flops, error]) => ({ flops, error }));
  assert.deepEqual(front([c, b, a], "flops", "error").length, 2); // twins both, and none that only costs more
});

test("the field's arrow keys go to the next point on an axis", () => {
  const { step } = field.description, state = { ...defaults(field.description.schema), network: "ResNet-50" };
  assert.equal(step("pick", [1, 0], state, { data: networks }).network, "RegNetX-large");
  assert.equal(step("pick", [0, 1], state, { data: networks }).network, "RegNetX-small");
});

test("the budget: more networks cost more and tell more, and idle GPUs are said", () => {
  const hours = (n) => gpuHours({ n, megaflops: 400, epochs: 10, gpu: "V100", utilisation: 1 }, machines.cost);
  assert.ok(Math.abs(hours(200) / hours(100) - 2) < 1e-12);
  assert.ok(tells(400).share < tells(100).share && Math.abs(tells(100).share - 0.098) < 1e-9 && tells(100).top > 0.99);
  assert.match(show(budget, {}, machines).summary, /500 networks of 400 MF for 10 epochs .* as 4\.9 trainings of ResNet-50/);
  assert.match(show(budget, { prices: [2, 0, 0] }, machines).summary, /At \$2 a GPU-hour that is \$[\d,]+\./);
  assert.match(show(budget, { prices: [0, 0, 0] }, machines).summary, /an hour of a V100 costs is not in the table: put it in/);
  assert.match(show(budget, { prices: [0, 0, 3], gpu: "H100" }, machines).table, /H100<\/th>.*<td>\$[\d,]+<\/td><td>\$[\d,]+<\/td><\/tr><\/tbody>/); // and spot
  assert.match(show(budget, { prices: [0, 0, 0] }, machines).picture, />[\d.]+ \w+ on 8 V100</);
  assert.match(show(budget, { n: 5 }, machines).summary, /only 5 of them have a network to train/);
});
