"""What the spaces of AnyNets share: stages of one kind of block, a stem and a head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..common.errors import InputError
from ..common.validation import whole
from ..networks.batch import SHARED, ConfigBatch
from ..networks.complexity import complexity
from ..networks.config import AnyNetConfig
from .design_space import DesignSpace
from .sampling import Bands
from .validation import check_refinements


@dataclass(frozen=True, kw_only=True, repr=False)
class StagedSpace(DesignSpace):
    """A space of AnyNets. Use one of its subclasses, such as `AnyNetXA` or `RegNetX`."""

    num_stages: int = 4
    block: str = "X"
    se_ratio: float = 0.0
    strides: int | tuple[int, ...] = 2
    stem_width: int = 32
    stem_stride: int = 2
    activation: str = "relu"
    stem: str | None = None
    head: str | None = None

    def __post_init__(self) -> None:
        stages = whole("num_stages", self.num_stages, most=16, whole_floats=True)
        self._put("num_stages", stages)
        # One network checks everything that the networks share.
        shared = AnyNetConfig((1,) * stages, (8,) * stages, (1,) * stages, (1,) * stages, **self._shared())
        for name in ("block", "se_ratio", "stem_width", "stem_stride", "stem", "head"):
            self._put(name, getattr(shared, name))
        check_refinements(self.refinements)
        self._put("strides", shared.strides[0] if len(set(shared.strides)) == 1 else shared.strides)

    def _shared(self) -> dict[str, Any]:
        strides = (self.strides,) * self.num_stages if isinstance(self.strides, int) else self.strides
        return {**{name: getattr(self, name) for name in SHARED}, "strides": strides}

    def _is_shown(self, name: str, shown: bool) -> bool:
        return shown and (name not in ("stem", "head") or bool(getattr(self, name)))

    def _has_form(self, config: AnyNetConfig) -> bool:
        """Whether a config with the right number of stages has values and an order of the space."""
        raise NotImplementedError

    def _largest(self) -> AnyNetConfig:
        """Return a network at least as large as any of the space."""
        raise NotImplementedError

    def paper_size(self) -> float:
        """Return the size by the paper's formula (table 1); refinements are not counted."""
        raise NotImplementedError

    def __contains__(self, config: object) -> bool:
        """Whether a config's nominal parameters, and all that the networks of this space share, belong to it."""
        if not isinstance(config, AnyNetConfig) or config.num_stages != self.num_stages:
            return False
        if any(getattr(config, name) != value for name, value in self._shared().items()):
            return False
        return self._has_form(config) and bool(self._satisfied(ConfigBatch.from_configs([config]))[0])

    def _check_countable(self, bands: Bands) -> None:
        largest = max(complexity(self._largest(), bands.resolution, bands.in_channels, bands.num_classes))
        if largest >= 2**62:
            raise InputError(f"a network of {self.name} can count {largest:.1e}, more than 2^62; use smaller ranges")

    def _headline(self) -> str:
        return f"{self.name}: {self.num_stages} stages of {'Y' if self.se_ratio else self.block} blocks"

    def _size_in_words(self) -> str:
        return f"{super()._size_in_words()}; by the paper's formula {self.paper_size():.3e}"
