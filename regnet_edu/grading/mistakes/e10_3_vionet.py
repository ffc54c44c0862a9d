"""Right and wrong ways to write exercise 10.3."""

import numpy as np

import regnet_edu as rn

_FACTORS = ("depths", "widths", "ratios", "groups")
_VALUES = {
    "depths": list(range(1, 17)),
    "widths": list(range(8, 257, 8)),
    "ratios": [1, 2, 4],
    "groups": [1, 2, 4, 8, 16, 32],
}


def _breaks(values, factor):
    if factor in ("ratios", "groups"):
        return min(values) != max(values)
    return min(np.diff(values)) < 0


def _put(network, factor, values):
    new = [list(x) for x in network]
    new[_FACTORS.index(factor)] = [int(v) for v in values]
    return new


def _draw(factor, rng, breaks=_breaks, values=None):
    while True:
        drawn = rng.choice(values or _VALUES[factor], 4)
        if breaks(drawn, factor):
            return drawn


def violate__right_loop(network, factor, rng):
    """Draws until it breaks."""
    return _put(network, factor, _draw(factor, rng))


def violate__right_kinds(network, factor, rng):
    """Factor by factor, with whole-number draws."""
    depths, widths, ratios, groups = network
    if factor == "depths":
        while list(depths) == sorted(depths):
            depths = [int(d) for d in rng.integers(1, 17, 4)]
    elif factor == "widths":
        while list(widths) == sorted(widths):
            widths = [8 * int(w) for w in rng.integers(1, 33, 4)]
    elif factor == "ratios":
        while len(set(ratios)) < 2:
            ratios = [2 ** int(k) for k in rng.integers(0, 3, 4)]
    else:
        while len(set(groups)) < 2:
            groups = [2 ** int(k) for k in rng.integers(0, 6, 4)]
    return depths, widths, ratios, groups


def violate__one_draw(network, factor, rng):
    """It looks as if the draw was not repeated until the principle is broken"""
    return _put(network, factor, rng.choice(_VALUES[factor], 4))


def violate__all(network, factor, rng):
    """It looks as if several factors were changed"""
    for each in _FACTORS:
        network = _put(network, each, _draw(each, rng))
    return network


def violate__alone(network, factor, rng):
    """It looks as if one factor came back alone"""
    return [int(v) for v in _draw(factor, rng)][:3]


def violate__range(network, factor, rng):
    """It looks as if the range was left"""
    return _put(network, factor, [v + 1 for v in _draw(factor, rng)])


def violate__narrow(network, factor, rng):
    """It looks as if the range is too small"""
    return _put(network, factor, _draw(factor, rng, values=_VALUES[factor][1:]))


def violate__unseeded(network, factor, rng):
    """It looks as if the draw is not seeded"""
    return _put(network, factor, _draw(factor, np.random.default_rng()))


def violate__always_the_same(network, factor, rng):
    """It looks as if the same violation came back each time"""
    return _put(network, factor, _draw(factor, np.random.default_rng(0)))


def _plain(config):
    return config.depths, config.widths, config.bottleneck_ratios, config.group_widths


def _flops(network, **how):
    return rn.complexity(
        rn.AnyNetConfig(*network), **{"resolution": 32, "in_channels": 3, "num_classes": 10, **how}
    ).flops


def _vionets(n, factor, low, high, rng, space=None, change=violate__right_loop, late=True, **how):
    found = []
    space = space or rn.AnyNetXE(max_width=256)
    while len(found) < n:
        for config in space.sample(300, rng=rng):
            before = _plain(config)
            after = change(before, factor, rng) if factor else before
            if low <= _flops(after if late else before, **how) <= high:
                found.append(after)
    return found[:n]


def vionets__right_bands(n, factor, low, high, rng):
    """From a population in a wide band."""
    found = []
    while len(found) < n:
        wide = rn.AnyNetXE().sample(50, rng=rng, flops=(low / 4, high * 2), resolution=32, num_classes=10)
        found += [
            v
            for v in (violate__right_kinds(_plain(c), factor, rng) if factor else _plain(c) for c in wide)
            if low <= _flops(v) <= high
        ]
    return found[:n]


def vionets__right_one_by_one(n, factor, low, high, rng):
    """One at a time."""
    return [_vionets(1, factor, low, high, rng)[0] for _ in range(n)]


def vionets__no_band(n, factor, low, high, rng):
    """It looks as if the band was forgotten"""
    return _vionets(n, factor, 0, 1e30, rng)


