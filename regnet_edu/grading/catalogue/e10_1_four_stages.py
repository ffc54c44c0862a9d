"""Exercise 10.1: a deeper RegNetX with four stages, and what it takes to say that it beats the one with two."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...common.errors import InputError
from ...networks.complexity import complexity
from ...networks.config import AnyNetConfig
from ...spaces.regnet import RegNetX
from ..draws import draw_twice, wrong_draw
from ..exercise import Ask, Exercise, Part, Rng
from ..worlds import build, noise

IDEA = 'chapter 10, "Many comparisons at once"'
TWO_STAGES = ((4, 6), (32, 80), 1, 16)  # RegNetX32 of d2l
LIMIT = 4_625_194  # its flops at 32 pixels
SEEDS_TRAINED = (0, 1)


def bands(rng: np.random.Generator) -> list[tuple]:
    top = round(int(rng.integers(20, 46)) * 1e5)
    # One network in fifty has just ten blocks: of a hundred, some are likely to.
    return [(2, 4_000_000, LIMIT, Rng(int(rng.integers(999)))), (100, 0.8 * top, top, Rng(int(rng.integers(999))))]


def draw_networks(m: Any, n: int, low: float, high: float, rng: Any) -> Any:
    """drawing networks with n, low, high, rng ="""
    return draw_twice(m, rng, lambda m, rng: list(m.four_stages(n, low, high, rng)))


def as_config(network: Any) -> AnyNetConfig | str:
    """The network as a config, or what is wrong with it."""
    try:
        depths, widths, ratio, group = network
        shared = (value if isinstance(value, (list, tuple)) else float(value) for value in (ratio, group))
        return build([list(depths), list(widths), *shared])
    except InputError as error:
        return f"{network} is no network: {error}"
    except (TypeError, ValueError):
        return f"{network} is no network: four entries are needed, (depths, widths, bottleneck ratio, group width)."


def count(config: AnyNetConfig) -> float:
    return complexity(config, 32, 3, 10).flops


def wrong_with(network: Any, low: float, high: float) -> str | None:
    """Why this is no deeper RegNetX with four stages in the band."""
    config = as_config(network)
    if isinstance(config, str):
        return config
    if len(config.depths) != 4:
        return f"It looks as if the stages were not counted: {config.depths} are {len(config.depths)}, and four are asked for."
    if config.depth <= 10:
        return (
            f"It looks as if the depth was forgotten: {config.depths} are {config.depth} blocks, and RegNetX32 has 10; "
            "deeper is more."
        )
    flops = count(config)
    if not low <= flops <= high:
        words = f"A network with {flops:,} flops is outside {low:,.0f} to {high:,.0f}."
        if low <= complexity(config, 32, 3, 1000).flops <= high:
            words += " It looks as if the flops were counted for 1,000 classes: there are 10."
        return words
    if config not in RegNetX():
        return (
            f"It looks as if the widths follow no quantised line: no d, w0, wa and wm of RegNetX give the depths "
            f"{config.depths} with the widths {config.widths}. RegNetParams(...).to_config() makes such networks."
        )
    return None


def judge_networks(call: tuple, answer: Any) -> str | None:
    n, low, high, _ = call
    first = answer[0]
    if len(first) != n:
        return f"{n} networks were asked for, and {len(first)} came back."
    for network in first:
        words = wrong_with(network, low, high)
        if words:
            return words
    words = wrong_draw(answer)
    if words:
        return words
    if n > 2 and len({repr(network) for network in first}) < n / 2:
        return "It looks as if one network was repeated: draw each anew."
    return None


# A stand-in for training, of which the truth is known: an error that belongs to the network, a disturbance that belongs to the
# seed and is the same for all networks, and a little that belongs to both.
def train_error(world: int, own: float, both: float, network: Any, seed: int) -> float:
    error = 0.4 + own * noise(world, "network", network) + 0.05 * noise(world, "seed", seed)
    return error + both * noise(world, "both", network, seed)


def pick_network(rng: np.random.Generator) -> tuple:
    return (rng.integers(2, 6, 4).tolist(), (8 * rng.integers(2, 20, 4)).tolist(), 1, 8)


def two_networks(rng: np.random.Generator) -> list[tuple]:
    return [
        (
            Ask("train", train_error, (int(rng.integers(10**6)), 0.03, 0.008)),
            TWO_STAGES,
            pick_network(rng),
            rng.permutation(50)[:k].tolist(),
        )
        for k in (2, 3, 9)
    ]


def many_networks(rng: np.random.Generator) -> list[tuple]:
    return [
        (
            Ask("train", train_error, (int(rng.integers(10**6)), 0.01, 0.02)),
            TWO_STAGES,
            [pick_network(rng) for _ in range(count)],
            rng.permutation(50)[: 2 * k].tolist(),
        )
        for count, k in ((1, 2), (2, 2), (6, 3), (9, 2), (9, 4), (12, 5))
    ]


def nothing(rng: np.random.Generator) -> list[tuple]:
    return [()]


@lru_cache(maxsize=64)
def trained(config: AnyNetConfig) -> tuple[float, ...]:
    """The errors of a network, really trained; on the grader's side, since a learner's process could tell anything."""
    from ...training.loop import train
    from ...training.regime import Regime

    regime = Regime("check", "synthetic", 32, None, train_images=2048, test_images=1000, batch_size=32)
    return tuple(train(config, regime, seed=seed).error for seed in SEEDS_TRAINED)


def judge_mine(call: tuple, answer: Any) -> str | None:
    words = wrong_with(answer, 0, LIMIT)
    if words:
        return words
    config = as_config(answer)
    assert isinstance(config, AnyNetConfig)
    yours, other = trained(config), trained(build(TWO_STAGES))
    if np.mean(yours) < np.mean(other):
        return None
    listed = [", ".join(f"{100 * e:.1f}" for e in errors) for errors in (yours, other)]
    return (
        f"It does not beat the two stages: trained with the seeds 0 and 1 its errors are {listed[0]} %, and those of "
        f"RegNetX32 {listed[1]} %. Has it flops to spare ({count(config):,} of {LIMIT:,}), or too many narrow blocks?"
    )


EXERCISE = Exercise(
    number="10.1",
    name="four_stages",
    title="Four stages, deeper, at the same flops",
    task="""Section 8.8 of d2l ends with a question: with four stages, can you design a deeper RegNetX that performs better than its
