"""Training one network under one regime: `regime` says how, `loop` does it; `distributed` on many GPUs at once."""

from typing import TYPE_CHECKING

import lazy_loader

from . import regime
from .regime import Regime
from .result import TrainResult

if TYPE_CHECKING:
    from .loop import train

__getattr__, _, _ = lazy_loader.attach(__name__, submod_attrs={"loop": ["train"]})

__all__ = ["Regime", "TrainResult", "regime", "train"]