def vionets__band_before(n, factor, low, high, rng):
    """It looks as if the band was forgotten, or asked about before the violation"""
    return _vionets(n, factor, low, high, rng, late=False)


def vionets__not_violated(n, factor, low, high, rng):
    """It looks as if nothing was violated"""
    return _vionets(n, None, low, high, rng)


def vionets__from_a(n, factor, low, high, rng):
    """It looks as if the wrong principles were violated"""
    return _vionets(n, factor, low, high, rng, rn.AnyNetXA(max_width=256))


def vionets__unseeded(n, factor, low, high, rng):
    """It looks as if the draw is not seeded"""
    return _vionets(n, factor, low, high, np.random.default_rng())


def vionets__repeated(n, factor, low, high, rng):
    """It looks as if one network was repeated"""
    return _vionets(1, factor, low, high, rng) * n


def _effects(train, baseline, families, middle=np.mean, seed=lambda k: k, se=None, sign=1):
    base = np.array([train(network, k) for k, network in enumerate(baseline)])
    found = {}
    for factor, networks in families.items():
        errors = np.array([train(network, seed(k)) for k, network in enumerate(networks)])
        error = (errors.var(ddof=1) / len(errors) + base.var(ddof=1) / len(base)) ** 0.5
        found[factor] = (sign * float(middle(errors) - middle(base)), float(se(errors, base) if se else error))
    return found


def effects__right_arrays(train, baseline, families):
    """numpy."""
    return _effects(train, baseline, families)


def effects__right_loops(train, baseline, families):
    """By hand."""

    def describe(networks):
        errors = [train(networks[k], k) for k in range(len(networks))]
        mean = sum(errors) / len(errors)
        return mean, sum((e - mean) ** 2 for e in errors) / (len(errors) - 1) / len(errors)

    mean, variance = describe(baseline)
    table = {}
    for factor in families:
        own, own_variance = describe(families[factor])
        table[factor] = [own - mean, (variance + own_variance) ** 0.5]
    return table


def effects__family_only(train, baseline, families):
    """the standard error is that of the family alone: the baseline's mean is uncertain too, and the variances add up."""
    return _effects(train, baseline, families, se=lambda e, b: (e.var(ddof=1) / len(e)) ** 0.5)


def effects__sum_of_errors(train, baseline, families):
    """the two standard errors were added: it is their squares that add up."""
    return _effects(
        train, baseline, families, se=lambda e, b: (e.var(ddof=1) / len(e)) ** 0.5 + (b.var(ddof=1) / len(b)) ** 0.5
    )


def effects__minimum(train, baseline, families):
    """the best networks were compared: compare the means, the best of a few is mostly luck."""
    return _effects(train, baseline, families, np.min)


def effects__median(train, baseline, families):
    """medians were compared: the mean is asked for."""
    return _effects(train, baseline, families, np.median)


def effects__sign(train, baseline, families):
    """the sign is turned around: a rise is the family's error minus the baseline's."""
    return _effects(train, baseline, families, sign=-1)


def effects__one_seed(train, baseline, families):
    """all networks of a family were trained with seed 0: the k-th has the seed k."""
    return _effects(train, baseline, families, seed=lambda k: 0)


def effects__biased(train, baseline, families):
    """the squares were divided by n: with so few networks n - 1 matters (ddof=1 in numpy)."""
    return _effects(train, baseline, families, se=lambda e, b: (e.var() / len(e) + b.var() / len(b)) ** 0.5)


def effects__deviation(train, baseline, families):
    """standard deviations of single errors came back: those of the means are smaller."""
    return _effects(train, baseline, families, se=lambda e, b: (e.var(ddof=1) + b.var(ddof=1)) ** 0.5)


def effects__no_baseline(train, baseline, families):
    """the mean errors themselves came back: subtract that of the baseline."""
    plain = _effects(train, baseline, families)
    mean = float(np.mean([train(network, k) for k, network in enumerate(baseline)]))
    return {factor: (rise + mean, se) for factor, (rise, se) in plain.items()}


def most_important__right_loop(found):
    """A loop."""
    best = max(found, key=lambda f: found[f][0])
    second = max((f for f in found if f != best), key=lambda f: found[f][0])
    gap = found[best][0] - found[second][0]
    return best if gap > 2 * np.hypot(found[best][1], found[second][1]) else None


