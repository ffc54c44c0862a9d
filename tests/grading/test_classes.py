"""A class from week to week: its file, its roster, what is late, gradebooks for Canvas and Moodle, pages, likeness."""

from __future__ import annotations

import csv
import inspect
import io
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest

from regnet_edu.cli.parser import main
from regnet_edu.common.errors import InputError
from regnet_edu.grading.classes import roster, settings, similar
from regnet_edu.grading.classes.feedback import code, file_name, page
from regnet_edu.grading.classes.gradebook import about, gradebook
from regnet_edu.grading.classes.marks import Mark, days_late, marks, total
from regnet_edu.grading.classes.roster import Person
from regnet_edu.grading.classes.settings import ClassSettings
from regnet_edu.grading.evidence import Evidence
from regnet_edu.grading.exercise import SEEDS, exercises, get
from regnet_edu.grading.result import Result
from regnet_edu.grading.verdict import PartVerdict, Verdict

EDF = get("03.1")
SOLUTION = inspect.getsource(EDF.solution)
WRONG = SOLUTION.replace("< e", "<= e")
DUE = datetime(2026, 10, 12, 22, 0, tzinfo=UTC)
CLASS = """
name = "Design spaces"
secret = "s"
[late]
grace = 10
free_days = 1
penalty = 20
last_day = 3
[assignments.one]
exercises = ["03.1"]
due = 2026-10-12T22:00:00Z
[assignments.two]
exercises = ["03.1"]
due = 2026-10-19T22:00:00Z
weight = 3
"""


def described(folder: Path, text: str = CLASS) -> ClassSettings:
    (folder / "class.toml").write_text(text)
    return settings.load(folder)


def result(points: int, submitted: datetime, words: str = "wrong") -> Result:
    """A result with so many points in the first part of 03.1."""
    first, *rest = EDF.parts
    verdict = Verdict(
        EDF, "edf.py", (PartVerdict(first.name, points, first.points, "" if points == first.points else words, first.idea),
        *(PartVerdict(p.name, p.points, p.points, "", p.idea) for p in rest)),
    )  # fmt: skip
    when = submitted.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Result(verdict, evidence=Evidence("edf.py", "ab", {}, "e", "p", {}, [0, 4711], [], when, when))


def of_ada(described: ClassSettings, **submitted: datetime | None) -> dict[str, Mark]:
    results = {slug: {("ada", "03.1"): result(2, when)} for slug, when in submitted.items() if when}
    return marks(described, results, {"ada": ["ada"]})["ada"]


class TestSettings:
    def test_init_writes_a_class_that_can_be_read_and_has_a_seed_of_its_own(
        self, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        for name in ("a", "b"):
            assert main(["class", "init", "--class", str(tmp_path / name)]) == 0
        first, second = (settings.load(tmp_path / name) for name in ("a", "b"))
        numbers = [e.number for a in first.assignments.values() for e in a.exercises]
        assert numbers == list(exercises())
        assert len({first.seed, second.seed, SEEDS[1]}) == 3 and first.secret != second.secret
        assert main(["class", "init", "--class", str(tmp_path / "a")]) == 2
        assert "is there already" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("nam = 'x'", "nam in the class means nothing; did you mean name"),
            ("[late]\npenalti = 1", r"penalti in \[late\] means nothing; did you mean penalty"),
            ("[late]\npenalty = 'much'", "it should be float"),
            ("[late]\nfree_days = true", "free_days = True"),
            ("[late]\nlast_day = -1", "the smallest is 0"),
            ("seed = -1", "at least 0"),
            ("[assignments.a]", "has no exercises"),
            ("[assignments.a]\nexercises = ['3.9']", "the nearest is 03.3"),
            ("[assignments.a]\nexercises = ['03.1']\ndue = 2026-10-12T22:00:00", "has no zone"),
            ("[assignments.a]\nexercises = ['03.1']\ndue = 'monday'", "it should be datetime"),
            ("[assignments.a]\nexercises = ['03.1']\nvisibility = 'x'", "after_due_date"),
            ("[[exceptions]]\nlearner = 'ada'\nassignment = 'b'", "for no assignment 'b'"),
            ("[exceptions]\nlearner = 'ada'", r"write \[\[exceptions\]\]"),
            ("name = ", "cannot be read"),
        ],
    )
    def test_a_line_that_makes_no_sense_is_named(self, tmp_path: Path, text: str, words: str) -> None:
        with pytest.raises(InputError, match=words):
            described(tmp_path, text)


