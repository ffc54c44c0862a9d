"""Right and wrong ways to write exercise 15.1."""

import numpy as np

import regnet_edu as rn

_COUNT = {"resolution": 32, "in_channels": 3, "num_classes": 10}


def my_space__right_subset():
    """A part of RegNetX."""
    return rn.RegNetX().refine("one group width", lambda batch: batch.group_widths[:, 0] >= 8)


def my_space__right_wide():
    """From AnyNetXB."""
    space = rn.AnyNetXB(max_width=384)
    return space.refine(
        "widths double at most", lambda b: (b.widths[:, 1:] <= 2 * b.widths[:, :-1]).all(axis=1)
    ).refine("no shrinking", lambda b: (np.diff(b.widths, axis=1) >= 0).all(axis=1))


def my_space__unchanged():
    """It looks as if a space of the course came back as it is"""
    return rn.AnyNetXE()


def my_space__regnet():
    """It looks as if this is RegNetX under another name"""
    return rn.RegNetX().refine("mine", lambda batch: np.ones(len(batch), bool))


def my_space__networks():
    """It looks as if my_space returned no design space"""
    return rn.AnyNetXE().sample(4)


def my_space__denies():
    """It looks as if your space denies what it drew"""

    class Denies(rn.AnyNetXE):
        def __contains__(self, network):
            return False

    return Denies(max_width=512)


def my_space__chance():
    """It looks as if the draw is not seeded"""
    rng = np.random.default_rng()
    return rn.AnyNetXE().refine("half of them", lambda batch: rng.random(len(batch)) < 0.5)


def my_space__y_blocks():
    """It looks as if something else than the space differs"""
    return rn.AnyNetXE(block="R").refine("deep", lambda batch: batch.depths.sum(axis=1) > 6)


def my_space__five():
    """should have four stages of X blocks"""
    return rn.AnyNetXE(num_stages=5).refine("deep", lambda batch: batch.depths.sum(axis=1) > 6)


def my_space__one_answer():
    """must return one True or False"""
    return rn.AnyNetXE().refine("deep", lambda batch: batch.depths.sum() > 6)


def my_space__empty():
    """none of"""
    return rn.AnyNetXE().refine("impossible", lambda batch: batch.depths[:, 0] > batch.depths[:, 3])


def _plain(c):
    return c.depths, c.widths, c.bottleneck_ratios, c.group_widths


def _records(train, configs, first=0, flops=None, runs=1):
    records = []
    for k, c in enumerate(configs):
        count = rn.complexity(c, **(flops or _COUNT)).flops
        error = min(train(_plain(c), first + k + 100 * r) for r in range(runs))
        records.append({"network": _plain(c), "flops": count, "error": error})
    return records


def _mine():
    space = rn.AnyNetXE(max_width=512)
    return space.refine("late", lambda b: b.depths[:, 2:].sum(axis=1) >= b.depths[:, :2].sum(axis=1) + 2)


def _study(train, n, low, high, seed, a=None, b=None, band_a=None, band_b=None, **how):
    one = (a or _mine()).sample(n, rng=seed, flops=band_a or (low, high), **_COUNT)
    two = (b or rn.RegNetX()).sample(n, rng=seed, flops=band_b or (low, high), **_COUNT)
    return _records(train, one, **how), _records(train, two, **how)


def study__right_helpers(train, n, low, high, seed):
    """With helpers."""
    return _study(train, n, low, high, seed)


def study__right_theirs_first(train, n, low, high, seed):
    """RegNetX first, lists for tuples."""
    b = _records(train, rn.RegNetX().sample(n, rng=seed + 1, flops=(low, high), **_COUNT))
    a = _records(train, _mine().sample(n, rng=seed, flops=(low, high), **_COUNT))
    return [a, b]


def study__dropped(train, n, low, high, seed):
    """It looks as if networks that diverged were left out"""
    return [[r for r in records if r["error"] < 0.9] for records in _study(train, n, low, high, seed)]


def study__second_chance(train, n, low, high, seed):
    """It looks as if networks were trained more than once"""
    return _study(train, n, low, high, seed, runs=3)


def study__one_band(train, n, low, high, seed):
    """it looks as if the band holds for one of the two only."""
    return _study(train, n, low, high, seed, band_b=(low / 2, low * 0.9))


def study__two_pixels(train, n, low, high, seed):
    """It looks as if the flops were counted for other images"""
    return _study(train, n, low, high, seed, flops={"resolution": 224})


def study__seeds(train, n, low, high, seed):
    """It looks as if the seeds are not 0, 1, 2, ..."""
    return _study(train, n, low, high, seed, first=1)


