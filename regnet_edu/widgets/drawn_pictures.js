// numpy's PCG64 and the built-in pictures, draw by draw as `data/synthetic.py` has them; for a worker too, see trainer.js.

/** PCG64 seeded by numpy's SeedSequence: `uniform()` in [0, 1) as `Generator.random`, and `below(n)` as its shuffle draws. */
export function pcg64(...entropy) {
  const pool = seedWords(entropy), wide = (k) => (BigInt(pool[k + 1]) << 32n) | BigInt(pool[k]);
  const mask = (1n << 128n) - 1n, multiplier = 0x2360ed051fc65da44385df649fccf645n;
  const increment = ((((wide(4) << 64n) | wide(6)) << 1n) | 1n) & mask;
  let first = (increment + ((wide(0) << 64n) | wide(2))) & mask;
  first = (first * multiplier + increment) & mask;
  // From here on the state is eight numbers of 16 bits: BigInts would take seconds for a set of pictures.
  const parts = (x) => Array.from({ length: 8 }, (_, i) => Number((x >> BigInt(16 * i)) & 0xffffn)), jumps = {};
  let [s0, s1, s2, s3, s4, s5, s6, s7] = parts(first), low = 0, high = 0, half = null;

  /** A function that takes `many` steps at once: they too are one product and one sum. */
  function stepper(many) {
    let by = 1n, plus = 0n;
    for (let i = 0; i < many; i++) [by, plus] = [(by * multiplier) & mask, (plus * multiplier + increment) & mask];
    const [m0, m1, m2, m3, m4, m5, m6, m7] = parts(by), [c0, c1, c2, c3, c4, c5, c6, c7] = parts(plus);
    return () => {
      let t = s0 * m0 + c0;
      const r0 = t & 0xffff;
      t = Math.floor(t / 65536) + s0 * m1 + s1 * m0 + c1;
      const r1 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m2 + s1 * m1 + s2 * m0 + c2;
      const r2 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m3 + s1 * m2 + s2 * m1 + s3 * m0 + c3;
      const r3 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m4 + s1 * m3 + s2 * m2 + s3 * m1 + s4 * m0 + c4;
      const r4 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m5 + s1 * m4 + s2 * m3 + s3 * m2 + s4 * m1 + s5 * m0 + c5;
      const r5 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m6 + s1 * m5 + s2 * m4 + s3 * m3 + s4 * m2 + s5 * m1 + s6 * m0 + c6;
      const r6 = t % 65536;
      t = Math.floor(t / 65536) + s0 * m7 + s1 * m6 + s2 * m5 + s3 * m4 + s4 * m3 + s5 * m2 + s6 * m1 + s7 * m0 + c7;
      s7 = t % 65536;
      s0 = r0; s1 = r1; s2 = r2; s3 = r3; s4 = r4; s5 = r5; s6 = r6;
    };
  }
  const one = stepper(1);
  function advance() {
    one();
    // XSL-RR: both halves of the state, one over the other, turned right by the topmost six bits.
    const a = ((s1 << 16) | s0) ^ ((s5 << 16) | s4), b = ((s3 << 16) | s2) ^ ((s7 << 16) | s6), turn = s7 >> 10, by = turn & 31;
    const [x, y] = turn & 32 ? [b, a] : [a, b];
    low = (by ? (x >>> by) | (y << (32 - by)) : x) >>> 0;
    high = (by ? (y >>> by) | (x << (32 - by)) : y) >>> 0;
  }
  function word() {
    if (half !== null) {
      const kept = half;
      half = null;
      return kept;
    }
    advance();
    half = high;
    return low;
  }
  return {
    uniform() {
      advance();
      return (high * 2097152 + (low >>> 11)) / 9007199254740992;
    },
    /** Leave out so many numbers. */
    skip: (many) => (jumps[many] ??= stepper(many))(),
    below(n) {
      const mask = 2 ** (32 - Math.clz32(n - 1)) - 1;
      for (;;) {
        const found = (word() & mask) >>> 0;
        if (found < n) return found;
      }
    },
  };
}

