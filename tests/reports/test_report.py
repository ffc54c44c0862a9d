"""The report: valid, self-contained, accessible, and right in the awkward cases."""

from __future__ import annotations

import importlib
import os
import re
import stat
import warnings
from html.parser import HTMLParser

import pytest
from fake_populations import population

from regnet_edu.analysis.comparison import compare
from regnet_edu.common.errors import InputError
from regnet_edu.reports.report import report

module = importlib.import_module("regnet_edu.reports.report")

A = population(30)
X = population(25, 1, "RegNetX", -0.03, shared=True, failed=2, diverged=1)
VOID = {"meta", "link", "br", "img", "input", "hr", "path", "use"}


class Checker(HTMLParser):
    """Collects what the tests ask about, and checks that tags are nested."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.headings, self.ids = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID or "svg" in self.open:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PROPERTIES", ("depth", "b", "d4"))
        assert report([A, X], out) == out
    return re.sub(r">\s+<", "><", out.read_text(encoding="utf-8"))


@pytest.fixture
def quick(monkeypatch):
    """No drawings and few resamples, so that a page takes a moment."""
    monkeypatch.setattr(module, "to_svg", lambda figure, prefix: "<svg></svg>")
    monkeypatch.setattr(module, "PROPERTIES", ())


def words(path):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", path.read_text(encoding="utf-8")))


def test_every_property_is_drawn(tmp_path):
    page = report(population(3, shared=True), tmp_path / "r.html").read_text(encoding="utf-8")
    svgs = Checker(page).tags
    assert sum(tag == "svg" for tag, _ in svgs) == 3 + len(module.PROPERTIES)


def test_page_is_well_formed_with_unique_ids_and_headings_in_order(page):
    found = Checker(page)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(found.headings, found.headings[1:], strict=False))


def test_page_passes_a_strict_html5_parser(page):
    html5lib = pytest.importorskip("html5lib")
    html5lib.HTMLParser(strict=True).parse(page)


def test_page_loads_nothing(page):
    for tag, attributes in Checker(page).tags:
        assert tag not in ("script", "iframe", "object", "embed", "img")
        for name in ("src", "href", "data", "action", "srcset", "poster"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    addresses = set(re.findall(r"""https?://[^"' )]+""", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # the name of a language, not an address
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_page_is_accessible(page):
    tags = Checker(page).tags
    assert ("html", {"lang": "en"}) in tags
    assert "<title>Populations compared</title>" in page
    assert all(a.get("aria-label") for tag, a in tags if tag == "svg")
    assert page.count("<table ") == page.count("<caption>") == page.count("<thead>")
    assert all(a.get("scope") in ("col", "row") for tag, a in tags if tag == "th")
    assert all(a.get("aria-label") for _, a in tags if a.get("tabindex") == "0")
    for query in ("prefers-color-scheme: dark", "@media print", "overflow-x: auto"):
        assert query in page
    assert any(a.get("name") == "viewport" for _, a in tags)


def test_page_has_the_numbers_of_the_populations(page):
    for table in (A, X):
        known = table["error"].dropna()
        for value in (known.min(), known.mean(), known.median(), known.std()):
            assert f"<td>{100 * value:.2f}</td>" in page
    result = compare(A["error"], X["error"], ("AnyNetXA", "RegNetX"))
    assert result.sentence in page


def test_page_has_the_best_and_the_worst_networks(page):
    for table in (A, X):
        known = table[table["error"].notna()].sort_values(["error", "index"])
        for row in [*known.head(5).to_dict("records"), *known.tail(5).to_dict("records")]:
            cells = f"<td>{100 * row['error']:.2f}</td><td>{' '.join(map(str, row['depths']))}</td>"
            assert cells in page


def test_page_says_where_each_population_comes_from(page):
    assert "Provenance of all populations" in page
    assert '<tr><th scope="row">AnyNetXA</th><td>0</td>' in page  # the seeds differ
    assert "fingerprint ab12" in page
    assert "flops 7.4e+06 to 8.2e+06" in page


def test_failed_and_diverged_networks_are_announced_at_the_top(page):
    top = page[: page.index("<h2>")]
    assert "1 diverged (counted with the error of guessing) and 2 failed (left out)" in top
    assert "not made alike" not in top


