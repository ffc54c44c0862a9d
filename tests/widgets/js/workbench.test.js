// The workbench without a browser: what snaps, what gives way, and what the page says of it.
import assert from "node:assert/strict";
import test from "node:test";
import { SPACES, belongs, findLine, flopsOf } from "../../../regnet_edu/widgets/design_spaces.js";
import { nearest } from "../../../regnet_edu/widgets/neighbours.js";
import { counter } from "../../../regnet_edu/widgets/resampling.js";
import { drawOne, mutate, replaced, snap, within } from "../../../regnet_edu/widgets/snap.js";
import { guessOf, widget } from "../../../regnet_edu/widgets/space_workbench.js";
import { layout } from "../../../regnet_edu/widgets/workbench_picture.js";
import { checkState } from "../../../regnet_edu/widgets/state.js";

const { schema, view, drag, step, follow, actions } = widget.description;
const NAMES = Object.keys(SPACES), KEYS = { depth: "depths", width: "widths", ratio: "ratios", group: "groups" };
const start = Object.fromEntries(Object.entries(schema).map(([key, rule]) => [key, rule.default]));
const netOf = (s) => ({ depths: s.depths, widths: s.widths, ratios: s.bottleneck_ratios, groups: s.group_widths });
const fromNet = (net) => ({ depths: net.depths, widths: net.widths, bottleneck_ratios: net.ratios, group_widths: net.groups });

/** Populations of networks that the page itself draws, with made-up errors. */
const population = (space, n, low) => {
  const nets = Array.from({ length: n }, (_, i) => drawOne(space, 100 + i, true));
  return { space, source: `${space}, made up`, errors: nets.map((_, i) => low + 0.0013 * ((7 * i) % n)), params: nets.map(() => 1), activations: nets.map(() => 1),
    depths: nets.map((m) => m.depths), widths: nets.map((m) => m.widths), bottleneck_ratios: nets.map((m) => m.ratios), group_widths: nets.map((m) => m.groups) };
};
const data = { a: population("AnyNetXA", 40, 0.56), e: population("AnyNetXE", 30, 0.55), x: population("RegNetX", 30, 0.53) };
const show = (some = {}, given = data, width = 640) => view({ ...start, ...some }, { width, data: given });

function anything(below) {
  const four = (pick) => [0, 1, 2, 3].map(pick);
  return { depths: four(() => 1 + below(16)), widths: four(() => 8 * (1 + below(128))), ratios: four(() => [1, 2, 4][below(3)]), groups: four(() => 2 ** below(6)) };
}

test("every state, extreme ones too, gives a picture and a sentence without NaN", () => {
  const below = counter(7);
  for (let k = 0; k < 120; k++) {
    const net = k % 3 ? anything(below) : { depths: [1, 63, 1, 63], widths: [8, 2048, 8, 2048], ratios: [1, 4, 1, 4], groups: [1, 32, 32, 1] };
    const state = { ...start, ...fromNet(net), space: NAMES[below(6)], against: NAMES[below(6)], hold: below(2) === 1, judged: below(2) === 1 };
    const ease = k % 4 ? null : { from: { ...start, space: NAMES[below(6)] }, share: below(100) / 100 };
    const { picture, summary, table } = view(state, { width: 280 + below(900), data: k % 5 ? data : {}, ease });
    for (const text of [picture, summary, table]) assert.doesNotMatch(text, /NaN|undefined|Infinity/, JSON.stringify(state));
    assert.match(picture, /role="img" aria-label="[^"]{40,}"/);
  }
});

