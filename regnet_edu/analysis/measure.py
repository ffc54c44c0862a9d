"""What networks are judged by: the top-1 error unless another measure is named, with its unit and its direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..common.errors import InputError


@dataclass(frozen=True)
class Measure:
    """What networks are judged by: a loss, a latency, a perplexity, an energy.

    Args:
        name: how it is called in sentences and on axes, such as "latency".
        unit: such as "ms"; "" for a plain number.
        lower_is_better: False for an accuracy or a throughput.
        column: of a population that holds it; the name if left out.
    """

    name: str
    unit: str = ""
    lower_is_better: bool = True
    column: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InputError(f"measure {self.name!r:.60} must be a name, such as 'loss' or 'latency'")
        object.__setattr__(self, "column", self.column or self.name)

    @property
    def is_error(self) -> bool:
        """Whether it is the top-1 error, a fraction that is shown in percent."""
        return self is ERROR or self == ERROR

    @property
    def scale(self) -> float:
        """By what values are multiplied to be shown."""
        return 100.0 if self.is_error else 1.0

    @property
    def sign(self) -> int:
        """1, or -1 where higher is better: sign * value is to be low."""
        return 1 if self.lower_is_better else -1

    @property
    def best(self) -> str:
        """What the best value is: "lowest" or "highest"."""
        return "lowest" if self.lower_is_better else "highest"

    @property
    def in_brackets(self) -> str:
        """The unit behind a name: " (ms)", or nothing."""
        return f" ({self.unit})" if self.unit else ""

    @property
    def label(self) -> str:
        """What stands at an axis."""
        return f"{'top-1 ' * self.is_error}{self.name}{self.in_brackets}"

    def number(self, value: float) -> str:
        """Write a value without its unit."""
        return f"{self.scale * value:.1f}" if self.is_error else f"{value:.4g}"

    def text(self, value: float) -> str:
        """Write a value with its unit."""
        return f"{self.number(value)} {self.unit}".rstrip()

    def difference(self, value: float, signed: bool = True) -> str:
        """Write a difference: of errors in points with two decimals."""
        if self.is_error:
            return f"{self.scale * value:{'+' * signed}.2f}"
        return f"{value:{'+' * signed}.3g}"

    @property
    def of_differences(self) -> str:
        """The unit of a difference, behind a blank: " points" of percent."""
        return " points" if self.is_error else f" {self.unit}".rstrip()

    def clean(self, values: Any, what: str = "", least: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Return (the values that are numbers, the mask of where they were), both checked.

        Args:
            values: (n,) numbers, NaN where a network failed; an error lies in [0, 1], another measure is finite.
            what: how a message names them.
            least: how many must be left.

        Raises:
            InputError: not a sequence of numbers, one out of range, or too few.
        """
        what = what or f"{self.name}{'s' * self.is_error}"
        array = as_numbers(values, what)
        present = ~np.isnan(array)
        kept = array[present]
        wrong = kept[(kept < 0) | (kept > 1)] if self.is_error else kept[np.isinf(kept)]
        if wrong.size and self.is_error:
            nearest = f"; as a percentage it is {wrong[0] / 100:.6g}" if 1 < wrong[0] <= 100 else ""
            raise InputError(
                f"{what} has the value {wrong[0]:.6g}, and an error is a fraction in [0, 1]{nearest}; another measure "
                "is named by measure='loss' or rn.Measure(name, unit)"
            )
        if wrong.size:
            raise InputError(f"{what} has the value {wrong[0]}, and {self.name} must be finite; NaN is for what failed")
        if kept.size < least:
            failed = int(array.size - kept.size)
            gone = f" and {failed} failed without one" if failed else ""
            article = "an" if self.name[0] in "aeiou" else "a"
            raise InputError(
                f"{what} has {kept.size} networks with {article} {self.name}{gone}; at least {least} must be there"
            )
        return kept, present


ERROR = Measure("error", "%")
KNOWN = {
    "error": ERROR,
    "runtime": Measure("runtime", "ms"),
    "seconds": Measure("training time", "s", column="seconds"),
    "images_per_second": Measure("training speed", "images/s", False, "images_per_second"),
}


def as_measure(measure: Measure | str | None) -> Measure:
    """Return a measure: the top-1 error for None, and for a text the column of that name, where lower is better."""
    if isinstance(measure, Measure):
        return measure
    return ERROR if measure is None else KNOWN.get(measure) or Measure(measure)


def as_numbers(values: Any, what: str) -> np.ndarray:
    """Return `values` as (n,) float64.

    Raises:
        InputError: they are not a sequence of numbers.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f'{what} must be a sequence of numbers, one a network; of a population take population["error"]'
        ) from None
    if array.ndim != 1:
        raise InputError(
            f"{what} has {array.ndim} dimensions and must have 1, one number a network; "
            'of a population take population["error"]'
        )
    return array
