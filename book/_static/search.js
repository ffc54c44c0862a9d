// Below each page that the search finds: the sentence of it that has the words that were looked for.
addEventListener("DOMContentLoaded", () => { // by then the store and the excerpts are there, in whatever order they are named
  const results = document.querySelector("#search-results"), { element } = window.bookStore;
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  const terms = asked.toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(term => term.length > 1);
  if (!results || !terms.length) return;
  // A word is found in its other forms, too: "networks" by "network". So what is looked for here is its beginning.
  const stems = terms.map(term => (term.length > 4 ? term.replace(/(?:es|s|ed|ing)$/, "") : term).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const any = new RegExp(`(?<![\\p{L}\\p{N}])(?:${stems.join("|")})[\\p{L}\\p{N}_]*`, "giu");

  const quote = (name, anchor) => {
    const sections = (window.bookExcerpts?.[name] ?? []).filter(([id]) => !anchor || id === anchor);
    const rate = ([, title, text]) => new Set([...`${text}`.matchAll(any)].map(m => m[0].toLowerCase().slice(0, 4))).size;
    const best = sections.map(s => [rate(s), s]).sort((a, b) => b[0] - a[0])[0]?.[1];
    if (!best?.[2]) return null;
    const [, title, text] = best, at = Math.max(0, text.search(any)), from = at < 90 ? 0 : text.lastIndexOf(" ", at - 70) + 1;
    const cut = from + 240 < text.length, some = text.slice(from, from + 240), part = cut ? some.replace(/\s+\S*$/, "") : some, words = [];
    let end = 0;
    for (const found of part.matchAll(any)) {
      words.push(part.slice(end, found.index), element("mark", {}, found[0]));
      end = found.index + found[0].length;
    }
    const head = sections.length > 1 && title ? [element("strong", {}, `${title}: `)] : [];
    return element("p", { class: "context" }, ...head, from ? "… " : "", ...words, part.slice(end), cut ? " …" : "");
  };

  const add = () => {
    for (const item of results.querySelectorAll("ul.search > li:not([data-quoted])")) {
      item.dataset.quoted = "";
      const link = item.querySelector("a"), [name, anchor] = link.getAttribute("href").split("#");
      const found = quote(name.replace(/\.html.*$/, ""), anchor);
      if (found) item.append(found);
    }
  };
  new MutationObserver(add).observe(results, { childList: true, subtree: true });
  add();
});
