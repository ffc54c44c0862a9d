"""A lead: grouped convolutions of 2 channels a group, computed as block-diagonal groups of 8.

torch takes longer for a 3x3 convolution with g = 2 than for one with g = 8, although it has a quarter of the work. Four
groups of 2 are one group of 8 whose weights are zero outside four blocks: the same outputs but for rounding, since what
is added is zeros. Both are timed side by side, in an order that changes from round to round, and the median of the
ratios of the rounds is printed: what disturbs the machine disturbs both alike.

    python benchmarks/grouped.py [--rounds 15] [--threads 1]

The package does not compute them so: recorded populations keep their bits.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

import regnet_edu as rn
from regnet_edu.training.device import threads_of

WIDE = 8  # channels of a group that torch computes fast
SHAPES = ((96, 4, 64), (64, 16, 64), (128, 16, 64), (48, 32, 64))  # channels, pixels, images


class BlockDiagonal(nn.Module):
    """A grouped convolution whose groups are computed several at once; parameters as before."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution
        width = convolution.in_channels // convolution.groups
        self.together = max(k for k in range(1, WIDE // width + 1) if convolution.groups % k == 0)
        self.register_buffer("blocks", torch.eye(self.together).reshape(1, self.together, 1, self.together, 1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        old, k = self.convolution, self.together
        out, width, *size = old.weight.shape
        groups = old.groups // k
        # (groups, k, out of a group, 1, width, 3, 3) * (1, k, 1, k, 1, 1, 1): zeros outside the diagonal
        weight = old.weight.reshape(groups, k, out // old.groups, 1, width, *size) * self.blocks
        weight = weight.reshape(out, k * width, *size).contiguous(memory_format=torch.channels_last)
        return functional.conv2d(images, weight, None, old.stride, old.padding, 1, groups)


def with_blocks(network: nn.Module) -> nn.Module:
    """Return a copy whose narrow grouped convolutions are computed as wider ones."""
    network = copy.deepcopy(network)
    for name, part in list(network.named_modules()):
        if isinstance(part, nn.Conv2d) and part.groups > 1 and part.in_channels // part.groups <= WIDE // 2:
            above, _, last = name.rpartition(".")
            setattr(network.get_submodule(above), last, BlockDiagonal(part))
    return network


def step_of(network: nn.Module, images: Tensor, labels: Tensor | None = None) -> Callable[[], Tensor]:
    """Return the function that does one forward and backward pass."""

    def step() -> Tensor:
        network.zero_grad(set_to_none=True)
        scores = network(images)
        (scores.square().mean() if labels is None else functional.cross_entropy(scores, labels)).backward()
        return scores.detach()

    return step


def ratio(one: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Return the median seconds of each and the median of the ratios of the rounds.

    They are of the processor, not by the clock: on a busy machine the clock counts what others do.
    """
    times: list[tuple[float, float]] = []
    for turn in range(-2, rounds):
        taken = {}
        for work in (one, other) if turn % 2 else (other, one):
            begin = time.process_time()
            work()
            taken[work] = time.process_time() - begin
        if turn >= 0:  # the first are warm-up
            times.append((taken[one], taken[other]))
    return (*(statistics.median(t) for t in zip(*times, strict=True)), statistics.median(a / b for a, b in times))


def difference(a: nn.Module, b: nn.Module, first: Callable[[], Tensor], second: Callable[[], Tensor]) -> float:
    """Return the largest difference of outputs and gradients, relative to the largest number of each."""
    pairs = [(first(), second())]
    pairs += [(p.grad, q.grad) for p, q in zip(a.parameters(), b.parameters(), strict=True)]
    return max(float((x - y).abs().max() / x.abs().max().clamp(min=1e-6)) for x, y in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(0)
    with threads_of(options.threads):
        print("one 3x3 convolution, forward and backward")
        for channels, pixels, count in SHAPES:
            images = torch.randn(count, channels, pixels, pixels, requires_grad=True)
            images = images.to(memory_format=torch.channels_last).detach().requires_grad_()
            plain = nn.Conv2d(channels, channels, 3, padding=1, groups=channels // 2, bias=False)
            plain = plain.to(memory_format=torch.channels_last)
            blocks = with_blocks(nn.Sequential(plain))
            wide = nn.Conv2d(channels, channels, 3, padding=1, groups=channels // WIDE, bias=False)
            wide = wide.to(memory_format=torch.channels_last)
            steps = [step_of(network, images) for network in (plain, blocks, wide)]
            apart = difference(plain, blocks, *steps[:2])
            before, after, gain = ratio(*steps[:2], options.rounds)
            *_, best = ratio(steps[0], steps[2], options.rounds)
            print(
                f"{channels:4} channels, {pixels:2} x {pixels:2}, batch {count}: {1e3 * before:.2f} ms as groups of 2, "
                f"{1e3 * after:.2f} ms in blocks, ratio {gain:.2f} (g = 8 itself: {best:.2f}), apart {apart:.0e}"
            )
        print("a RegNetX with g = 2, a whole step of 64 images of 32 x 32 pixels")
        for depth, w0, wa, wm in ((13, 24, 8.0, 2.2), (20, 16, 4.0, 2.1), (47, 16, 1.2, 2.0)):
            params = rn.RegNetParams(depth, w0, wa, wm, group_width=2)
            plain = rn.AnyNet(params, num_classes=10).to(memory_format=torch.channels_last)
            blocks = with_blocks(plain)
            images = torch.randn(64, 3, 32, 32).to(memory_format=torch.channels_last)
            labels = torch.randint(10, (64,))
            steps = [step_of(network, images, labels) for network in (plain, blocks)]
            apart = difference(plain, blocks, *steps)
            before, after, gain = ratio(*steps, options.rounds)
            flops = rn.complexity(params, 32, num_classes=10).flops
            print(
                f"{depth:3} blocks, {flops / 1e6:.1f} MF: {1e3 * before:.1f} ms as groups of 2, "
                f"{1e3 * after:.1f} ms in blocks, ratio {gain:.2f}, apart {apart:.0e}"
            )


if __name__ == "__main__":
    main()