def study__right_regnet(train, n, low, high, seed):
    """Two samples of the package, one after the other."""
    band = {"flops": (low, high), **_COUNT}
    return _records(train, _mine().sample(n, rng=seed, **band)), _records(
        train, rn.RegNetX().sample(n, rng=seed, **band)
    )


def study__not_regnet(train, n, low, high, seed):
    """It looks as if the second population is not of RegNetX"""
    return _study(train, n, low, high, seed, b=rn.AnyNetXA())


def study__not_mine(train, n, low, high, seed):
    """It looks as if the first population is not of my_space"""
    band = {"flops": (low, high), **_COUNT}
    return tuple(_records(train, rn.RegNetX().sample(n, rng=seed + k, **band)) for k in range(2))


def study__invented(train, n, low, high, seed):
    """It looks as if a record is invented"""
    mine, theirs = _study(lambda network, k: 0.4, n, low, high, seed)
    return mine, theirs


def study__percent(train, n, low, high, seed):
    """It looks as if an error was changed"""
    return [[{**r, "error": 100 * r["error"]} for r in records] for records in _study(train, n, low, high, seed)]


def study__half(train, n, low, high, seed):
    """records, and"""
    mine, theirs = _study(train, n, low, high, seed)
    return mine, [*theirs, theirs[0]]


def _interval(mine, theirs, rng, ends=(2.5, 97.5), share=1.0, which=(True, True), single=False):
    means = []
    for x, drawn in zip((np.asarray(mine), np.asarray(theirs)), which, strict=True):
        size = 1 if single else max(1, int(len(x) * share))
        means.append(x[rng.integers(len(x), size=(2000, size))].mean(axis=1) if drawn else np.full(2000, x.mean()))
    return (np.mean(mine) - np.mean(theirs), *np.percentile(means[0] - means[1], ends))


def interval__right_loop(mine, theirs, rng):
    """A loop."""
    found = []
    for _ in range(2000):
        a = rng.choice(mine, len(mine))
        b = rng.choice(theirs, len(theirs))
        found.append(a.mean() - b.mean())
    return [float(np.mean(mine) - np.mean(theirs)), *np.quantile(found, [0.025, 0.975]).tolist()]


def interval__right_percentiles(mine, theirs, rng):
    """Percentiles."""
    return _interval(mine, theirs, rng)


def interval__mine_only(mine, theirs, rng):
    """It looks as if only mine was drawn anew"""
    return _interval(mine, theirs, rng, which=(True, False))


def interval__theirs_only(mine, theirs, rng):
    """It looks as if only theirs was drawn anew"""
    return _interval(mine, theirs, rng, which=(False, True))


def interval__ninety(mine, theirs, rng):
    """It looks as if the ends are the 5th and 95th percentile"""
    return _interval(mine, theirs, rng, (5, 95))


def interval__one_error(mine, theirs, rng):
    """It looks as if the ends are one standard error away"""
    return _interval(mine, theirs, rng, (15.87, 84.13))


def interval__quarter(mine, theirs, rng):
    """It looks as if a quarter was drawn"""
    return _interval(mine, theirs, rng, share=0.25)


def interval__single(mine, theirs, rng):
    """It looks as if single networks were compared"""
    return _interval(mine, theirs, rng, single=True)


def interval__sign(mine, theirs, rng):
    """It looks as if the sign is turned around"""
    return _interval(theirs, mine, rng)


def interval__no_replacement(mine, theirs, rng):
    """It looks as if nothing was drawn with replacement"""
    d = np.mean(mine) - np.mean(theirs)
    return d, d, d


def interval__unseeded(mine, theirs, rng):
    """It looks as if the draw is not seeded"""
    return _interval(mine, theirs, np.random.default_rng())


def verdict__right_signs(low, high, margin=0):
    """By signs."""
    if max(-low, high) < margin:
        return "the same"
    if low <= 0 <= high:
        return "cannot tell"
    return "better" if low < 0 else "worse"


def verdict__right_product(low, high, margin=None):
    """By the product."""
    if margin and abs(low) < margin and abs(high) < margin:
        return "the same"
    return "cannot tell" if low * high <= 0 else ("better", "worse")[low > 0]


def verdict__swapped(low, high, margin=0):
    """better and worse are exchanged: a difference below 0 is a *lower* error."""
    return {"better": "worse", "worse": "better"}.get(
        verdict__right_signs(low, high, margin), verdict__right_signs(low, high, margin)
    )


def verdict__middle(low, high, margin=0):
    """the middle of the interval decided: if 0 is in it, the data cannot tell."""
    return "better" if low + high < 0 else "worse"


def verdict__strict(low, high, margin=0):
    """an interval that ends at 0 was taken for a proof: 0 is in it."""
    return "better" if high <= 0 else "worse" if low >= 0 else "cannot tell"


