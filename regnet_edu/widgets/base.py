"""What every interactive shares: one module that a notebook mounts through anywidget and a built page by itself.

An interactive is a class with synchronised traits, the state, and a JavaScript module of the same name. In a notebook
anywidget shows it and keeps the traits in step with what the reader does. Its `text/html` carries the same modules
inline and needs no kernel, server or network: that is what a built page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, ClassVar

import anywidget
import traitlets

from ..common.errors import InputError, nearest_name
from . import bundle


class Interactive(anywidget.AnyWidget):
    """One interactive; its traits are its state.

    Args:
        link_id: names this interactive in the page's address; one that is used twice on a page gets a number.
        state: values of the traits that it starts with.

    Raises:
        InputError: a trait is unknown or has a value outside its limits.
    """

    _module: ClassVar[str] = ""
    _title: ClassVar[str] = ""
    _data = traitlets.Dict().tag(sync=True)

    def __init__(self, *, link_id: str = "", **state: Any) -> None:
        names = self.state_names()
        for name in state:
            if name not in names:
                raise InputError(f"{type(self).__name__} has no {name!r}; {nearest_name(name, names)}")
        self.link_id = link_id or self._module.replace("_", "-")
        if not self.link_id.replace("-", "").isalnum() or not self.link_id.isascii():
            raise InputError(f"link_id {self.link_id!r:.60} may hold letters, digits and hyphens only")
        self._esm = bundle.notebook_module(self._module)
        self._css = bundle.style()
        try:
            super().__init__(**state)
        except traitlets.TraitError as error:
            raise InputError(str(error)) from None
        self._data = self.parts()

    @classmethod
    def state_names(cls) -> list[str]:
        """Return the names of the traits that make up the state, in the order of their definition."""
        # anywidget makes a subclass of its own for every instance, so the definitions are further up
        found = [item for c in reversed(cls.__mro__) for item in vars(c).items()]
        return [name for name, value in found if getattr(value, "metadata", {}).get("state")]

    def known(self, key: str) -> list[str]:
        """Return the names that a `named` trait may have."""
        raise NotImplementedError(key)

    @property
    def state(self) -> dict[str, Any]:
        """The state as plain values."""
        return {name: getattr(self, name) for name in self.state_names()}

    def parts(self) -> dict[str, Any]:
        """Return the data that the JavaScript needs, name -> plain values; each is put into a page once."""
        return {}

    def still(self) -> str:
        """Return an SVG for where scripts are off: the state that it starts with; if that is not drawn, its default."""
        return bundle.read(self._drawn() or f"stills/{self._module}.svg")

    def _drawn(self) -> str:
        """Return the file in which `tools/draw_stills.mjs` drew the present state; "" if it did not."""
        defaults = self.trait_defaults()
        texts = {k: as_text(v) for k, v in self.state.items() if v != defaults[k]}
        name = f"stills/{self._module}{''.join(f'--{key}-{text}' for key, text in texts.items())}.svg"
        return name if bundle.has(name) else ""

    def to_html(self) -> str:
        """Return the interactive for a page, whole: style, data, modules and a still picture."""
        default = type(self).still is Interactive.still and not self._drawn()
        caption = f"{escape(self._title)}: a still picture of its {'default' if default else 'starting'} state."
        return bundle.page_html(self._module, self.link_id, self.state, self._data, self.still(), caption)

    def _repr_html_(self) -> str:
        return self.to_html()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**shown, "text/html": self.to_html()}, metadata


def number(default: float, low: float, high: float, step: int = 0) -> Any:
    """Return a trait of the state that holds a number; with a `step`, a whole one in such steps from `low`."""

    class Limited(traitlets.Int if step else traitlets.Float):  # type: ignore[misc]
        def validate(self, obj: Any, value: Any) -> Any:
            value = super().validate(obj, value)
            if not low <= value <= high:
                near = min(max(value, low), high) if value == value else self.default_value
                raise InputError(f"{self.name} {value} is outside {low} to {high}; the nearest is {near}")
            if step and (value - low) % step:
                near = low + round((value - low) / step) * step
                raise InputError(f"{self.name} {value} is not in steps of {step} from {low}; the nearest is {near}")
            return value

    trait = Limited(default)
    return trait.tag(sync=True, state=True, low=low, high=high, step=step)


def choice(default: Any, options: list[Any]) -> Any:
    """Return a trait of the state that holds one of the options."""
    return traitlets.Enum(options, default).tag(sync=True, state=True, options=options)


def switch(default: bool) -> Any:
    """Return a trait of the state that is true or false."""
    return traitlets.Bool(default).tag(sync=True, state=True)


class Named(traitlets.Unicode):
    """A trait that holds one of the names that its interactive knows."""

    def validate(self, obj: Any, value: Any) -> str:
        return check_known(str(self.name), super().validate(obj, value), obj.known(str(self.name)))


class NamedSet(traitlets.List):
    """A trait that holds some of the names that its interactive knows, each once and in that order."""

    def validate(self, obj: Any, value: Any) -> list[str]:
        wanted, known = super().validate(obj, value) or [], self.metadata.get("options") or obj.known(str(self.name))
        for name in wanted:
            check_known(str(self.name), name, known)
        return [name for name in known if name in wanted]


def check_known(key: str, name: str, known: list[str]) -> str:
    if name not in known:
        raise InputError(f"{key} {name!r:.60} is not among those given; {nearest_name(name, known)}")
    return name


def named() -> Any:
    """Return a trait of the state that holds one of the names in `known`; which, is said when an object is made."""
    return Named().tag(sync=True, state=True)


def named_set() -> Any:
    """Return a trait of the state that holds any number of the names in `known`; none at first."""
    return NamedSet(traitlets.Unicode()).tag(sync=True, state=True)


def some_of(options: list[str]) -> Any:
    """Return a trait of the state that holds any number of the options; all at first."""
    return NamedSet(traitlets.Unicode(), list(options)).tag(sync=True, state=True, options=options)


def as_text(value: Any) -> str:
    """A value of a state as the name of a still has it."""
    if isinstance(value, (list, tuple)):
        return "-".join(as_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class Numbers(traitlets.List):
    """A trait that holds so many whole numbers, each within the same limits."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        start = list(self.default() or [])
        if not isinstance(value, (list, tuple)) or len(value) != len(start):
            raise InputError(f"{self.name} {value!r:.60} must be a list of {len(start)} numbers")
        return [self._checked(i, v, start[i]) for i, v in enumerate(value)]

    def _checked(self, i: int, value: Any, start: float) -> float:
        allowed = self.metadata["allowed"]
        if isinstance(value, bool) or value not in allowed:
            numeric = isinstance(value, (int, float)) and value == value
            nearest = min(allowed, key=lambda v: abs(v - value)) if numeric else start
            raise InputError(f"{self.name}[{i}] {value!r:.30} is not one of its values; the nearest is {nearest}")
        return int(value)


