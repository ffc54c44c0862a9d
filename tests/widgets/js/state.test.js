// The state of an interactive: what is kept, what is refused and what a damaged link says.
import assert from "node:assert/strict";
import test from "node:test";
import { PlainModel, checkState, checkValue, readHash, tidy, writeHash } from "../../../regnet_edu/widgets/state.js";

const schema = {
  d: { type: "int", min: 1, max: 64, default: 22 },
  w0: { type: "int", min: 8, max: 512, step: 8, default: 24 },
  wa: { type: "float", min: 0, max: 256, default: 24.5 },
  b: { type: "choice", choices: [1, 2, 4], default: 1 },
  se: { type: "bool", default: false },
};

test("valid text from a link becomes numbers, choices and truth", () => {
  const { state, problems } = checkState(schema, { d: "3", w0: "48", wa: "1.25", b: "4", se: "true" });
  assert.deepEqual(state, { d: 3, w0: 48, wa: 1.25, b: 4, se: true });
  assert.deepEqual(problems, []);
});

test("junk keeps the starting value and says one sentence each", () => {
  const { state, problems } = checkState(schema, { d: "abc", wa: "", b: "3", se: "maybe", zz: "1" });
  assert.deepEqual(state, { d: 22, w0: 24, wa: 24.5, b: 1, se: false });
  assert.equal(problems.length, 5);
  assert.match(problems[0], /d = abc is not a number; it stays 22\./);
});

test("infinity, NaN and prototype names are refused", () => {
  for (const raw of ["Infinity", "NaN", "1e999", "[object Object]", null]) {
    assert.equal(checkValue("d", schema.d, raw, 22)[0] >= 1, true, String(raw));
  }
  assert.equal(checkState(schema, { __proto__: null, constructor: "1" }).problems.length, 1);
});

test("a number outside the limits goes to the nearest allowed one", () => {
  assert.deepEqual(checkValue("d", schema.d, 900, 22), [64, "d = 900 is outside 1 to 64; the nearest, 64, is used."]);
  assert.equal(checkValue("w0", schema.w0, 25, 24)[0], 24);
  assert.match(checkValue("w0", schema.w0, 25, 24)[1], /not in steps of 8/);
});

test("a mistake is told in the reader's unit", () => {
  const rule = { type: "float", min: 0.51, max: 0.71, default: 0.6 };
  assert.deepEqual(checkValue("e, error in %", rule, 0.45, 0.6, 100), [0.51, "e, error in % = 45 is outside 51 to 71; the nearest, 51, is used."]);
  assert.match(checkValue("e, error in %", rule, "x", 0.6, 100)[1], /it stays 60\./);
  assert.equal(tidy(3.7 / 100), 0.037);
});

test("the entries of several interactives share one address", () => {
  let hash = writeHash("#a-section", "one", { d: 3, note: "x & y" });
  hash = writeHash(hash, "two", { d: 5 });
  assert.equal(hash, "#one.d=3&one.note=x%20%26%20y&two.d=5");
  assert.deepEqual(readHash(hash, "one").entries, { d: "3", note: "x & y" });
  assert.deepEqual(readHash(hash, "two").entries, { d: "5" });
  assert.equal(writeHash(writeHash(hash, "one", null), "two", null), "");
});

test("one name that begins like another is not taken for it", () => {
  assert.deepEqual(readHash("#edf-2.n=3", "edf").entries, {});
});

test("what cannot be decoded is reported and not thrown", () => {
  const { entries, problems } = readHash("#one.d=%E0%A4%A&one.w0=8", "one");
  assert.deepEqual(entries, { w0: "8" });
  assert.equal(problems.length, 1);
});

test("the model without a kernel tells who listens, once a change", () => {
  const model = new PlainModel({ d: 1 });
  let calls = 0;
  const count = () => calls++;
  model.on("change:d", count);
  model.set("d", 2);
  model.set("d", 2);
  model.off("change:d", count);
  model.set("d", 3);
  assert.equal(calls, 1);
  assert.equal(model.get("d"), 3);
});
