// How far the reader is: a strip at the top of a chapter, a mark beside each chapter in the contents, and on the
// opening page where to continue, a list of what was done, and the button that forgets it all.
(() => {
  const { page, root, keep, entry, names, last, on, forget, done, element } = window.bookStore;
  const chapter = /^book\/\d\d_/.test(page), article = document.querySelector(".bd-article");
  const KINDS = { read: "read", guesses: "predicted", quiz: "quizzed", exercises: "solved" };
  const SECTIONS = { guesses: "#predict-before-you-run", quiz: "#quiz", exercises: "#try-it-yourself" };
  const part = name => {
    const [some, all] = Object.values(done(name)).reduce(([a, b], [c, d]) => [a + Math.min(c, d), b + d], [0, 0]);
    return some / all;
  };
  const words = (kind, [some, all], name) => {
    if (kind === "read") return some ? "read" : "not yet read";
    const right = kind === "quiz" && some ? `, ${Object.values(entry(name).quiz).filter(Boolean).length} right` : "";
    return `${some} of ${all} ${KINDS[kind]}${right}`;
  };
  const shows = [];

  if (chapter && article) {
    const heading = [...article.querySelector("h1").childNodes].filter(node => node.nodeName !== "A");
    const title = heading.map(node => node.textContent).join("");
    const of = {
      guesses: document.querySelectorAll(".guess-field").length, quiz: document.querySelectorAll(".quiz").length,
      exercises: document.querySelectorAll(".exercise-state").length,
    };
    keep(mine => Object.assign(mine, { title: title.trim(), of }));
    const strip = element("ul", { class: "progress-strip", "aria-label": "Your progress in this chapter" });
    article.querySelector("h1").after(strip);
    shows.push(() => strip.replaceChildren(...Object.entries(done(page)).filter(([, [, all]]) => all).map(([kind, pair]) => {
      const text = words(kind, pair, page), to = kind in SECTIONS && document.querySelector(SECTIONS[kind]);
      const inner = to ? element("a", { href: SECTIONS[kind] }, text) : text;
      return element("li", { class: pair[0] >= pair[1] ? "done" : "", style: `--part: ${pair[0] / pair[1]}` }, inner);
    })));
    const end = article.querySelector("#in-the-paper, #what-we-learned") ?? article.lastElementChild;
    new IntersectionObserver(([seen], watch) => {
      if (!seen.isIntersecting) return;
      watch.disconnect();
      keep(mine => { mine.read = true; });
    }).observe(end.querySelector("h2") ?? end);
  }

  const links = [...document.querySelectorAll(".bd-links a.reference.internal")].map(link => {
    const name = new URL(link.getAttribute("href") === "#" ? location.pathname : link.href, location.href).pathname
      .slice(new URL(root, location.href).pathname.length);
    return { link, name };
  }).filter(({ name }) => /^book\/\d\d_/.test(name));
  shows.push(() => links.forEach(({ link, name }) => {
    link.querySelector(".progress-mark")?.remove();
    const share = names().includes(name) ? part(name) : 0;
    if (!share) return;
    const said = element("span", { class: "visually-hidden" }, share >= 1 ? "\u00a0(done)" : `\u00a0(${Math.round(100 * share)} % done)`);
    link.append(element("span", { class: `progress-mark${share >= 1 ? " done" : ""}`, style: `--part: ${share}` }, said));
  }));

  const start = document.querySelector(".opening-start");
  if (start) {
    const go = element("p", { class: "opening-continue" }), section = element("section", { class: "progress-home", id: "your-progress" });
    const list = element("ul", {}), button = element("button", { type: "button", class: "book-button" }, "Forget everything");
    button.addEventListener("click", () => {
      if (confirm("Forget which chapters were read, and all predictions, quizzes and exercises?")) forget();
    });
    section.append(element("h2", {}, "Your progress"), list, element("p", {}, "It is kept by this browser alone. ", button));
    start.prepend(go);
    (document.querySelector("#three-ways-to-use-this-book") ?? start).before(section);
    shows.push(() => {
      const visited = names().filter(name => /^book\/\d\d_/.test(name)).sort();
      const address = name => root + name, next = visited.includes(last()) ? last() : visited.at(-1);
      section.hidden = go.hidden = !visited.length;
      start.classList.toggle("returning", visited.length > 0);
      if (!visited.length) return;
      go.replaceChildren(element("a", { href: address(next), class: "book-button primary" }, `Continue: ${entry(next).title}`));
      list.replaceChildren(...visited.map(name => element("li", { class: part(name) >= 1 ? "done" : "", style: `--part: ${part(name)}` },
        element("a", { href: address(name) }, entry(name).title), element("span", {}, Object.entries(done(name)).filter(([, [, all]]) => all)
          .map(([kind, pair]) => words(kind, pair, name)).join(", ")))));
    });
  }

  const show = () => shows.forEach(one => one());
  on(show);
  show();
})();
