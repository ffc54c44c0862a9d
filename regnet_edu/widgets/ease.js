// From one state to the next in a few frames, where that explains what has changed; at once for who wants no motion.
const LONG = 520; // milliseconds
const unmoved = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;

export class Ease {
  #from = null;
  #start = 0;

  /** The state changes from `before` to `after`; `wanted(before, after)` says whether that is to be seen. */
  change(before, after, wanted) {
    this.#from = wanted?.(before, after) && !unmoved() ? before : null;
    this.#start = performance.now();
  }

  /** What a picture must know now: { from, share } on the way, else null. */
  now() {
    const t = (performance.now() - this.#start) / LONG;
    if (!this.#from || t >= 1) return (this.#from = null);
    return { from: this.#from, share: t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2 };
  }
}
