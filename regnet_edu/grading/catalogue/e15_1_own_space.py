"""Exercise 15.1, the capstone: the learner's own design space against RegNetX at equal flops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...common.errors import InputError
from ...networks.complexity import complexity
from ...networks.config import AnyNetConfig
from ...spaces import names
from ...spaces.regnet import RegNetX
from ..draws import draw_twice, wrong_draw
from ..exercise import Ask, Exercise, Part, Rng
from ..report_check import DIVERGED, judge_report, spread
from ..worlds import build, noise, plain

SPACE = 'chapter 15, "A space of your own"'
TEST = 'chapter 15, "Five ways to fool yourself"'
NUMBER = 'chapter 15, "How many networks?"'


def bands(rng: np.random.Generator) -> list[tuple]:
    low = 1e5 * int(rng.integers(15, 25))
    return [(12, low, 1.2 * low, int(rng.integers(999)))]


def draw_space(m: Any, n: int, low: float, high: float, seed: int) -> Any:
    """sampling my_space() with n, low, high, seed ="""
    import regnet_edu as rn

    band: dict[str, Any] = {"flops": (low, high), "resolution": 32, "in_channels": 3, "num_classes": 10}
    space = m.my_space()
    if isinstance(space, type) or not hasattr(space, "sample"):
        return [None, type(space).__name__, [], []]
    sample = space.sample(n, rng=seed, **band)
    rows = [(c.depths, c.widths, c.bottleneck_ratios, c.group_widths, c.block) for c in sample]
    common = [bool(c in space) for c in rn.RegNetX().sample(20, rng=seed, **band)]
    return [str(space.name), rows, common, [bool(c in space) for c in sample[:n]]]


def as_config(network: Any) -> AnyNetConfig | None:
    try:
        return build([list(values) for values in network[:4]])
    except (TypeError, ValueError, InputError):
        return None


def count(network: Any) -> float:
    config = as_config(network)
    return -1 if config is None else complexity(config, 32, 3, 10).flops


def judge_space(call: tuple, answer: Any) -> str | None:
    n, low, high, _ = call
    name, first, common, own = answer
    if name is not None and len(first) != n:  # before anybody counts them
        return f"{n} networks were asked for, and {len(first)} came back: does your class have a `sample` of its own?"
    if name is None:
        return f"It looks as if my_space returned no design space: it should be one with a method sample, and is a {first}."
    if name in names():
        return f"It looks as if a space of the course came back as it is ({name}): refine it with a constraint of your own."
    for network in first:
        if len(network[0]) != 4 or network[4] != "X":
            return (
                f"It looks as if something else than the space differs: {network} should have four stages of X blocks."
            )
    if not low <= min(map(count, first)) <= max(map(count, first)) <= high:
        return "A network is outside the band that was asked for: does your class have a `sample` of its own?"
    if not any(own):
        return "It looks as if your space denies what it drew: none of its networks is `in` it."
    if all(common) and all(as_config(network) in RegNetX() for network in first):
        return "It looks as if this is RegNetX under another name: your constraint shuts out none of its networks, and adds none."
    if len({repr(plain(network)) for network in first}) < n / 2:
        return f"It looks as if the space is too small: {n} draws gave few different networks."
    return None


# A stand-in for training: an error that belongs to the network, luck, and now and then a network that diverges.
def train_error(world: int, network: Any, seed: Any) -> float:
    if as_config(network) is None or len(network) != 4:
        raise ValueError(f"{network} is no network (depths, widths, ratios, groups)"[:200])
    if noise(world, "diverges", network) > 1.1:
        return DIVERGED
    return round(0.4 + 0.02 * noise(world, network) + 0.01 * noise(world, network, seed), 4)


def studies(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for n in (2, 9):
        low = 1e5 * int(rng.integers(15, 25))
        cases.append(
            (Ask("train", train_error, (int(rng.integers(10**6)),)), n, low, 1.2 * low, int(rng.integers(999)))
        )
    return cases


def run_study(m: Any, train: Any, n: int, low: float, high: float, seed: int) -> Any:
    """study(train, n, low, high, seed) with"""
    import regnet_edu as rn

    mine, theirs = m.study(train, n, low, high, seed)
    rows = [[[r["network"], r["flops"], r["error"]] for r in records] for records in (mine, theirs)]
    rival = m.rival() if hasattr(m, "rival") else rn.RegNetX()
    spaces = [] if max(map(len, rows)) > n else [m.my_space(), rival]
    own = []
    for space, records in zip(spaces, rows, strict=False):
        arguments: list[Any] = [[tuple(v) for v in r[0]] for r in records]
        own.append([bool(rn.AnyNetConfig(*each) in space) for each in arguments])
    return [*rows, own, hasattr(m, "rival")]


def judge_study(call: tuple, answer: Any) -> str | None:
    _, n, low, high, _ = call
    mine, theirs, own, other_rival = answer.value
    trained: dict[str, list] = {}
    for arguments, error in answer.questions:
        if len(arguments) != 2 or error is None:
            return "train was called with something else than a network and a seed."
        trained.setdefault(repr(plain(arguments[0])), []).append((plain(arguments[1]), error))
    if any(len(runs) > 1 for runs in trained.values()):
        return "It looks as if networks were trained more than once: then those that had a bad day get another chance."
    for name, records in (("mine", mine), ("theirs", theirs)):
        if len(records) > n:
            return f"{name} has {len(records)} records, and {n} were asked for."
        if len(records) < n and any(e >= DIVERGED for runs in trained.values() for _, e in runs):
            return f"{name} has {len(records)} of {n} records. It looks as if networks that diverged were left out: they stay, with the error 0.9."
        if len(records) != n:
            return f"{name} has {len(records)} records, and {n} were asked for."
        for k, (network, flops, error) in enumerate(records):
            runs = trained.get(repr(plain(network)))
            if runs is None:
                return f"It looks as if a record is invented: {network} was never trained."
            if not low <= count(network) <= high:
                return f"{name} has a network with {count(network):,} flops: it looks as if the band holds for one of the two only."
            if not isinstance(flops, (int, float)) or not math.isclose(flops, count(network), rel_tol=1e-6):
                return f"It looks as if the flops were counted for other images: {network} has {count(network):,} at 32 pixels, not {flops}."
            if error != runs[0][1]:
                return f"It looks as if an error was changed: {runs[0][1]} was measured, and {error} is on record."
            if runs[0][0] != k:
                return f"It looks as if the seeds are not 0, 1, 2, ...: network {k} of {name} was trained with the seed {runs[0][0]}."
    if other_rival and not all(own[1]):
        return f"It looks as if the second population is not of rival(): {own[1].count(False)} of its {n} networks are not in it."
    outside = 0 if other_rival else sum(as_config(r[0]) not in RegNetX() for r in theirs)
    if outside:
        return f"It looks as if the second population is not of RegNetX: {outside} of its {n} networks are not in it."
    if not all(own[0]):
        return f"It looks as if the first population is not of my_space: {own[0].count(False)} of its {n} networks are not in it."
    return None


def two_populations(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for gap in (0.0, 0.02, -0.03):
        lists = []
        for n, middle, sd in ((30, 0.4 + gap, 0.055), (20, 0.4, 0.038)):
            luck = rng.standard_normal(n)
            lists.append(np.round(middle + sd * (luck - luck.mean()) / luck.std(), 4).tolist())
        cases.append((*lists, Rng(int(rng.integers(999)))))
    return cases


def ask_interval(m: Any, mine: list, theirs: list, rng: Any) -> Any:
    """the interval of two lists of errors and rng ="""
    return draw_twice(m, rng, lambda m, rng: [float(x) for x in m.interval(mine, theirs, rng)])


def judge_interval(call: tuple, answer: Any) -> str | None:
    mine, theirs, _ = call
    difference, low, high = answer[0]
    right = float(np.mean(mine) - np.mean(theirs))
    if abs(right) > 1e-4 and math.isclose(difference, -right, abs_tol=1e-9):
        return f"The difference should be {right:.4f}. It looks as if the sign is turned around: mine minus theirs."
    if not math.isclose(difference, right, abs_tol=1e-9):
        return (
            f"The difference should be {right:.6f}: the mean of mine minus the mean of theirs, of the data themselves."
        )
    if not low < difference < high:
        return f"It looks as if nothing was drawn with replacement: the interval {low:.4f} to {high:.4f} should lie around {difference:.4f}."
    words = wrong_draw(answer)
    if words:
        return words
    a, b = spread(mine, theirs)
    width = float(np.mean([high - low for _, low, high in answer])) / 2  # of two draws: its standard error is 1.6 %
    known = [
        (1.96 * math.hypot(a, b), ""),
        (1.96 * a, "It looks as if only mine was drawn anew: the mean of theirs is uncertain too."),
        (1.96 * b, "It looks as if only theirs was drawn anew: the mean of mine is uncertain too."),
        (
            1.645 * math.hypot(a, b),
            "It looks as if the ends are the 5th and 95th percentile: 95 % lie between the 2.5th and the 97.5th.",
        ),
        (
            math.hypot(a, b),
            "It looks as if the ends are one standard error away: 95 % of the differences should be between them.",
        ),
        (3.92 * math.hypot(a, b), "It looks as if a quarter was drawn: here each list is drawn at its full length."),
        (
            1.96 * math.hypot(a * len(mine) ** 0.5, b * len(theirs) ** 0.5),
            "It looks as if single networks were compared: the interval is that of the *mean* of each draw.",
        ),
    ]
    if abs(width / known[0][0] - 1) > 0.08:
        words = min(known, key=lambda k: abs(math.log(width / k[0])))[1]
        return f"The interval should reach about {known[0][0]:.4f} to both sides, and reaches {width:.4f}. {words}".rstrip()
    return None


def intervals(rng: np.random.Generator) -> list[tuple]:
    cases = [
        (-0.02, -0.01),
        (0.01, 0.02),
        (-0.01, 0.02),
        (-0.03, 0.001),
        (-0.001, 0.3),
        (0.0, 0.1),
        (-0.1, 0.0),
        (-0.001, 0.001),
    ]
    ends = np.round(rng.uniform(-0.05, 0.05, (6, 2)), 4)
    margins: list[tuple] = [(-0.004, 0.009, 0.01), (0.001, 0.009, 0.01), (-0.004, 0.01, 0.01), (0.02, 0.03, 0.01)]
    margins += [(-0.03, -0.001, 0.01), (-0.02, 0.03, 0.01), (-0.01, 0.004, 0.01), (-0.009, -0.002, 0.01)]
    return [*cases, *margins, *(tuple(sorted(pair.tolist())) for pair in ends)]


def record_lists(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for n, gap, diverged in ((10, 0.0, 0), (25, -0.08, 3), (40, 0.09, 1)):
        lists = []
        for shift, bad in ((gap, diverged), (0.0, 0)):
            luck = rng.standard_normal(n)
            errors = np.round(0.42 + shift + 0.02 * (luck - luck.mean()) / luck.std(), 4)
            errors[:bad] = DIVERGED
            rows = zip(rng.permutation(errors).tolist(), rng.integers(1_500_000, 3_000_000, n).tolist(), strict=True)
            lists.append([{"network": ((1,), (8,), (1,), (1,)), "flops": f, "error": e} for e, f in rows])
        cases.append((*lists, Rng(int(rng.integers(999)))))
    return cases


EXERCISE = Exercise(
    number="15.1",
    name="own_space",
    title="Capstone: your own design space",
    task="""Design a space of your own and test it as the paper tests each of its own: a population from yours and one from RegNetX, at
