"""Files of weights: those that this package writes, and those of others, whosever names they have."""

from __future__ import annotations

import importlib
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..common.errors import InputError, first_line, nearest_name
from ..common.files import output, regular, write_atomically
from .config import AnyNetConfig
from .weights import DOWNLOADED, plain_names

SIGNS = {"trunk_output.": "torchvision", "s1.": "timm", "stages.": "regnet_edu"}  # with which some name begins


def read(path: str | os.PathLike[str]) -> Any:
    """Return what torch.save or safetensors wrote to a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if str(path).endswith(".safetensors"):
            return importlib.import_module("safetensors.torch").load_file(regular(path))
        return torch.load(regular(path), map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ImportError, EOFError, ValueError, pickle.UnpicklingError) as error:
        if not os.path.exists(path) and not Path(path).suffix:
            raise InputError(f"source {str(path)!r} is unknown; {nearest_name(path, DOWNLOADED)}") from None
        raise InputError(f"weights {str(path)!r} cannot be read ({first_line(error)})") from error


def save(network: Any, path: str | os.PathLike[str]) -> None:
    """Write an `AnyNet` with its config and its weights, in one step; of another module the weights alone."""
    held: dict[str, Any] = {"weights": {k: v.detach().cpu() for k, v in network.state_dict().items()}}
    if isinstance(getattr(network, "config", None), AnyNetConfig):
        held |= {"config": network.config.to_dict(), "num_classes": network.num_classes}
        held |= {"in_channels": network.in_channels}
    write_atomically(output(path), lambda file: torch.save(held, file))


def read_weights(path: str | os.PathLike[str]) -> tuple[Mapping[str, Tensor], str]:
    """Return the state dict of a file, alone or in a checkpoint, and whose names it has.

    Raises:
        InputError: it cannot be read, or its names are of no known package.
    """
    held = read(path)
    for entry in ("weights", "state_dict", "model", "model_state"):
        if isinstance(held, Mapping) and isinstance(held.get(entry), Mapping):
            held = held[entry]
    state = plain_names(held) if isinstance(held, Mapping) else {}
    source = next((name for sign, name in SIGNS.items() if any(str(k).startswith(sign) for k in state)), None)
    if source is None:
        raise InputError(f"weights {str(path)!r} are of no RegNet of timm, torchvision or this package")
    return state, source