/** numpy's SeedSequence: sixteen words of 32 bits from whole numbers below 2^64. */
export function seedWords(entropy) {
  const given = entropy.flatMap((e) => (e > 0xffffffff ? [e % 4294967296, Math.floor(e / 4294967296)] : [e])), pool = [];
  let hash = 0x43b0d7e5;
  function hashed(value, by) {
    value ^= hash;
    hash = Math.imul(hash, by);
    value = Math.imul(value, hash);
    return (value ^ (value >>> 16)) >>> 0;
  }
  function mixed(x, y) {
    const found = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (found ^ (found >>> 16)) >>> 0;
  }
  for (let i = 0; i < 4; i++) pool.push(hashed(given[i] ?? 0, 0x931e8875));
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) if (i !== j) pool[j] = mixed(pool[j], hashed(pool[i], 0x931e8875));
  for (let i = 4; i < given.length; i++) for (let j = 0; j < 4; j++) pool[j] = mixed(pool[j], hashed(given[i], 0x931e8875));
  hash = 0x8b51f9dd;
  return Array.from({ length: 16 }, (_, i) => hashed(pool[i % 4], 0x58f38ded));
}

/** The first `wanted` of one shuffle of `count`, as `dataset.fixed_subset`. */
export function fixedSubset(count, wanted) {
  const order = Array.from({ length: count }, (_, i) => i), { below } = pcg64(0);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, wanted);
}

/** `n` pictures of `side` x `side` pixels: { images: uint8, n x side x side x 3; labels }, the same as in Python; of those that are not `chosen`, where given, nothing is drawn. */
export function drawPictures(n, side, seed, chosen = null) {
  const { uniform, skip } = pcg64(seed), images = new Uint8Array(n * side * side * 3), labels = new Uint8Array(n);
  for (let start = 0; start < n; start += 512) {
    const many = Math.min(512, n - start);
    const between = (low, high, each = 1) => Float64Array.from({ length: many * each }, () => low + (high - low) * uniform());
    const angle = between(-0.6, 0.6), size = between(0.6, 0.9), right = between(-0.2, 0.2), down = between(-0.2, 0.2);
    const turn = between(-0.6, 0.6), pitch = between(5, 8), across = between(0, 2 * Math.PI), along = between(0, 2 * Math.PI);
    const slant = between(-1, 1), slope = between(-1, 1), ground = between(60, 120, 3), shade = between(-1, 1, 3);
    const paint = between(150, 190, 3), depth = between(0.6, 1, 3);
    for (let i = 0, at = 3 * side * side * start; i < many; i++) {
      labels[start + i] = (start + i) % 10;
      if (chosen && !chosen.has(start + i)) {
        skip(3 * side * side);
        at += 3 * side * side;
        continue;
      }
      const label = labels[start + i], shape = label >> 1, cos = Math.cos(angle[i]), sin = Math.sin(angle[i]), c = Math.cos(turn[i]), s = Math.sin(turn[i]);
      for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) {
        const x = ((column + 0.5) / side) * 2 - 1, y = ((row + 0.5) / side) * 2 - 1, dx = x - right[i], dy = y - down[i];
        const u = (cos * dx + sin * dy) / size[i], v = (cos * dy - sin * dx) / size[i], radius = Math.hypot(u, v), p = Math.abs(u), q = Math.abs(v);
        const inside = [radius < 0.95, Math.max(p, q) < 0.8, v > -0.6 && 2 * p + v < 1.1, radius < 1 && radius > 0.5, Math.min(p, q) < 0.3 && Math.max(p, q) < 1][shape];
        const wave = Math.sin(pitch[i] * (c * x + s * y) + across[i]);
        const texture = label % 2 ? 1.3 * wave * Math.sin(pitch[i] * (c * y - s * x) + along[i]) : wave, shaded = x * slant[i] + y * slope[i];
        for (let k = 3 * i; k < 3 * i + 3; k++, at++) {
          const value = inside ? paint[k] + 65 * texture * depth[k] : ground[k] + 20 * shaded * shade[k];
          images[at] = Math.min(255, Math.max(0, value + 60 * uniform() - 30));
        }
      }
    }
  }
  return { images, labels };
}
