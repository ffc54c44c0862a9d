"""Right and wrong ways to write exercise 10.4."""

from itertools import pairwise

import numpy as np


def mlp_widths__right_linspace(depth, ratio, first):
    """numpy."""
    return [max(1, round(float(w))) for w in np.linspace(first, ratio * first, depth)] if depth > 1 else [first]


def mlp_widths__right_steps(depth, ratio, first):
    """Steps."""
    step = (ratio * first - first) / (depth - 1) if depth > 1 else 0
    return [max(1, round(first + step * k)) for k in range(depth)]


def mlp_widths__steps(depth, ratio, first):
    """there is one step too many: from the first of d widths to the last there are d - 1."""
    return [max(1, round(first * (1 + (ratio - 1) * k / depth))) for k in range(depth)]


def mlp_widths__geometric(depth, ratio, first):
    """the widths were multiplied from layer to layer: equal steps are asked for."""
    return [max(1, round(first * ratio ** (k / max(1, depth - 1)))) for k in range(depth)]


def mlp_widths__cut(depth, ratio, first):
    """the widths were cut off instead of rounded."""
    steps = max(1, depth - 1)
    return [max(1, int(first * (1 + (ratio - 1) * k / steps))) for k in range(depth)]


def mlp_widths__zero(depth, ratio, first):
    """widths of 0 are possible: each is at least 1."""
    steps = max(1, depth - 1)
    return [round(first * (1 + (ratio - 1) * k / steps)) for k in range(depth)]


def mlp_widths__each(depth, ratio, first):
    """the ratio was applied at each layer: it is that of the last width to the first."""
    return [max(1, round(first * (1 + (ratio - 1) * k))) for k in range(depth)]


def mlp_cost__right_numpy(inputs, widths, classes):
    """A scalar product."""
    ends = np.array([inputs, *widths, classes])
    return int(ends[:-1] @ ends[1:])


def mlp_cost__right_loop(inputs, widths, classes):
    """A loop."""
    total, before = 0, inputs
    for after in [*widths, classes]:
        total, before = total + before * after, after
    return total


def mlp_cost__biases(inputs, widths, classes):
    """biases were counted: multiply-adds only."""
    return mlp_cost__right_loop(inputs, widths, classes) + sum(widths) + classes


def mlp_cost__hidden(inputs, widths, classes):
    """the first or the last layer is missing: inputs and classes are ends of layers too."""
    return sum(a * b for a, b in pairwise(widths))


def mlp_cost__no_classes(inputs, widths, classes):
    """the last layer is missing, from the last hidden width to the classes."""
    return mlp_cost__right_loop(inputs, widths[:-1], widths[-1])


def mlp_cost__no_inputs(inputs, widths, classes):
    """the first layer is missing, from the inputs to the first hidden width."""
    return mlp_cost__right_loop(widths[0], widths[1:], classes)


def mlp_cost__twice(inputs, widths, classes):
    """each multiply-add was counted as two."""
    return 2 * mlp_cost__right_loop(inputs, widths, classes)


def mlp_cost__squares(inputs, widths, classes):
    """the widths were squared: a layer from a to b has a * b."""
    return inputs * widths[0] + sum(w * w for w in widths) + widths[-1] * classes


def _scale(depth, ratio, inputs, classes, cost, good, top=600):
    best = None
    for first in range(1, top + 1):
        widths = mlp_widths__right_steps(depth, ratio, first)
        value = good(mlp_cost__right_loop(inputs, widths, classes))
        if best is None or value < best[0]:
            best = value, widths
    return best[1]


def scale_to__right_loop(depth, ratio, inputs, classes, cost):
    """A loop."""
    return _scale(depth, ratio, inputs, classes, cost, lambda c: abs(c - cost))


