// What moves by itself: axes that are held and ease, readouts of curves, networks that are handed over.
import assert from "node:assert/strict";
import test from "node:test";
import { roundUp, inWords } from "../../../regnet_edu/widgets/chart.js";
import { Axes } from "../../../regnet_edu/widgets/motion.js";
import { heightAt, read } from "../../../regnet_edu/widgets/readout.js";

test("axes are held while something is dragged, and ease to their new ends afterwards", () => {
  const axes = new Axes();
  assert.deepEqual(axes.next({ high: 100 }, 0), [{ high: 100 }, false]);
  axes.held = true;
  assert.deepEqual(axes.next({ high: 400 }, 10), [{ high: 100 }, false]);
  axes.release();
  const [between, moving] = (axes.next({ high: 400 }, 20), axes.next({ high: 400 }, 100));
  assert.ok(moving && between.high > 100 && between.high < 400);
  assert.deepEqual(axes.next({ high: 400 }, 300), [{ high: 400 }, false]);
});

test("axes of another kind are there at once", () => {
  const axes = new Axes();
  axes.next({ kind: "linear", low: 0 }, 0);
  assert.deepEqual(axes.next({ kind: "logarithmic", low: 8 }, 1), [{ kind: "logarithmic", low: 8 }, false]);
});

test("a readout follows a line between its points and a staircase to its last step", () => {
  assert.equal(heightAt([[0, 0], [10, 20]], 5), 10);
  assert.equal(heightAt([[0, 5], [4, 5], [4, 9], [8, 9]], 4), 9);
  assert.equal(heightAt([[0, 0], [10, 20]], 11), null);
  const scale = Object.assign((v) => v * 10, { invert: (p) => p / 10 });
  const chart = { snap: true, x: { scale, say: (v) => `block ${v}` }, y: { scale, say: String }, curves: [{ name: "w", points: [[0, 0], [40, 80]] }] };
  assert.deepEqual(read(chart, 18), { pixel: 20, head: "block 2", rows: [["w", "4", 40]] });
});

test("the end of an axis is a round number, and large numbers are words", () => {
  assert.deepEqual([538, 0.011, 1000, 61].map(roundUp), [600, 0.015, 1000, 80]);
  assert.deepEqual([1.22e10, 2260000, 999999.9, 27].map((x) => inWords(x)), ["12.2 billion", "2.26 million", "1,000,000", "27"]);
});