class TestLate:
    @pytest.mark.parametrize(
        ("late", "days"), [(-1, 0), (0, 0), (9 * 60, 0), (10 * 60, 0), (10 * 60 + 1, 1), (86400, 1), (86401, 2)]
    )
    def test_a_day_late_counts_when_it_has_begun_and_the_grace_is_over(self, late: int, days: int) -> None:
        assert days_late(DUE + timedelta(seconds=late), DUE, grace=10) == days

    def test_free_days_come_first_and_then_the_penalty(self, tmp_path: Path) -> None:
        mine = of_ada(described(tmp_path), one=DUE + timedelta(days=2), two=DUE + timedelta(days=8))
        assert [(m.days_late, m.free_days, m.counted) for m in mine.values()] == [(2, 1, 4.0), (1, 0, 4.0)]
        assert about(settings.load(tmp_path), mine["one"]) == "2 days late, 1 of them free, 1 of 5 points lost"

    def test_free_days_are_spent_in_the_order_of_the_due_dates(self, tmp_path: Path) -> None:
        head, one, two = re.split(r"(?=\[assignments)", CLASS)
        mine = of_ada(described(tmp_path, head + two + one), one=DUE + timedelta(days=1), two=DUE + timedelta(days=8))
        assert {slug: m.free_days for slug, m in mine.items()} == {"two": 0, "one": 1}

    def test_after_the_last_day_nothing_counts_and_no_free_day_is_spent(self, tmp_path: Path) -> None:
        mine = of_ada(described(tmp_path), one=DUE + timedelta(days=4), two=DUE + timedelta(days=8))
        assert [(m.free_days, m.counted) for m in mine.values()] == [(0, 0), (1, 5)]

    @pytest.mark.parametrize(
        ("line", "counted"),
        [
            ("extra_days = 2", 5.0), ("due = 2026-10-14T22:00:00Z", 5.0), ("submitted = 2026-10-12T21:00:00Z", 5.0),
            ("assignment = 'two'\nextra_days = 2", 4.0), ("extra_days = 1", 5.0),
        ],
    )  # fmt: skip
    def test_exceptions(self, tmp_path: Path, line: str, counted: float) -> None:
        mine = of_ada(
            described(tmp_path, f"{CLASS}[[exceptions]]\nlearner = 'ada'\n{line}\n"), one=DUE + timedelta(days=2)
        )
        assert mine["one"].counted == counted

    def test_what_is_dropped_counts_neither_for_nor_against(self, tmp_path: Path) -> None:
        text = f"{CLASS}[[exceptions]]\nlearner = 'ada'\nassignment = 'two'\ndrop = true\n"
        mine = of_ada(one := described(tmp_path, text), one=DUE)
        assert total(one, mine) == 100

    def test_the_total_is_weighted_and_what_is_missing_counts_as_nothing(self, tmp_path: Path) -> None:
        mine = of_ada(one := described(tmp_path), one=DUE)
        assert mine["two"].missing and total(one, mine) == 25


