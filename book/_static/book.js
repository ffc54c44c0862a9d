// What is wider than its frame scrolls there; it must then say so, be reachable with the keyboard and have a name of its own.
(() => {
  const FRAMES = {
    "div.math": "Formula", pre: "", ".cell_output .output": "Output",
    ".pst-scrollable-table-container": "Table",
    '[role="group"][aria-label^="Figure"], figure.align-default, .cell_output:has(> img, > a > img)': "Figure",
  };

  const OPEN = ".output:has(> .rni)"; // what an interactive shows may stand out of its frame: phone.css

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

  const tell = () => {
    for (const {frame, name, role, label, scrolls} of frames) {
      put(frame, "tabindex", scrolls ? "0" : null);
      frame.toggleAttribute("data-scrolls", scrolls);
      if (!name) continue;
      put(frame, "role", scrolls ? "region" : role);
      put(frame, "aria-label", scrolls ? name : label);
    }
  };

  // All are measured as they are without the mark: a table that has it may be narrower, and would lose it again.
  const reach = () => {
    for (const {frame} of frames) frame.toggleAttribute("data-scrolls", false);
    for (const one of frames) one.scrolls = one.frame.scrollWidth > one.frame.clientWidth && !one.frame.matches(OPEN);
    tell();
  };

  addEventListener("load", find);
  addEventListener("resize", reach);
  new MutationObserver(reach).observe(document.documentElement, {attributeFilter: ["data-theme"]}); // cards have a rim
  // The theme makes frames reachable too, some time after a change of size, and gives them no name.
  addEventListener("load", () => new MutationObserver(tell).observe(document.body, {subtree: true, attributeFilter: ["tabindex"]}));
})();

// Paper cannot be opened, and it is white: for print what is folded is unfolded, and a dark page is light.
(() => {
  const page = document.documentElement.dataset;
  let opened = [], theme = "";
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open])")];
    opened.forEach(details => { details.open = true; });
    theme = page.theme;
    page.theme = "light";
  });
  addEventListener("afterprint", () => {
    opened.forEach(details => { details.open = false; });
    page.theme = theme;
  });
})();
