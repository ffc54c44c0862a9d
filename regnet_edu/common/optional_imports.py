"""torchvision, which only some of the work needs."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import InputError, first_line


def torchvision_part(name: str, needed: str, instead: str = "") -> Any:
    """Import and return torchvision's module `name`, such as "datasets".

    Args:
        name: of the module.
        needed: the beginning of the sentence that says what needs it, such as "cifar10 is read by".
        instead: what would do without it.

    Raises:
        InputError: it cannot be imported.
    """
    try:
        importlib.import_module("torchvision")
        return importlib.import_module(f"torchvision.{name}")
    except (ImportError, RuntimeError) as error:  # a torchvision of another family than torch fails with RuntimeError
        raise InputError(
            f"{needed} torchvision, which cannot be imported ({first_line(error, 80)}); install the release of "
            f"torchvision that goes with your torch{instead and f', or {instead}'}"
        ) from error
