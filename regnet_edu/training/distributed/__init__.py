"""Training one large network with images that stay on the disk, by one process or by many, from checkpoints."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from .run import train_distributed

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submod_attrs={"run": ["train_distributed"]})

__all__ = ["train_distributed"]
