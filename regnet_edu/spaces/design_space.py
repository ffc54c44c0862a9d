"""What every design space does: it samples, refines and prints itself (sections 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np

from ..common.errors import InputError
from ..common.validation import Resolution, shown_size, whole
from .sampling import CHUNK, MAX_PROPOSALS, Bands, Proposals, Rng, Uniforms, accepted
from .sizes import LARGEST_ENUMERATION, SizeEstimate
from .validation import Constraint, checked_mask

MOST_NETWORKS = 100_000_000  # of one call


@dataclass(frozen=True, kw_only=True, repr=False)
class DesignSpace:
    """What all spaces share: sampling, refinement and printing. Use a subclass: `AnyNetXA`, or `ModuleSpace`."""

    refinements: tuple[tuple[str, Constraint], ...] = field(default=(), repr=False)

    counted: ClassVar[str] = "networks"  # what `size` counts
    looked_at: ClassVar[int] = 100_000  # networks, to say what a space reaches
    first_rate: ClassVar[float] = 0.02  # networks per proposal in a band; only the speed depends on it

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """What the space is called, followed by the names of the refinements."""
        return " + ".join([self._title, *(name for name, _ in self.refinements)])

    @property
    def _title(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        shown = [f.name for f in fields(self) if self._is_shown(f.name, f.repr)]
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        added = "".join(f".refine({name!r})" for name, _ in self.refinements)
        return f"{type(self).__name__}({values}){added}"

    def _is_shown(self, name: str, shown: bool) -> bool:
        """Whether an option stands in print."""
        return shown

    @property
    def _stream(self) -> str:
        """Keeps the random numbers of different spaces apart."""
        return type(self).__name__

    # What a subclass says about itself.

    def _columns(self) -> int:
        """How many uniform numbers one proposal takes."""
        raise NotImplementedError

    def _propose(self, uniforms: np.ndarray) -> Proposals:
        """Turn (n, columns) uniform numbers into at most n proposals, in order."""
        raise NotImplementedError

    def _all(self) -> tuple[int, int, Callable[[np.ndarray], Proposals]]:
        """Return (total, columns, propose) in which all networks are equally likely, before limits and refinements.

        `total` is the number of settings of which `propose` draws one for each row; a row may come to nothing.
        """
        raise NotImplementedError

    def _enumerated(self) -> Any:
        """Return one network for each setting; only asked for when there are few."""
        raise NotImplementedError

    def _exact_size(self) -> int:
        """Number of networks without limits and refinements."""
        raise NotImplementedError

    def _extremes(self) -> Any:
        """Return networks among which are the smallest and the largest of the space, or nearly so."""
        raise NotImplementedError

    def _lines(self) -> list[str]:
        """One line for each parameter and constraint."""
        raise NotImplementedError

    def free_parameters(self) -> int:
        """Return the number of degrees of freedom (table 1, column "dim."); what has only one value is not free."""
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
        resolution: Resolution = 224,
        in_channels: int = 3,
        num_classes: int = 1000,
    ) -> list[Any]:
        """Draw n networks, exactly from the distribution of the space conditioned on the bands.

        The same seed gives the same networks on every platform and with every numpy version; the first k of n are the
        k of k. Different spaces with the same seed are independent.

        Args:
            n: how many networks, at least 1.
            rng: a seed (whole number >= 0), or a `numpy.random.Generator` to take one from.
            flops: (low, high) multiply-adds, both included; the paper uses (360e6, 400e6). None is no limit.
            params: (low, high) parameters.
            activations: (low, high) output elements of all convolutions.
            resolution: height and width of the image in pixels, one number or two, for counting.
            in_channels: channels of the image, for counting.
            num_classes: outputs of the head, for counting.

        Raises:
            InputError: an argument is out of range, or no network satisfies the constraints and bands.
        """
        bands = Bands(flops, params, activations, resolution, in_channels, num_classes)
        return self._sample(n, rng, bands).batch.sampled()

    def sample_batch(self, n: int, rng: Rng = 0, **bands: Any) -> Any:
        """Draw the same n networks as `sample` with the same arguments, as one batch: a million in a second."""
        return self._sample(n, rng, Bands(**bands)).batch

    def _sample(self, n: int, rng: Rng, bands: Bands) -> Proposals:
        n = whole("n", n, most=MOST_NETWORKS, of="networks")
        if bands.given:
            self._check_countable(bands)
        uniforms = Uniforms(rng, f"{self._stream} {len(self.refinements)}", self._columns())

        def keep(proposals: Proposals) -> np.ndarray:
            if not self._filtered:
                return self._inside(bands, proposals.batch)
            kept = self._satisfied(proposals.batch)
            kept[kept] = self._inside(bands, proposals.batch[kept])
            return kept

        rate = self.first_rate if bands.given or self.refinements else 1.0
        pieces = list(accepted(self._propose, keep, uniforms, n, rate, lambda: self._check_reach(bands)))
        found = sum(len(piece) for piece in pieces)
        if found < n:
            raise InputError(
                f"found {found} of {n} networks of {self.name} with {bands}, then none in {MAX_PROPOSALS:,} proposals;"
                f" {self._reach(bands)}"
            )
        return Proposals.join(pieces)

    def _check_countable(self, bands: Bands) -> None:
        """Raise `InputError` if a network can be too large to be counted."""

    def _inside(self, bands: Bands, batch: Any) -> np.ndarray:
        """Return (n,) bool: which networks are within the bands."""
        return bands.inside(batch)

    def _satisfied(self, batch: Any) -> np.ndarray:
        """Return (n,) bool: which networks satisfy the limits and all refinements."""
        keep = self._limits(batch)
        for name, constraint in self.refinements:
            rows = np.flatnonzero(keep)
            if len(rows):
                keep[rows] = checked_mask(name, constraint, batch[rows])
        return keep

    def _limits(self, batch: Any) -> np.ndarray:
        """Return (n,) bool: which networks keep a limit that is part of the space and that proposals may break."""
        return np.ones(len(batch), bool)

    def refine(self, name: str, constraint: Constraint = None) -> Self:  # type: ignore[assignment]
        """Return this space conditioned on one more constraint.

        Args:
            name: what to call the constraint in print.
            constraint: a function of a `ConfigBatch` of n networks that returns an (n,) bool array.

        Raises:
            InputError: the name is empty or the constraint cannot be called.
        """
        if not isinstance(self, DesignSpace):  # AnyNetXE.refine(...), so that the name stands where the space should
            raise InputError(
                "refine belongs to a space, not to its class: call the class first, AnyNetXE().refine(...)"
            )
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"the name of a constraint must be a word or a sentence, not {name!r:.60}")
        if not callable(constraint):
            raise InputError(f"constraint {name!r} must be a function of a ConfigBatch, not {constraint!r:.60}")
        return replace(self, refinements=(*self.refinements, (name, constraint)))

    # Membership, reach and size.

    def __contains__(self, config: object) -> bool:
        """Whether a network belongs to the space."""
        raise NotImplementedError

    def _check_reach(self, bands: Bands) -> None:
        """Called when many proposals were in vain.

        Raises:
            InputError: a band is far from what the space reaches.
        """
        for name, (low, high) in bands.given.items():
            counts = getattr(bands.count(self._extremes()), name)
            if high < counts.min() / 1.25 or low > counts.max() * 1.25:
                raise InputError(f"no network of {self.name} has {bands}; {self._reach(bands)}")

    def _reach(self, bands: Bands) -> str:
        """Say which flops, parameters or activations the space reaches."""
        batch = self._extremes()
        uniforms = Uniforms(0, "reach", self._columns())
        batches = [b for b in (batch, self._propose(uniforms.rows(self.looked_at)).batch) if len(b)]
        kept = [b[self._satisfied(b)] for b in batches]
        kept = [b for b in kept if len(b)]
        if not kept:
            if not self.refinements:
                return "its ranges contradict each other"
            alone = [name for name, c in self.refinements if not any(checked_mask(name, c, b).any() for b in batches)]
            blamed = f"constraint {alone[0]!r} alone leaves" if alone else "the constraints together leave"
            return f"{blamed} none of {sum(map(len, batches)):,} networks of {self._title}"
        counts, spans = [bands.count(b) for b in kept], []
        for name in bands.given or ("flops",):
            low, high = min(getattr(c, name).min() for c in counts), max(getattr(c, name).max() for c in counts)
            spans.append(f"{name} from {low:.3g} to {high:.3g}")
        return f"at {shown_size(bands.resolution)} pixels it reaches {' and '.join(spans)}"

    def size(self) -> int:
        """Return the exact number of networks, counting nominal parameters; of RegNets, the number of settings.

        Raises:
            InputError: there are refinements and too many networks to look at each; `estimate_size` then helps.
        """
        if not self._filtered:
            return self._exact_size()
        total = self._all()[0]
        if total > LARGEST_ENUMERATION:
            raise InputError(
                f"{self.name} has constraints that must be tried on each of {total:.3g} settings, and the most is"
                f" {LARGEST_ENUMERATION:.0e}; use estimate_size() or smaller ranges"
            )
        return int(self._satisfied(self._enumerated()).sum())

    @property
    def _filtered(self) -> bool:
        return bool(self.refinements) or type(self)._limits is not DesignSpace._limits

    def estimate_size(self, n: int = 50_000, rng: Rng = 0) -> SizeEstimate:
        """Estimate the number of networks from n equally likely settings; the way for spaces with own constraints.

        Returns:
            `SizeEstimate(low, size, high)`, with the ends of a 95 % interval (Wilson's).
        """
        n = whole("n", n, most=10_000_000, of="networks")
        total, columns, propose = self._all()
        uniforms = Uniforms(rng, f"size {type(self).__name__}", columns)
        kept = 0
        for start in range(0, n, CHUNK):
            kept += int(self._satisfied(propose(uniforms.rows(min(CHUNK, n - start))).batch).sum())
        return SizeEstimate.from_share(kept, n, total)

    def _headline(self) -> str:
        return self.name

    def __str__(self) -> str:
        limits = [f"constraint          {name}" for name, _ in self.refinements]
        lines = [self._headline(), *(f"  {line}" for line in self._lines() + limits)]
        lines.append(f"  degrees of freedom  {self.free_parameters()}")
        lines.append(f"  {self.counted:<19} {self._size_in_words()}")
        return "\n".join(lines)

    def _size_in_words(self) -> str:
        if self._filtered and self._all()[0] > LARGEST_ENUMERATION:
            return f"about {self.estimate_size(20_000)}"
        return f"{self.size():,} ({self.size():.3e})"
