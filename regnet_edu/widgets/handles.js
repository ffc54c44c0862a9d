// What can be taken hold of in a picture: dragged with a pointer, moved with the arrow keys, looked at with the mouse.
import { checkValue } from "./state.js";

const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10], PageDown: [0, -10] };

/**
 * Bring the handles of a picture to life: elements with data-drag="name", where a name is a key of the state or "pick".
 *   description   drag(name, point, state, context) -> some of the state
 *                 step?(name, [right, up], state, context) -> the same for a key; else the value `name` moves by a step
 *   now()         [state, context];   change(some)   puts it in force
 *   glimpse(some) shows what the mouse is over without choosing it; null ends that
 *   hold(yes)     is told when something is taken hold of and let go
 */
export function bringToLife(picture, description, schema, { now, change, glimpse, hold = () => {} }) {
  const nameOf = (event) => description.drag && event.target.closest?.("[data-drag]")?.dataset.drag;

  /** What is asked for, moved to the nearest that is allowed. */
  const clip = (some) => {
    const [state] = now();
    return Object.fromEntries(Object.entries(some).map(([k, v]) => [k, checkValue(k, schema[k], v, state[k])[0]]));
  };

  const at = (name, event, off = [0, 0]) => {
    const box = picture.firstElementChild.getBoundingClientRect();
    return clip(description.drag(name, { x: event.clientX - box.left - off[0], y: event.clientY - box.top - off[1] }, ...now()));
  };

  /** How far from the middle of a grip it was taken hold of; it keeps that distance, so that it does not jump. */
  function offset(name, event) {
    const box = picture.querySelector(`[data-drag="${name}"] .rni-grip`)?.getBoundingClientRect();
    return box ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
  }

  function take(event) {
    const name = nameOf(event);
    if (!name) return;
    event.preventDefault();
    picture.querySelector(`[data-drag="${name}"]`).focus({ preventScroll: true });
    const off = name === "pick" ? [0, 0] : offset(name, event);
    const move = (e) => change(at(name, e, off));
    hold(true);
    const stop = () => {
      hold(false);
      removeEventListener("pointermove", move);
      for (const end of ["pointerup", "pointercancel"]) removeEventListener(end, stop);
    };
    if (name === "pick") move(event); // what is under the pointer, at once
    addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, stop);
  }

  function hover(event) {
    if (event.pointerType !== "mouse" || event.buttons) return glimpse(null);
    glimpse(nameOf(event) === "pick" ? at("pick", event) : null);
  }

  function press(event) {
    const name = nameOf(event);
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (way) {
      const some = description.step?.(name, way, ...now()) ?? { [name]: stepped(name, way[0] + way[1]) };
      change(clip(some));
    } else if ((event.key === "Home" || event.key === "End") && schema[name]) {
      change({ [name]: event.key === "Home" ? schema[name].min : schema[name].max });
    } else return;
    event.preventDefault();
  }

  /** The value some steps on: those of its slider. */
  function stepped(name, steps) {
    const [state] = now(), rule = schema[name];
    const { values, coarse, factor = 1 } = description.controls.find((c) => c.key === name);
    if (values) {
      const way = Math.sign(steps), beyond = values.filter((v) => way * (v - state[name]) > 0);
      return beyond.length ? (way > 0 ? beyond[0] : beyond.at(-1)) : state[name];
    }
    return Number((state[name] + (steps * (coarse ?? rule.step ?? 1)) / factor).toFixed(6));
  }

  picture.addEventListener("pointerdown", take);
  picture.addEventListener("pointermove", hover);
  picture.addEventListener("pointerleave", () => glimpse(null));
  picture.addEventListener("keydown", press);
}

/** Draw a picture again; what was in focus in it stays in focus. */
export function redraw(picture, html) {
  const active = picture.getRootNode().activeElement;
  const held = picture.contains(active) ? active.closest("[data-drag]")?.dataset.drag : undefined;
  picture.innerHTML = html;
  if (held) picture.querySelector(`[data-drag="${held}"]`)?.focus({ preventScroll: true });
}