RegNetX32, the one with two (4 blocks of width 32, then 6 of width 80)? First draw candidates at equal flops. Then write what it takes to *say* that one is better: compare seed by seed, and report the
winner on seeds that did not choose it (the best of many looks better than it is). The checks of these two hand you a
`train` that stands in for training: it answers at once, and the truth behind it is known. Last, name your network: the check trains that one for real, four short runs that
take up to a minute. To try networks before you hand one in:

    regime = rn.Regime("check", "synthetic", 32, None, train_images=2048, test_images=1000, batch_size=32)
    rn.train(rn.AnyNetConfig(*my_network()), regime, seed=0).error""",
    minutes=60,
    hints=(
        "rn.RegNetX().sample draws networks with four stages in a band of flops; look at its other arguments: what do 224 pixels and 1,000 "
        "classes do here?",
        "If one seed is a bad one for all networks, what is left of it in train(four, seed) - train(two, seed)?",
        "choose: the candidate with the lowest mean over seeds[:half], then beats(train, two, candidates[place], seeds[half:])[0]. "
        "For my_network: few blocks where the images are large, most in the third stage, widths that double.",
    ),
    parts=(
        Part(
            "candidates at equal flops",
            3,
            "four_stages",
            bands,
            'chapter 10, "Four changes, and what stays the same"',
            judge=judge_networks,
            script=draw_networks,
            helpers=(draw_twice,),
            repeatable=True,
        ),
        Part("is it better? seed by seed", 2, "beats", two_networks, IDEA),
        Part("choosing and reporting", 2, "choose", many_networks, IDEA),
        Part("your network, trained for real", 2, "my_network", nothing, IDEA, judge=judge_mine),
    ),
    uses_package=True,
)
