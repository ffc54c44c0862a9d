// Exercise boxes keep what the reader says of them: the points that the check gave, or that it is solved.
(() => {
  const { keep, entry, on, element } = window.bookStore;
  const shows = [];

  const put = (name, value) => keep(mine => { if (value === "") delete mine.solved[name]; else mine.solved[name] = Number(value); });

  for (const worth of document.querySelectorAll("[data-points]")) {
    const { exercise: name, points } = worth.dataset, box = worth.closest(".admonition"), id = `points-${name}`;
    const values = ["", ...Array(Number(points) + 1).keys()];
    const choice = element("select", { id }, ...values.map(v => element("option", { value: v }, v === "" ? "not yet" : `${v} of ${points}`)));
    choice.addEventListener("change", () => put(name, choice.value));
    box.append(element("p", { class: "exercise-state" }, element("label", { for: id }, "Points that the check gave me"), choice));
    shows.push(solved => {
      choice.value = solved[name] ?? "";
      box.dataset.solved = name in solved ? (solved[name] === Number(points) ? "whole" : "part") : "no";
    });
  }

  for (const box of document.querySelectorAll("div.exercise[id]")) {
    const tick = element("input", { type: "checkbox" });
    tick.addEventListener("change", () => put(box.id, tick.checked ? 1 : ""));
    box.append(element("p", { class: "exercise-state" }, element("label", {}, tick, " I solved it")));
    shows.push(solved => {
      tick.checked = box.id in solved;
      box.dataset.solved = tick.checked ? "whole" : "no";
    });
  }

  const show = () => shows.forEach(one => one(entry().solved));
  on(show);
  show();
})();
