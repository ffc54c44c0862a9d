"""Figures: what they draw, what they say, and that they are readable everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import matplotlib.image
import matplotlib.style
import numpy as np
import pytest
from each import each
from fake_populations import population
from matplotlib.figure import Figure

from regnet_edu import plots
from regnet_edu.analysis.edf import bootstrap_best, edf
from regnet_edu.analysis.random_search import random_search_curve
from regnet_edu.common.errors import InputError
from regnet_edu.plots.canvas import INK, LINES, MARKERS, PALETTE
from regnet_edu.plots.source import small_print, sources

A = population(40)
X = population(30, 1, "RegNetX", -0.03, shared=True, failed=2, diverged=1)

ONE = {
    "edfs": lambda p, **k: plots.edfs(p, **k),
    "random_search": lambda p, **k: plots.random_search(p, **k),
    "property_scatter": lambda p, **k: plots.property_scatter(p, ["depth", "w4", "b", "flops", "cpu_seconds"], **k),
    "width_profiles": lambda p, **k: plots.width_profiles(p, **k),
    "linear_fits": lambda p, **k: plots.linear_fits(p, **k),
    "quantized_fits": lambda p, **k: plots.quantized_fits(p, **k),
    "fit_error": lambda p, **k: plots.fit_error(p, **k),
    "parameter_trends": lambda p, **k: plots.parameter_trends(p, ["depth", "g", "wm"], **k),
    "complexity_relations": lambda p, **k: plots.complexity_relations(p, **k),
}


@pytest.fixture(scope="module", params=list(ONE))
def drawn(request):
    figure = ONE[request.param](X)
    return figure, plots.to_svg(figure)


def test_every_figure_is_a_matplotlib_figure_with_a_text_alternative_in_numbers(drawn):
    figure, _ = drawn
    assert isinstance(figure, Figure)
    assert figure.alt_text == plots.alt_text(figure)
    assert len(re.findall(r"\d", figure.alt_text)) > 10
    assert "RegNetX" in figure.alt_text


def test_every_figure_says_where_it_comes_from(drawn):
    figure, _ = drawn
    text = " ".join(t.get_text().replace("\n", " ") for t in figure.texts)
    for fact in (
        "n = 30 (2 failed)",
        "regime cpu",
        "CIFAR-10 (JPEG)",
        "25,600 images x 1 epoch",
        "torch 2.15.0",
        "2 cores",
    ):
        assert fact in text


def test_svg_is_well_formed_labelled_and_loads_nothing(drawn):
    figure, svg = drawn
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == figure.alt_text
    assert not re.search(r'(href|src)="(?!#)', svg)
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "<style" not in svg
    assert "@import" not in svg


def test_svg_follows_the_theme(drawn):
    _, svg = drawn
    assert "currentColor" in svg
    for color in (INK, "#ffffff", "#000000", "white", "black"):
        assert color not in svg


def test_svg_ids_are_unique_and_every_reference_has_its_target(drawn):
    _, svg = drawn
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)) != set()
    for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg):
        assert (pair[0] or pair[1]) in ids


def test_the_same_data_give_the_same_svg():
    assert plots.to_svg(plots.edfs([A, X])) == plots.to_svg(plots.edfs([A, X]))


def test_a_prefix_makes_ids_unique_in_a_page():
    first, second = (plots.to_svg(plots.edfs(A), prefix) for prefix in ("a-", "b-"))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert not ids[0] & ids[1]


def test_a_notebook_shows_the_svg_and_keeps_a_png():
    figure = plots.edfs(A)
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in figure._repr_html_()
    assert "overflow-x:auto" in figure._repr_html_()
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_saved_figures_are_dark_on_white(tmp_path):
    from matplotlib.image import imread

    plots.edfs(A).savefig(tmp_path / "a.png")
    image = imread(tmp_path / "a.png")
    assert (image[0, 0, :3] == 1).all()
    assert image[..., :3].min() < 0.2


@pytest.mark.parametrize("background", ["#ffffff", "#14181e"])
def test_colours_stand_out_on_light_and_dark_pages(background):
    def luminance(color):
        channels = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for color in PALETTE:
        light, dark = sorted((luminance(color), luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, color


def test_six_curves_differ_in_colour_and_in_line_style():
    assert len(set(PALETTE)) == len(set(MARKERS)) == 7
    assert len(set(map(str, LINES))) == 6
    lines = plots.edfs([population(5, k, f"space {k}") for k in range(6)]).axes[0].lines
    assert len({line.get_color() for line in lines}) == 6
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 6


def test_edfs_draws_the_strict_edf():
    line = plots.edfs(A).axes[0].lines[0]
    errors = A["error"].to_numpy()
    x, y = np.array(line.get_xdata()) / 100, np.array(line.get_ydata())
    for e in [*errors, *(errors + 1e-7), 0.3, 0.99]:
        assert y[np.searchsorted(x, e, side="left")] == pytest.approx(edf(errors, e))
    assert line.get_drawstyle() == "steps-pre"


def test_edfs_legend_is_min_and_mean_in_percent():
    texts = [t.get_text() for t in plots.edfs([A, X]).axes[0].get_legend().get_texts()]
    known = X["error"].dropna()
    assert texts[1] == f"[{100 * known.min():.1f} | {100 * known.mean():.1f}] RegNetX, n = 28"


def test_a_large_legend_stands_above_the_curves_and_is_whole():
    many = {f"a space with a rather long name, number {k}": A for k in range(5)}
    figure = plots.edfs(many)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert figure.axes[0].get_legend() is None and box.y0 >= figure.axes[0].get_window_extent().y1
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1


@pytest.mark.parametrize(
    "names", [["anynetxa-cpu", "regnetx-cpu"], ["regnetx-quick-24px", "regnetx-quick", "regnetx-quick-48px"]]
)
def test_a_legend_hides_no_curve(names):
    figure = plots.edfs(names)
    figure.draw_without_rendering()
    inside = figure.axes[0].get_legend()
    for line in figure.axes[0].lines if inside else ():
        path = line.get_transform().transform_path(line.get_path())
        assert not path.intersects_bbox(inside.get_window_extent(), filled=False)
    assert bool(inside) == (len(names) == 2)


def test_edfs_takes_weights():
    weights = np.where(A["error"] < A["error"].median(), 1.0, 0.0)
    line = plots.edfs([A], weights=[weights]).axes[0].lines[0]
    half = np.searchsorted(np.array(line.get_xdata()) / 100, A["error"].median())
    assert line.get_ydata()[half] == 1


def test_networks_outside_the_axes_are_counted_in_words():
    figure = plots.edfs(X)
    assert figure.axes[0].get_xlim()[1] < 89
    assert "1 network with an error above" in figure.alt_text
    assert "lies outside the axes" in figure.alt_text
    for drawn in (figure, plots.property_scatter(X), plots.fit_error(X)):  # and in small print, for those who look
        note = " ".join(drawn.texts[-1].get_text().split())
        assert note.endswith("lies outside the axes.") and drawn.alt_text.endswith("lies outside the axes.")


def test_random_search_draws_the_exact_curve():
    line = plots.random_search(X).axes[0].lines[0]
    assert np.allclose(line.get_ydata(), 100 * random_search_curve(X["error"]).expected)


def test_scatter_shows_every_network_and_the_band_of_the_bootstrap():
    figure = plots.property_scatter(X, "depth")
    ax = figure.axes[0]
    known = X[X["error"].notna()]
    depth = known["depths"].map(sum)
    points = max(ax.lines, key=lambda line: len(line.get_xdata()))
    assert len(points.get_xdata()) == 28
    ordered = known.assign(depth=depth).sort_values(["error", "index"])
    band = bootstrap_best(ordered["depth"], ordered["error"])
    assert f"most likely best value {band.median:.3g}" in figure.alt_text
    assert f"95 % interval {band.low:.3g} to {band.high:.3g}" in figure.alt_text
    assert any(np.allclose(line.get_xdata(), band.median) for line in ax.lines)


def test_points_are_moved_sideways_by_less_than_half_a_step():
    ax = plots.property_scatter(X, "depth").axes[0]
    points = max(ax.lines, key=lambda line: len(line.get_xdata()))
    known = X[X["error"].notna()].sort_values(["error", "index"])
    assert np.abs(points.get_xdata() - known["depths"].map(sum).to_numpy()).max() < 0.5


def test_profiles_show_the_best_and_the_worst_networks():
    figure = plots.width_profiles(A, 3)
    titles = [ax.get_title().split("\n")[0] for ax in figure.axes]
    errors = np.sort(A["error"])
    assert titles == [f"{100 * e:.1f} %" for e in [*errors[:3], *errors[::-1][:3]]]
    best = A.loc[A["error"].idxmin()]
    assert f"with depths {' '.join(map(str, best['depths']))}" in figure.alt_text


@each("draw", ONE.values(), ids=ONE)
def test_one_network_is_enough(draw):
    assert plots.to_svg(draw(population(1)))


@each("draw", ONE.values(), ids=ONE)
def test_all_failed_or_none_is_one_sentence(draw):
    for bad in (population(3, failed=3), A[:0], [], 7, "no-such-population", A.drop(columns="error")):
        with pytest.raises(InputError) as caught:
            draw(bad)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("style", ["dark_background", "ggplot"])
def test_figures_are_dark_on_white_in_any_style_of_the_user(style, tmp_path):
    draw = plots.edfs
    with matplotlib.style.context(style):
        figure = draw([A])
        figure.savefig(tmp_path / "styled.png")
    draw([A]).savefig(tmp_path / "plain.png")
    styled, plain = (matplotlib.image.imread(tmp_path / f"{name}.png") for name in ("styled", "plain"))
    assert np.allclose(styled, plain, atol=0.02)


def test_figures_leave_the_users_settings_alone():
    with matplotlib.rc_context({"font.size": 31, "axes.grid": False}):
        plots.to_svg(plots.edfs(A))
        assert matplotlib.rcParams["font.size"] == 31
        assert matplotlib.rcParams["axes.grid"] is False


def test_importing_plots_imports_neither_matplotlib_nor_pyplot():
    code = "import sys, regnet_edu.plots; assert 'matplotlib' not in sys.modules and 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_populations_of_one_name_are_told_apart_by_regime_or_number():
    quick = population(5, regime={"name": "quick"})
    assert [s.name for s in sources([A, quick])] == ["AnyNetXA (cpu)", "AnyNetXA (quick)"]
    assert [s.name for s in sources([A, A])] == ["AnyNetXA, 1", "AnyNetXA, 2"]
    names = ["regnetx-cpu", "regnetx-seeds-cpu"]  # the regime does not tell them apart, the file does
    assert [s.name for s in sources(names)] == [f"RegNetX ({name})" for name in names]
    assert [s.name for s in sources({"mine": A})] == ["mine"]


def test_small_print_says_what_is_common_once():
    text = small_print(sources([A, X]))
    assert text.count("regime cpu") == 1
    assert "RegNetX: n = 30 (2 failed), seed 1" in text
    mixed = small_print(sources([A, population(5, 2, "AnyNetXE", hardware="an H200")]))
    assert "an H200" in mixed
    assert "2 cores" in mixed


def test_a_table_without_header_has_an_unknown_origin():
    bare = A.copy()
    bare.attrs.clear()
    assert "origin unknown" in small_print(sources(bare))
