"""What every design space does: it samples, refines and prints itself (sections 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np

from .batch import ConfigBatch
from .config import AnyNetConfig, _each, _number, _whole
from .errors import InputError
from .sampling import MAX_PROPOSALS, Bands, Proposals, Rng, Uniforms, accepted, whole_configs

Constraint = Callable[[ConfigBatch], Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class DesignSpace:
    """What all spaces share: sampling, refinement and printing. Use one of its subclasses, such as `AnyNetXA`."""

    num_stages: int = 4
    block: str = "X"
    se_ratio: float = 0.0
    strides: int | tuple[int, ...] = 2
    stem_width: int = 32
    stem_stride: int = 2
    activation: str = "relu"
    refinements: tuple[tuple[str, Constraint], ...] = field(default=(), repr=False)

    first_rate: ClassVar[float] = 0.02  # networks per proposal in a band; only the speed depends on it

    def __post_init__(self) -> None:
        stages = _whole("num_stages", self.num_stages)
        if stages > 16:
            raise InputError(f"num_stages {stages} is too large; the largest is 16")
        self._put("num_stages", stages)
        # One network checks everything that the networks share.
        shared = AnyNetConfig((1,) * stages, (8,) * stages, (1,) * stages, (1,) * stages, **self._shared())
        for name in ("block", "se_ratio", "stem_width", "stem_stride"):
            self._put(name, getattr(shared, name))
        self._put("strides", shared.strides[0] if len(set(shared.strides)) == 1 else shared.strides)

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _shared(self) -> dict[str, Any]:
        names = ("block", "se_ratio", "strides", "stem_width", "stem_stride", "activation")
        shared = {name: getattr(self, name) for name in names}
        if not isinstance(shared["strides"], int):
            return shared
        return {**shared, "strides": (shared["strides"],) * self.num_stages}

    @property
    def name(self) -> str:
        """Name of the class, followed by the names of the refinements."""
        return " + ".join([type(self).__name__, *(name for name, _ in self.refinements)])

    def __repr__(self) -> str:
        values = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
        added = "".join(f".refine({name!r})" for name, _ in self.refinements)
        return f"{type(self).__name__}({values}){added}"

    # What a subclass says about itself.

    def _columns(self) -> int:
        """How many uniform numbers one proposal takes."""
        raise NotImplementedError

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        """Turn (n, columns) uniform numbers into at most n proposals, in order."""
        raise NotImplementedError

    # Sampling.

    def sample(
        self,
        n: int,
        rng: Rng = 0,
        *,
        flops: tuple[float, float] | None = None,
        params: tuple[float, float] | None = None,
        activations: tuple[float, float] | None = None,
        resolution: int = 224,
        in_channels: int = 3,
        num_classes: int = 1000,
    ) -> list[AnyNetConfig]:
        """Draw n networks, exactly from the distribution of the space conditioned on the bands.

        The same seed gives the same networks on every platform and with every numpy version; the first k of n are the
        k of k. Different spaces with the same seed are independent.

        Args:
            n: how many networks, at least 1.
            rng: a seed (whole number >= 0), or a `numpy.random.Generator` to take one from.
            flops: (low, high) multiply-adds, both included; the paper uses (360e6, 400e6). None is no limit.
            params: (low, high) parameters.
            activations: (low, high) output elements of all convolutions.
            resolution: height and width of the image in pixels, for counting.
            in_channels: channels of the image, for counting.
            num_classes: outputs of the head, for counting.

        Raises:
            InputError: an argument is out of range, or no network satisfies the constraints and bands.
        """
        bands = Bands(flops, params, activations, resolution, in_channels, num_classes)
        return whole_configs(self._sample(n, rng, bands).batch)

    def sample_batch(self, n: int, rng: Rng = 0, **bands: Any) -> ConfigBatch:
        """Draw the same n networks as `sample` with the same arguments, as one `ConfigBatch`: a million in a second."""
        return self._sample(n, rng, Bands(**bands)).batch

    def _sample(self, n: int, rng: Rng, bands: Bands) -> Proposals:
        n = _count(n)
        label = f"{type(self).__name__} {len(self.refinements)}"
        uniforms = Uniforms(rng, label, self._columns())

        def keep(proposals: Proposals) -> np.ndarray:
            satisfied = self._satisfied(proposals.batch)
            satisfied[satisfied] = bands.inside(proposals.batch[satisfied])
            return satisfied

        rate = self.first_rate if bands.given or self.refinements else 1.0
        pieces = list(accepted(self._propose, keep, uniforms, n, rate))
        found = sum(len(piece) for piece in pieces)
        if found < n:
            raise self._none_found(found, n, bands)
        if len(pieces) == 1:
            return pieces[0]
        batches = [piece.batch for piece in pieces]
        columns = ("depths", "widths", "bottleneck_ratios", "group_widths")
        stacked: dict[str, Any] = {c: np.concatenate([getattr(b, c) for b in batches]) for c in columns}
        joined = replace(batches[0], **stacked)
        rows = [piece.params for piece in pieces if piece.params is not None]
        return Proposals(joined, np.concatenate(rows) if rows else None)

    def _satisfied(self, batch: ConfigBatch) -> np.ndarray:
        """Return (n,) bool: which networks satisfy all refinements."""
        keep = np.ones(len(batch), bool)
        for name, constraint in self.refinements:
            rows = np.flatnonzero(keep)
            mask = np.asarray(constraint(batch[rows]))
            if mask.shape != rows.shape or mask.dtype != bool:
                raise InputError(
                    f"constraint {name!r} returned {mask.dtype} values of shape {mask.shape} for {len(rows)} networks;"
                    f" it must return one True or False for each, an array of shape ({len(rows)},)"
                )
            keep[rows] = mask
        return keep

    def _none_found(self, found: int, wanted: int, bands: Bands) -> InputError:
        limits = ", ".join(f"{k} in [{low:g}, {high:g}]" for k, (low, high) in bands.given.items())
        return InputError(
            f"found {found} of {wanted} networks of {self.name} with {limits or 'its constraints'},"
            f" then none in {MAX_PROPOSALS:,} proposals"
        )

    def refine(self, name: str, constraint: Constraint) -> Self:
        """Return this space conditioned on one more constraint.

        Args:
            name: what to call the constraint in print.
            constraint: a function of a `ConfigBatch` of n networks that returns an (n,) bool array.

        Raises:
            InputError: the name is empty or the constraint cannot be called.
        """
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"the name of a constraint must be a word or a sentence, not {name!r:.60}")
        if not callable(constraint):
            raise InputError(f"constraint {name!r} must be a function of a ConfigBatch, not {constraint!r:.60}")
        return replace(self, refinements=(*self.refinements, (name, constraint)))


def _count(n: Any) -> int:
    if isinstance(n, (bool, np.bool_)) or not isinstance(n, (int, np.integer)) or n < 1:
        raise InputError(f"n {n!r:.60} must be a whole number of networks, at least 1")
    return int(n)


def check_range(space: DesignSpace, what: str, smallest: float, largest: float, step: int = 1) -> None:
    """Check min_what and max_what of a space: multiples of the step, in order, not beyond the limits."""
    for end in ("min", "max"):
        name = f"{end}_{what}"
        value = _whole(name, getattr(space, name))
        nearest = min(max(smallest, round(value / step) * step), largest)
        if value % step:
            raise InputError(f"{name} {value} is not a multiple of {step}; the nearest is {nearest}")
        if value > largest:
            raise InputError(f"{name} {value} is too large; the largest is {largest}")
        space._put(name, value)
    low, high = getattr(space, f"min_{what}"), getattr(space, f"max_{what}")
    if low > high:
        raise InputError(f"min_{what} {low} is above max_{what} {high}; the nearest range is {high} to {low}")


def value_set(name: str, values: Any, check: Callable[[str, Any], Any]) -> tuple[Any, ...]:
    """Check a set of values, or one value, and return it sorted."""
    if isinstance(values, (set, frozenset, range)):
        values = sorted(values)
    checked = _each(name, [values] if np.isscalar(values) else values, None, check)
    if not checked:
        raise InputError(f"{name} is empty; it needs at least one value")
    if len(set(checked)) < len(checked):
        raise InputError(f"{name} {checked} names a value twice; each may occur once")
    return tuple(sorted(checked))


def check_decimal_range(space: DesignSpace, what: str, smallest: float, largest: float, parts: int) -> None:
    """Check min_what and max_what of a space: multiples of 1 / parts, in order, not beyond the limits."""
    for end in ("min", "max"):
        name = f"{end}_{what}"
        value = _number(name, getattr(space, name))
        nearest = min(max(smallest, round(value * parts) / parts), largest)
        if value != nearest:
            rule = f"a multiple of {1 / parts:g} in [{smallest:g}, {largest:g}]"
            raise InputError(f"{name} {value:g} must be {rule}; the nearest is {nearest:g}")
        space._put(name, value)
    low, high = getattr(space, f"min_{what}"), getattr(space, f"max_{what}")
    if low > high:
        raise InputError(f"min_{what} {low:g} is above max_{what} {high:g}; the nearest range is {high:g} to {low:g}")
