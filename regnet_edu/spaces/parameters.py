"""What one parameter of a `ModuleSpace` may be, and how likely each value is, under Optuna's names.

A draw turns a uniform number in [0, 1) into a value, as everywhere in this room, so that a seed means the same networks
on every platform.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..common.errors import InputError
from ..common.validation import number, whole
from .distributions import WEIGHT_UNIT, Tails

MOST_VALUES = 1_000_000


class Finite:
    """A parameter with so many values, each with a weight."""

    @cached_property
    def values(self) -> np.ndarray:
        raise NotImplementedError

    @cached_property
    def weights(self) -> np.ndarray:
        return np.full(len(self.values), WEIGHT_UNIT)

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.values)

    @cached_property
    def _tails(self) -> Tails:
        return Tails(self.weights)

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n,) uniform numbers into (n,) values."""
        return self.values[len(self.values) - 1 - self._tails.places((1 - uniforms) * self._tails.total)]

    def equally(self, uniforms: np.ndarray) -> np.ndarray:
        """Turn (n,) uniform numbers into (n,) values, all of them equally likely."""
        return self.values[(uniforms * len(self.values)).astype(np.int64)]

    def __contains__(self, value: object) -> bool:
        return any(value == v and isinstance(value, bool) == isinstance(v, bool) for v in self.values.tolist())


@dataclass(frozen=True)
class IntDistribution(Finite):
    """Whole numbers from `low` to `high`, both included, in steps of `step`.

    With `log`, a real number that is log-uniform is rounded to the nearest step, as Optuna does: the value v has weight
    log((v + step / 2) / (v - step / 2)).

    Raises:
        InputError: the ends are out of order, no whole numbers, or with `log` not above half a step.
    """

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            whole(name, getattr(self, name), least=-(2**31), most=2**31, whole_floats=True)
        whole("step", self.step)
        _check_ends(self.low, self.high, self.log, self.step / 2)

    @cached_property
    def values(self) -> np.ndarray:
        return np.arange(self.low, self.high + 1, self.step, dtype=np.int64)

    @cached_property
    def weights(self) -> np.ndarray:
        return _weights(self.values, self.step / 2) if self.log else np.full(len(self.values), WEIGHT_UNIT)

    def __str__(self) -> str:
        steps = f" in steps of {self.step}" if self.step != 1 else ""
        return f"{self.low} to {self.high}{steps}, {'log-' if self.log else ''}uniform"


@dataclass(frozen=True)
class FloatDistribution(Finite):
    """Numbers from `low` to `high`, in steps of `step` if that is given, else any between them.

    Raises:
        InputError: the ends are out of order, no numbers, or with `log` not above 0.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            number(name, getattr(self, name))
        if self.step is not None and (number("step", self.step) <= 0 or self.log):
            raise InputError(f"step {self.step:g} must be above 0, and log be left out beside it")
        _check_ends(self.low, self.high, self.log, 0)

    @cached_property
    def values(self) -> np.ndarray:
        assert self.step is not None, "without a step there is no list of values"
        count = math.floor((self.high - self.low) / self.step + 1e-9) + 1
        return np.array([round(self.low + k * self.step, 12) for k in range(count)])

    @property
    def count(self) -> int:
        return 1 if self.low == self.high else len(self.values)

    def draw(self, uniforms: np.ndarray) -> np.ndarray:
        if self.step is not None:
            return super().draw(uniforms)
        if not self.log:
            return self.low + uniforms * (self.high - self.low)
        drawn = np.exp(math.log(self.low) + uniforms * math.log(self.high / self.low))
        # The last bits of an exponential differ between platforms; nobody needs them.
        return np.clip([float(f"{value:.9g}") for value in drawn], self.low, self.high)

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.low <= value <= self.high if self.step is None else super().__contains__(value)

    def __str__(self) -> str:
        steps = f" in steps of {self.step:g}" if self.step is not None else ""
        return f"{self.low:g} to {self.high:g}{steps}, {'log-' if self.log else ''}uniform"


@dataclass(frozen=True)
class CategoricalDistribution(Finite):
    """One of some choices, each equally likely: texts, numbers, truth values, None, or tuples of these.

    Raises:
        InputError: there is no choice, or one is named twice.
    """

    choices: tuple[Any, ...]

    def __post_init__(self) -> None:
        choices = tuple(tuple(c) if isinstance(c, list) else c for c in self.choices)
        object.__setattr__(self, "choices", choices)
        if not choices or len({(type(c), c) for c in choices}) < len(choices):
            raise InputError(f"choices {choices!r:.60} must name at least one value, and none twice")

    @cached_property
    def values(self) -> np.ndarray:
        plain = len({type(c) for c in self.choices}) == 1 and isinstance(self.choices[0], (str, int, float))
        column = np.empty(len(self.choices), object)
        column[:] = self.choices
        return np.array(self.choices) if plain else column

    def __str__(self) -> str:
        return "{" + ", ".join(map(str, self.choices)) + "}"


Distribution = IntDistribution | FloatDistribution | CategoricalDistribution
KINDS = {kind.__name__: kind for kind in (IntDistribution, FloatDistribution, CategoricalDistribution)}


def as_distribution(name: str, given: Any) -> Distribution:
    """Return the distribution of a parameter: one of these, Optuna's of the same name, a range, or a list of choices.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(given, (IntDistribution, FloatDistribution, CategoricalDistribution)):
        return given
    try:
        if isinstance(given, range):
            return IntDistribution(given[0], given[-1], step=given.step)
        if isinstance(given, tuple) and len(given) == 2 and all(type(end) in (int, float) for end in given):
            low, high = given
            raise InputError(
                f"{given} may be meant as {low} to {high} or as two choices; the choices are a list, {[*given]}"
            )
        if isinstance(given, Sequence) and not isinstance(given, str):
            return CategoricalDistribution(tuple(given))
        kind: Any = KINDS.get(type(given).__name__)
        if kind:  # Optuna's
            return kind(**{k: getattr(given, k) for k in kind.__dataclass_fields__})
    except (InputError, IndexError) as error:
        raise InputError(f"parameter {name}: {error}") from error
    raise InputError(
        f"parameter {name} {given!r:.60} must be an IntDistribution, a FloatDistribution, a CategoricalDistribution, "
        "a range or a list of choices"
    )


def _check_ends(low: float, high: float, log: bool, least: float) -> None:
    if low > high:
        raise InputError(f"low {low:g} is above high {high:g}; the nearest range is {high:g} to {low:g}")
    if log and low <= least:
        raise InputError(f"low {low:g} must be above {least:g} for a log-uniform distribution")


def _weights(values: np.ndarray, half: float) -> np.ndarray:
    """Return the weights of rounded log-uniform numbers, in whole units so that the last bit does not matter."""
    if len(values) > MOST_VALUES:
        raise InputError(f"{len(values):,} values are too many; the most is {MOST_VALUES:,}: give a larger step")
    return np.rint(WEIGHT_UNIT * np.log((values + half) / (values - half)))
