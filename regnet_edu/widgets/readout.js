// What lies under the pointer, in words: the value of every curve there, or what a mark says of itself.
import { make } from "./controls.js";

const NEAR = 14; // pixels outside of a chart that still count

/** The height of a line through points at x: of the last step there where it is a staircase; null beside it. */
export function heightAt(points, x) {
  let found = null;
  for (let k = 1; k < points.length; k++) {
    const [[a, p], [b, q]] = [points[k - 1], points[k]];
    if (x < Math.min(a, b) - 0.01 || x > Math.max(a, b) + 0.01) continue;
    found = b === a ? q : p + ((x - a) / (b - a)) * (q - p);
  }
  return found;
}

/** The rows of a readout at pixel x: [text of x, [[name, text, pixel]]], of the curves that are there. */
export function read({ x, y, curves, snap }, at) {
  const pixel = snap ? x.scale(Math.round(x.scale.invert(at))) : at;
  const rows = curves.map(({ name, points }) => [name, heightAt(points, pixel)]).filter(([, height]) => height !== null);
  return { pixel, head: x.say(x.scale.invert(pixel)), rows: rows.map(([name, height]) => [name, y.say(y.scale.invert(height)), height]) };
}

/**
 * Show readouts over a picture. `now()` gives those of the present view: [{ box, x: { scale, say }, y: { scale, say },
 * curves: [{ name, points }], snap? }]; with `snap` x is a whole number. A mark says its own data-say.
 */
export function readouts(root, picture, now) {
  const over = make("div", { class: "rni-over", "aria-hidden": "true", hidden: true });
  const tip = make("div", { class: "rni-tip" });
  over.append(tip);
  root.append(over);

  function hide() {
    over.hidden = true;
  }

  function show(event) {
    if (event.buttons && event.pointerType === "mouse") return hide();
    const drawn = picture.firstElementChild?.getBoundingClientRect();
    if (!drawn) return hide();
    const x = event.clientX - drawn.left, y = event.clientY - drawn.top;
    const said = event.target.closest?.("[data-say]")?.dataset.say;
    const chart = now().find(({ box }) => x >= box.left && x <= box.right && y >= box.top - NEAR && y <= box.bottom + NEAR);
    if (said) return place(drawn, x, y, [said], []);
    if (!chart || event.target.closest?.("[data-drag]:not([data-drag=pick])")) return hide();
    const { pixel, head, rows } = read(chart, x);
    if (!rows.length) return hide();
    place(drawn, pixel, y, [head, ...rows.map(([name, text]) => `${name}: ${text}`)], rows.map(([, , height]) => height), chart.box);
  }

  function place(drawn, x, y, lines, dots, box) {
    const frame = root.getBoundingClientRect(), left = drawn.left - frame.left - root.clientLeft, top = drawn.top - frame.top - root.clientTop;
    const at = (px, py) => `left:${left + px}px;top:${top + py}px`;
    tip.replaceChildren(...lines.map((text) => make("div", {}, text)));
    const guide = box ? [make("i", { class: "rni-guide", style: `${at(x, box.top)};height:${box.bottom - box.top}px` })] : [];
    over.replaceChildren(...guide, ...dots.map((height) => make("i", { class: "rni-spot", style: at(x, height) })), tip);
    over.hidden = false;
    const wide = tip.offsetWidth, room = root.clientWidth - left;
    tip.style.cssText = at(x + 14 + wide < room ? x + 14 : Math.max(-left + 2, x - wide - 14), Math.max(0, y - tip.offsetHeight - 10));
  }

  picture.addEventListener("pointermove", (event) => event.pointerType === "mouse" && show(event));
  picture.addEventListener("pointerdown", (event) => (event.pointerType === "mouse" ? hide() : show(event)));
  picture.addEventListener("pointerleave", hide);
  return hide;
}