class TestRoster:
    CANVAS = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (99)\n    Points Possible,,,,,5\n"
        '"Doe, Jane",12345,s1,jdoe,A,\n"van Roe, Jäck",12346,s2,jroe,A,\n"Student, Test",1,,,A,\n'
    )
    WORKSHEET = "\ufeffIdentifier,Full name,Email address,Status\nParticipant 1234567,Ada Lovelace,ada@x.org,-\n"

    def people(self, folder: Path, text: str) -> list[Person]:
        (folder / "roster.csv").write_text(text)
        return roster.load(folder / "roster.csv")

    def test_an_export_of_canvas_is_a_roster(self, tmp_path: Path) -> None:
        people = self.people(tmp_path, self.CANVAS)
        assert [(p.id, p.name, p.number) for p in people] == [
            ("jdoe", "Doe, Jane", "12345"),
            ("jroe", "van Roe, Jäck", "12346"),
        ]
        found = roster.match(["doejane_12345", "vanroejack_999", "somebody_1"], people)
        assert {name: p.id for name, p in found.items()} == {"doejane_12345": "jdoe", "vanroejack_999": "jroe"}

    def test_a_worksheet_of_moodle_is_a_roster(self, tmp_path: Path) -> None:
        people = self.people(tmp_path, self.WORKSHEET)
        assert [(p.id, p.number) for p in people] == [("ada@x.org", "1234567")]
        assert roster.match(["Whatever_1234567", "Ada Lovelace_7654321"], people).keys() == {
            "Whatever_1234567", "Ada Lovelace_7654321",
        }  # fmt: skip

    def test_a_roster_of_one_s_own(self, tmp_path: Path) -> None:
        people = self.people(tmp_path, "id;name;email;folder\nada;Ada Lovelace;al@x.org;team-7\nbob;Bob Roe;;\n")
        found = roster.match(["ADA", "al", "lovelace-ada", "team-7", "roe_bob", "eve"], people)
        assert {name: p.id for name, p in found.items()} == {
            "ADA": "ada", "al": "ada", "lovelace-ada": "ada", "team-7": "ada", "roe_bob": "bob",
        }  # fmt: skip

    def test_a_name_that_two_have_is_nobody_s(self, tmp_path: Path) -> None:
        people = self.people(tmp_path, "id,name\na1,Ann Lee\na2,Lee Ann\n")
        assert roster.match(["Ann Lee"], people) == {}

    @pytest.mark.parametrize(("text", "words"), [("x,y\n1,2\n", "should be id"), ("id\na\na\n", "more than once")])
    def test_what_is_no_roster(self, tmp_path: Path, text: str, words: str) -> None:
        with pytest.raises(InputError, match=words):
            self.people(tmp_path, text)


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text())))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("class")
    worksheet = (
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        'Participant 7,Ada Lovelace,1,ada@x.org,Submitted for grading - ,,5.00,Yes,"Monday, 12 October 2026, 9:59 PM",-,\n'
        "Participant 8,Cyd Poe,3,cyd@x.org,No submission - ,,5.00,Yes,-,-,\n"
    )
    (home / "worksheet.csv").write_text(worksheet)
    (home / "roster.csv").write_text(
        "id,name,email\nada,Ada Lovelace,ada@x.org\nbob,Bob <Roe>,bob@x.org\ncyd,Cyd Poe,cyd@x.org\n"
    )
    (home / "class.toml").write_text(
        'name = "Spaces & more"\nroster = "roster.csv"\nseed = 4711\nsecret = "s"\n[late]\npenalty = 50\n'
        '[assignments.week-1]\ntitle = "Week 1"\nexercises = ["03.1"]\ndue = 2026-10-12T22:00:00Z\n'
        'canvas = "Week 1 (99)"\nmoodle = "worksheet.csv"\n[assignments.week-2]\nexercises = ["03.2"]\n'
    )
    for name, text, late in (("ada", WRONG, -60), ("bob", SOLUTION, 3600), ("eve", SOLUTION, 0)):
        (home / "in" / name).mkdir(parents=True)
        (home / "in" / name / "edf.py").write_text(text)
        os.utime(home / "in" / name / "edf.py", (DUE.timestamp() + late,) * 2)
    return home


@pytest.fixture(scope="module")
def graded(home: Path) -> Path:
    assert main(["class", "grade", "week-1", str(home / "in"), "--class", str(home), "--quiet"]) == 0
    assert main(["class", "report", "--class", str(home)]) == 0
    return home / "report"


