"""Exercise 10.4: the perfect MLP, from small networks to large ones."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..exercise import Ask, Asked, Exercise, Part, Rng
from ..solutions.e10_4_perfect_mlp import mlp_cost, scale_to
from ..worlds import noise

IDEA = 'chapter 10, "What small networks can tell about large ones"'
TRAININGS = 60
BEST_SHARE = 0.3  # of random large shapes may be better than the learner's


def lines(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [(1, 1.0, 5), (1, 2.0, 5), (2, 2.0, 8), (3, 0.5, 8), (4, 0.01, 9), (5, 1.0, 7)]
    cases += [(4, 3.0, 2), (3, 1.5, 10)]
    for _ in range(4):
        cases.append((int(rng.integers(2, 9)), round(float(rng.uniform(0.25, 4)), 3), int(rng.integers(3, 99))))
    return cases


def shapes(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [(2, [3], 5), (1, [1, 1], 1), (7, [2, 4, 6], 3)]
    return [
        *cases,
        *((int(rng.integers(2, 99)), rng.integers(1, 99, k).tolist(), int(rng.integers(2, 20))) for k in (1, 2, 6)),
    ]


def targets(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [
        (1, 1.0, 3, 1, 4),
        (1, 1.0, 3, 1, 6),
        (1, 1.0, 3, 1, 7),
        (2, 2.0, 10, 10, 600),
        (1, 1.0, 1, 1, 9999),
    ]
    for _ in range(4):
        depth, ratio = int(rng.integers(1, 7)), round(float(2 ** rng.uniform(-2, 2)), 2)
        cases.append((depth, ratio, int(rng.integers(8, 64)), 10, int(rng.integers(2_000, 90_000))))
    return cases


def two_lists(rng: np.random.Generator) -> list[tuple]:
    cases: list[tuple] = [([0.1, 0.2], [0.5, 0.7]), ([0.1, 0.2], [0.7, 0.5]), ([0.3, 0.1, 0.2], [0.2, 0.3, 0.9])]
    for n in (5, 12):
        small = rng.permutation(100)[:n] / 100
        cases.append((small.tolist(), np.round(small**3 / 5 + rng.permutation(100)[:n] / 301, 4).tolist()))
    return cases


# A stand-in for training, of which the truth is known: each shape costs what it is away from the best one, more depth needs more cost.
def true_error(depth_best: float, ratio_best: float, widths: list[int], cost: float) -> float:
    ratio = widths[-1] / widths[0]
    away = 0.03 * math.log2(len(widths) / depth_best) ** 2 + 0.02 * math.log2(ratio / ratio_best) ** 2
    return 0.1 + away + 2 / cost**0.4


def train_error(world: tuple, widths: Any, seed: Any) -> float:
    number, depth_best, ratio_best, luck, inputs, classes, small = world
    widths = [int(w) for w in widths]
    if not widths or min(widths) < 1 or not 0 <= int(seed) < 10**9:
        raise ValueError(f"{widths} with seed {seed!r:.20} is no MLP with a seed")
    cost = mlp_cost(inputs, widths, classes)
    if abs(cost / small - 1) > 0.1:
        raise ValueError(f"{widths} has {cost:,} multiply-adds, which is not within 10 % of {small:,}")
    return true_error(depth_best, ratio_best, widths, cost) + luck * noise(number, widths, seed)


def worlds(rng: np.random.Generator) -> list[tuple]:
    cases = []
    order = rng.permutation([0.4, 2.5])
    for depth_best, ratio_best in zip((3, 6), order, strict=True):
        inputs, classes = int(rng.integers(16, 40)), 10
        small = 1000 * int(rng.integers(8, 14))
        ratio = float(ratio_best) * float(rng.uniform(0.8, 1.2))
        world = (int(rng.integers(10**6)), depth_best, round(ratio, 3), 0.012, inputs, classes, small)
        cases.append(
            (Ask("train", train_error, (world,)), inputs, classes, small, 8 * small, Rng(int(rng.integers(999))))
        )
    return cases


@lru_cache(maxsize=32)
def rivals(world: tuple, large: int) -> list[float]:
    """The true errors of random MLPs of the large cost."""
    drawn = np.random.default_rng(0)
    shapes = [(int(drawn.integers(2, 9)), float(2 ** drawn.uniform(-2, 2))) for _ in range(100)]
    return [true_error(world[1], world[2], scale_to(*shape, world[4], world[5], large), large) for shape in shapes]


def judge_perfect(call: tuple, answer: Asked) -> str | None:
    train, inputs, classes, small, large, _ = call
    world = train.world[0]
    if len(answer.questions) > TRAININGS:
        return f"train was called {len(answer.questions)} times, and {TRAININGS} are allowed."
    trained = [([int(w) for w in arguments[0]], error) for arguments, error in answer.questions if error is not None]
    if not trained:
        return "It looks as if nothing was trained: which shape is best is different in each check."
    try:
        widths = [int(w) for w in answer.value]
        assert widths and min(widths) >= 1
    except (TypeError, ValueError, AssertionError):
        return "A list of hidden widths was expected."
    cost = mlp_cost(inputs, widths, classes)
    if abs(cost / large - 1) > 0.05:
        words = f"{widths} has {cost:,} multiply-adds, and {large:,} were asked for."
        if abs(cost / small - 1) <= 0.1:
            return f"{words} It looks as if the small network came back: scale its shape up."
        return (
            f"{words} It looks as if widths were multiplied as the cost is: it grows faster than they do."
            if cost > 3 * large
            else words
        )
    error = true_error(world[1], world[2], widths, cost)
    better = float(np.mean(np.array(rivals(world, large)) < error))
    tried, errors = zip(*trained, strict=True)
    depths, ratios = {len(w) for w in tried}, [w[-1] / w[0] for w in tried]
    words = f"In truth {better:.0%} of random MLPs of this cost are better than yours."
    if better <= BEST_SHARE and len(depths) > 1:  # who trained one depth only was lucky
        return None
    if len(depths) < 4:
        return f"{words} It looks as if depth was not searched: the MLPs that were trained had {sorted(depths)} hidden layers."
    if max(ratios) < 1.5 or min(ratios) > 0.7:
        return f"{words} It looks as if the ratio was not searched: those that were trained reach from {min(ratios):.2f} to {max(ratios):.2f}."
    if len(tried) < 20:
        return f"{words} It looks as if too few were trained: {len(tried)}, and {TRAININGS} are allowed."
    best = tried[int(np.argmin(errors))]
    worst = tried[int(np.argmax(errors))]
    mine = (len(widths), math.log2(widths[-1] / widths[0]))
    if abs(mine[0] - len(worst)) < 0.5 and abs(mine[1] - math.log2(worst[-1] / worst[0])) < 0.3:
        return f"{words} It looks as if the shape with the highest error was taken."
    if abs(mine[0] - len(best)) < 0.5 and abs(mine[1] - math.log2(best[-1] / best[0])) < 0.3:
        return f"{words} The best of all was lucky: take the middle of the best quarter or so, not the single best."
    return f"{words} It looks as if what was trained did not decide: the best had {len(best)} layers and the ratio {best[-1] / best[0]:.2f}."


EXERCISE = Exercise(
    number="10.4",
    name="perfect_mlp",
    title="The perfect MLP, from small to large",
    task="""The last question of d2l's section 8.8: can the principles of this course design the perfect MLP, and do good shapes carry over from
