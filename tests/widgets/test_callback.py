"""Controls around a reader's own function: live in a notebook, a still result in a page."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")

from regnet_edu import widgets
from regnet_edu.common.errors import InputError
from regnet_edu.plots.study_figure import StudyFigure


@pytest.fixture
def shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance()


def area(width: int = 3, height: int = 4) -> int:
    print(f"{width} times\n\n{height} <&>")
    return width * height


class TestLive:
    def test_the_page_gets_values_results_and_the_note_in_one_block(self, shell: Any) -> None:
        shown, _ = shell.display_formatter.format(widgets.live(area, width=(1, 9), height=[4, 5]))
        html = shown["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in shown
        assert "<dt>width</dt><dd>3</dd>" in html and "<dt>height</dt><dd>4</dd>" in html
        assert "3 times&#10;&#10;4 &lt;&amp;&gt;" in html and "<pre>12</pre>" in html
        assert "Run this live" in html and not re.search(r"\n\s*\n", html)

    def test_a_moved_control_calls_the_function_and_the_first_call_serves_notebook_and_page(self, shell: Any) -> None:
        calls: list[int] = []
        shown = widgets.live(lambda n=2: calls.append(n), n=(0, 5))
        assert calls == [2]
        shown._repr_html_()
        shown.children[0].value = 5
        assert calls == [2, 5] and shown.kwargs == {"n": 5}

    def test_controls_start_at_the_defaults_of_the_function(self, shell: Any) -> None:
        controls = widgets.live(area, width=(1, 9), height=(1, 9)).children
        assert [control.value for control in controls[:2]] == [3, 4]
        assert [control.description for control in controls[:2]] == ["width", "height"]

    def test_a_figure_is_shown_with_its_text_alternative(self, shell: Any) -> None:
        figure = StudyFigure(figsize=(2, 2))
        figure.alt_text = "A square."
        shown = widgets.live(lambda n=1: figure, n=(0, 5))
        assert "<svg" in shown.still and "image/png" in shown.out.outputs[0]["data"]

    def test_a_sentence_in_markdown_is_a_sentence_of_the_page(self, shell: Any) -> None:
        from IPython.display import Markdown

        shown = widgets.live(lambda n=1: Markdown(f"{n} < 2, or *not*."), n=(0, 5))
        assert "<p>1 &lt; 2, or *not*.</p>" in shown.still and "IPython" not in shown.still

    @pytest.mark.parametrize(
        ("controls", "sentence"),
        [
            ({"widht": (1, 5)}, "area has no argument 'widht'; did you mean width"),
            ({"width": (5, 1)}, r"width=\(5, 1\) makes no control: "),
            ({"width": object()}, "makes no control; .* a list, True or a widget do"),
        ],
    )
    def test_controls_that_do_not_fit_are_refused_in_one_sentence(self, controls: dict, sentence: str) -> None:
        with pytest.raises(InputError, match=sentence):
            widgets.live(area, **controls)

    def test_an_argument_without_a_control_is_named(self) -> None:
        with pytest.raises(InputError, match="argument 'n' of only has no control; give one, such as n="):
            widgets.live(only)

    def test_what_the_function_raises_at_first_is_not_swallowed(self, shell: Any) -> None:
        def wrong(n: int = 1) -> None:
            raise TypeError("mine")

        with pytest.raises(TypeError, match="mine"):
            widgets.live(wrong, n=(1, 5))


def only(n: int) -> int:
    return n