def most_important__right_all_others(found):
    """The same, squared."""
    ranked = sorted(((rise, se, f) for f, (rise, se) in found.items()), reverse=True)
    gap = ranked[0][0] - ranked[1][0]
    return ranked[0][2] if gap**2 > 4 * (ranked[0][1] ** 2 + ranked[1][1] ** 2) else None


def most_important__always(found):
    """the largest rise won whatever its uncertainty: say None where the data cannot tell."""
    return max(found, key=lambda f: found[f][0])


def most_important__smallest(found):
    """the smallest rise won: important is what costs most when it is violated."""
    ranked = sorted(found.items(), key=lambda x: x[1][0])
    (a, (r1, s1)), (_, (r2, s2)) = ranked[:2]
    return a if abs(r2 - r1) > 2 * (s1**2 + s2**2) ** 0.5 else None


def most_important__absolute(found):
    """the largest change won, whichever its sign: a violation that lowers the error is no sign of importance."""
    ranked = sorted(found.items(), key=lambda x: -abs(x[1][0]))
    (a, (r1, s1)), (_, (r2, s2)) = ranked[:2]
    return a if abs(r1) - abs(r2) > 2 * (s1**2 + s2**2) ** 0.5 else None


def most_important__own_error(found):
    """the lead was compared with the standard error of the first alone: the second is uncertain too."""
    ranked = sorted(found.items(), key=lambda x: -x[1][0])
    (a, (r1, s1)), (_, (r2, _)) = ranked[:2]
    return a if r1 - r2 > 2 * s1 else None


def most_important__above_zero(found):
    """the rise was compared with 0: ask whether it is above the *second* largest."""
    ranked = sorted(found.items(), key=lambda x: -x[1][0])
    a, (r1, s1) = ranked[0]
    return a if r1 > 2 * s1 else None


def most_important__one_error(found):
    """the lead was compared with 1 standard error: 2 are asked for."""
    ranked = sorted(found.items(), key=lambda x: -x[1][0])
    (a, (r1, s1)), (_, (r2, s2)) = ranked[:2]
    return a if r1 - r2 > (s1**2 + s2**2) ** 0.5 else None


def most_important__added(found):
    """the two standard errors were added: it is their squares that add up."""
    ranked = sorted(found.items(), key=lambda x: -x[1][0])
    (a, (r1, s1)), (_, (r2, s2)) = ranked[:2]
    return a if r1 - r2 > 2 * (s1 + s2) else None


def _study(train, n, low, high, rng, base=None, make=_vionets, pick=most_important__right_loop):
    families = {f: make(n, f, low, high, rng) for f in _FACTORS}
    return pick(_effects(train, base or _vionets(n, None, low, high, rng), families))


def study__right_helpers(train, n, low, high, rng):
    """With helpers."""
    return _study(train, n, low, high, rng)


def study__right_seeds(train, n, low, high, rng):
    """Other seeds, the baseline first."""
    base = _vionets(n, None, low, high, rng)
    return _study(lambda network, k: train(network, 100 + k), n, low, high, rng, base)


def study__several_at_once(train, n, low, high, rng):
    """It looks as if several principles were violated at once"""
    return _study(train, n, low, high, rng, make=lambda *a: _vionets(*a, rn.AnyNetXA(max_width=256)))


def study__baseline_each_time(train, n, low, high, rng):
    """It looks as if a network was trained twice with the same seed"""
    base = _vionets(n, None, low, high, rng)
    table = {}
    for factor in _FACTORS:
        table |= _effects(train, base, {factor: _vionets(n, factor, low, high, rng)})
    return most_important__right_loop(table)


def study__half(train, n, low, high, rng):
    """networks were trained with depths violated, and 8 should be."""
    return _study(train, n // 2, low, high, rng, _vionets(n, None, low, high, rng))


def study__no_band(train, n, low, high, rng):
    """flops was trained, outside"""
    return _study(train, n, 0, 1e30, rng)


def study__no_baseline(train, n, low, high, rng):
    """It looks as if no network that keeps all principles was trained"""
    families = {f: _vionets(n, f, low, high, rng) for f in _FACTORS}
    errors = {f: [train(v, k) for k, v in enumerate(vs)] for f, vs in families.items()}
    return max(errors, key=lambda f: np.mean(errors[f]))


def study__never_none(train, n, low, high, rng):
    """so that the answer should be None"""
    return _study(train, n, low, high, rng, pick=most_important__always)


def study__least(train, n, low, high, rng):
    """so that the answer should be"""
    return _study(train, n, low, high, rng, pick=lambda found: min(found, key=lambda f: found[f][0]))
