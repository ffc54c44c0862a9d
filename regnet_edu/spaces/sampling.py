"""Draw networks from a space, conditioned on its constraints and on a band of flops, parameters or activations.

Proposals are drawn in a fixed order, and those inside are kept: plain rejection, so the distribution is exactly the
conditioned one. What is shared or ordered between stages is already built into the proposals (`distributions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution, image_size, whole
from ..networks.complexity import Complexity, complexity

MAX_PROPOSALS = 2_000_000  # so many proposals in a row without a network, and we say that there is none to be found
IN_DOUBT = 50_000  # after so many, we look whether the band is within reach at all
CHUNK = 16_384
Rng = int | np.random.Generator


class Uniforms:
    """An endless table of uniform numbers in [0, 1), read row by row.

    They are the upper 53 bits of the raw 64-bit output of PCG64, which numpy guarantees never to change; the
    distributions of `numpy.random.Generator`, which may change, are not used. Row p is the same however many rows are
    read at a time.

    Args:
        rng: a whole number >= 0, or a `numpy.random.Generator`, which is advanced by two raw numbers.
        label: keeps the numbers of different spaces independent when they are given the same seed.
        columns: numbers in a row.
    """

    def __init__(self, rng: Rng, label: str, columns: int) -> None:
        if isinstance(rng, np.random.Generator):
            seeds = [int(word) for word in rng.bit_generator.random_raw(2)]
        else:
            seeds = [whole("rng", rng, least=0)]
        self._bits = np.random.PCG64(np.random.SeedSequence([crc32(label.encode()), *seeds]))
        self._columns = columns

    def rows(self, count: int) -> np.ndarray:
        """Return the next (count, columns) numbers."""
        raw = self._bits.random_raw(count * self._columns)
        raw >>= np.uint64(11)
        numbers = raw.astype(np.float64)
        numbers *= 2.0**-53
        return numbers.reshape(count, self._columns)


@dataclass(frozen=True, eq=False)
class Proposals:
    """Networks that have the form of their space; `params` are what generated them, one row a network, for a RegNet."""

    batch: Any  # a `ConfigBatch` or a `ModuleBatch`
    params: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.batch)

    def __getitem__(self, rows: Any) -> Proposals:
        return Proposals(self.batch[rows], None if self.params is None else self.params[rows])

    @classmethod
    def join(cls, pieces: list[Proposals]) -> Proposals:
        """Put one or more pieces end to end."""
        if len(pieces) == 1:
            return pieces[0]
        params = [p.params for p in pieces if p.params is not None]
        batch = pieces[0].batch.join([p.batch for p in pieces])
        return cls(batch, np.concatenate(params) if params else None)


@dataclass(frozen=True)
class Bands:
    """Limits (low, high), both included, of what `complexity` counts; None is no limit.

    Raises:
        InputError: a limit is not two numbers of at least 0, the lower first.
    """

    flops: tuple[float, float] | None = None
    params: tuple[float, float] | None = None
    activations: tuple[float, float] | None = None
    resolution: Resolution = 224
    in_channels: int = 3
    num_classes: int = 1000

    def __post_init__(self) -> None:
        for name in Complexity._fields:
            band = getattr(self, name)
            if band is not None:
                object.__setattr__(self, name, _band(name, band))
        image_size("resolution", self.resolution, most=4096)
        for name in ("in_channels", "num_classes"):
            whole(name, getattr(self, name), most=1_000_000 if name == "num_classes" else 4096)

    @property
    def given(self) -> dict[str, tuple[float, float]]:
        """The limits that there are, by name."""
        return {name: getattr(self, name) for name in Complexity._fields if getattr(self, name) is not None}

    def __str__(self) -> str:
        limits = [f"{name} in [{_short(low)}, {_short(high)}]" for name, (low, high) in self.given.items()]
        return " and ".join(limits) or "no band"

    def count(self, batch: Any) -> Complexity:
        return complexity(batch, self.resolution, self.in_channels, self.num_classes)

    def inside(self, batch: Any) -> np.ndarray:
        """Return (n,) bool: which networks are within all limits."""
        keep = np.ones(len(batch), bool)
        if self.given:
            counts = self.count(batch)
            for name, (low, high) in self.given.items():
                keep &= (getattr(counts, name) >= low) & (getattr(counts, name) <= high)
        return keep


def _short(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else f"{value:.12g}"


def _band(name: str, band: Any) -> tuple[float, float]:
    rule = f"{name} {band!r:.60} must be two numbers of at least 0, the lower first, such as (360e6, 400e6)"
    if isinstance(band, np.ndarray):
        band = band.tolist()
    if not isinstance(band, (tuple, list)) or len(band) != 2:
        raise InputError(rule)
    for value in band:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise InputError(rule)
    if not 0 <= band[0] <= band[1]:
        reverse = 0 <= band[1] < band[0]
        raise InputError(f"{rule}; did you mean ({band[1]:g}, {band[0]:g})?" if reverse else rule)
    return float(min(band[0], 1e300)), float(min(band[1], 1e300))


def accepted(
    propose: Callable[[np.ndarray], Proposals],
    keep: Callable[[Proposals], np.ndarray],
    uniforms: Uniforms,
    wanted: int,
    rate: float,
    in_doubt: Callable[[], None],
) -> Iterator[Proposals]:
    """Yield pieces of the stream of kept proposals, in order, until there are `wanted`, or MAX_PROPOSALS in vain.

    Args:
        propose: turns (m, columns) uniform numbers into at most m proposals, in order.
        keep: says which proposals satisfy the constraints and bands.
        uniforms: the numbers to read.
        wanted: how many networks are needed.
        rate: a first guess of networks per proposal; only the speed depends on it.
        in_doubt: called once when many proposals in a row were in vain; it may raise.
    """
    found = tried = in_vain = 0
    asked = False
    while found < wanted and in_vain < MAX_PROPOSALS:
        rows = int(min(CHUNK, max(256, 1.05 * (wanted - found) / rate)))
        proposals = propose(uniforms.rows(rows))
        kept = proposals[keep(proposals)][: wanted - found]
        found, tried = found + len(kept), tried + rows
        in_vain = 0 if len(kept) else in_vain + rows
        rate = max(found, 0.5) / tried
        if in_vain >= IN_DOUBT and not asked:
            in_doubt()
            asked = True
        if len(kept):
            yield kept
