"""Right and wrong ways to write exercise 10.1."""

import numpy as np

import regnet_edu as rn

_COUNT = dict(resolution=32, in_channels=3, num_classes=10)


def _plain(config):
    return config.depths, config.widths, config.bottleneck_ratios[0], config.group_widths[0]


def four_stages__right_rule(n, low, high, rng):
    """From the parameters of the rule, drawn by hand."""
    found = []
    while len(found) < n:
        depth, group = int(rng.integers(11, 20)), int(rng.choice([8, 16]))
        w0, wa, wm = 8 * int(rng.integers(2, 7)), int(rng.integers(60, 200)) / 10, int(rng.integers(1800, 2800)) / 1000
        config = rn.RegNetParams(depth, w0, wa, wm, group).to_config()
        if config.num_stages == 4 and low <= rn.complexity(config, 32, 3, 10).flops <= high and config in rn.RegNetX():
            found.append((list(config.depths), list(config.widths), 1, group))
    return found


def four_stages__right_refined(n, low, high, rng):
    """A refined space."""
    space = rn.RegNetX().refine("deeper than ten", lambda batch: batch.depths.sum(axis=1) > 10)
    return [_plain(c) for c in space.sample(n, rng=rng, flops=(low, high), **_COUNT)]


def four_stages__right_a_ratio_a_stage(n, low, high, rng):
    """The ratio and the group width are written once a stage."""
    found = rn.RegNetX().refine("deeper", lambda batch: batch.depths.sum(axis=1) > 10)
    drawn = found.sample(n, rng=rng, flops=(low, high), **_COUNT)
    return [(c.depths, c.widths, c.bottleneck_ratios, c.group_widths) for c in drawn]


def four_stages__pixels(n, low, high, rng):
    """at 224 pixels it reaches flops from"""
    return [_plain(c) for c in rn.RegNetX().sample(n, rng=rng, flops=(low, high), num_classes=10) if c.depth > 10]


def four_stages__classes(n, low, high, rng):
    """It looks as if the flops were counted for 1,000 classes"""
    found = []
    while len(found) < n:
        drawn = rn.RegNetX().sample(100, rng=rng, flops=(low, high), resolution=32, num_classes=1000)
        found += [_plain(c) for c in drawn if c.depth > 10 and rn.complexity(c, **_COUNT).flops < low]
    return found[:n]


def four_stages__not_deeper(n, low, high, rng):
    """It looks as if the depth was forgotten"""
    space = rn.RegNetX().refine("few blocks", lambda batch: batch.depths.sum(axis=1) < 11)
    return [_plain(c) for c in space.sample(n, rng=rng, flops=(low, high), **_COUNT)]


def four_stages__ten_blocks(n, low, high, rng):
    """are 10 blocks, and RegNetX32 has 10"""
    found = rn.RegNetX().refine("ten or more", lambda batch: batch.depths.sum(axis=1) >= 10)
    return [_plain(c) for c in found.sample(n, rng=rng, flops=(low, high), **_COUNT)]


def four_stages__three(n, low, high, rng):
    """It looks as if the stages were not counted"""
    return [_plain(c) for c in rn.RegNetX(num_stages=3).sample(n, rng=rng, flops=(low, high), **_COUNT)]


def four_stages__no_line(n, low, high, rng):
    """It looks as if the widths follow no quantised line"""
    found = []
    while len(found) < n:
        drawn = rn.AnyNetXC(min_depth=2).sample(n, rng=rng, flops=(low, high), **_COUNT)
        found += [_plain(c) for c in drawn if c.depth > 10 and list(c.widths) != sorted(c.widths)]
    return found[:n]


def four_stages__unseeded(n, low, high, rng):
    """It looks as if the draw is not seeded"""
    return four_stages__right_refined(n, low, high, np.random.default_rng())


def four_stages__repeated(n, low, high, rng):
    """It looks as if one network was repeated"""
    return four_stages__right_refined(1, low, high, rng) * n


def beats__right_loop(train, two, four, seeds):
    """By hand."""
    total = 0.0
    found = []
    for seed in seeds:
        found.append(train(four, seed) - train(two, seed))
        total += found[-1]
    mean = total / len(found)
    variance = sum((d - mean) ** 2 for d in found) / (len(found) - 1)
    return [mean, (variance / len(found)) ** 0.5]


def beats__right_arrays(train, two, four, seeds):
    """All trainings first, the two stages first."""
    a = np.array([train(two, s) for s in seeds])
    b = np.array([train(four, s) for s in seeds])
    return (b - a).mean(), (b - a).std(ddof=1) / np.sqrt(len(a))


def _errors(train, network, seeds):
    return np.array([train(network, seed) for seed in seeds])


def beats__sign(train, two, four, seeds):
    """the sign is turned around: the error of `four` minus that of `two` is below 0 if four stages are better."""
    d = _errors(train, two, seeds) - _errors(train, four, seeds)
    return d.mean(), d.std(ddof=1) / len(d) ** 0.5