def scale_to__right_early(depth, ratio, inputs, classes, cost):
    """Stops as soon as the cost is above."""
    before = mlp_widths__right_steps(depth, ratio, 1)
    for first in range(2, 601):
        widths = mlp_widths__right_steps(depth, ratio, first)
        if mlp_cost__right_loop(inputs, widths, classes) > cost:
            gaps = [abs(mlp_cost__right_loop(inputs, w, classes) - cost) for w in (before, widths)]
            return before if gaps[0] <= gaps[1] else widths
        before = widths
    return before


def scale_to__below(depth, ratio, inputs, classes, cost):
    """only MLPs below the cost were tried: the nearest may be a little above."""
    return _scale(depth, ratio, inputs, classes, cost, lambda c: cost - c if c <= cost else 1e30 + c)


def scale_to__above(depth, ratio, inputs, classes, cost):
    """the first MLP above the cost came back: the one before may be nearer."""
    return _scale(depth, ratio, inputs, classes, cost, lambda c: c - cost if c >= cost else 1e30 - c)


def scale_to__root(depth, ratio, inputs, classes, cost):
    """the first width was computed as a root of the cost: inputs, classes and rounding do not scale so."""
    hundred = mlp_cost__right_loop(inputs, mlp_widths__right_steps(depth, ratio, 100), classes)
    return mlp_widths__right_steps(depth, ratio, max(1, round(100 * (cost / hundred) ** 0.5)))


def scale_to__hidden(depth, ratio, inputs, classes, cost):
    """inputs and classes were left out of the cost."""
    tried = [mlp_widths__right_steps(depth, ratio, f) for f in range(1, 601)]
    return min(tried, key=lambda w: abs(sum(a * b for a, b in pairwise(w)) - cost))


def scale_to__few(depth, ratio, inputs, classes, cost):
    """the search ended too early: first widths go up to 600."""
    return _scale(depth, ratio, inputs, classes, cost, lambda c: abs(c - cost), top=50)


def scale_to__larger(depth, ratio, inputs, classes, cost):
    """of equally near MLPs the larger came back."""
    tried = [mlp_widths__right_steps(depth, ratio, f) for f in range(600, 0, -1)]
    return min(tried, key=lambda w: abs(mlp_cost__right_loop(inputs, w, classes) - cost))


def rank_agreement__right_formula(small, large):
    """By the formula of the squared differences."""
    n = len(small)
    a = [sorted(small).index(e) for e in small]
    b = [sorted(large).index(e) for e in large]
    return 1 - 6 * sum((x - y) ** 2 for x, y in zip(a, b, strict=False)) / (n * (n * n - 1))


def rank_agreement__right_ranks(small, large):
    """Ranks as numbers of smaller ones."""
    a, b = (np.array([np.sum(np.asarray(errors) < e) for e in errors], float) for errors in (small, large))
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def rank_agreement__values(small, large):
    """the errors themselves were correlated: their ranks are asked for."""
    return float(np.corrcoef(small, large)[0, 1])


def rank_agreement__argsort(small, large):
    """argsort was taken for ranks: it lists who comes first, and its own argsort gives the ranks."""
    return float(np.corrcoef(np.argsort(small), np.argsort(large))[0, 1])


def rank_agreement__mixed(small, large):
    """only one of the lists was turned into ranks."""
    return float(np.corrcoef(np.argsort(np.argsort(small)), large)[0, 1])


def rank_agreement__pairs(small, large):
    """the share of equally ordered pairs came back: that is another measure (Kendall's)."""
    n = len(small)
    same = [np.sign(small[i] - small[j]) * np.sign(large[i] - large[j]) for i in range(n) for j in range(i)]
    return float(np.mean(same))


def rank_agreement__squared(small, large):
    """the square of the correlation came back: its sign says whether the order is turned around."""
    return rank_agreement__right_ranks(small, large) ** 2


def rank_agreement__sign(small, large):
    """the ranks of one list run backwards: 0 is the lowest error in both."""
    return -rank_agreement__right_ranks(small, large)


