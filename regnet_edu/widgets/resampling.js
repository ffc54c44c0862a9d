// The random numbers of the interactives and what is drawn with them: resampling.py, number by number.

/** A number that depends on nothing but its input, whole, in [0, 2^32). */
export function scramble(z) {
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** The random numbers of the interactives: number i of a seed is scramble(scramble(seed) + (i + 1) * golden ratio). */
export function counter(seed) {
  let state = scramble(seed >>> 0);
  return (n) => {
    state = (state + 0x9e3779b9) >>> 0;
    return Math.floor((scramble(state) * n) / 4294967296);  // a product below 2^53: exact for n < 2^21
  };
}

/** The first k of a random order of 0, ..., n - 1. */
export function chooseFew(n, k, seed) {
  const order = Array.from({ length: n }, (_, i) => i);
  const below = counter(seed);
  for (let i = 0; i < k; i++) {
    const j = i + below(n - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, k);
}

/** The lowest value of each of `repeats` draws of k values without replacement. */
export function bestOfDraws(values, k, repeats, seed) {
  const order = Float64Array.from(values), n = order.length, below = counter(seed), best = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    let lowest = Infinity;
    for (let i = 0; i < k; i++) { // the order that the last draw left is as good a start as any
      const j = i + below(n - i), drawn = order[j];
      order[j] = order[i];
      order[i] = drawn;
      if (drawn < lowest) lowest = drawn;
    }
    best[r] = lowest;
  }
  return best;
}

/** The k values that draw number `race` of the same draws took, in their order. */
export function drawOf(values, k, race, seed) {
  const order = Float64Array.from(values), n = order.length, below = counter(seed);
  for (let r = 0; r <= race; r++) {
    for (let i = 0; i < k; i++) {
      const j = i + below(n - i);
      [order[i], order[j]] = [order[j], order[i]];
    }
  }
  return order.slice(0, k);
}

/** The smallest value whose share of values at or below it reaches p (numpy's "inverted_cdf"). */
export function quantile(sorted, p) {
  const place = p * sorted.length;
  const rank = Math.max(0, Math.ceil(place - 1e-9) - 1);
  return sorted[Math.min(rank, sorted.length - 1)];
}

/** Means of `repeats` bootstrap samples of the values, in the order of their drawing. */
export function bootstrapMeans(values, repeats, seed) {
  const below = counter(seed), n = values.length, means = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[below(n)];
    means[r] = sum / n;
  }
  return means;
}

/** Footnote 4: of each draw of n/4 pairs the value that goes with the lowest error; [low, median, high]. */
export function bootstrapBest(values, errors, repeats, seed, level = 0.95, fraction = 0.25) {
  const below = counter(seed), n = errors.length, draw = Math.max(1, Math.trunc(fraction * n));
  const kept = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    let best = below(n);
    for (let i = 1; i < draw; i++) {
      const next = below(n);
      if (errors[next] < errors[best]) best = next;
    }
    kept[r] = values[best];
  }
  kept.sort();
  const tail = (1 - level) / 2;
  return [quantile(kept, tail), quantile(kept, 0.5), quantile(kept, 1 - tail)];
}

/** Pointwise band of the EDF over bootstrap samples: at each of the sorted errors, and above all, [low, high]. */
export function bootstrapBand(sorted, repeats, seed, level = 0.95) {
  const below = counter(seed), n = sorted.length;
  const counts = Array.from({ length: n }, () => new Uint32Array(n + 1));
  for (let r = 0; r < repeats; r++) {
    const drawn = new Uint32Array(n);
    for (let i = 0; i < n; i++) drawn[below(n)] += 1;
    let soFar = 0;
    for (let k = 0; k < n; k++) {
      soFar += drawn[k];
      counts[k][soFar] += 1;  // how often so many of the n drawn are among the k + 1 best
    }
  }
  const tail = (1 - level) / 2;
  return counts.map((histogram) => [fromHistogram(histogram, repeats, tail) / n, fromHistogram(histogram, repeats, 1 - tail) / n]);
}

function fromHistogram(histogram, total, p) {
  const wanted = Math.max(1, Math.ceil(p * total - 1e-9));
  let seen = 0;
  for (let k = 0; k < histogram.length; k++) {
    seen += histogram[k];
    if (seen >= wanted) return k;
  }
  return histogram.length - 1;
}
