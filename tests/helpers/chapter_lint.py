"""What every chapter of the book owes its reader, as functions from a chapter's text to a list of complaints."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from browser import load_extension
from chapter_text import Chapter

quiz = load_extension("quiz")

MAX_LINES = 25
SECTIONS = (
    "Predict before you run",
    "The idea in a picture",
    "A live population",
    "Try it yourself",
    "Quiz",
    "What we learned",
    "In the paper",
    "Further reading",
)
ANYWHERE = ("The idea in a picture",)  # each chapter puts its picture where it helps most
MATHS = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$([^$\n]+?)\$", re.S)
QUIZ = re.compile(r"^:::\{quiz\}[ \t]*\n(.*?)^:::[ \t]*$", re.M | re.S)
DRAWS = re.compile(r"\bplt\.show\(|\btrainer\.fit\(|\.imshow\(")
FORBIDDEN = {
    "a note to ourselves": r"\b(TODO|FIXME|XXX|TBD|lorem ipsum|coming soon)\b",
    "a path of one machine": r"(?<![\w.])/(work|tmp|home|root|usr|mnt)/",
    "a local address": r"\b(localhost|127\.0\.0\.1)\b",
}


def header(chapter: Chapter) -> list[str]:
    jupytext = chapter.header.get("jupytext", {}).get("text_representation", {})
    kernel = chapter.header.get("kernelspec", {})
    bad = []
    if jupytext.get("format_name") != "myst" or jupytext.get("extension") != ".md":
        bad.append("the jupytext header must name the format myst and the extension .md")
    if kernel.get("name") != "python3" or not kernel.get("display_name"):
        bad.append("the kernelspec must be python3, with a display name")
    return bad


def sections(chapter: Chapter) -> list[str]:
    titles = re.findall(r"^# (.+)$", chapter.prose, re.M)
    bad = [] if len(titles) == 1 else [f"{len(titles)} titles; there must be one"]
    found = [name for _, name in chapter.headings]
    bad += [f"no section '{name}'" for name in SECTIONS if name not in found]
    order = [name for name in found if name in SECTIONS and name not in ANYWHERE]
    if order != [name for name in SECTIONS if name in order and name not in ANYWHERE]:
        bad.append(f"sections in the order {order}")
    start = re.search(r"^:::\{admonition\} In this chapter\n(.*?)^:::", chapter.prose, re.M | re.S)
    if not start:
        return [*bad, "no box 'In this chapter'"]
    for what in (r"\*\*You will be able to\*\*", r"\*\*Time:\*\*[^\n]*to read[^\n]*to run", r"\*\*You need:\*\*"):
        if not re.search(what, start[1]):
            bad.append(f"the box 'In this chapter' lacks {what}")
    if len(re.findall(r"^- ", start[1], re.M)) < 3:
        bad.append("fewer than three objectives")
    return bad


def contract(chapter: Chapter) -> list[str]:
    bad = []
    places = {name: start for start, name in chapter.headings}
    predict, live = chapter.section("Predict before you run"), places.get("A live population", len(chapter.text))
    if "?" not in predict:
        bad.append("'Predict before you run' asks nothing")
    sweeps = [cell.start for cell in chapter.cells if "rn.sweep(" in cell.code]
    if not any(start > live for start in sweeps):
        bad.append("'A live population' trains none with rn.sweep")
    if any(start < places.get("Predict before you run", 0) for start in sweeps):
        bad.append("a population is trained before the reader could predict")
    if not any(cell.start > live and "torch.cuda.is_available()" in cell.code for cell in chapter.cells):
        bad.append("the size of the live population does not follow the device (torch.cuda.is_available())")
    learned = [line for line in chapter.section("What we learned").splitlines() if line.strip()]
    sentences = [s for line in learned for s in re.findall(r"[^.?!]+[.?!](?=\s|$)", re.sub(r"\d\.\d", "1", line))]
    if len(sentences) != 3:
        bad.append(f"'What we learned' has {len(sentences)} sentences; it must have three")
    paper = chapter.section("In the paper")
    for what, pattern in {
        "a section": r"[Ss]ection \d|Appendix [A-D]",
        "a figure or table": r"(Figure|Table) \d",
        "a citation": r"\{cite",
    }.items():
        if not re.search(pattern, paper):
            bad.append(f"'In the paper' names no {what.removeprefix('a ')}")
    if len(re.findall(r"^- .*\{cite", chapter.section("Further reading"), re.M)) < 2:
        bad.append("'Further reading' cites fewer than two works")
    return bad


def interactive(chapter: Chapter) -> list[str]:
    """At least one cell ends with an interactive."""
    ends = [cell.code.strip().rsplit("\n\n", 1)[-1] for cell in chapter.cells]
    shown = any(re.search(r"^rn\.widgets\.[A-Z]\w+\(", end, re.M) for end in ends)
    return [] if shown else ["no cell ends with an interactive, rn.widgets.Name(...)"]


def recorded(chapter: Chapter) -> list[str]:
    """A recorded population is shown, and where it comes from."""
    code = "\n".join(cell.code for cell in chapter.cells)
    bad = [] if "rn.load_population(" in code else ["no recorded population: rn.load_population(...)"]
    if not re.search(r"rn\.(provenance|plots\.\w+)\(", code):
        bad.append("nothing says where the population comes from: rn.provenance(...) or a figure of rn.plots")
    return bad


def questions(chapter: Chapter) -> list[str]:
    """The quiz asks three to five questions; that each answer is explained, the directive itself makes sure."""
    asked = QUIZ.findall(chapter.section("Quiz"))
    bad = [] if 3 <= len(asked) <= 5 else [f"the quiz has {len(asked)} questions; three to five are right"]
    if len(asked) != len(QUIZ.findall(chapter.prose)):
        bad.append("a question of the quiz stands outside of the section 'Quiz'")
    for number, body in enumerate(asked, start=1):
        try:
            quiz.parse(body)
        except ValueError as error:
            bad.append(f"question {number}: {error}")
    firsts = [re.search(r"^- \[(.)\]", body, re.M) for body in asked]
    if len(asked) > 2 and all(first and first[1] != " " for first in firsts):
        bad.append("the first answer is always the right one")
    return bad


def cells(chapter: Chapter) -> list[str]:
    bad = []
    for k, cell in enumerate(chapter.cells, start=1):
        lines = cell.code.strip().splitlines()
        if len(lines) > MAX_LINES:
            bad.append(f"cell {k} has {len(lines)} lines; at most {MAX_LINES} fit on a screen")
        most = 92 - ("hide-input" in cell.metadata.get("tags", []))  # a fold has a rim
        if any(len(line) > most for line in lines):
            bad.append(f"cell {k} has a line of more than {most} characters")
        source = "\n".join("pass" if re.match(r"\s*[%!]", line) else line for line in lines)
        try:
            ast.parse(source)
        except SyntaxError as error:
            bad.append(f"cell {k} is not Python: {error}")
    return bad


def text_alternatives(chapter: Chapter) -> list[str]:
    bad = []
    for k, cell in enumerate(chapter.cells, start=1):
        alt = str(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
        if DRAWS.search(cell.code) and len(alt.split()) < 8:
            bad.append(f"cell {k} draws, and its image has no text alternative of eight words or more")
    for alt in re.findall(r"!\[(.*?)\]\(", chapter.prose):
        if len(alt.split()) < 3:
            bad.append(f"an image has the text alternative {alt!r}")
    for kind, body in re.findall(r"^:::\{(figure|image)\}(.*?)^:::", chapter.prose, re.M | re.S):
        if not re.search(r"^:alt: \S+ \S+ \S+", body, re.M):
            bad.append(f"a {kind} has no :alt:")
    return bad


def citations(chapter: Chapter, known: set[str]) -> list[str]:
    keys = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", chapter.prose)
    return [
        f"{key.strip()} is not in references.bib"
        for group in keys
        for key in group.split(",")
        if key.strip() not in known
    ]


def terms(chapter: Chapter, known: set[str]) -> list[str]:
    used = [re.sub(r".*<(.+)>", r"\1", t).strip() for t in re.findall(r"\{term\}`([^`]+)`", chapter.prose)]
    return [f"{term!r} is not in the glossary" for term in used if term.lower() not in known]


def leftovers(chapter: Chapter) -> list[str]:
    return [f"{what}: {m[0]!r}" for what, p in FORBIDDEN.items() for m in re.finditer(p, chapter.text)]


def disagreements(chapter: Chapter) -> list[str]:
    """A box 'Where sources disagree' is followed by a cell that shows it, before the next heading."""
    bad = []
    for match in re.finditer(r"^:::\{admonition\} (Where sources disagree.*)$", chapter.prose, re.M):
        following = [start for start, _ in chapter.headings if start > match.start()]
        end = following[0] if following else len(chapter.text)
        if not any(match.start() < cell.start < end for cell in chapter.cells):
            bad.append(f"no cell shows '{match[1]}'")
    return bad


def exercises(chapter: Chapter, known: Collection[str]) -> list[str]:
    """Exercises have hidden solutions, and one or more of this chapter check themselves."""
    labels = dict(re.findall(r"^:::\{exercise\}[^\n]*\n:label: (\S+)\n(:nonumber:)?", chapter.prose, re.M))
    solved = dict(re.findall(r"^:::\{solution\} (\S+)\n(:class: dropdown)?", chapter.prose, re.M))
    bad = [f"exercise {label} has no solution" for label in labels if label not in solved]
    bad += [
        f"exercise {label} needs :nonumber:, for the checked ones have the numbers"
        for label in labels
        if not labels[label]
    ]
    bad += [f"solution {label} is not hidden" for label, hidden in solved.items() if not hidden]
    bad += [f"solution {label} has no exercise" for label in solved if label not in labels]
    checked = [n for cell in chapter.cells for n in re.findall(r'^rn\.check\("([^"]+)"', cell.code, re.M)]
    bad += [f"there is no exercise {number} to check" for number in checked if number not in known]
    return bad if checked else [*bad, 'no exercise checks itself: rn.check("NN.k") in a cell']


def measured_numbers(chapter: Chapter) -> list[str]:
    """A percentage in the prose is the paper's, with its place, or it is printed by a cell; it is never typed."""
    bad = []
    for paragraph in re.split(r"\n\s*\n|\n(?=[-:])", chapter.prose):
        if re.search(r"\d ?(%|percent\b|points\b)", paragraph) and not re.search(
            r"\{cite|\b(paper|Figure|Table|footnote|level|share)\b", paragraph
        ):
            bad.append(f"a number without a source: {' '.join(paragraph.split())[:90]!r}")
    return bad