for (const space of NAMES) {
  test(`${space}: any network snaps into it, and one that is there stays as it is`, () => {
    const below = counter(11);
    for (let k = 0; k < 60; k++) {
      const hold = k % 2 === 1, found = snap(anything(below), space, { hold });
      assert.ok(belongs(found, space), JSON.stringify(found));
      if (hold) assert.ok(within(flopsOf(found)), `${flopsOf(found)}`);
      assert.deepEqual(snap(found, space, { hold }), found);
    }
  });

  test(`${space}: what is held keeps its value, and with the flops held the others give way`, () => {
    const below = counter(13);
    let kept = 0, moved = 0;
    for (let k = 0; k < 60; k++) {
      const net = drawOne(space, k, true), kind = Object.keys(KEYS)[below(4)], stage = below(4), key = KEYS[kind], hold = k % 2 === 1;
      const there = net[key][stage];
      const value = { depth: Math.max(1, there + (below(2) ? 2 : -2)), width: Math.max(8, 8 * Math.round((there * (below(2) ? 1.25 : 0.8)) / 8)), ratio: [1, 2, 4][below(3)], group: 2 ** below(6) }[kind];
      const found = snap(replaced(net, key, stage, value), space, { held: { kind, stage }, hold, from: net[key] });
      assert.ok(belongs(found, space));
      if (hold) assert.ok(within(flopsOf(found)), `${kind} ${stage} ${value}: ${flopsOf(found)} ${JSON.stringify(net)}`);
      kept += found[key][stage] === value;
      moved += hold && value !== there && Object.values(KEYS).some((other) => other !== key && found[other].join() !== net[other].join());
    }
    assert.ok(kept >= (SPACES[space].line ? 35 : 55), `${kept} of 60`); // a line has no room for some values
    assert.ok(moved >= 5, `${moved}`); // the band has room for some changes
  });

  test(`${space}: what is drawn belongs to it and lies in the band, the same for a seed, and a mutation is near`, () => {
    for (let seed = 1; seed <= 12; seed++) {
      const net = drawOne(space, seed, true);
      assert.ok(belongs(net, space) && within(flopsOf(net)));
      assert.deepEqual(drawOne(space, seed, true), net);
      const other = mutate(net, space, seed, true);
      assert.ok(belongs(other, space) && within(flopsOf(other)));
      assert.notDeepEqual(other, net);
    }
  });
}

test("without anything held one mutation of AnyNetXA changes one number", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const net = drawOne("AnyNetXA", seed, false), other = mutate(net, "AnyNetXA", seed, false);
    assert.equal(Object.values(KEYS).flatMap((key) => net[key].filter((v, i) => v !== other[key][i])).length, 1);
  }
});

test("a dial goes no further than its flops can be held", () => {
  const net = drawOne("AnyNetXA", 3, true), found = snap(replaced(net, "widths", 0, 1024), "AnyNetXA", { held: { kind: "width", stage: 0 }, hold: true, from: net.widths });
  assert.ok(within(flopsOf(found)) && found.widths[0] < 1024 && found.widths[0] > net.widths[0]);
});

test("the grip of a stage stays under the pointer, and going back undoes everything", () => {
  const state = { ...start, hold: false, ...fromNet({ depths: [3, 5, 8, 4], widths: [64, 128, 256, 312], ratios: [1, 2, 4, 1], groups: [8, 4, 16, 2] }) };
  for (const width of [332, 640, 980]) {
    const at = layout(width), context = { width, data, from: state };
    for (const i of [0, 1, 2, 3]) {
      for (const [dx, dy] of [[0, -30], [9, 0], [-8, 25], [7, -12]]) {
        const point = { x: at.across(i, state.depths[i]) + dx, y: at.up(state.widths[i]) + dy };
        const there = { ...state, ...drag(`stage${i + 1}`, point, state, context) };
        assert.ok(Math.abs(at.up(there.widths[i]) - point.y) < 6, `${width} ${i}: ${there.widths[i]}`);
        const [low, high] = [-1, 1].map((by) => at.across(i, Math.max(1, there.depths[i] + by)));
        assert.ok((there.depths[i] === 1 || point.x >= low - 1) && point.x <= high + 1, `${width} ${i}: ${there.depths[i]}`);
        const home = { x: at.across(i, state.depths[i]), y: at.up(state.widths[i]) };
        for (const hold of [false, true]) {
          const held = { ...state, hold, ...(hold ? fromNet(snap(netOf(state), "AnyNetXA", { hold })) : {}) };
          const back = { x: at.across(i, held.depths[i]), y: at.up(held.widths[i]) };
          assert.deepEqual(drag(`stage${i + 1}`, hold ? back : home, { ...held, ...fromNet(anything(counter(1))) }, { ...context, from: held }).widths, held.widths);
        }
      }
    }
  }
});

test("the knobs of b and g go to the stop that is nearest", () => {
  const at = layout(640), context = { width: 640, data, from: start };
  assert.equal(drag("ratio2", { x: 0, y: at.ratio(1) + 3 }, start, context).bottleneck_ratios[1], 1);
  assert.equal(drag("group4", { x: 0, y: at.group(4) - 2 }, start, context).group_widths[3], 4);
});

