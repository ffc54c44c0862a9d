// What `rn.compare` says first, in the page: Welch's interval and test, and no winner among too few.
import { percent } from "./chart.js";
import { mean, points } from "./distribution.js";

export const FEWEST = 10; // as in analysis/comparison.py

/** ln of the gamma function (Lanczos), to ten digits. */
function lnGamma(x) {
  const c = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5];
  const t = x + 5.5, sum = c.reduce((s, v, i) => s + v / (x + 1 + i), 1.000000000190015);
  return Math.log((2.5066282746310005 * sum) / x) + (x + 0.5) * Math.log(t) - t;
}

/** Student's t: the chance of a value at least as far from 0, by the continued fraction of the incomplete beta function. */
export function farther(t, freedom) {
  const a = freedom / 2, b = 0.5, x = freedom / (freedom + t * t);
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const fraction = (p, q, z) => {
    let c = 1, d = 1 / (1 - ((p + q) * z) / (p + 1)), h = d;
    for (let m = 1; m < 300; m++) {
      for (const by of [(m * (q - m) * z) / ((p + 2 * m - 1) * (p + 2 * m)), (-(p + m) * (p + q + m) * z) / ((p + 2 * m) * (p + 2 * m + 1))]) {
        d = 1 / (1 + by * d);
        c = 1 + by / c;
        h *= d * c;
      }
    }
    return h;
  };
  return x < (a + 1) / (a + b + 2) ? (front * fraction(a, b, x)) / a : 1 - (front * fraction(b, a, 1 - x)) / b;
}

/** { difference, low, high, p }: of two means, with Welch's 95 % interval; needs two errors of each. */
export function welch(first, second) {
  const spread = (v) => v.reduce((s, e) => s + (e - mean(v)) ** 2, 0) / (v.length - 1) / v.length;
  const [a, b] = [spread(first), spread(second)], difference = mean(first) - mean(second), error = Math.sqrt(a + b);
  if (!(error > 0)) return { difference, low: NaN, high: NaN, p: NaN };
  const freedom = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  let low = 0, high = 1000;
  for (let k = 0; k < 60; k++) farther((low + high) / 2, freedom) > 0.05 ? (low = (low + high) / 2) : (high = (low + high) / 2);
  return { difference, low: difference - low * error, high: difference + low * error, p: farther(difference / error, freedom) };
}

/** The sentence on two lists of errors. */
export function sentence(a, b, first, second) {
  const n = [first.length, second.length], start = `With these ${n[0]} and ${n[1]} networks`;
  if (Math.min(...n) < 2) return `${start}, there is nothing to compare yet.`;
  const { difference, low, high, p } = welch(first, second), unit = " points";
  const size = points(Math.abs(difference)), interval = Number.isNaN(low) ? "" : ` (95 % interval ${points(low)} to ${points(high)})`;
  const told = `the mean error of ${a} is ${difference ? `${size}${unit} ${difference > 0 ? "higher" : "lower"} than that of ${b}` : `that of ${b}`}${interval}`;
  if (Math.min(...n) < FEWEST) return `${start}, there are too few to tell ${a} and ${b} apart: ${told}, and at least ${FEWEST} from each are needed to name a winner.`;
  if (!(p < 0.05)) return `${start}, these data cannot tell the means of ${a} and ${b} apart: ${told}.`;
  const [winner, other, from, to] = difference < 0 ? [a, b, -high, -low] : [b, a, low, high];
  return `${start}, ${winner} is better than ${other}: its mean error is ${size}${unit} lower (95 % interval ${points(from)} to ${points(to)}), ${percent(mean(winner === a ? first : second))} against ${percent(mean(winner === a ? second : first))}.`;
}
