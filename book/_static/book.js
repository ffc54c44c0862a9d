// What is wider than its frame scrolls there; it must then be reachable with the keyboard.
(() => {
  const FRAMES = [
    "div.math", "mjx-container", ".cell_output .output", "pre", ".pst-scrollable-table-container",
  ].map(frame => `.bd-article ${frame}`).join(", ");
  const reach = () => {
    for (const frame of document.querySelectorAll(FRAMES)) {
      if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
      else if (frame.tabIndex === 0) frame.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  addEventListener("load", async () => {
    reach();
    await window.MathJax?.startup?.promise; // formulas have their width only then
    reach();
  });
})();
