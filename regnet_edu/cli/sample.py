"""The command sample: networks of a design space, one a line."""

from __future__ import annotations

import argparse
import json

from ..networks.config import AnyNetConfig
from ..networks.module_config import ModuleConfig
from .arguments import Command, MakeParser, amount, space_options


def add(command: MakeParser) -> dict[str, Command]:
    """Add the command; `command(name, text, example)` makes its parser."""
    sample = command("sample", "sample networks from a design space, one a line", "AnyNetXA --n 5 --flops 360e6 400e6")
    sample.add_argument("space", metavar="SPACE", help="AnyNetXA, RegNetX, ..., or your own: module:space")
    sample.add_argument("--n", type=int, default=10, help="how many networks (10)")
    sample.add_argument("--seed", type=int, default=0, help="the same seed gives the same networks (0)")
    for name in ("flops", "params", "activations"):
        sample.add_argument(
            f"--{name}", nargs=2, type=amount, metavar=("LOW", "HIGH"), help=f"keep to a band of {name}"
        )
    sample.add_argument("--resolution", type=int, default=224, help="height and width of the images in pixels (224)")
    sample.add_argument("--classes", type=int, default=1000, help="outputs of the head (1000)")
    space_options(sample)
    sample.add_argument("--json", action="store_true", help="print each network as a JSON object")
    return {"sample": _sample}


def _sample(options: argparse.Namespace) -> None:
    from .. import spaces
    from ..networks.complexity import complexity

    space = spaces.get(options.space, **dict(options.option))
    configs = space.sample(
        options.n,
        rng=options.seed,
        flops=options.flops and tuple(options.flops),
        params=options.params and tuple(options.params),
        activations=options.activations and tuple(options.activations),
        resolution=options.resolution,
        num_classes=options.classes,
    )
    for config in configs:
        counts = complexity(config, options.resolution, num_classes=options.classes)
        if options.json:
            print(json.dumps({**config.to_dict(), **counts._asdict()}))
        else:
            flops, params, activations = (f"{count / 1e6:.2f} M" for count in counts)
            print(f"{_shape(config)}  flops {flops}  params {params}  activations {activations}")


def _shape(config: AnyNetConfig | ModuleConfig) -> str:
    if isinstance(config, AnyNetConfig):
        letters = {"d": config.depths, "w": config.widths, "b": config.bottleneck_ratios, "g": config.group_widths}
    else:
        letters = dict(config.parameters)
    return "  ".join(f"{letter} {_text(value)}" for letter, value in letters.items())


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
