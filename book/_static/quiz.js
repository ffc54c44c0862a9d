// The quiz has a score: of each question, the first answer that is opened counts.
(() => {
  const { keep, entry, on, element } = window.bookStore;
  const questions = [...document.querySelectorAll(".quiz")];
  if (!questions.length) return;

  const score = element("p", { role: "status" });
  const again = element("button", { type: "button", class: "book-button" }, "Take it again");
  questions.at(-1).after(element("div", { class: "quiz-score" }, score, again));

  questions.forEach((question, k) => question.addEventListener("click", event => {
    const answer = event.target.closest("summary")?.parentElement;
    if (!answer || answer.open || k + 1 in entry().quiz) return;
    keep(mine => { mine.quiz[k + 1] = answer.classList.contains("quiz-right"); });
  }));
  again.addEventListener("click", () => {
    keep(mine => { mine.quiz = {}; });
    questions.forEach(question => question.querySelectorAll("details").forEach(answer => { answer.open = false; }));
    questions[0].querySelector("summary").focus();
  });

  const show = () => {
    const given = entry().quiz, answered = Object.keys(given).length, right = Object.values(given).filter(Boolean).length;
    questions.forEach((question, k) => {
      if (k + 1 in given) question.dataset.first = given[k + 1] ? "right" : "wrong";
      else delete question.dataset.first;
    });
    again.hidden = !answered;
    const text = answered ? `${right} of ${questions.length} right at the first try${answered < questions.length ? `, ${questions.length - answered} to go` : ""}.`
      : "The first answer that you open counts.";
    if (score.textContent !== text) score.textContent = text;
  };
  on(show);
  show();
})();