class TestWholeClass:
    """Three people, one assignment: graded, reported, and handed back in every format."""

    def test_who_is_missing_and_who_is_a_stranger_is_said(
        self, graded: Path, home: Path, capsys: pytest.CaptureFixture
    ) -> None:
        main(["class", "grade", "week-1", str(home / "in"), "--class", str(home), "--quiet"])
        said = capsys.readouterr().out
        assert "On no roster: eve" in said and "Nothing from 1 of 3: cyd" in said

    def test_the_gradebook(self, graded: Path) -> None:
        assert table(graded / "gradebook.csv") == [
            ["id", "name", "week-1", "percent", "missing", "notes"],
            ["ada", "Ada Lovelace", "2.0", "40.0", "", ""],
            ["bob", "Bob <Roe>", "2.5", "50.0", "", "week-1: 1 day late, 2.5 of 5 points lost"],
            ["cyd", "Cyd Poe", "", "0.0", "week-1", ""],
        ]

    def test_every_part_has_a_row(self, graded: Path) -> None:
        rows = table(graded / "parts.csv")
        assert [row[:4] for row in rows[1:4]] == [["ada", "week-1", "03.1", part.name] for part in EDF.parts]
        assert [row[4:6] for row in rows[1:4]] == [["0", "2"], ["0", "1"], ["2", "2"]]
        assert len(rows) == 1 + 2 * len(EDF.parts)  # nobody's row is made up
        assert rows[1][7] == "2026-10-12T21:59:00Z"

    def test_canvas_finds_its_columns(self, graded: Path) -> None:
        assert table(graded / "canvas.csv") == [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1 (99)"],
            ["    Points Possible", "", "", "", "", "5"],
            ["Ada Lovelace", "", "", "ada", "", "2"],
            ["Bob <Roe>", "", "", "bob", "", "2.5"],
            ["Cyd Poe", "", "", "cyd", "", ""],
        ]

    def test_moodle_s_worksheet_is_filled_in_and_else_as_it_was(self, graded: Path, home: Path) -> None:
        before, after = table(home / "worksheet.csv"), table(graded / "moodle-week-1.csv")
        assert after[0] == before[0] and after[2] == before[2]
        changed = {before[0][k]: cell for k, cell in enumerate(after[1]) if cell != before[1][k]}
        assert changed == {"Grade": "2", "Feedback comments": "03.1: 2 of 5"}
        assert table(graded / "moodle.csv")[1] == ["ada", "Ada Lovelace", "ada@x.org", "2"]

    def test_a_page_is_whole_valid_and_loads_nothing(self, graded: Path) -> None:
        pages = sorted(p.name for p in (graded / "feedback").iterdir())
        assert pages == ["ada.html", "bob.html", "cyd.html"]
        for name in pages:
            text = (graded / "feedback" / name).read_text()
            html5lib.HTMLParser(strict=True).parse(text)
            assert not re.search(r"(?:src|href)=\"(?!#)|url\(|@import|<script", text)
        text = (graded / "feedback" / "ada.html").read_text()
        assert "Read again:" in text and "&lt;= e" not in text and "4711" not in text
        assert "Bob &lt;Roe&gt;" in (graded / "feedback" / "bob.html").read_text()
        assert "nothing handed in" in (graded / "feedback" / "cyd.html").read_text()

    def test_an_anonymous_page_names_nobody(self, graded: Path, home: Path) -> None:
        out = home / "anonymous"
        assert main(["class", "report", "--class", str(home), "--anonymous", "--out", str(out)]) == 0
        codes = dict(table(out / "codes.csv")[1:])
        assert sorted(p.stem for p in (out / "feedback").iterdir()) == sorted(codes.values())
        for person, hidden in codes.items():
            text = (out / "feedback" / f"{hidden}.html").read_text()
            assert hidden in text
            assert not re.search(rf"\b({person}|Lovelace|Roe|Poe|x\.org)\b|edf\.py", text, re.I)

    def test_reported_twice_the_bytes_are_the_same(self, graded: Path, home: Path) -> None:
        before = {p: p.read_bytes() for p in graded.rglob("*") if p.is_file()}
        main(["class", "report", "--class", str(home)])
        assert {p: p.read_bytes() for p in graded.rglob("*") if p.is_file()} == before

    def test_before_anything_is_graded_it_says_what_comes_first(
        self, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        described(tmp_path)
        assert main(["class", "report", "--class", str(tmp_path)]) == 2
        assert "nothing is graded yet" in capsys.readouterr().err
        assert main(["class", "grade", "on", str(tmp_path), "--class", str(tmp_path)]) == 2
        assert "did you mean one" in capsys.readouterr().err

    def test_an_exception_of_nobody_is_refused(self, home: Path, graded: Path, tmp_path: Path) -> None:
        text = (home / "class.toml").read_text()
        (home / "class.toml").write_text(f"{text}[[exceptions]]\nlearner = 'ad'\ndrop = true\n")
        try:
            assert main(["class", "report", "--class", str(home)]) == 2
        finally:
            (home / "class.toml").write_text(text)


class TestPages:
    def test_what_a_learner_returns_is_text_and_no_page(self, tmp_path: Path) -> None:
        one = described(tmp_path)
        results = {"one": {("ada", "03.1"): result(0, DUE, "<script>alert(1)</script> {{ 7 * 7 }}")}}
        mine = marks(one, results, {"ada": ["ada"]})["ada"]
        text = page(one, Person("ada"), mine)
        assert "&lt;script&gt;alert(1)" in text and "{{ 7 * 7 }}" in text and "<script" not in text

    def test_no_two_people_have_the_same_page_and_none_lies_elsewhere(self, tmp_path: Path) -> None:
        one = described(tmp_path)
        names = [file_name(one, Person(i)) for i in ("a b", "a_b", "a/b", "../a", ".a", "a@x.org")]
        assert len(set(names)) == len(names) and not any("/" in n or n.startswith(".") for n in names)
        assert code(one, Person("ada")) != code(described(tmp_path, CLASS.replace('"s"', '"t"')), Person("ada"))

    def test_a_name_is_no_formula(self, tmp_path: Path) -> None:
        one = described(tmp_path)
        people = [Person("=1+1", "@SUM(A1)")]
        made = gradebook(one, people, marks(one, {}, {"=1+1": []}))
        assert made.splitlines()[1].startswith("'=1+1,'@SUM(A1)")


class TestSimilar:
    """A hint: the same in other words is found, what everybody writes is not, and twice gives the same."""

    MINE = (
        "def edf(errors, e):\n    below = 0\n    for k, x in enumerate(errors):\n        if x < e and k >= 0:\n"
        "            below += 1\n    return below / max(len(errors), 1) if below else 0.0\n"
    )
    THEIRS = re.sub(r"\bbelow\b", "anzahl", MINE).replace("    for", "    # zählen\n    for").replace("x", "wert")

    def others(self, n: int) -> dict[str, str]:
        ways = [inspect.getsource(f) for name, f in vars(EDF.mistakes).items() if "__" in name and callable(f)]
        return {f"other{k}": ways[k % len(ways)] for k in range(n)}

    def test_other_names_and_comments_change_nothing(self) -> None:
        found = similar.pairs({"ada": self.MINE, "bob": self.THEIRS, "cyd": SOLUTION})
        assert [(p.one, p.other, p.share) for p in found] == [("ada", "bob", 1.0)]

    def test_what_many_write_and_what_all_were_given_is_no_hint(self) -> None:
        assert similar.pairs({f"l{k}": SOLUTION for k in range(20)}) == []
        assert similar.pairs({"ada": EDF.stub(), "bob": EDF.stub()}, EDF.stub()) == []

    def test_it_is_the_same_tomorrow(self) -> None:
        sources: dict[str, Any] = {**self.others(12), "ada": self.MINE, "bob": self.THEIRS}
        first = similar.pairs(sources, EDF.stub())
        assert first == similar.pairs(dict(reversed(sources.items())), EDF.stub())
        assert first[0] == similar.Pair("ada", "bob", first[0].shared, 1.0)
        assert similar.fingerprints("a = b + c * d - e\n") == {681091745}  # in every process

    @pytest.mark.parametrize("text", ["", "'''" * 5_001, '"' * 9_999, "(" * 10_000, "x" * 200_000, "\\\n" * 9_999])
    def test_a_hostile_text_takes_no_time(self, text: str) -> None:
        similar.pairs({"ada": text, "bob": text + "x"})

    def test_the_page_says_what_it_is(self, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        described(tmp_path)
        for name, text in (("ada", self.MINE), ("bob", self.THEIRS), ("cyd", SOLUTION)):
            (tmp_path / "in" / name).mkdir(parents=True)
            (tmp_path / "in" / name / "edf.py").write_text(text)
        assert main(["class", "similar", "one", str(tmp_path / "in"), "--class", str(tmp_path)]) == 0
        assert "1 pairs to look at; a hint, never a verdict" in capsys.readouterr().out
        text = (tmp_path / "report" / "similar-one.html").read_text()
        html5lib.HTMLParser(strict=True).parse(text)
        assert "A hint where to look, and never a verdict" in text and "anzahl" in text
        assert (tmp_path / "report" / "similar-one.csv").read_text().splitlines()[1].startswith("03.1")
