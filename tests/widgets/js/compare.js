// Runs in node and in a browser: every function of the mathematics on every vector, exactly.

/** The last bits of a logarithm, a square root or a quotient differ: what is as near as that counts as the same. */
const close = (got, expected) => (Math.abs(got - expected) <= 1e-12 * Math.max(1, Math.abs(expected)) ? expected : got);

const CALLS = {
  quantized: (core, [d, w0, wa, wm]) => core.quantizedLinear(d, w0, wa, wm).widths,
  fit: (core, [fitted, given], expected) => close(core.fitError(fitted, given), expected),
  compatible: (core, [w, b, g, block]) => {
    const { width, inner, group } = core.compatibleWidths(w, b, g, block);
    return [width, inner, group];
  },
  complexity: (core, [net, resolution, channels, classes]) => {
    const { flops, params, activations } = core.complexity(net, resolution, channels, classes);
    return [flops, params, activations];
  },
  edf: (core, [errors, e]) => core.edf(core.ascending(errors), e),
  draws: (core, [seed, n]) => {
    const below = core.counter(seed);
    return Array.from({ length: 8 }, () => below(n));
  },
  chosen: (core, [n, k, seed]) => core.chooseFew(n, k, seed),
  means: (core, [values, repeats, seed]) => Array.from(core.bootstrapMeans(values, repeats, seed)),
  race: (core, [values, k, repeats, seed]) => Array.from(core.bestOfDraws(values, k, repeats, seed)),
  best: (core, [values, errors, repeats, seed]) => core.bootstrapBest(values, errors, repeats, seed),
  band: (core, [n, repeats, seed]) => core.bootstrapBand(Array.from({ length: n }, (_, i) => i), repeats, seed),
  budget: (core, [state, cost], expected) => close(core.gpuHours(state, cost), expected),
  front: (core, [rows, cost]) => core.front(rows, cost, "error").map((m) => m.title).sort(),
  proposal: (core, [space, numbers]) => core.propose(space, numbers),
  belongs: (core, [net]) => Object.keys(core.SPACES).map((space) => core.belongs(net, space)),
  flops: (core, [net, resolution, classes]) => core.flopsOf(net, resolution, classes),
  nearest: (core, [columns, populations]) => core.nearest(columns, populations).map((n) => [n.name, n.index, n.error]),
  order: (core, [values, order]) => core.inOrder(values, order),
  size: (core, [orders, ranges], expected) => {
    const { exact, paper } = core.spaceSize(orders, ranges);
    return [exact.toString(), close(paper, expected[1])];
  },
};

export function differences(core, vectors) {
  const result = {};
  for (const [name, cases] of Object.entries(vectors)) {
    const wrong = [];
    for (const [input, expected] of cases) {
      const got = CALLS[name](core, input, expected);
      if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push({ input, expected, got });
    }
    result[name] = { cases: cases.length, wrong: wrong.slice(0, 3) };
  }
  return result;
}
