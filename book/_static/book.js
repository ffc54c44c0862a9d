// What is wider than its frame scrolls there; it must then be reachable with the keyboard and have a name of its own.
(() => {
  const FRAMES = {
    "div.math": "Formula", pre: "", ".cell_output .output": "Output",
    ".pst-scrollable-table-container": "Table",
    '[role="group"][aria-label^="Figure"], figure.align-default, .cell_output:has(> img, > a > img)': "Figure",
  };

  const reach = () => {
    for (const [frames, name] of Object.entries(FRAMES)) {
      document.querySelectorAll(frames).forEach((frame, k) => {
        const scrolls = frame.scrollWidth > frame.clientWidth;
        if (scrolls) frame.tabIndex = 0;
        else frame.removeAttribute("tabindex");
        if (scrolls && name) {
          frame.setAttribute("role", "region");
          frame.setAttribute("aria-label", `${name} ${k + 1}, scrolls sideways`);
        } else if (name && frame.getAttribute("role") === "region") {
          frame.removeAttribute("role");
          frame.removeAttribute("aria-label");
        }
      });
    }
  };

  addEventListener("resize", reach);
  addEventListener("load", reach);
  new MutationObserver(reach).observe(document.documentElement, {attributeFilter: ["data-theme"]}); // cards have a rim
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
