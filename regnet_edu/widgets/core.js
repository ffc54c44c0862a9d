// The mathematics of the interactives: the same numbers as the Python package, checked on shared test vectors.

/** Round to a whole number; a tie goes to the even number, as in Python and numpy. */
export function roundHalfEven(x) {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** Round as regnet.py does: what is within 1e-9 of a tie counts as a tie. */
export function roundTies(x) {
  return roundHalfEven(roundHalfEven(x * 1e9) / 1e9);
}

/** Equations 2 to 4: the line u_j, the level and the width of every block. */
export function quantizedLinear(depth, w0, wa, wm, q = 8) {
  const line = [], levels = [], widths = [];
  for (let j = 0; j < depth; j++) {
    const u = w0 + wa * j;
    const level = roundTies(Math.log(u / w0) / Math.log(wm));
    line.push(u);
    levels.push(level);
    widths.push(roundTies((w0 * Math.pow(wm, level)) / q) * q);
  }
  return { line, levels, widths };
}

/** One stage for each run of equal block widths. */
export function stagesOf(widths) {
  const stages = [];
  for (const width of widths) {
    const last = stages[stages.length - 1];
    if (last && last.width === width) last.depth += 1;
    else stages.push({ depth: 1, width });
  }
  return stages;
}

/** e_fit: mean over blocks of |ln(fitted width / given width)| (section 3.3). */
export function fitError(fitted, given) {
  let sum = 0;
  for (let j = 0; j < given.length; j++) sum += Math.abs(Math.log(fitted[j] / given[j]));
  return sum / given.length;
}

export function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** Appendix D: what is built for a nominal width, bottleneck ratio and group width. */
export function compatibleWidths(width, ratio, groupWidth, block = "X") {
  if (block === "V" || block === "VR") return { width, inner: width, group: width };
  let inner = Math.max(1, Math.trunc(width / ratio));
  const group = block === "R" ? inner : Math.min(groupWidth, inner);
  let step = group;
  if (ratio < 1) {
    const expansion = Math.trunc(1 / ratio);
    step = (group / gcd(group, expansion)) * expansion;
  }
  inner = Math.max(step, roundHalfEven(inner / step) * step);
  return { width: Math.max(1, Math.trunc(inner * ratio)), inner, group: block === "R" ? inner : group };
}

export const pixelsAfter = (pixels, stride) => Math.floor((pixels - 1) / stride) + 1;

/** A convolution without bias: multiply-adds, weights and output elements. */
export function convolution(kernel, widthIn, widthOut, pixelsOut, groups = 1) {
  const weights = (kernel * kernel * widthIn * widthOut) / groups;
  const area = pixelsOut * pixelsOut;
  return { flops: weights * area, params: weights, activations: widthOut * area };
}

/** Every convolution of one block in order; `norm` is the number of channels with batch norm after it. */
export function blockParts({ block = "X", widthIn, width, inner, group, stride, pixels, seRatio = 0 }) {
  const after = pixelsAfter(pixels, stride);
  const parts = [];
  const add = (name, kernel, from, to, size, groups = 1, norm = to) =>
    parts.push({ name, kernel, from, to, pixels: size, groups, norm, ...convolution(kernel, from, to, size, groups) });
  const simple = block === "V" || block === "VR";
  if (simple) {
    add("3x3", 3, widthIn, width, after);
  } else {
    add("1x1 reduce", 1, widthIn, inner, pixels);
    add("3x3 groups", 3, inner, inner, after, inner / group);
    if (seRatio) {
      const squeeze = Math.max(1, roundHalfEven(widthIn * seRatio));
      for (const [name, from, to] of [["squeeze", inner, squeeze], ["excite", squeeze, inner]]) {
        add(name, 1, from, to, 1, 1, 0);
        const part = parts[parts.length - 1];  // these two have biases: one parameter and one flop each
        part.flops += to;
        part.params += to;
      }
    }
    add("1x1 expand", 1, inner, width, after);
  }
  if (block !== "V" && (widthIn !== width || stride !== 1)) add("1x1 shortcut", 1, widthIn, width, after);
  return parts;
}

export function total(parts) {
  const sum = { flops: 0, params: 0, activations: 0 };
  for (const part of parts) {
    sum.flops += part.flops;
    sum.params += part.params + 2 * (part.norm ?? 0);
    sum.activations += part.activations;
  }
  return sum;
}

/** Count a network; also returns its effective stages, each with its own count. */
export function complexity(net, resolution = 224, inChannels = 3, numClasses = 1000) {
  const stemWidth = net.stemWidth ?? 32;
  let pixels = pixelsAfter(resolution, net.stemStride ?? 2);
  let widthIn = stemWidth;
  const stem = total([{ ...convolution(3, inChannels, stemWidth, pixels), norm: stemWidth }]);
  const sum = { ...stem };
  const stages = net.depths.map((depth, i) => {
    const built = compatibleWidths(net.widths[i], net.ratios[i], net.groups[i], net.block);
    const stride = net.strides?.[i] ?? 2;
    const shared = { block: net.block, ...built, seRatio: net.seRatio ?? 0 };
    const first = total(blockParts({ ...shared, widthIn, stride, pixels }));
    pixels = pixelsAfter(pixels, stride);
    const rest = total(blockParts({ ...shared, widthIn: built.width, stride: 1, pixels }));
    widthIn = built.width;
    const stage = { depth, stride, pixels, ...built };
    for (const key of ["flops", "params", "activations"]) {
      stage[key] = first[key] + (depth - 1) * rest[key];
      sum[key] += stage[key];
    }
    return stage;
  });
  const head = (widthIn + 1) * numClasses;
  sum.flops += head;
  sum.params += head;
  sum.activations += numClasses;
  return { ...sum, stages, stem, head };
}

/** How many sorted values are strictly below x. */
export function countBelow(sorted, x) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const ascending = (values) => Float64Array.from(values).sort();

/** Equation 1: the share of errors strictly below e; `sorted` is ascending. */
export const edf = (sorted, e) => countBelow(sorted, e) / sorted.length;