equal flops, trained alike, every network counted, the ones that diverge too; the difference of the means with its interval; and
a report that writes itself and says "cannot tell" when it cannot tell. (Another rival than RegNetX is welcome: write a function `rival()` that returns its
space.) Your space need not be better than RegNetX: points are for a test
that can be believed. The `train` of the checks stands in for training. When all is right, run it for real and show the report to somebody:

    def train(network, seed):
        return rn.train(rn.AnyNetConfig(*network), "tiny", seed=seed).error

    print(report(*study(train, 20, 1.8e6, 2.2e6, 0), np.random.default_rng(0)))""",
    minutes=90,
    hints=(
        "Start from a space of the course and ask what you would forbid. batch.depths and batch.widths are tables with a row a network; a "
        "constraint returns one True or False a row.",
        "Both populations must differ in one thing only, the space. What else do you have to hold fixed in study? And what would happen to "
        "the means if each space could drop its failures?",
        "interval: mine[rng.integers(len(mine), size=(2000, len(mine)))].mean(axis=1) are 2,000 means at once; the same for theirs; np.quantile of "
        'their differences. report: collect lines in a list, f"{100 * x:.2f} %", and "\\n".join.',
    ),
    parts=(
        Part("a space of your own", 2, "my_space", bands, SPACE, judge=judge_space, script=draw_space, repeatable=True),
        Part("a fair test", 3, "study", studies, TEST, judge=judge_study, script=run_study, repeatable=True),
        Part(
            "the interval of the difference",
            2,
            "interval",
            two_populations,
            NUMBER,
            judge=judge_interval,
            script=ask_interval,
            helpers=(draw_twice,),
            repeatable=True,
        ),
        Part("what may be said", 1, "verdict", intervals, TEST),
        Part("the report", 3, "report", record_lists, TEST, judge=judge_report, repeatable=True),
    ),
    uses_package=True,
)
