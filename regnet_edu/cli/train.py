"""The command train: one network, on images in memory or, alone or under torchrun, on images that stay on the disk."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ..common.errors import InputError, first_line, nearest_name
from ..common.files import regular
from .arguments import Command, MakeParser, tracked, training_options
from .interrupt import stop_options, stopped_in_order

EXAMPLE = """regnetx_200mf --regime tiny
  regnet-edu train regnetx_400mf --data imagenet:DIR
  torchrun --nproc-per-node 8 -m regnet_edu train regnetx_400mf \\
    --data imagenet:DIR --ema 0.9999
  regnet-edu train net.json --data imagenet:DIR --regime imagenet \\
    --set resolution=128 --out runs/net

imagenet:DIR holds train/WNID/*.JPEG and val/WNID/*.JPEG (any image folder so
laid out will do). Its images are read while the network trains, on all GPUs
that torchrun gives. The same command goes on with what is in --out."""


STOPS = ("accept_changed_data", "max_hours", "requeue")  # of what can go on


def add(command: MakeParser) -> dict[str, Command]:
    """Add the command; `command(name, text, example)` makes its parser."""
    train = command("train", "train one network", EXAMPLE)
    train.add_argument("network", metavar="NETWORK", help="a published network, or a config as JSON or in a file")
    train.add_argument(
        "--pretrained",
        nargs="?",
        const="timm",
        metavar="SOURCE",
        help="start from trained weights: timm, torchvision or a file (timm)",
    )
    train.add_argument("--save", metavar="FILE", help="keep the trained network, for AnyNet.load")
    training_options(train, regime=None, device=None)
    recipe = train.add_argument_group("recipe, where it differs from the regime's")
    recipe.add_argument("--epochs", type=int, help="passes over the training images")
    recipe.add_argument(
        "--batch-size",
        type=int,
        metavar="N",
        help="images a step, over all processes; the learning rate is scaled in proportion "
        "(the regime's; with imagenet:DIR, times the number of processes)",
    )
    recipe.add_argument("--lr", type=float, help="peak learning rate, used as it is")
    recipe.add_argument("--warmup", type=float, metavar="EPOCHS", help="epochs in which the learning rate rises")
    recipe.add_argument("--precision", help="fp32, or mixed: bf16, or fp16 on V100 and T4")
    streamed = train.add_argument_group("with --data imagenet:DIR")
    streamed.add_argument("--out", metavar="DIR", help="checkpoint, weights and result (runs/NETWORK)")
    streamed.add_argument(
        "--workers", type=int, metavar="N", help="processes that read images, for each GPU (all cores)"
    )
    streamed.add_argument("--ema", type=float, metavar="DECAY", help="average the weights too, such as 0.9999")
    streamed.add_argument("--norm-batch", type=int, metavar="N", help="images that share batch norm (128)")
    streamed.add_argument("--save-every", type=int, metavar="STEPS", help="steps between checkpoints (1000)")
    stop_options(train)
    return {"train": _train}


def _train(options: argparse.Namespace) -> None:
    config = network(options.network)
    if (options.data or "").partition(":")[0] == "imagenet":
        _train_streamed(config, options)
    else:
        _train_in_memory(config, options)


def _pretrained(config: Any, options: argparse.Namespace, num_classes: int, channels: int = 3) -> Any:
    """Return the network with the weights that --pretrained names, or its config without."""
    if options.pretrained is None:
        return config
    from ..networks.anynet import AnyNet
    from ..networks.weights import DOWNLOADED

    named = options.network if options.pretrained in DOWNLOADED else config
    return AnyNet.pretrained(named, options.pretrained, num_classes, in_channels=channels)


def _train_streamed(config: Any, options: argparse.Namespace) -> None:
    from ..data import folder
    from ..data.stream import folder_of
    from ..training.distributed.process_group import first_process, process_count
    from ..training.distributed.run import train_distributed

    if options.save:
        raise InputError(f"--save {options.save!r} is for images in memory; these weights are kept in --out")
    if options.pretrained:
        classes = folder.scan(folder_of(options.data)).classes
        config = _pretrained(config, options, len(classes))
    chosen = {"norm_batch": options.norm_batch, "ema": options.ema, "save_every": options.save_every}
    out = _folder(options)
    log = options.log if first_process() else None
    with stopped_in_order(options, False, asks=first_process()) as limit, tracked(log, out) as tracker:
        result = train_distributed(
            config,
            recipe(options, "imagenet_final", process_count()),
            options.seed,
            options.data,
            device=options.device,
            out=out,
            loaders=options.workers,
            threads=options.threads,
            skip_bad=options.skip_bad,
            verify=options.verify,
            accept_changed_data=options.accept_changed_data,
            stop=limit if options.max_hours or options.requeue else None,
            say=lambda text: print(text, flush=True),
            on_epoch=tracker and tracker.epoch,
            **{name: value for name, value in chosen.items() if value is not None},
        )
        if tracker:
            tracker.losses(result.losses)
    if first_process():
        _conclude(result, f"; weights and result in {out}")


def _train_in_memory(config: Any, options: argparse.Namespace) -> None:
    from ..data import image_data
    from ..training.loop import train

    for name in ("out", "workers", "ema", "norm_batch", "save_every", "verify", *STOPS):
        if getattr(options, name) not in (None, False):
            raise InputError(f"--{name.replace('_', '-')} is for images that stay on the disk: --data imagenet:DIR")
    regime = recipe(options, "tiny")
    data = image_data.load(options.data or regime.data, regime.resolution, progress=True, skip_bad=options.skip_bad)
    with tracked(options.log, _folder(options)) as tracker:

        def tell(epoch: int, error: float) -> None:
            print(f"epoch {epoch}: error {error:.2%}", flush=True)
            if tracker:
                tracker.epoch(epoch, error)

        result = train(
            _pretrained(config, options, data.num_classes, data.channels),
            regime,
            options.seed,
            options.device or "cpu",
            data,
            options.threads,
            on_epoch=tell,
            keep="last" if options.save else "none",
        )
        if tracker:
            tracker.losses(result.losses)
    if options.save:
        result.network.save(options.save)
    _conclude(result, f"; network in {options.save}" if options.save else "")


def _folder(options: argparse.Namespace) -> Path:
    return Path(options.out or Path("runs") / (options.network if options.network.isidentifier() else "network"))


def _conclude(result: Any, more: str = "") -> None:
    if result.reason:
        print(f"{result.status}: {result.reason}")
    speed = f"{result.images_per_second:,.0f} images a second"
    print(f"error {result.error:.2%} after {result.seconds:,.1f} s, {speed}{more}", flush=True)


def recipe(options: argparse.Namespace, default: str, processes: int = 1) -> Any:
    """Return the regime with what the options change.

    Every process takes the regime's batch, unless --batch-size says how many images they take together; the learning
    rate goes in proportion (the paper's appendix C: lr 0.1 at 128 images, 0.8 at 1024 on 8 GPUs), unless --lr sets it.
    What --set gives is taken as it is, and --warmup counts epochs.
    """
    from ..training import regime as regimes

    regime = regimes.get(options.regime or default)
    changes: dict[str, Any] = {}
    if not any(name == "batch_size" for name, _ in options.set):
        batch = regime.batch_size * processes if options.batch_size is None else options.batch_size
        changes = {"batch_size": batch, "lr": regime.lr * batch / regime.batch_size}
    given = {name: getattr(options, name) for name in ("epochs", "lr", "precision")}
    changes |= {name: value for name, value in given.items() if value is not None}
    regime = regime.replace(**{**changes, **dict(options.set)})
    return regime if options.warmup is None else regime.replace(warmup=options.warmup / regime.epochs)


def network(text: str) -> Any:
    """Read a network: the name of a published one, a JSON object, or a file that holds one."""
    from ..networks import zoo
    from ..networks.config import AnyNetConfig

    if text in zoo.names():
        return zoo.get(text).config
    content: str | bytes = text
    if not text.lstrip().startswith("{"):
        try:
            content = regular(text).read_bytes()
        except OSError:
            raise InputError(
                f"network {text!r:.80} is no published network and no file; {nearest_name(text, zoo.names())}"
            ) from None
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"network {text[:60]!r} is not JSON: {first_line(error)}") from None
    return AnyNetConfig.from_dict(values)