small networks to large ones? Make a design space with two numbers, the depth and the ratio of the last width to the
first. Count the cost, so that shapes are compared at equal cost. Ask how well the ranks of small networks agree with those of large
ones. Then search among small ones and scale up what you found. The `train` of the check stands in for
training: its truth is known, differs from check to check, and it has luck in it. Your answer must be among the best 30 % of random large MLPs.""",
    minutes=50,
    hints=(
        "Widths 8 to 16 in three layers: 8, 12, 16. What are the steps with one layer?",
        "A layer from a to b numbers has a * b multiply-adds. The inputs and the classes are layers' ends too.",
        "perfect_mlp: 60 random shapes, each scaled to `small` with scale_to; sort by error; the median depth and the median ratio of the "
        "best ten; scale_to `large`. The single best one is often only lucky.",
    ),
    parts=(
        Part("widths on a line", 1, "mlp_widths", lines, IDEA),
        Part("multiply-adds of an MLP", 1, "mlp_cost", shapes, IDEA),
        Part("a shape at a given cost", 2, "scale_to", targets, IDEA),
        Part("do the ranks agree?", 2, "rank_agreement", two_lists, IDEA),
        Part("search small, build large", 3, "perfect_mlp", worlds, IDEA, judge=judge_perfect, repeatable=True),
    ),
)
