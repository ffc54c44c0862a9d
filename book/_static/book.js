// What is wider than its frame scrolls there; it must then say so, be reachable with the keyboard and have a name of its own.
(() => {
  const FRAMES = {
    "div.math": "Formula", pre: "", ".cell_output .output": "Output",
    ".pst-scrollable-table-container": "Table",
    '[role="group"][aria-label^="Figure"], figure.align-default, .cell_output:has(> img, > a > img)': "Figure",
  };

  let frames = [];

  const find = () => {
    frames = Object.entries(FRAMES).flatMap(([selector, name]) => [...document.querySelectorAll(selector)].map(
      (frame, k) => ({frame, name: name && `${name} ${k + 1}, scrolls sideways`,
        role: frame.getAttribute("role"), label: frame.getAttribute("aria-label")})));
    reach();
  };

  const put = (frame, attribute, value) => {
    if (frame.getAttribute(attribute) === value) return; // no news for the observers
    if (value === null) frame.removeAttribute(attribute);
    else frame.setAttribute(attribute, value);
  };

  const reach = () => {
    for (const {frame, name, role, label} of frames) {
      const scrolls = frame.scrollWidth > frame.clientWidth && getComputedStyle(frame).overflowX !== "visible";
      put(frame, "tabindex", scrolls ? "0" : null);
      frame.toggleAttribute("data-scrolls", scrolls);
      if (!name) continue;
      put(frame, "role", scrolls ? "region" : role);
      put(frame, "aria-label", scrolls ? name : label);
    }
  };

  addEventListener("load", find);
  addEventListener("resize", reach);
  new MutationObserver(reach).observe(document.documentElement, {attributeFilter: ["data-theme"]}); // cards have a rim
  // The theme makes frames reachable too, some time after a change of size, and gives them no name.
  addEventListener("load", () => new MutationObserver(reach).observe(document.body, {subtree: true, attributeFilter: ["tabindex"]}));
})();

// Paper cannot be opened: what is folded is unfolded for print, and folded again after it.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open])")];
    opened.forEach(details => { details.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach(details => { details.open = false; }));
})();