def verdict__never(low, high, margin=0):
    """the answer is always "cannot tell"."""
    return "cannot tell"


def verdict__low_only(low, high, margin=0):
    """only the low end was asked about: for "better" the high end must be below 0."""
    return "better" if low < 0 else "worse" if low > 0 else "cannot tell"


def verdict__margin_forgotten(low, high, margin=0):
    """the margin was forgotten: if the whole interval lies within it, the two are the same for our purpose."""
    return verdict__right_signs(low, high)


def verdict__touches_the_margin(low, high, margin=0):
    """it is enough for "the same" that the interval reaches into the margin: all of it must lie within."""
    return "the same" if low < margin and high > -margin and margin else verdict__right_signs(low, high)


def verdict__equal(low, high, margin=0):
    """other words came back than those asked for: "better", "worse" or "cannot tell"."""
    return verdict__right_signs(low, high, margin).replace("cannot tell", "equal")


def _report(
    mine, theirs, rng, scale=100.0, turn=1, drop=False, word=None, n=True, band=True, bad=True, ends=True, best=True
):
    errors = [[r["error"] for r in records if not drop or r["error"] < 0.9] for records in (mine, theirs)]
    flops = [r["flops"] / 1e6 for r in mine + theirs]
    difference, low, high = (
        (scale * turn * x for x in _interval(*errors, rng)) if turn > 0 else _turned(errors, rng, scale)
    )
    text = f"flops from {min(flops):.2f}M to {max(flops):.2f}M\n" if band else ""
    for who, e in zip(("mine", "RegNetX"), errors, strict=True):
        text += f"{who}: " + (f"{len(e)} networks, " if n else "") + f"mean {scale * np.mean(e):.4f}"
        text += f", lowest {scale * min(e):.4f}\n" if best else "\n"
    text += f"difference {difference:.4f}" + (f" [{low:.4f}, {high:.4f}]\n" if ends else "\n")
    number = sum(r["error"] >= 0.9 for r in mine + theirs)
    text += f"{number} diverged\n" if bad and number else ""
    return text + (word or verdict__right_signs(low * turn, high * turn) if turn > 0 else "cannot tell")


def _turned(errors, rng, scale):
    return (scale * x for x in _interval(errors[1], errors[0], rng))


def report__right_short(mine, theirs, rng):
    """Other words."""
    return _report(mine, theirs, rng)


def report__right_table(mine, theirs, rng):
    """A table."""
    a, b = (np.array([r["error"] for r in records]) for records in (mine, theirs))
    f = np.array([r["flops"] for r in mine + theirs]) / 1e6
    d, low, high = (100 * x for x in _interval(a, b, rng))
    rows = [f"| {len(x)} | {100 * x.mean():.2f} | {100 * x.min():.2f} | {(x >= 0.9).sum()} |" for x in (a, b)]
    head = ["| n | mean % | best % | diverged |", "| --- | --- | --- | --- |"]
    end = f"{f.min():.2f} to {f.max():.2f} million flops. {d:.2f} points ({low:.2f} to {high:.2f}), {((a >= 0.9).sum() + (b >= 0.9).sum())} diverged"
    return "\n".join(
        [
            *head,
            *rows,
            end,
            f"Mine: {verdict__right_signs(low, high)}",
        ]
    )


def report__fractions(mine, theirs, rng):
    """is given as a fraction"""
    return _report(mine, theirs, rng, scale=1.0)


def report__no_number(mine, theirs, rng):
    """The report should say the number of networks"""
    return _report(mine, theirs, rng, n=False)


def report__no_band(mine, theirs, rng):
    """The report should say the lowest flops in millions"""
    return _report(mine, theirs, rng, band=False)


def report__no_interval(mine, theirs, rng):
    """The report should say the low end of its interval in percentage points"""
    return _report(mine, theirs, rng, ends=False)


def report__no_best(mine, theirs, rng):
    """The report should say the lowest error of mine in percent"""
    return _report(mine, theirs, rng, best=False)


def report__no_diverged(mine, theirs, rng):
    """The report should say how many networks diverged"""
    return _report(mine, theirs, rng, bad=False)


def report__dropped(mine, theirs, rng):
    """It looks as if networks that diverged were left out of the mean"""
    return _report(mine, theirs, rng, drop=True).replace("22 networks", "25 networks")


def report__proud(mine, theirs, rng):
    """The verdict should be 'cannot tell' alone"""
    return _report(mine, theirs, rng, word="better")


def report__sign(mine, theirs, rng):
    """It looks as if the difference has the wrong sign"""
    return _report(mine, theirs, rng, turn=-1)


def report__printed(mine, theirs, rng):
    """A report is text."""
    return [len(mine), len(theirs)]
