// When an interactive of a long page comes to life.
import { readHash } from "./state.js";

/**
 * Call `begin` once: when the reader is within a screen of the element, when the address names it, or before a key or
 * the printer does something, for neither may pass over what is not there yet. So a long page is there at once.
 */
export function whenNear(el, id, begin) {
  const named = () => Object.values(readHash(location.hash, id)).some((found) => Object.keys(found).length > 0);
  const near = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && start(), { rootMargin: "100% 0px" });
  const events = { keydown: start, beforeprint: start, hashchange: () => named() && start() };
  function start() {
    near.disconnect();
    for (const [event, listener] of Object.entries(events)) removeEventListener(event, listener, true);
    begin();
  }
  for (const [event, listener] of Object.entries(events)) addEventListener(event, listener, true);
  if (named()) start();
  else near.observe(el);
}