SYMBOL = re.compile(r"(?:\\bar )?[A-Za-z](?:_(?:\{[^}]+\}|\w))?")
COMMAND = re.compile(r"\\(?:text|mathrm|mathbf|operatorname|begin|end)\{[^}]*\}|\\bar (?=[a-z])|\\[A-Za-z]+|\\.")


def _symbols(maths: str) -> list[str]:
    marked = COMMAND.sub(lambda m: "\\bar " if m[0] == "\\bar " else " ", maths)
    return [m[0].replace("{", "").replace("}", "") for m in SYMBOL.finditer(marked)]


def undefined_symbols(chapter: Chapter) -> list[str]:
    """Every symbol stands in a table of symbols before it is used (an exponent O(.) is no symbol)."""
    defined: dict[str, int] = {}
    for row in re.finditer(r"^\| *(\$[^|]+\$) *\|", chapter.prose, re.M):
        for match in MATHS.finditer(row[1]):
            for symbol in _symbols(match[2] or match[1]):
                defined.setdefault(symbol, row.start())
    for match in re.finditer(r"^\|[^|]+\|([^|\n]+)\|", chapter.prose, re.M):
        for inner in MATHS.finditer(match[1]):  # a meaning may name symbols that the table explains
            for symbol in _symbols(inner[2] or ""):
                defined.setdefault(symbol, match.start())
    bad = []
    for match in MATHS.finditer(chapter.prose):
        for symbol in _symbols(match[1] or match[2]):
            if symbol == "O":
                continue
            if symbol not in defined or match.start() < defined[symbol]:
                line = chapter.prose.count("\n", 0, match.start()) + 1
                bad.append(f"line {line}: ${symbol}$ is used before a table defines it")
    return sorted(set(bad))
