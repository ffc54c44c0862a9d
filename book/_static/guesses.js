// Predictions are typed below their questions, and shown again where the text gives the answer.
(() => {
  const { keep, entry, on, element } = window.bookStore;
  const questions = [...document.querySelectorAll("#predict-before-you-run > ol > li")];
  if (!questions.length) return;

  const fields = questions.map((question, k) => {
    const id = `guess-${k + 1}`;
    const field = element("textarea", { id, rows: 1, maxlength: 500, placeholder: "Type a guess: it stays on this device" });
    const label = element("label", { for: id, class: "guess-label" }, `Your prediction ${k + 1}`);
    question.append(element("div", { class: "guess-field" }, label, field));
    let timer = 0;
    const put = () => {
      clearTimeout(timer);
      const text = field.value.trim();
      if (text === (entry().guesses[k + 1] ?? "")) return;
      keep(mine => { if (text) mine.guesses[k + 1] = text; else delete mine.guesses[k + 1]; });
    };
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(put, 400); });
    field.addEventListener("change", put);
    addEventListener("pagehide", put);
    return field;
  });

  const show = () => {
    const { guesses } = entry();
    fields.forEach((field, k) => { if (document.activeElement !== field) field.value = guesses[k + 1] ?? ""; });
    for (const place of document.querySelectorAll("[data-guess]")) {
      const number = place.dataset.guess, text = guesses[number];
      const link = element("a", { href: `#guess-${number}` }, `You predicted (${number})`);
      place.replaceChildren(link, text ? `: ${text}` : ": nothing yet");
      place.classList.toggle("guess-empty", !text);
      place.hidden = false;
    }
  };
  on(show);
  show();
})();
