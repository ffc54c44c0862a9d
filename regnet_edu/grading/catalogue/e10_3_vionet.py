"""Exercise 10.3: VioNets, and the most important principle found by the learner's own populations."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...common.errors import InputError
from ...networks.complexity import complexity
from ..draws import draw_twice, wrong_draw
from ..exercise import Ask, Asked, Exercise, Part, Rng
from ..solutions.e10_3_vionet import FACTORS, most_important, vionets
from ..worlds import build, noise, plain

IDEA = 'chapter 10, "Do the reasons carry over?"'
VALUES: dict[str, Any] = {
    "depths": range(1, 17),
    "widths": range(8, 257, 8),
    "ratios": (1, 2, 4),
    "groups": (1, 2, 4, 8, 16, 32),
}
PRINCIPLES = {
    "depths": "never shrink",
    "widths": "never shrink",
    "ratios": "are the same in all stages",
    "groups": "are the same in all stages",
}


def keeps(values: Any, factor: str) -> bool:
    values = list(values)
    if factor in ("ratios", "groups"):
        return len(set(values)) == 1
    return values == sorted(values)


def broken(network: Any) -> list[str]:
    """The factors whose principle a network breaks."""
    return [f for f, values in zip(FACTORS, network, strict=True) if not keeps(values, f)]


def form(network: Any) -> str | None:
    """What is wrong with the form of a network."""
    try:
        build([list(values) for values in network])
    except (TypeError, ValueError, InputError) as error:
        return f"{network} is no network (depths, widths, ratios, groups) with one entry a stage: {error}"
    return None


def flops(network: Any) -> float:
    return complexity(build(network), 32, 3, 10).flops


def good_ones(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for factor in FACTORS * 2:
        depths, widths = np.sort(rng.integers(1, 9, 4)).tolist(), (8 * np.sort(rng.integers(1, 20, 4))).tolist()
        ratio, group = int(rng.choice([1, 2, 4])), int(rng.choice([4, 8, 16]))
        cases.append(((tuple(depths), tuple(widths), (ratio,) * 4, (group,) * 4), factor, Rng(int(rng.integers(999)))))
    return cases


def violate_often(m: Any, network: Any, factor: str, rng: Any) -> Any:
    """violating one factor of a network, eighty times; network, factor, rng ="""
    return draw_twice(m, rng, lambda m, rng: [m.violate(network, factor, rng) for _ in range(80)])


def judge_violations(call: tuple, answer: Any) -> str | None:
    network, factor, _ = call
    first = answer[0]
    for got in first:
        if not isinstance(got, (tuple, list)) or len(got) != 4:
            return f"It looks as if one factor came back alone: the whole network is asked for, and this is {got}."
        words = form(got)
        if words:
            return words
        changed = [f for f, a, b in zip(FACTORS, got, network, strict=True) if plain(a) != plain(b)]
        if [f for f in changed if f != factor]:
            return f"It looks as if several factors were changed: {changed}, and only {factor} should be."
        values = list(got[FACTORS.index(factor)])
        if keeps(values, factor):
            return (
                f"It looks as if the draw was not repeated until the principle is broken: {factor} {values} "
                f"{PRINCIPLES[factor]}, as they should not."
            )
        if any(v not in VALUES[factor] for v in values):
            return f"It looks as if the range was left: {factor} {values} should be among {list(VALUES[factor])}."
    if len({repr(plain(got)) for got in first}) < 4:
        return "It looks as if the same violation came back each time: draw anew."
    words = wrong_draw(answer)
    if words:
        return words
    drawn = {v for got in first for v in got[FACTORS.index(factor)]}
    ends = {min(VALUES[factor]), max(VALUES[factor])}
    if factor != "widths" and not ends <= drawn:  # among 320 draws, each of at most 16 values
        return f"It looks as if the range is too small: of {sorted(ends)} only {sorted(ends & drawn)} came in {len(first)} draws."
    return None


def populations(rng: np.random.Generator) -> list[tuple]:
    low = 1e5 * int(rng.integers(10, 20))
    return [(3, f, low, 1.3 * low, Rng(int(rng.integers(999)))) for f in (None, *FACTORS)]


def draw_vionets(m: Any, n: int, factor: Any, low: float, high: float, rng: Any) -> Any:
    """drawing VioNets with n, factor, low, high, rng ="""
    return draw_twice(m, rng, lambda m, rng: list(m.vionets(n, factor, low, high, rng)))


def judge_population(call: tuple, answer: Any) -> str | None:
    n, factor, low, high, _ = call
    first = answer[0]
    if len(first) != n:
        return f"{n} networks were asked for, and {len(first)} came back."
    for network in first:
        words = form(network)
        if words:
            return words
        found = broken(network)
        if factor and not found:
            return f"It looks as if nothing was violated: {network} keeps all four principles."
        if found != ([factor] if factor else []):
            return f"It looks as if the wrong principles were violated: {network} breaks {found}."
        if not low <= flops(network) <= high:
            return (
                f"A network has {flops(network):,} flops, outside {low:,.0f} to {high:,.0f}. It looks as if the band was "
                "forgotten, or asked about before the violation, which changes the flops."
            )
    words = wrong_draw(answer)
    if words:
        return words
    if len({repr(plain(network)) for network in first}) < 2:
        return "It looks as if one network was repeated: draw each anew."
    return None


# A stand-in for training, of which the truth is known: what each broken principle costs, and luck.
def train_error(world: int, costs: Any, luck: float, network: Any, seed: int) -> float:
    words = form(network)
    if words:
        raise ValueError(words)
    cost = sum(costs[FACTORS.index(f)] for f in broken(network))
    return 0.4 + cost + luck * noise(world, network, seed)


def families(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for n in (2, 3, 8):
        costs = [round(float(c), 3) for c in rng.uniform(0, 0.05, 4)]
        train = Ask("train", train_error, (int(rng.integers(10**6)), costs, 0.02))
        drawn = np.random.default_rng(int(rng.integers(999)))
        lists = {f: vionets(n + k, f, 1e6, 2e6, drawn) for k, f in enumerate(FACTORS if n > 2 else FACTORS[:2])}
        cases.append((train, vionets(n, None, 1e6, 2e6, drawn), lists))
    return cases


def tables(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        ({"depths": (0.04, 0.01), "widths": (0.01, 0.01)},),
        ({"depths": (0.01, 0.01), "widths": (0.03, 0.01)},),
        ({"depths": (0.01, 0.003), "widths": (0.06, 0.004), "ratios": (-0.2, 0.004)},),
        ({"ratios": (-0.05, 0.001), "groups": (-0.08, 0.001)},),
        ({"ratios": (0.05, 0.03), "groups": (0.04, 0.001), "depths": (0.0, 0.0001)},),
        ({"ratios": (0.25, 0.0), "groups": (0.0, 0.125)},),
        ({"ratios": (0.6, 0.3), "groups": (0.0, 0.4)},),
    ]
    for scale in (0.004, 0.01, 0.02):
        cases.append(
            (
                {
                    f: (round(float(rng.normal(0.02, 0.03)), 4), round(float(rng.uniform(0.2, 1) * scale), 4))
                    for f in FACTORS
                },
            )
        )
    return cases


def worlds(rng: np.random.Generator) -> list[tuple]:
    cases = []
    low = 1e5 * int(rng.integers(10, 20))
    for top in (0.06, 0.0):
        costs = [round(float(c), 3) for c in rng.uniform(0, 0.004, 4)]
        costs[int(rng.integers(4))] += top
        train = Ask("train", train_error, (int(rng.integers(10**6)), costs, 0.01))
        cases.append((train, 8, low, 1.3 * low, Rng(int(rng.integers(999)))))
    return cases


def judge_study(call: tuple, answer: Asked) -> str | None:
    _, n, low, high, _ = call
    kinds: dict[Any, list] = {kind: [] for kind in (None, *FACTORS)}
    seeds = []
    for arguments, error in answer.questions:
        if len(arguments) != 2 or error is None:
            return "train was called with something else than a network and a seed."
        network, seed = arguments
        found = broken(network)
        if len(found) > 1:
            return (
                f"It looks as if several principles were violated at once ({found}): then none of them can be blamed."
            )
        if not low <= flops(network) <= high:
            return f"A network with {flops(network):,} flops was trained, outside {low:,.0f} to {high:,.0f}."
        kinds[found[0] if found else None].append(error)
        seeds.append((repr(plain(network)), plain(seed)))
    if not kinds[None]:
        return "It looks as if no network that keeps all principles was trained: above what is a rise?"
    if len(set(seeds)) < len(seeds):
        return (
            "It looks as if a network was trained twice with the same seed: the baseline serves for all four families."
        )
    for kind, errors in kinds.items():
        if len(errors) != n:
            return f"{len(errors)} networks were trained {f'with {kind} violated' if kind else 'without violation'}, and {n} should be."
    base = kinds.pop(None)
    right = most_important(
        {
            f: (
                float(np.mean(e) - np.mean(base)),
                float((np.var(e, ddof=1) / len(e) + np.var(base, ddof=1) / len(base)) ** 0.5),
            )
            for f, e in kinds.items()
        }
    )
    if answer.value != right:
        rises = ", ".join(f"{f} {100 * (np.mean(e) - np.mean(base)):+.1f}" for f, e in kinds.items())
        return f"The rises in points are {rises}, so that the answer should be {right!r}."
    return None


EXERCISE = Exercise(
    number="10.3",
    name="vionet",
    title="VioNet: which principle matters most?",
    task="""d2l asks for a family of networks that *violate* the principles of RegNetX, and which of depth, width, group width and
