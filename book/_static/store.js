// What the reader has done, kept on the reader's own device; where a browser keeps nothing, until the page is left.
// The record of a page: { title, read, guesses: {number: text}, quiz: {number: right at the first try},
// solved: {exercise: points}, of: {guesses, quiz, exercises: how many there are} }.
window.bookStore = (() => {
  const KEY = "regnet-edu-book", listeners = [];
  const root = document.documentElement.dataset.content_root ?? "./";
  const home = new URL(root, location.href).pathname;
  const page = location.pathname.slice(home.length) || "index.html";
  let kept = { pages: {} };

  const load = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY));
      if (found?.pages && typeof found.pages === "object") kept = found;
    } catch { /* forbidden, or not ours: what this page knows counts */ }
  };
  const tell = () => listeners.forEach(listener => listener());
  const entry = (name = page) => ({ guesses: {}, quiz: {}, solved: {}, of: {}, ...kept.pages[name] });

  load();
  addEventListener("storage", event => {
    if (event.key !== KEY) return;
    if (event.newValue === null) kept = { pages: {} };
    load();
    tell();
  });

  return {
    page, root, entry,
    names: () => Object.keys(kept.pages),
    last: () => kept.last,
    on: listener => listeners.push(listener),
    /** Alter the record of this page. */
    keep(alter) {
      load(); // another tab may have written
      const mine = entry();
      alter(mine);
      kept.pages[page] = mine;
      kept.last = page;
      try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* full or forbidden */ }
      tell();
    },
    forget() {
      kept = { pages: {} };
      try { localStorage.removeItem(KEY); } catch { /* nothing was kept */ }
      tell();
    },
    /** Parts that are done, and parts that there are; `read` is one of them. */
    done(name) {
      const { read, guesses, quiz, solved, of } = entry(name), count = Object.keys;
      return {
        read: [read ? 1 : 0, 1], guesses: [count(guesses).length, of.guesses ?? 0],
        quiz: [count(quiz).length, of.quiz ?? 0], exercises: [count(solved).length, of.exercises ?? 0],
      };
    },
    element(tag, attributes = {}, ...children) {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      made.append(...children);
      return made;
    },
  };
})();
