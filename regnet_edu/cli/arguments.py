"""How the command line reads numbers and settings, and the options that several commands share."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

MakeParser = Callable[[str, str, str], argparse.ArgumentParser]  # from a command's name, what it does and an example
Command = Callable[[argparse.Namespace], int | None]  # returns the exit status, none for 0


def amount(text: str) -> float:
    """Read a count such as 400e6, 400M or 0.4G."""
    scale = {"k": 1e3, "m": 1e6, "g": 1e9}.get(text[-1:].lower(), 1)
    try:
        return float(text[:-1] if scale != 1 else text) * scale
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a count such as 400e6, 400M or 0.4G") from None


def setting(text: str) -> tuple[str, Any]:
    """Read KEY=VALUE, the value as JSON where it is such, else as text."""
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE, such as epochs=3")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def training_options(parser: argparse.ArgumentParser, regime: str | None = "tiny", device: str | None = "cpu") -> None:
    """Add the options of every command that trains, with its defaults."""
    usual = regime or "tiny; imagenet_final with imagenet:DIR"
    parser.add_argument("--regime", default=regime, help=f"tiny, quick, cpu, colab or imagenet ({usual})")
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="image folder with train/CLASS/*.jpg and test/CLASS/*.jpg, imagenet:DIR for one too large for memory, or "
        "the name of a data set",
    )
    parser.add_argument("--log", metavar="KIND", help="tensorboard or wandb: curves of every epoch (beside --out)")
    images = parser.add_argument_group("images that cannot be read, or changed")
    images.add_argument("--skip-bad", type=int, default=0, metavar="N", help="leave out up to N of them (0)")
    images.add_argument("--verify", action="store_true", help="decode all of imagenet:DIR first, not only the headers")
    images.add_argument(
        "--accept-changed-data", action="store_true", help="continue although images have changed; the record says so"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same result (0)")
    usual = device or "cpu; with imagenet:DIR cuda, where there is one"
    parser.add_argument("--device", default=device, help=f"cpu or cuda ({usual})")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process (1)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=setting,
        metavar="KEY=VALUE",
        help="a setting of the regime, such as epochs=3",
    )


@contextmanager
def tracked(kind: str | None, out: str | os.PathLike[str]) -> Iterator[Any]:
    """Yield the tracker that --log asks for, whose files lie beside those of `out`; None without."""
    if kind is None:
        yield None
        return
    from ..reports.tracking import Tracker

    with closing(Tracker(kind, f"{os.fspath(out).removesuffix('.jsonl')}.{kind}", Path(out).stem)) as tracker:
        yield tracker


def space_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a design space."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=setting,
        metavar="KEY=VALUE",
        help="an option of the space, such as max_width=512, num_stages=5 or block=R",
    )
