// Training an AnyNet in the page: blocks X, R, V and VR, the package's SGD and schedule, on typed arrays.
//
// A worker is made from the source of these functions, so each uses its arguments and the other two, and nothing else.
// An activation is kept as channels x (images x rows x columns): a channel is then one run of memory, a convolution
// one product of matrices for each of its groups, and batch norm goes along a row.

/** Products of matrices in one Float32Array; `c` is set, or added to where `add`. Blocks of 4 x 4 stay in registers. */
export function plainKernels(f) {
  /** C (rows x n) from A (rows x inner, element i, k at a + i * down + k * right) and B (inner x n). */
  function product(a, down, right, b, c, rows, n, inner, add) {
    const rest = n & ~3;
    for (let i = 0; i < rows; i += 4) {
      const many = Math.min(4, rows - i), a0 = a + i * down, a1 = many > 1 ? a0 + down : a0, a2 = many > 2 ? a1 + down : a0, a3 = many > 3 ? a2 + down : a0;
      for (let j = 0; j < n; j += j < rest ? 4 : 1) {
        let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
        for (let k = 0, at = b + j, p = 0; k < inner; k++, at += n, p += right) {
          const x0 = f[at], x1 = f[at + 1], x2 = f[at + 2], x3 = f[at + 3], w0 = f[a0 + p], w1 = f[a1 + p], w2 = f[a2 + p], w3 = f[a3 + p];
          s00 += w0 * x0; s01 += w0 * x1; s02 += w0 * x2; s03 += w0 * x3;
          s10 += w1 * x0; s11 += w1 * x1; s12 += w1 * x2; s13 += w1 * x3;
          s20 += w2 * x0; s21 += w2 * x1; s22 += w2 * x2; s23 += w2 * x3;
          s30 += w3 * x0; s31 += w3 * x1; s32 += w3 * x2; s33 += w3 * x3;
        }
        const wide = j < rest ? 4 : 1;
        put(c + i * n + j, wide, s00, s01, s02, s03, add);
        if (many > 1) put(c + (i + 1) * n + j, wide, s10, s11, s12, s13, add);
        if (many > 2) put(c + (i + 2) * n + j, wide, s20, s21, s22, s23, add);
        if (many > 3) put(c + (i + 3) * n + j, wide, s30, s31, s32, s33, add);
      }
    }
  }
  function put(at, wide, s0, s1, s2, s3, add) {
    f[at] = add ? f[at] + s0 : s0;
    if (wide === 1) return;
    f[at + 1] = add ? f[at + 1] + s1 : s1;
    f[at + 2] = add ? f[at + 2] + s2 : s2;
    f[at + 3] = add ? f[at + 3] + s3 : s3;
  }
  /** C (rows x columns) from A (rows x n) and the transpose of B (columns x n); added to C. */
  function dots(a, b, c, rows, columns, n) {
    for (let i = 0; i < rows; i += 2) {
      const a0 = a + i * n, a1 = i + 1 < rows ? a0 + n : a0;
      for (let j = 0; j < columns; j += 4) {
        const many = Math.min(4, columns - j), b0 = b + j * n, b1 = many > 1 ? b0 + n : b0, b2 = many > 2 ? b1 + n : b0, b3 = many > 3 ? b2 + n : b0;
        let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
        for (let k = 0; k < n; k++) {
          const x0 = f[a0 + k], x1 = f[a1 + k], y0 = f[b0 + k], y1 = f[b1 + k], y2 = f[b2 + k], y3 = f[b3 + k];
          s00 += x0 * y0; s01 += x0 * y1; s02 += x0 * y2; s03 += x0 * y3;
          s10 += x1 * y0; s11 += x1 * y1; s12 += x1 * y2; s13 += x1 * y3;
        }
        const sums = [s00, s01, s02, s03, s10, s11, s12, s13];
        for (let q = 0; q < many; q++) {
          f[c + i * columns + j + q] += sums[q];
          if (i + 1 < rows) f[c + (i + 1) * columns + j + q] += sums[4 + q];
        }
      }
    }
  }
  return { product, dots };
}