def test_what_was_not_alike_is_one_sentence_at_the_top(quick, tmp_path):
    other = population(20, 2, "AnyNetXE", hardware="an H200")
    other.attrs["header"]["regime"] |= {"epochs": 3, "ranges": {"AnyNet": {"min_width": 24}}, "flops": [1.8e6, 2.2e6]}
    other.attrs["header"]["data"]["fingerprint"] = "other"
    other.attrs["header"]["versions"]["torch"] = "2.4.0"
    text = words(report([A, other], tmp_path / "r.html"))
    sentence = re.search(r"These populations were not made alike.*?\)\.", text)[0]
    assert not re.search(r"[\[\]{}'_]", sentence)  # nothing as Python writes it
    for fact in (
        "epochs of the regime (1 and 3)",
        "flops of the regime (7.4e+06 to 8.2e+06 and 1.8e+06 to 2.2e+06)",
        "ranges of the regime (none and AnyNet min width 24)",
        "the images",
        "hardware (2 cores of a test machine and an H200)",
        "torch",
    ):
        assert fact in text
    assert text.index(sentence) < text.index("Error distributions")


def test_a_sweep_that_was_resumed_elsewhere_says_so(quick, tmp_path):
    table = A.copy()
    table.attrs["header"]["sessions"].append({"n": 30, "hardware": "a laptop", "versions": {"torch": "2.4.0"}})
    text = words(report([table, X], tmp_path / "r.html"))
    assert "hardware (2 cores of a test machine then a laptop and 2 cores of a test machine)" in text
    assert "version of torch (2.15.0 then 2.4.0 and 2.15.0)" in text


def test_networks_that_hardly_beat_guessing_are_pointed_out(quick, tmp_path):
    table = A.copy()
    table.loc[3, "error"] = 0.88
    assert "1 network of AnyNetXA trained to the end and hardly beat guessing" in words(
        report(table, tmp_path / "r.html")
    )


def test_one_population_and_one_network_do_not_crash(quick, tmp_path):
    text = words(report(population(1), tmp_path / "r.html"))
    assert "Comparisons" not in text
    assert "AnyNetXA" in text
    assert "too few to tell" in words(report([population(1), population(2)], tmp_path / "r.html"))


def test_all_failed_is_a_sentence(quick, tmp_path):
    text = words(report(population(3, failed=3), tmp_path / "r.html"))
    assert "No network of AnyNetXA has an error: all 3 failed." in text
    assert "There is nothing to draw" in text
    mixed = words(report([A, population(3, space="RegNetX", failed=3)], tmp_path / "r.html"))
    assert "No network of RegNetX has an error" in mixed
    Checker((tmp_path / "r.html").read_text())


def test_an_unfinished_or_empty_population_is_announced(quick, tmp_path):
    assert "AnyNetXA is not finished: 10 of 40" in words(report(population(10, wanted=40), tmp_path / "r.html"))
    assert "AnyNetXA has no networks yet." in words(report([A[:0], X], tmp_path / "r.html"))


def test_names_and_notes_are_escaped(quick, tmp_path):
    page = report({"<b>&": A}, tmp_path / "r.html", title="<script>").read_text()
    Checker(page)
    assert "<script>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_unwritable_outputs_are_one_sentence_and_touch_nothing(quick, tmp_path):
    file = tmp_path / "file"
    file.write_text("kept")
    for out in (tmp_path, tmp_path / "no" / "r.html", file / "r.html", tmp_path / ("x" * 300)):
        with pytest.raises(InputError) as caught:
            report(A[:2], out)
        assert "\n" not in str(caught.value)
    assert file.read_text() == "kept"
    assert os.listdir(tmp_path) == ["file"]


def test_a_failure_leaves_the_old_report(quick, tmp_path, monkeypatch):
    out = tmp_path / "r.html"
    out.write_text("old")
    monkeypatch.setattr(module.os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(InputError, match="No space left"):
        report(A[:3], out)
    assert out.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.html"]


def test_report_is_readable_by_others_as_any_new_file(quick, tmp_path):
    (tmp_path / "plain").write_text("")
    mode = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE(report(A[:3], tmp_path / "r.html").stat().st_mode) == mode & 0o644


def test_what_is_wrong_with_a_file_is_on_the_page_and_still_a_warning(quick, tmp_path, monkeypatch):
    def load(path):
        warnings.warn(f"line 7 of {path} is left out: it is torn", stacklevel=2)
        return A

    monkeypatch.setattr("regnet_edu.sweeps.population.load_population", load)
    with pytest.warns(UserWarning, match="line 7"):
        report(["a.jsonl"], tmp_path / "r.html")
    assert "Line 7 of a.jsonl is left out: it is torn." in words(tmp_path / "r.html")


def test_no_population_and_unknown_ones_are_one_sentence(tmp_path):
    for bad in ([], "no-such-population", [tmp_path / "none.jsonl"]):
        with pytest.raises(InputError) as caught:
            report(bad, tmp_path / "r.html")
        assert "\n" not in str(caught.value)
