"""A reader's own function with controls: live where there is a kernel, a still result in a built page."""

from __future__ import annotations

import inspect
import re
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display
from IPython.utils.capture import capture_output

from ..common.errors import InputError, nearest_name
from . import bundle

NOTE = "A still result, for the values above. Run this live: open the page in Colab or Jupyter, and the controls move."


def live(function: Callable[..., Any], **controls: Any) -> Live:
    """Call a function again whenever a control moves; end a cell with it.

        def share_below(e=0.55, n=50):
            errors = rn.load_population("regnetx-cpu")["error"][:n]
            print(f"{rn.edf(errors, e):.0%} of {n} networks are better than {e:.0%}")

        rn.widgets.live(share_below, e=(0.5, 0.7, 0.01), n=(10, 100))

    The function is Python, so that the controls need a kernel: Jupyter, VS Code or Colab. In a built page stand the
    values of the controls, what the function gave for them, and a note that says how to run it live.

    Args:
        function: what it prints, draws with matplotlib, displays or returns is shown. Its default values are where
            the controls start.
        controls: for each argument of the function what `ipywidgets.interact` takes: (low, high) or (low, high, step)
            for a slider, a list for a choice, True or False for a box to tick, or a widget.

    Raises:
        InputError: a control belongs to no argument, an argument has no control, or a range is empty.
    """
    return Live(function, _widgets(function, controls))


def _widgets(function: Callable[..., Any], controls: dict[str, Any]) -> dict[str, Any]:
    """A widget for every argument; what is written short becomes one."""
    called, arguments = getattr(function, "__name__", "the function"), inspect.signature(function).parameters
    for name in controls:
        if name not in arguments:
            raise InputError(f"{called} has no argument {name!r}; {nearest_name(name, arguments)}")
    found = {}
    for name, argument in arguments.items():
        given = controls.get(name, argument.default)
        if given is argument.empty:
            raise InputError(f"argument {name!r} of {called} has no control; give one, such as {name}=(1, 10)")
        try:
            found[name] = ipywidgets.interactive.widget_from_abbrev(given, argument.default)
        except (TypeError, ValueError) as error:
            raise InputError(f"{name}={given!r:.60} makes no control: {error}") from None
        if found[name] is None:
            raise InputError(f"{name}={given!r:.60} makes no control; (1, 10), a list, True or a widget do")
    return found


class Live(ipywidgets.interactive):
    """What `live` returns: the controls, and below them what the function gave last.

    The first result is kept for the page, so that the function runs once for both.
    """

    def __init__(self, function: Callable[..., Any], controls: dict[str, Any]) -> None:
        self.still = ""
        super().__init__(function, {"auto_display": True}, **controls)
        if not self.still:  # ipywidgets 7 waits until it is displayed
            self.update()

    def update(self, *changes: Any) -> None:
        if self.still:
            return super().update(*changes)
        values = {control._kwarg: control.get_interact_value() for control in self.kwargs_widgets}
        with capture_output() as shown:
            self.kwargs, self.result = values, self.f(**values)
            if self.result is not None:
                display(self.result)
            _flush_figures()
        self.out.outputs = _as_outputs(shown)
        names = {control._kwarg: control.description for control in self.kwargs_widgets}
        self.still = _still({names[key]: value for key, value in values.items()}, shown, self.result)

    def _repr_html_(self) -> str:
        return self.still

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return {**super()._repr_mimebundle_(**kwargs), "text/html": self.still}


def _flush_figures() -> None:
    """Show the open figures of pyplot now, as the end of a cell would."""
    from ipywidgets.widgets.interaction import show_inline_matplotlib_plots

    show_inline_matplotlib_plots()


def _as_outputs(shown: Any) -> tuple[dict[str, Any], ...]:
    """What was printed and displayed, as an Output widget holds it."""
    printed = [{"output_type": "stream", "name": "stdout", "text": shown.stdout}] if shown.stdout else []
    pictures = [
        {"output_type": "display_data", "data": {k: _text(v) for k, v in o.data.items()}, "metadata": o.metadata or {}}
        for o in shown.outputs
    ]
    return (*printed, *pictures)


def _text(data: Any) -> str:
    return b64encode(data).decode() if isinstance(data, bytes) else str(data)


def _still(values: dict[str, Any], shown: Any, result: Any) -> str:
    terms = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in values.items()
    )
    body = _pre(shown.stdout) if shown.stdout else ""
    alt = getattr(result, "alt_text", "") or "What the function drew for these values."
    body += "".join(_html_of(output.data, alt) for output in shown.outputs)
    style = f'<style data-regnet="style-{bundle.fingerprint(bundle.style())}">{bundle.style()}</style>'
    html = (
        f'{style}<div class="rni"><figure class="rni-still"><dl class="rni-values">{terms}</dl>{body}'
        f"<figcaption>{NOTE}</figcaption></figure></div>"
    )
    return re.sub(r"\n\s*\n", "\n", html)  # a blank line would end the block where a page is made from Markdown


def _pre(text: str) -> str:
    return f"<pre>{escape(text.rstrip())}</pre>".replace("\n", "&#10;")


def _html_of(data: dict[str, Any], alt: str) -> str:
    """The best that a page can show of one output."""
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            return _text(data[kind])
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return f'<img alt="{escape(alt)}" src="data:{kind};base64,{"".join(_text(data[kind]).split())}">'
    if "text/markdown" in data:  # as it is written: that reads well, and no page has a Markdown reader
        return f"<p>{escape(_text(data['text/markdown']))}</p>"
    return _pre(_text(data.get("text/plain", "")))