bottleneck ratio is the most important. Break one principle at a time, keep the flops the same, train a population of
each kind, and compare each mean with that of networks that keep all principles. Say "cannot tell" where the data
cannot. The `train` of the checks stands in for training, and its truth is known: it differs from check to check. For the real thing, give your study

    def train(network, seed):
        return rn.train(rn.AnyNetConfig(*network), "tiny", seed=seed).error

with a band such as 1.8 to 2.2 million flops: 40 networks take some ten minutes.""",
    minutes=60,
    hints=(
        "A draw may keep the principle by chance. What do you do then? And does (2, 2, 4, 4) shrink?",
        "The violation changes the flops. So when do you ask whether a network is in the band, before or after it?",
        "most_important: sort by rise, take the first two; lead > 2 * (se_first**2 + se_second**2) ** 0.5 or None. study: "
        "vionets(n, None, ...) once for the baseline, vionets(n, factor, ...) for each factor, then effects, then most_important.",
    ),
    parts=(
        Part(
            "one violation",
            2,
            "violate",
            good_ones,
            IDEA,
            judge=judge_violations,
            script=violate_often,
            helpers=(draw_twice,),
            repeatable=True,
        ),
        Part(
            "VioNets at equal flops",
            2,
            "vionets",
            populations,
            IDEA,
            judge=judge_population,
            script=draw_vionets,
            helpers=(draw_twice,),
            repeatable=True,
        ),
        Part("what each violation costs", 2, "effects", families, IDEA),
        Part("the most important, or none", 2, "most_important", tables, IDEA),
        Part("your own populations", 2, "study", worlds, IDEA, judge=judge_study, repeatable=True),
    ),
    uses_package=True,
)
