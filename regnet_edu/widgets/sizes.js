// How many networks a design space has: exactly, and as table 1 of the paper counts.

const power = (base, exponent) => BigInt(base) ** BigInt(exponent);

/** n choose k of BigInts. */
export function choose(n, k) {
  let value = 1n;
  for (let i = 1n; i <= BigInt(k); i++) value = (value * (BigInt(n) - BigInt(k) + i)) / i;
  return value;
}

/** The orders of one parameter over the stages; the same words as in Python. */
export const ORDERS = {
  free: () => true,
  equal: (a, b) => a === b,
  "non-decreasing": (a, b) => a <= b,
  "non-increasing": (a, b) => a >= b,
};

export const inOrder = (values, order) => values.every((v, i) => i === 0 || ORDERS[order](values[i - 1], v));

/** In how many ways S stages take one of m values in that order: exactly, and as table 1 counts, by dividing by S!. */
function ways(m, stages, order) {
  if (order === "equal") return [BigInt(m), 1n];
  const free = power(m, stages);
  if (order === "free") return [free, 1n];
  let factorial = 1n;
  for (let i = 2n; i <= BigInt(stages); i++) factorial *= i;
  return [choose(m + stages - 1, stages), factorial, free];
}

export const RANGES = { stages: 4, depths: 16, widths: 128, ratios: 3, groups: 6 }; // section 3.2: how many values each takes

/** The number of networks with orders `depth`, `width`, `ratio` and `group`, as { exact: BigInt, paper: Number }. */
export function spaceSize(orders, ranges = RANGES) {
  let exact = 1n, over = 1n, under = 1n;
  for (const [name, values] of [["depth", "depths"], ["width", "widths"], ["ratio", "ratios"], ["group", "groups"]]) {
    const [count, divisor, free = count] = ways(ranges[values], ranges.stages, orders[name] ?? "free");
    exact *= count;
    over *= free;
    under *= divisor;
  }
  return { exact, paper: Number(over) / Number(under) };
}