class Amounts(Numbers):
    """A trait that holds so many numbers, whole or not, each between the same limits."""

    def _checked(self, i: int, value: Any, start: float) -> float:
        low, high = self.metadata["low"], self.metadata["high"]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise InputError(f"{self.name}[{i}] {value!r:.30} is no number from {low} to {high}")
        return float(value)


def amounts(default: list[float], low: float, high: float) -> Any:
    """Return a trait of the state that holds a list of numbers, each from `low` to `high`."""
    return Amounts(traitlets.Float(), list(default)).tag(sync=True, state=True, low=low, high=high)


def numbers(default: list[int], allowed: Sequence[int]) -> Any:
    """Return a trait of the state that holds a list of whole numbers, each of those that are allowed."""
    return Numbers(traitlets.Int(), list(default)).tag(sync=True, state=True, allowed=allowed)


@cache
def zoo_rows() -> list[dict[str, Any]]:
    """The 24 published RegNets as the interactives need them; the error is the mean of the paper's five runs."""
    from ..networks import zoo

    rows = []
    for name in zoo.names():
        entry = zoo.get(name)
        rule = entry.regnet_params
        assert rule is not None
        rows.append(
            {
                "title": entry.title,
                "flops": entry.flops,
                "params": entry.params,
                "activations": entry.activations,
                "error": entry.top1_error_mean,
                "rule": {
                    "depth": rule.depth,
                    "w0": rule.w0,
                    "wa": rule.wa,
                    "wm": rule.wm,
                    "group_width": rule.group_width,
                    "bottleneck_ratio": rule.bottleneck_ratio,
                    "squeeze_excitation": rule.se_ratio > 0,
                },
            }
        )
    return rows
