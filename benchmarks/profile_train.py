"""Where the time of training small networks goes: what binds the engine on one core.

Trains networks from AnyNetXA and RegNetX with one thread under torch's profiler, and prints for each the share of each
kind of work, and how much faster it would be if everything but its convolutions took no time at all.

    python benchmarks/profile_train.py [--data DIR] [--regimes cpu quick] [--networks 2] [--images 3200]
"""

from __future__ import annotations

import argparse
from collections import Counter

from torch.profiler import ProfilerActivity, profile

import regnet_edu as rn
from regnet_edu import regime as regimes
from regnet_edu import spaces
from regnet_edu.data import image_data
from regnet_edu.training.loop import prepare, train

# The first part of an operator's name that fits says what it belongs to.
KINDS = {
    "convolutions, backward": ("aten::convolution_backward",),
    "convolutions, forward": ("aten::mkldnn_convolution", "aten::_slow_conv2d", "aten::thnn_conv2d"),
    "batch norm": ("aten::native_batch_norm", "aten::batch_norm"),
    "activations and sums": ("aten::threshold", "aten::relu", "aten::clamp_min", "aten::add", "aten::silu"),
    "optimiser": ("aten::_fused_sgd",),
    "images": ("aten::index", "aten::flip", "aten::where", "aten::sub", "aten::div", "aten::copy"),
    "initial weights": ("aten::normal", "aten::uniform"),
}


def kind_of(operator: str) -> str:
    for kind, names in KINDS.items():
        if operator.startswith(names):
            return kind
    return "calls and memory"


def shares(config: rn.AnyNetConfig, regime: rn.Regime, data: object) -> tuple[Counter[str], float]:
    """Return the seconds of each kind of work in one training, and all of them."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        train(config, regime, seed=0, data=data)  # type: ignore[arg-type]
    seconds: Counter[str] = Counter()
    for event in profiler.key_averages():
        seconds[kind_of(event.key)] += event.self_cpu_time_total / 1e6
    return seconds, sum(seconds.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="synthetic", help="an image folder, or synthetic (the built-in pictures)")
    parser.add_argument("--regimes", nargs="+", default=["cpu", "quick"])
    parser.add_argument("--networks", type=int, default=2, help="of each space (2)")
    parser.add_argument("--images", type=int, default=3200, help="to train on, once; a sixth as many to test (3200)")
    options = parser.parse_args()
    for name in options.regimes:
        regime = regimes.get(name).replace(train_images=options.images, test_images=options.images // 6, epochs=1)
        data = prepare(image_data.load(options.data, regime.resolution), regime)
        for space in ("AnyNetXA", "RegNetX"):
            configs = regime.with_ranges(spaces.get(space)).sample(
                options.networks, rng=0, flops=regime.flops, resolution=regime.resolution
            )
            train(configs[0], regime, data=data)  # the first one of a process finds the kernels
            for config in configs:
                seconds, total = shares(config, regime, data)
                groups = "/".join(map(str, config.group_widths))
                print(f"\nregime {name}, {space}, widths {'/'.join(map(str, config.widths))}, group widths {groups}")
                for kind, spent in seconds.most_common():
                    print(f"  {kind:<24}{spent / total:>7.1%}")
                convolutions = sum(spent for kind, spent in seconds.items() if kind.startswith("convolutions"))
                flops = rn.complexity(config, regime.resolution).flops
                steps = options.images // regime.batch_size * regime.batch_size
                work = 2 * flops * (3 * steps + options.images // 6)
                print(f"  convolutions run at {work / convolutions / 1e9:.0f} Gflop/s; with all else free: ", end="")
                print(f"{total / convolutions:.2f} times as fast")


if __name__ == "__main__":
    main()
