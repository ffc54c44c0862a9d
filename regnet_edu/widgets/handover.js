// One interactive hands a network to another on the same page: { depths, widths, ratios, groups }, nominal, by stage.

const takers = new Set();

/** Offer to take networks: `title` names the taker, `take(network)` shows one. Returns how to end the offer. */
export function offer(el, title, take) {
  const taker = { el, title, take };
  takers.add(taker);
  return () => takers.delete(taker);
}

/** Who on the page takes networks, but for `el` itself. */
export const takersBeside = (el) => [...takers].filter((taker) => taker.el !== el && taker.el.isConnected);

/** Hand a network over and bring who takes it into view. */
export function hand(taker, network) {
  taker.take(network);
  taker.el.scrollIntoView({ block: "nearest", behavior: "smooth" });
}
