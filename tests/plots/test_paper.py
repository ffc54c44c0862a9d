"""The figures of the paper, each by one call."""

import shutil
from importlib import resources

import pytest
from each import each

from regnet_edu import plots
from regnet_edu.common.errors import InputError
from regnet_edu.plots import field_comparison, paper_figure
from regnet_edu.plots.paper import FIGURES, NOT_DRAWN
from regnet_edu.study.plan import PLAN
from regnet_edu.sweeps.population import populations
from regnet_edu.sweeps.runtimes import runtimes_recorded

SHIPPED = resources.files("regnet_edu") / "recorded"


def test_every_figure_is_drawn_or_has_a_reason():
    assert sorted([*FIGURES, *NOT_DRAWN]) == list(range(1, 24))


def test_every_population_of_a_figure_is_planned_and_every_planned_one_is_shown():
    shown = {name for panels in FIGURES.values() for panel in panels for name in panel.populations}
    assert shown - {p.name for p in PLAN} == set()
    assert {p.name for p in PLAN} - shown == {"regnetx-seeds-cpu"}


@each("number", FIGURES)
def test_a_figure_is_drawn_from_what_is_recorded_or_says_what_it_needs(number):
    names = {name for panel in FIGURES[number] for name in panel.populations}
    missing = names - set(populations())
    for panel in (p for p in FIGURES[number] if p.timed):
        missing |= {f"runtimes of {n}" for n in panel.populations if n in populations() and not runtimes_recorded(n)}
    try:
        figure = paper_figure(number)
    except InputError as error:
        assert missing and all(name in str(error) for name in missing)
    else:
        assert set(figure.missing) == missing and figure.panels
        assert figure.alt_text.count("%") >= len(figure.panels)
        html = figure._repr_html_()
        assert html.count("<svg") == len(figure.panels) and all(name in html for name in missing)


def test_a_readers_own_population_comes_first(tmp_path):
    shutil.copy(str(SHIPPED / "regnetx-cpu.jsonl"), tmp_path / "anynetxa-cpu.jsonl")
    assert "AnyNetXA" not in paper_figure(2, tmp_path).alt_text
    assert "AnyNetXA" in paper_figure(2).alt_text


def test_the_panels_are_saved_under_the_number_of_the_figure(tmp_path):
    paths = paper_figure(2).save(tmp_path, "png")
    assert [p.name for p in paths] == ["figure_2a.png", "figure_2b.png"] and paths[0].stat().st_size > 1000


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (4, "figure 4 of the paper is a drawing of the X block"),
        (24, "figure 24 is not in the paper; its figures are 1 to 23"),
        ("two", "number 'two' must be a whole number"),
    ],
)
def test_what_is_no_figure_is_one_sentence(number, message):
    with pytest.raises(InputError, match=message):
        paper_figure(number)


def test_families_keep_their_look_and_are_named_when_unknown():
    everyone, some = field_comparison("flops"), field_comparison("flops", families=["EfficientNet", "RegNetY"])
    looks = [{line.get_label(): line.get_color() for line in f.axes[0].lines} for f in (everyone, some)]
    assert looks[1] == {name: looks[0][name] for name in ("RegNetY", "EfficientNet")}
    with pytest.raises(InputError, match="family 'ResNeXT' is unknown; did you mean ResNeXt"):
        field_comparison(families=["ResNeXT"])


def test_words_stay_inside_the_figure():
    fields = field_comparison(["params", "training_hours"])
    spaces = plots.edfs([name for name in populations() if name.startswith("anynet") and name.endswith("-cpu")])
    for figure in (fields, spaces):
        figure.draw_without_rendering()
        for words in (*figure.texts, *(ax.xaxis.label for ax in figure.axes)):
            box = words.get_window_extent()
            assert box.x0 >= 0 and box.x1 <= figure.bbox.x1, words.get_text()


def test_a_property_that_all_networks_share_stands_in_the_middle():
    figure = plots.property_scatter("regnetx-quick", "e_fit")  # 0, but for rounding
    assert figure.axes[0].get_xlim() == (-0.5, 0.5) and (figure.axes[0].lines[-1].get_xdata() == 0).all()
