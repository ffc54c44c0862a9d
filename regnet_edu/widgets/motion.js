// What moves by itself: axes that ease to their new ends, marks that glide to their new places, actions that play.

const EASE = 250, GLIDE = 600; // milliseconds
const still = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
const mixable = (a, b) => Object.keys(b).every((k) => a[k] === b[k] || (Number.isFinite(a[k]) && Number.isFinite(b[k])));
const equal = (a, b) => Object.keys(b).every((k) => a[k] === b[k]);

/**
 * The ends of the axes as they are drawn. While something is held they do not move, or what is dragged would run away
 * from under the pointer; afterwards they ease to where the state wants them.
 */
export class Axes {
  held = false;
  #shown = null;
  #from = null;
  #goal = null;
  #start = 0;

  /** The ends to draw now, where `goal` is wanted, and whether another picture must follow. */
  next(goal, now = performance.now()) {
    if (!goal || !this.#shown || (!this.held && (still() || !mixable(this.#shown, goal)))) this.#shown = this.#goal = goal;
    if (this.held || !goal) return [this.#shown, false];
    if (!equal(this.#goal, goal)) [this.#from, this.#goal, this.#start] = [this.#shown, goal, now];
    if (equal(this.#shown, goal)) return [goal, false];
    const t = Math.min(1, (now - this.#start) / EASE), share = 1 - (1 - t) ** 3;
    const mix = (k) => (Number.isFinite(goal[k]) ? this.#from[k] + share * (goal[k] - this.#from[k]) : goal[k]);
    this.#shown = t < 1 ? Object.fromEntries(Object.keys(goal).map((k) => [k, mix(k)])) : goal;
    return [this.#shown, t < 1];
  }

  /** Let go: the next picture starts to ease from what is shown. */
  release() {
    this.held = false;
    this.#goal = this.#from = this.#shown;
  }
}

const marks = (picture) => [...picture.querySelectorAll("[data-key]")].map((mark) => [mark, Number(mark.getAttribute("cx")), Number(mark.getAttribute("cy"))]);

const until = new WeakMap(); // picture -> when what moves in it has arrived

/**
 * Draw by `draw`; circles with the same data-key before and after glide from the old place to the new one. Changes that
 * follow faster than that are drawn at once: nobody could follow the dots, and the answer must not wait for them.
 */
export function glide(picture, draw) {
  const now = performance.now(), busy = now < (until.get(picture) ?? 0), before = still() || busy ? new Map() : new Map(marks(picture).map(([mark, x, y]) => [mark.dataset.key, [x, y]]));
  draw();
  if (!before.size) return;
  let moved = false;
  for (const [mark, x, y] of marks(picture)) {
    const [a, b] = before.get(mark.dataset.key) ?? [x, y];
    if (Math.hypot(a - x, b - y) < 1) continue;
    moved = true;
    mark.animate([{ transform: `translate(${a - x}px, ${b - y}px)` }, { transform: "none" }], { duration: GLIDE, easing: "cubic-bezier(0.4, 0, 0.3, 1)" });
  }
  if (moved) until.set(picture, now + GLIDE);
}

/** Show steps one after another, each [what differs from the state, milliseconds]; then `done`. Returns how to stop. */
export function play(steps, show, done) {
  const queue = still() ? [] : [...steps];
  let timer = 0;
  const next = () => {
    if (!queue.length) return done();
    const [some, wait] = queue.shift();
    show(some);
    timer = setTimeout(next, wait);
  };
  next();
  return () => clearTimeout(timer);
}
