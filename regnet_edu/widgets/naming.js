// Names of points in a picture, where they cover no mark, no other name and no edge.
import { line, words } from "./chart.js";

const HALF = 6; // pixels: half of a mark
const LETTER = 7.3; // pixels, on average, of a strong letter

/** Places for a name around a mark, from near to far: [x, y of its middle line]; 0 is centred, else that side touches. */
const AROUND = [14, 26, 42, 60, 84, 112, 150].flatMap((far) => [[far, 0], [-far, 0], [0, -far], [0, far], [far, -far], [-far, -far], [far, far], [-far, far]]);

const covers = (p, q) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;

/** SVG of names: `points` are [{ x, y, text }], `marks` [x, y] of everything drawn, `box` the frame. */
export function nameThem(points, marks, box) {
  const taken = marks.map(([a, b]) => ({ left: a - HALF, right: a + HALF, top: b - HALF, bottom: b + HALF })), parts = [];
  for (const { x, y, text } of points) {
    const wide = LETTER * text.length;
    const at = ([dx, dy]) => {
      const left = dx > 0 ? x + dx : dx < 0 ? x + dx - wide : x - wide / 2;
      return { left, right: left + wide, top: y + dy - 8, bottom: y + dy + 8, far: Math.hypot(dx, dy) };
    };
    const cost = (p) => taken.filter((q) => covers(p, q)).length + 50 * (p.left < box.left || p.right > box.right || p.top < box.top || p.bottom > box.bottom) + p.far / 1000;
    const best = AROUND.map(at).reduce((found, p) => (cost(p) < cost(found) ? p : found));
    taken.push(best);
    const near = Math.max(best.left, Math.min(best.right, x)), foot = Math.max(best.top, Math.min(best.bottom, y));
    if (best.far > 20) parts.push(line(x, y, near, foot, "rni-axis"));
    parts.push(words(best.left, best.bottom - 4, text, { className: "rni-t rni-strong rni-halo" }));
  }
  return parts.join("");
}