test("from A to RegNetX the dials snap one after another, and the space that one comes from is compared", () => {
  let state = start;
  for (const [i, space] of NAMES.entries()) {
    if (i) state = { ...state, ...follow("space", space, state), space };
    assert.ok(belongs(netOf(state), space));
    assert.equal(state.against, i ? NAMES[i - 1] : "RegNetX");
    assert.match(show(state).summary, new RegExp(`^${space} has ${[16, 13, 10, 10, 10, 6][i]} free numbers`));
  }
  assert.ok(findLine(netOf(state)));
  assert.deepEqual(step("pick", [1, 0], start, { data }).space, "AnyNetXB");
  assert.deepEqual(drag("pick", { x: 639, y: 9 }, start, { width: 640, data, from: start }).space, "RegNetX");
});

test("the arrow keys turn one number each", () => {
  const free = { ...start, hold: false };
  assert.equal(step("stage1", [0, 1], free).widths[0], 24);
  assert.equal(step("stage1", [1, 0], free).depths[0], 7);
  assert.equal(step("stage2", [0, -1], free).widths[1], 8);
  assert.equal(step("ratio3", [0, 1], free).bottleneck_ratios[2], 2);
  assert.equal(step("group3", [-1, 0], free).group_widths[2], 1);
});

test("a recorded network is known, others are guessed by their neighbours, and nothing is said of other flops", () => {
  const one = { depths: data.a.depths[5], widths: data.a.widths[5], bottleneck_ratios: data.a.bottleneck_ratios[5], group_widths: data.a.group_widths[5] };
  assert.deepEqual(guessOf(one, data).errors, [data.a.errors[5]]);
  assert.equal(nearest(one, data)[0].index, 5);
  assert.match(show({ ...one, judged: true }).summary, /This very network was recorded, with an error of/);
  assert.doesNotMatch(show(one).summary, /recorded/);
  const near = { ...one, group_widths: one.group_widths.map((g) => (g === 1 ? 2 : g / 2)) }, guess = guessOf(near, data);
  assert.ok(!guess.exact && guess.errors.length === 8 && guess.errors[0] <= guess.middle && guess.middle <= guess.errors[7]);
  assert.match(show({ ...one, widths: [8, 8, 8, 8], judged: true }).summary, /The records cannot judge it/);
});

test("it works without a population, and says so of a space that is not recorded", () => {
  assert.match(show({ space: "AnyNetXB" }).summary, /No population of AnyNetXB is recorded here/);
  assert.match(show({}, {}).summary, /^AnyNetXA has 16 free numbers/);
  assert.doesNotMatch(show({}, {}).picture, /rni-strand/);
});

test("a network outside of the space is said to be outside", () => {
  assert.match(show({ space: "AnyNetXD" }).summary, /it is no network of AnyNetXD/);
});

test("the buttons draw, mutate, make a RegNet and ask", () => {
  const press = (name, state) => ({ ...state, ...actions.find((a) => a.name === name).apply(state, data) });
  const drawn = press("Draw one", start);
  assert.notDeepEqual(netOf(drawn), netOf(start));
  assert.notDeepEqual(netOf(press("Draw one", drawn)), netOf(drawn));
  assert.ok(belongs(netOf(press("Mutate", start)), "AnyNetXA"));
  const regnet = press("Make it RegNet", start);
  assert.ok(regnet.space === "RegNetX" && findLine(netOf(regnet)) && within(flopsOf(netOf(regnet))));
  assert.equal(press("How bad is this one?", start).judged, true);
});

test("lists in a link are read, and each damaged entry keeps its start", () => {
  const read = (raw) => checkState(schema, raw, start);
  assert.deepEqual(read({ widths: "8,16,24,32" }).state.widths, [8, 16, 24, 32]);
  const { state, problems } = read({ widths: "8,9,junk,99999", depths: "1,2,3", bottleneck_ratios: "1,3,1,1" });
  assert.deepEqual(state.widths, [8, 8, 8, 2048]);
  assert.deepEqual(state.depths, start.depths);
  assert.deepEqual(state.bottleneck_ratios, [1, 4, 1, 1]);
  assert.match(problems.join(" "), /widths\[1\] = 9 is not in steps of 8.*widths\[2\] = junk is not a number.*3 entries and needs 4|3 entries and needs 4/);
});