def beats__unpaired(train, two, four, seeds):
    """the standard error is that of two independent samples: a bad seed is bad for both, so take the differences first."""
    a, b = _errors(train, two, seeds), _errors(train, four, seeds)
    return (b - a).mean(), ((a.var(ddof=1) + b.var(ddof=1)) / len(a)) ** 0.5


def beats__deviation(train, two, four, seeds):
    """the standard deviation of one difference came back: that of their mean is smaller by the root of n."""
    d = _errors(train, four, seeds) - _errors(train, two, seeds)
    return d.mean(), d.std(ddof=1)


def beats__biased(train, two, four, seeds):
    """the squares were divided by n: with so few seeds n - 1 matters (ddof=1 in numpy)."""
    d = _errors(train, four, seeds) - _errors(train, two, seeds)
    return d.mean(), d.std() / len(d) ** 0.5


def beats__other_seeds(train, two, four, seeds):
    """the two networks were trained with different seeds: then a bad seed of one of them decides."""
    d = _errors(train, four, seeds) - _errors(train, two, [s + 1000 for s in seeds])
    return d.mean(), d.std(ddof=1) / len(d) ** 0.5


def beats__best_run(train, two, four, seeds):
    """the best runs were compared: the lowest of several errors says more about luck than about the network."""
    a, b = _errors(train, two, seeds), _errors(train, four, seeds)
    return b.min() - a.min(), (b - a).std(ddof=1) / len(a) ** 0.5


def beats__relative(train, two, four, seeds):
    """the difference was divided by the error of `two`: it should be in units of error."""
    a, b = _errors(train, two, seeds), _errors(train, four, seeds)
    return (b - a).mean() / a.mean(), (b - a).std(ddof=1) / len(a) ** 0.5


def _choose(train, two, candidates, choosing, reporting, pick=np.argmin):
    place = int(pick([np.mean([train(c, s) for s in choosing]) for c in candidates]))
    d = [train(candidates[place], s) - train(two, s) for s in reporting]
    return place, float(np.mean(d))


def choose__right_helper(train, two, candidates, seeds):
    """With a helper."""
    return _choose(train, two, candidates, seeds[: len(seeds) // 2], seeds[len(seeds) // 2 :])


def choose__same_seeds(train, two, candidates, seeds):
    """the seeds that chose the winner also reported it: the best of many is partly the luckiest, so measure it on the other half."""
    half = seeds[: len(seeds) // 2]
    return _choose(train, two, candidates, half, half)


def choose__all_seeds(train, two, candidates, seeds):
    """all seeds chose, and all reported: then the report has the luck of the choice in it."""
    return _choose(train, two, candidates, seeds, seeds)


def choose__report_all(train, two, candidates, seeds):
    """the report is over all seeds: leave out those that chose."""
    return _choose(train, two, candidates, seeds[: len(seeds) // 2], seeds)


def choose__choose_all(train, two, candidates, seeds):
    """all seeds took part in the choice: the second half must not."""
    return _choose(train, two, candidates, seeds, seeds[len(seeds) // 2 :])


def choose__one_run(train, two, candidates, seeds):
    """one lucky run decided (the lowest error of any): choose by the mean."""
    half = len(seeds) // 2
    place = int(np.argmin([min(train(c, s) for s in seeds[:half]) for c in candidates]))
    return place, float(np.mean([train(candidates[place], s) - train(two, s) for s in seeds[half:]]))


def choose__highest(train, two, candidates, seeds):
    """the candidate with the highest error was chosen."""
    return _choose(train, two, candidates, seeds[: len(seeds) // 2], seeds[len(seeds) // 2 :], np.argmax)


def choose__halves(train, two, candidates, seeds):
    """the halves are exchanged: the first chooses, the second reports."""
    return _choose(train, two, candidates, seeds[len(seeds) // 2 :], seeds[: len(seeds) // 2])


def choose__error(train, two, candidates, seeds):
    """the error of the winner came back: its difference from the two stages is asked for."""
    half = len(seeds) // 2
    place, _ = _choose(train, two, candidates, seeds[:half], seeds[half:])
    return place, float(np.mean([train(candidates[place], s) for s in seeds[half:]]))


def my_network__two():
    """It looks as if the stages were not counted"""
    return (4, 6), (32, 80), 1, 16


def my_network__shallow():
    """It looks as if the depth was forgotten"""
    return (1, 1, 4, 2), (32, 64, 128, 256), 1, 16


def my_network__large():
    """flops is outside 0 to 4,625,194"""
    return (3, 5, 7, 3), (64, 128, 256, 512), 1, 16


def my_network__resnet():
    """It looks as if the widths follow no quantised line"""
    return (1, 8, 1, 2), (32, 64, 72, 80), 1, 16