/**
 * A network that can be trained. `net` is { block, stages: [{ depth, width, inner, group, stride }], stemWidth, stemStride }
 * after the compatibility rule; `heap(floats)` gives the memory, and `kernels(memory)` the products.
 */
export function anynet(net, { resolution, batch, classes = 10, channels = 3, heap = (n) => new Float32Array(n), kernels = plainKernels }) {
  const EPS = 1e-5, MOMENTUM = 0.1, FIRST = 32768; // the first floats are left to the kernels
  const params = [], ops = [];
  let used = FIRST, count = 0, scratch = 0;
  const take = (n) => (used += n) - n;

  const tensor = (wide, pixels) => ({ wide, pixels, n: batch * pixels * pixels, size: wide * batch * pixels * pixels });
  function param(size, kind, deviation = 0) {
    params.push({ at: count, size, kind, deviation });
    return (count += size) - size;
  }
  function convNorm(x, width, size, stride, groups, relu, last = false) {
    const y = tensor(width, Math.floor((x.pixels - 1) / stride) + 1), inner = (x.wide / groups) * size * size;
    const direct = size === 1 && stride === 1;
    if (!direct) scratch = Math.max(scratch, inner * y.n);
    const w = param(width * inner, "weight", Math.sqrt(2 / (size * size * width))), gain = param(width, last ? "last gain" : "gain"), bias = param(width, "bias");
    ops.push({ kind: "conv", x, y, width, size, stride, groups, inner, direct, relu, w, gain, bias, raw: tensor(width, y.pixels), stats: ops.length });
    return y;
  }
  function join(a, b) {
    const y = tensor(a.wide, a.pixels);
    ops.push({ kind: "join", a, b, y });
    return y;
  }
  function shortcut(x, width, stride) {
    return x.wide === width && stride === 1 ? x : convNorm(x, width, 1, stride, 1, false);
  }
  function block(x, { width, inner, group, stride }) {
    if (net.block === "V") return convNorm(x, width, 3, stride, 1, true);
    let y = x;
    if (net.block !== "VR") y = convNorm(convNorm(x, inner, 1, 1, 1, true), inner, 3, stride, inner / group, true);
    y = net.block === "VR" ? convNorm(x, width, 3, stride, 1, false, true) : convNorm(y, width, 1, 1, 1, false, true);
    return join(y, shortcut(x, width, stride));
  }

  const image = tensor(channels, resolution);
  let x = convNorm(image, net.stemWidth, 3, net.stemStride, 1, true);
  for (const stage of net.stages) for (let k = 0; k < stage.depth; k++) x = block(x, k ? { ...stage, stride: 1 } : stage);
  const top = x, fc = param(classes * top.wide, "weight", 0.01), fcBias = param(classes, "bias");

  const P = take(count), G = take(count), V = take(count);
  const running = ops.map((op) => (op.kind === "conv" ? [take(op.width), take(op.width), take(op.width)] : null)); // mean, variance, 1 / deviation
  const tensors = [image, ...ops.flatMap((op) => (op.kind === "conv" ? [op.y, op.raw] : [op.y]))];
  for (const t of tensors) t.at = take(t.size);
  const gradients = used;
  for (const t of tensors) t.grad = t === image ? 0 : take(t.size);
  const end = used, col = take(scratch), dcol = take(scratch), pooled = take(top.wide * batch), dpooled = take(top.wide * batch), scores = take(classes * batch);
  take(64);
  const f = heap(used), { product, dots } = kernels(f);
  for (const { at, size, kind } of params) if (kind === "gain") f.fill(1, P + at, P + at + size);
  for (const r of running) if (r) f.fill(1, r[1], r[2]);

  /** Put what each weight of one group sees into rows, or with `back` add the rows' gradients to what they came from. */
  function columns({ x, y, size, stride, groups }, g, back) {
    const wide = x.wide / groups, side = x.pixels, out = y.pixels, pad = size >> 1, from = (back ? x.grad : x.at) + g * wide * x.n;
    let row = back ? dcol : col;
    for (let c = 0; c < wide; c++) for (let ky = -pad; ky <= pad; ky++) for (let kx = -pad; kx <= pad; kx++) {
      for (let i = 0; i < batch; i++) for (let v = 0; v < out; v++) {
        const yy = v * stride + ky, line = from + c * x.n + (i * side + yy) * side, inside = yy >= 0 && yy < side;
        for (let u = 0; u < out; u++, row++) {
          const xx = u * stride + kx, seen = inside && xx >= 0 && xx < side;
          if (!back) f[row] = seen ? f[line + xx] : 0;
          else if (seen) f[line + xx] += f[row];
        }
      }
    }
  }

  function convolve(op) {
    const { x, raw, width, groups, inner, w, direct } = op, each = width / groups, n = raw.n;
    for (let g = 0; g < groups; g++) {
      if (!direct) columns(op, g, false);
      product(P + w + g * each * inner, inner, 1, direct ? x.at : col, raw.at + g * each * n, each, n, inner, 0);
    }
  }

  /** Batch norm from `raw` to `y`; in training `raw` becomes the normalised values, which the way back needs. */
  function norm({ raw, y, width, gain, bias, relu, stats }, training) {
    const n = raw.n, [means, variances, scales] = running[stats];
    for (let c = 0; c < width; c++) {
      const from = raw.at + c * n, to = y.at + c * n;
      let mean = f[means + c], variance = f[variances + c];
      if (training) {
        let sum = 0, squares = 0;
        for (let k = from; k < from + n; k++) sum += f[k];
        mean = sum / n;
        for (let k = from; k < from + n; k++) squares += (f[k] - mean) * (f[k] - mean);
        variance = squares / n;
        f[means + c] += MOMENTUM * (mean - f[means + c]);
        f[variances + c] += MOMENTUM * ((variance * n) / (n - 1) - f[variances + c]);
      }
      const scale = 1 / Math.sqrt(variance + EPS), a = f[P + gain + c], b = f[P + bias + c];
      f[scales + c] = scale;
      for (let k = 0; k < n; k++) {
        const normal = (f[from + k] - mean) * scale, value = a * normal + b;
        f[from + k] = normal;
        f[to + k] = relu && value < 0 ? 0 : value;
      }
    }
  }

  function forward(training) {
    for (const op of ops) {
      if (op.kind === "conv") {
        convolve(op);
        norm(op, training);
      } else for (let k = 0; k < op.y.size; k++) {
        const sum = f[op.a.at + k] + f[op.b.at + k];
        f[op.y.at + k] = sum < 0 ? 0 : sum;
      }
    }
    const area = top.pixels * top.pixels;
    for (let k = 0; k < top.wide * batch; k++) {
      let sum = 0;
      for (let q = 0; q < area; q++) sum += f[top.at + k * area + q];
      f[pooled + k] = sum / area;
    }
    for (let c = 0; c < classes; c++) f.fill(f[P + fcBias + c], scores + c * batch, scores + (c + 1) * batch);
    product(P + fc, top.wide, 1, pooled, scores, classes, batch, top.wide, 1);
  }

  /** Cross-entropy of the scores, averaged; they become its gradient. */
  function loss(labels) {
    let total = 0;
    for (let i = 0; i < batch; i++) {
      let most = -Infinity, sum = 0;
      for (let c = 0; c < classes; c++) most = Math.max(most, f[scores + c * batch + i]);
      for (let c = 0; c < classes; c++) sum += Math.exp(f[scores + c * batch + i] - most);
      total += most + Math.log(sum) - f[scores + labels[i] * batch + i];
      for (let c = 0; c < classes; c++) {
        const at = scores + c * batch + i;
        f[at] = (Math.exp(f[at] - most) / sum - (c === labels[i] ? 1 : 0)) / batch;
      }
    }
    return total / batch;
  }

  function backward() {
    f.fill(0, G, G + count);
    f.fill(0, gradients, end);
    dots(scores, pooled, G + fc, classes, top.wide, batch);
    for (let c = 0; c < classes; c++) for (let i = 0; i < batch; i++) f[G + fcBias + c] += f[scores + c * batch + i];
    product(P + fc, 1, top.wide, scores, dpooled, top.wide, batch, classes, 0);
    const area = top.pixels * top.pixels;
    for (let k = 0; k < top.size; k++) f[top.grad + k] = f[dpooled + Math.floor(k / area)] / area;
    for (let i = ops.length - 1; i >= 0; i--) ops[i].kind === "conv" ? back(ops[i]) : part(ops[i]);
  }
  function part({ a, b, y }) {
    for (let k = 0; k < y.size; k++) {
      if (f[y.at + k] <= 0) continue;
      f[a.grad + k] += f[y.grad + k];
      f[b.grad + k] += f[y.grad + k];
    }
  }
  function back(op) {
    const { x, y, raw, width, groups, inner, w, gain, bias, direct, relu, stats } = op, n = raw.n, each = width / groups, scales = running[stats][2];
    for (let c = 0; c < width; c++) {
      const dy = y.grad + c * n, out = y.at + c * n, normal = raw.at + c * n;
      let sum = 0, along = 0;
      for (let k = 0; k < n; k++) {
        if (relu && f[out + k] <= 0) f[dy + k] = 0;
        sum += f[dy + k];
        along += f[dy + k] * f[normal + k];
      }
      f[G + bias + c] = sum;
      f[G + gain + c] = along;
      const by = f[P + gain + c] * f[scales + c], mean = sum / n, slope = along / n;
      for (let k = 0; k < n; k++) f[dy + k] = by * (f[dy + k] - mean - f[normal + k] * slope);
    }
    for (let g = 0; g < groups; g++) {
      const dy = y.grad + g * each * n, weights = w + g * each * inner;
      if (!direct) columns(op, g, false);
      dots(dy, direct ? x.at : col, G + weights, each, inner, n);
      if (x === image) continue;
      product(P + weights, 1, inner, dy, direct ? x.grad : dcol, inner, n, each, direct ? 1 : 0);
      if (!direct) columns(op, g, true);
    }
  }

  /** Normal weights of the package's deviations, from uniform numbers in [0, 1); the last gain of a residual block is 0. */
  function initialise(uniform) {
    for (const { at, size, kind, deviation } of params) {
      for (let k = 0; k < size; k++) {
        const normal = kind === "weight" ? Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) : 0;
        f[P + at + k] = kind === "weight" ? deviation * normal : kind === "gain" ? 1 : 0;
      }
    }
  }

  /** One step of SGD with Nesterov's momentum; batch norm and biases do not decay. */
  function update(rate, { momentum, decay }) {
    for (const { at, size, kind } of params) {
      const by = kind === "weight" ? decay : 0;
      for (let k = at; k < at + size; k++) {
        const g = f[G + k] + by * f[P + k];
        f[V + k] = momentum * f[V + k] + g;
        f[P + k] -= rate * (g + momentum * f[V + k]);
      }
    }
  }

  return {
    params, parameters: f.subarray(P, P + count), gradient: f.subarray(G, G + count), input: f.subarray(image.at, image.at + image.size), initialise,
    /** One step on what lies in `input`; returns the loss before it. */
    step(labels, rate, recipe) {
      forward(true);
      const found = loss(labels);
      backward();
      update(rate, recipe);
      return found;
    },
    /** How many of the first `many` images of `input` are classified wrongly. */
    wrong(labels, many) {
      forward(false);
      let wrong = 0;
      for (let i = 0; i < many; i++) {
        let best = 0;
        for (let c = 1; c < classes; c++) if (f[scores + c * batch + i] > f[scores + best * batch + i]) best = c;
        wrong += best === labels[i] ? 0 : 1;
      }
      return wrong;
    },
  };
}

/** The regimes' learning rate: a linear rise, then half a cosine to 0. */
export function rateAt(step, steps, { lr, warmup }) {
  const wanted = warmup * steps, rise = wanted % 1 === 0.5 ? 2 * Math.round(wanted / 2) : Math.round(wanted); // a tie to the even number, as in Python
  return step < rise ? (lr * (step + 1)) / rise : lr * 0.5 * (1 + Math.cos((Math.PI * (step - rise)) / Math.max(1, steps - rise)));
}
