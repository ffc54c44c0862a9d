// What the field says in words: a sentence, a table, and where its figures come from.
import { percent, plural, table } from "./chart.js";
import { AXIS_NAMES, MEASURES, WHEN, axesOf, front, isRegNet, written } from "./field.js";

export const SOURCES = {
  2020: "Radosavovic et al. 2020: errors (means of five runs of 100 epochs without training enhancements) and times from figures 15 and 16 and tables 3 and 4; flops, parameters and activations from the authors' model zoo; mobile networks and errors as first reported from tables 2 to 4.",
  today: "Measured by the maintainers of timm, version of 2026-08-08: of each network the weights with the lowest error that saw ImageNet-1k alone and learned from no other network, at the image size that was tested. Times at the batch size that fitted, in mixed precision on the GPU and in single precision, compiled, on the processor.",
  recipes: "Old: Radosavovic et al. 2020, means of five runs of 100 epochs. Now: torchvision's second weights at 224 pixels, measured by the maintainers of timm, version of 2026-08-08. Counts of the authors' model zoo; times by timm.",
};

export function sentence(state, { chosen, other, all, shown }) {
  if (!shown.length) return "No network is left: choose another regime, more families or another axis.";
  const told = [state.y, state.x].map((k) => `${AXIS_NAMES[k]} ${written(k, chosen[k])}`).join(", ");
  const then = state.when === "recipes" ? [recipe(chosen, other.network)] : [compared(chosen, other), ratio(state, chosen, shown), state.when === "today" && standing(state, shown)];
  return [`${chosen.title}: ${told}.`, ...then, missing(state, all, shown), caveat(state, chosen, other)].filter(Boolean).join(" ");
}

function compared(chosen, other) {
  if (!other) return "";
  const side = isRegNet(chosen) ? "network that is no RegNet" : "RegNet";
  const { network: m, error, cost } = other, what = AXIS_NAMES[cost];
  if (!m) return `No ${side} that is shown has as low an error.`;
  const times = chosen[cost] / m[cost], [factor, way] = times >= 1 ? [times, "less"] : [1 / times, "more"];
  const much = factor < 1.05 ? `about as much` : `${factor.toPrecision(2)} times ${way}`;
  return `The ${side} with no higher error and the lowest ${what} is ${m.title}: ${written(cost, m[cost])}, ${much}, at ${percent(m[error])}.`;
}

/** One structure, two recipes. */
function recipe(chosen, other) {
  const [old, now] = chosen.now ? [other, chosen] : [chosen, other];
  return `One and the same network: ${percent(old.error)} with the recipe of 2020, ${percent(now.error)} with that of torchvision's second weights, ${(100 * (old.error - now.error)).toFixed(1)} points by training alone.`;
}

/** How many times as long a processor takes as a GPU. */
function ratio({ x, y }, chosen, shown) {
  if (![x, y].includes("cpu_ms") || ![x, y].includes("inference_ms") || !(chosen.cpu_ms > 0)) return "";
  const times = shown.map((m) => m.cpu_ms / m.inference_ms).sort((a, b) => a - b), said = (v) => Number(v.toPrecision(2));
  return `The processor takes ${said(chosen.cpu_ms / chosen.inference_ms)} times as long for it as the GPU; for those shown from ${said(times[0])} to ${said(times.at(-1))} times.`;
}

/** Where RegNets stand on the front of those that are shown. */
function standing(state, shown) {
  const found = axesOf(state);
  if (!found) return "";
  const best = front(shown, found.cost, found.error), own = best.filter(isRegNet).length, all = shown.filter(isRegNet).length;
  return `The line is the front: nothing that is shown costs no more and errs less than the ${best.length} on it, ${own ? own : "none"} of them a RegNet${all ? ` (of ${all})` : ""}.`;
}

function missing(state, all, shown) {
  const without = all.filter((m) => !shown.includes(m));
  if (!without.length) return "";
  const what = [state.x, state.y].filter((k) => without.some((m) => m[k] == null)).map((k) => AXIS_NAMES[k]).join(" and ");
  return state.when === "2020" ? `Of ${plural(without.length, "mobile network")} the paper has no ${what}.` : `Of ${plural(without.length, "network")} nobody has measured the ${what}.`;
}

/** Errors of different training are no comparison of networks, and that must be said where they meet. */
function caveat(state, chosen, other) {
  if (state.when === "recipes") return "";
  if (state.when === "today") return "Each has its authors' own recipe, and recipes differ by more than most networks: see the old and the new on the same ones.";
  const ours = state.x === "error" || state.y === "error", pair = [chosen, other?.network].filter(Boolean);
  if (ours && pair.some((m) => m.family === "mobile")) return "The error of a mobile network is its authors' own, with longer training and enhancements.";
  if (!ours && pair.some((m) => m.error !== m.error_reported || m.family === "mobile")) return "Errors as first reported come from different training: this compares recipes as much as networks.";
  return "";
}

export function beside(state, chosen, other) {
  const networks = [chosen, ...(other ? [other] : [])], keys = Object.keys(MEASURES).filter((k) => !WHEN[state.when].without.includes(k));
  const names = { ...AXIS_NAMES, training_hours: "training, 100 epochs, eight V100", inference_ms: state.when === "2020" ? "inference, 64 images, one V100" : "an image on an RTX 5090", cpu_ms: "an image on an i9-10940X" };
  const weights = networks.some((m) => m.weights) ? [["weights", ...networks.map((m) => m.weights)]] : [];
  return table("Side by side", [["published figure", ...networks.map((m) => m.title)], ...weights, ...keys.map((k) => [names[k], ...networks.map((m) => written(k, m[k]))])]);
}