def _search(train, inputs, classes, small, large, rng, n=60, keep=10, depths=(2, 9), spread=2, worst=False):
    tried = []
    for seed in range(n):
        depth, ratio = int(rng.integers(*depths)), float(2 ** rng.uniform(-spread, spread))
        widths = scale_to__right_early(depth, ratio, inputs, classes, small)
        if abs(mlp_cost__right_loop(inputs, widths, classes) / small - 1) < 0.1:
            tried.append((train(widths, seed), depth, np.log(ratio)))
    tried.sort(reverse=worst)
    _, depth, ratio = np.median(tried[:keep], axis=0)
    return round(depth), float(np.exp(ratio))


def perfect_mlp__right_median(train, inputs, classes, small, large, rng):
    """The middle of the best ten."""
    shape = _search(train, inputs, classes, small, large, rng)
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__right_model(train, inputs, classes, small, large, rng):
    """A parabola through all errors."""
    rows, errors = [], []
    for seed in range(60):
        depth, ratio = 2 + seed % 7, float(2 ** rng.uniform(-2, 2))
        widths = scale_to__right_early(depth, ratio, inputs, classes, small)
        if abs(mlp_cost__right_loop(inputs, widths, classes) / small - 1) <= 0.1:
            x, y = np.log2(depth), np.log2(ratio)
            rows.append([1, x, x * x, y, y * y])
            errors.append(train(widths, seed))
    c = np.linalg.lstsq(np.array(rows), np.array(errors), rcond=None)[0]
    depths, ratios = np.log2(np.arange(2, 9)), np.linspace(-2, 2, 41)
    depth = 2 + int(np.argmin(c[1] * depths + c[2] * depths**2))
    ratio = float(2 ** ratios[np.argmin(c[3] * ratios + c[4] * ratios**2)])
    return scale_to__right_early(depth, ratio, inputs, classes, large)


def perfect_mlp__nothing_trained(train, inputs, classes, small, large, rng):
    """It looks as if nothing was trained"""
    return scale_to__right_early(3, 1.0, inputs, classes, large)


def perfect_mlp__small_came_back(train, inputs, classes, small, large, rng):
    """It looks as if the small network came back"""
    shape = _search(train, inputs, classes, small, large, rng)
    return scale_to__right_early(*shape, inputs, classes, small)


def perfect_mlp__linear(train, inputs, classes, small, large, rng):
    """It looks as if widths were multiplied as the cost is"""
    shape = _search(train, inputs, classes, small, large, rng)
    return [round(w * large / small) for w in scale_to__right_early(*shape, inputs, classes, small)]


def perfect_mlp__one_depth(train, inputs, classes, small, large, rng):
    """It looks as if depth was not searched"""
    shape = _search(train, inputs, classes, small, large, rng, depths=(4, 5))
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__one_ratio(train, inputs, classes, small, large, rng):
    """It looks as if the ratio was not searched"""
    shape = _search(train, inputs, classes, small, large, rng, spread=0.1)
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__few(train, inputs, classes, small, large, rng):
    """It looks as if too few were trained"""
    shape = _search(train, inputs, classes, small, large, rng, n=8, keep=8)
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__worst(train, inputs, classes, small, large, rng):
    """It looks as if the shape with the highest error was taken"""
    shape = _search(train, inputs, classes, small, large, rng, keep=1, worst=True)
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__ignored(train, inputs, classes, small, large, rng):
    """It looks as if what was trained did not decide"""
    _search(train, inputs, classes, small, large, rng)
    return scale_to__right_early(8, 1.0, inputs, classes, large)


def perfect_mlp__too_many(train, inputs, classes, small, large, rng):
    """times, and 60 are allowed."""
    shape = _search(train, inputs, classes, small, large, rng, n=200)
    return scale_to__right_early(*shape, inputs, classes, large)


def perfect_mlp__trains_large(train, inputs, classes, small, large, rng):
    """train cannot answer that"""
    shape = _search(train, inputs, classes, large, large, rng)
    return scale_to__right_early(*shape, inputs, classes, large)
