// What is known of published networks: their measures and families, then and now, and which of them no other one beats.
import { percent, short } from "./chart.js";

export const PAPER = ["RegNetX", "RegNetY", "ResNet", "ResNeXt", "EfficientNet", "mobile"];
export const FAMILIES = [...PAPER, "EfficientNetV2", "ConvNeXt", "ViT"];
export const LETTERS = "abcdefghi"; // the colour of each
export const FAMILY_NAMES = { mobile: "mobile networks", ViT: "vision transformers" };

const hours = (h) => `${h} h`;
const ms = (t) => `${Number(t.toPrecision(3))} ms`;
/** name of the axis, how a value and a tick are written, whether it is an error; costs have logarithmic axes. */
export const MEASURES = {
  flops: { name: "flops", write: (v) => `${short(v, 2)}F` },
  params: { name: "parameters", write: (v) => short(v, 2) },
  activations: { name: "activations", write: (v) => short(v, 2) },
  inference_ms: { name: "inference of 64 images on one V100, ms", today: "an image on an RTX 5090, ms", write: ms, tick: String },
  cpu_ms: { name: "an image on a processor, i9-10940X, ms", write: ms, tick: String },
  training_hours: { name: "100 epochs on eight V100, hours", write: hours, tick: String },
  error: { name: "top-1 error, %", error: true },
  error_reported: { name: "top-1 error as first reported, %", error: true },
};
/** Which figures there are: those of the paper, those of today, and RegNets and ResNe(X)ts of two recipes. */
export const WHEN = {
  2020: { families: PAPER, without: ["cpu_ms"], network: "EfficientNet-B5", name: "2020: the paper" },
  today: { families: FAMILIES, without: ["training_hours", "error_reported"], network: "regnety_160", name: "today: 2020 to 2026" },
  recipes: { families: PAPER.slice(0, 4), without: ["training_hours", "error_reported"], network: "RegNetX-8.0GF, now", name: "old and new recipe" },
};
export const AXIS_NAMES = {
  flops: "flops", params: "parameters", activations: "activations", inference_ms: "time on a GPU", cpu_ms: "time on a processor",
  training_hours: "training time", error: "error", error_reported: "error, as first reported",
};

export const whenOf = (m) => m.when ?? "2020";
export const isRegNet = (m) => m.family.startsWith("RegNet");
export const written = (key, value) => (value == null ? "–" : MEASURES[key].error ? percent(value) : MEASURES[key].write(value));

/** Of the other side, RegNets or the rest, the network with the lowest cost among those with no higher error. */
export function rival(state, chosen, shown) {
  const [x, y] = [MEASURES[state.x], MEASURES[state.y]];
  if (Boolean(x.error) === Boolean(y.error) || chosen[state.x] == null || chosen[state.y] == null) return null;
  const [error, cost] = x.error ? [state.x, state.y] : [state.y, state.x];
  const able = shown.filter((m) => isRegNet(m) !== isRegNet(chosen) && m[error] <= chosen[error]);
  return { error, cost, network: able.sort((a, b) => a[cost] - b[cost] || a[error] - b[error])[0] };
}

/** Those that no other one beats: nowhere higher and somewhere lower; by rising cost, twins both. */
export function front(networks, cost, error) {
  const found = [];
  for (const m of [...networks].sort((a, b) => a[cost] - b[cost] || a[error] - b[error])) {
    const last = found.at(-1);
    if (!last || m[error] < last[error] || (m[error] === last[error] && m[cost] === last[cost])) found.push(m);
  }
  return found;
}

/** Which of the axes is the error, and which the cost; null where both are errors or both are costs. */
export function axesOf({ x, y }) {
  if (Boolean(MEASURES[x].error) === Boolean(MEASURES[y].error)) return null;
  return MEASURES[x].error ? { error: x, cost: y } : { error: y, cost: x };
}
