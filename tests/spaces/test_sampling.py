"""Sampling: exact, reproducible, in a fixed order; and what cannot be sampled says why."""

import hashlib

import numpy as np
import pytest
from each import each
from scipy import stats

from regnet_edu import spaces
from regnet_edu.common.errors import InputError
from regnet_edu.networks.batch import ConfigBatch
from regnet_edu.networks.complexity import complexities, complexity
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.networks.regnet import regnet_stages
from regnet_edu.spaces import AnyNetXA, AnyNetXB, AnyNetXC, AnyNetXD, AnyNetXE, RegNetX, RegNetXC, sampling

BAND = (360e6, 400e6)
CPU = {"flops": (7.4e6, 8.2e6), "resolution": 32, "num_classes": 10}


# Reproducible.

GOLDEN = {
    "AnyNetXA": "4454b111647bf883",
    "AnyNetXB": "4bebd8b67ef81cf9",
    "AnyNetXC": "669d08d0b8f3e84f",
    "AnyNetXD": "46ff31dee56531ac",
    "AnyNetXE": "6eb4751a780e6477",
    "AnyNetXDecreasingWidths": "9dcb0becdeedbac3",
    "AnyNetXEqualDepths": "e41d1deb10e68ff1",
    "AnyNetXDecreasingDepths": "33306ed847e202b4",
    "RegNetX": "4abdd6819411501e",
    "RegNetY": "de587639a813b613",
    "RegNetXWm2": "d592c24402010572",
    "RegNetXW0Wa": "804ba254bfdfdd6a",
    "RegNetXC": "6c9b952f1a70c6fb",
    "RegNetXInverted": "77e584a703f64e66",
    "RegNetXDepthwise": "ba1a98a0cc3c76d7",
}


@each("name", GOLDEN)
def test_a_seed_gives_the_same_networks_on_every_platform_and_numpy_version(name):
    networks = spaces.get(name).sample(30, rng=3, **CPU)
    nominal = [(c.depths, c.widths, c.bottleneck_ratios, c.group_widths) for c in networks]
    assert hashlib.sha256(repr(nominal).encode()).hexdigest()[:16] == GOLDEN[name]


def test_the_first_networks_of_seed_0_in_the_paper_s_band():
    first = AnyNetConfig((3, 3, 1, 8), (64, 144, 56, 8), (1, 2, 2, 1), (32, 32, 8, 8))
    assert AnyNetXA().sample(1, rng=0, flops=BAND) == [first]
    first = AnyNetConfig((1, 1, 3, 2), (136, 224, 384, 632), 2, 1)
    assert RegNetX().sample(1, rng=0, flops=BAND) == [first]


@each("space", [AnyNetXA(), AnyNetXE(), RegNetX(), AnyNetXA().refine("deep", lambda b: b.depth > 20)])
@each("bands", [{}, {"flops": BAND}])
def test_the_first_k_of_n_are_the_k_of_k(space, bands):
    many = space.sample(90, rng=8, **bands)
    for k in (1, 2, 17, 89):
        assert space.sample(k, rng=8, **bands) == many[:k]


def test_the_chunk_size_does_not_matter(monkeypatch):
    expected = RegNetX().sample(40, rng=9, flops=BAND)
    monkeypatch.setattr(sampling, "CHUNK", 777)
    assert RegNetX().sample(40, rng=9, flops=BAND) == expected


def test_lists_batches_and_parameters_are_the_same_networks():
    for space in (AnyNetXD(), RegNetX()):
        batch = space.sample_batch(50, rng=10, flops=BAND)
        assert isinstance(batch, ConfigBatch)
        networks = space.sample(50, rng=10, flops=BAND)
        assert batch.to_configs() == networks
        # Networks that were built without checks are equal to checked ones in every respect.
        again = [AnyNetConfig.from_dict(net.to_dict()) for net in networks]
        assert [repr(net) for net in again] == [repr(net) for net in networks]
        assert list(map(hash, again)) == list(map(hash, networks))
        assert [net.stages for net in again] == [net.stages for net in networks]


def test_seeds_and_spaces_are_independent_and_no_global_state_is_used():
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    a, other_seed, b = AnyNetXA().sample(50), AnyNetXA().sample(50, rng=1), AnyNetXB().sample(50)
    assert (np.random.get_state()[1] == before).all()
    assert a == AnyNetXA().sample(50, rng=0)
    assert not set(a) & set(other_seed)
    assert sum(x.depths == y.depths for x, y in zip(a, b, strict=True)) < 5
    assert AnyNetXA().sample(2, rng=2**200 + 1) != AnyNetXA().sample(2, rng=1)


def test_a_generator_gives_other_networks_each_time_but_can_be_repeated():
    rng = np.random.default_rng(5)
    first, second = AnyNetXA().sample(5, rng), AnyNetXA().sample(5, rng)
    assert first != second
    assert AnyNetXA().sample(5, np.random.default_rng(5)) == first


# Exact.


@each("space", [AnyNetXA(), AnyNetXC(), AnyNetXE(), RegNetX()])
def test_every_network_is_within_all_bands(space):
    bands = {"flops": (300e6, 500e6), "params": (2e6, 6e6), "activations": (1e6, 4e6)}
    counts = complexities(space.sample(40, rng=11, **bands))
    for name, (low, high) in bands.items():
        assert getattr(counts, name).min() >= low
        assert getattr(counts, name).max() <= high
    config = space.sample(1, rng=11, flops=(7e6, 9e6), resolution=32, num_classes=10, in_channels=1)[0]
    assert 7e6 <= complexity(config, 32, 1, 10).flops <= 9e6


def by_plain_rejection(space, flops, n, seed, **counting):
    """Independent stages drawn with numpy's own generator, then everything by rejection: the reference."""
    rng = np.random.default_rng(seed)
    stages, kept, found = space.num_stages, [], 0
    while found < n:
        size = (200_000, stages)
        depth_edges = np.log(np.concatenate([[space.min_depth / 2], np.arange(1, space.max_depth + 1)]))
        depths = np.searchsorted(depth_edges[1:], rng.uniform(depth_edges[0], depth_edges[-1], size)) + 1
        width_edges = np.log(np.concatenate([[4], np.arange(8, space.max_width + 1, 8)]))
        widths = 8 * (np.searchsorted(width_edges[1:], rng.uniform(width_edges[0], width_edges[-1], size)) + 1)
        ratios = rng.choice(space.bottleneck_ratios, size).astype(float)
        groups = rng.choice(space.group_widths, size)
        keep = np.ones(len(depths), bool)
        if isinstance(space, AnyNetXB):
            keep &= (ratios == ratios[:, :1]).all(axis=1)
        if isinstance(space, AnyNetXC):
            keep &= (groups == groups[:, :1]).all(axis=1)
        if isinstance(space, AnyNetXD):
            keep &= (np.diff(widths) >= 0).all(axis=1)
        if isinstance(space, AnyNetXE):
            keep &= (np.diff(depths) >= 0).all(axis=1)
        batch = ConfigBatch(depths, widths, ratios, groups, (2,) * stages)[keep]
        counts = complexity(batch, **counting).flops
        kept.append(batch[(counts >= flops[0]) & (counts <= flops[1])])
        found += len(kept[-1])
    columns = ("depths", "widths", "bottleneck_ratios", "group_widths")
    return {c: np.concatenate([getattr(batch, c) for batch in kept])[:n] for c in columns}


def same_distribution(a, b):
    """The p-value of a chi-square test on two samples of whole numbers; rare values are put together."""
    values, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    table = np.stack(
        [np.bincount(codes[: len(a)], minlength=len(values)), np.bincount(codes[len(a) :], minlength=len(values))]
    )
    rare = table.sum(axis=0) < 20
    table = np.concatenate([table[:, ~rare], table[:, rare].sum(axis=1, keepdims=True)], axis=1)
    table = table[:, table.sum(axis=0) > 0]
    return 1.0 if table.shape[1] == 1 else stats.chi2_contingency(table).pvalue


@each("space", [AnyNetXA, AnyNetXB, AnyNetXC, AnyNetXD, AnyNetXE])
def test_fast_sampling_has_the_distribution_of_plain_rejection_on_every_marginal_and_pair(space):
    ranges = {"num_stages": 3, "max_depth": 6, "max_width": 256, "bottleneck_ratios": (1, 4), "group_widths": (2, 16)}
    shrunken, n = space(**ranges), 3000
    flops, counting = (1e6, 8e6), {"resolution": 32, "num_classes": 10}
    reference = by_plain_rejection(shrunken, flops, n, seed=1, **counting)
    batch = shrunken.sample_batch(n, rng=1, flops=flops, **counting)
    columns = {}
    for name in reference:
        for i in range(3):
            columns[name, i] = (getattr(batch, name)[:, i], reference[name][:, i])
    pvalues = [same_distribution(*column) for column in columns.values()]
    names = list(columns)
    for one, first in enumerate(names):
        for second in names[one + 1 :]:
            fast, slow = (columns[first][k] * 10_000 + columns[second][k] for k in (0, 1))
            pvalues.append(same_distribution(fast, slow))
    # 12 marginals and 66 pairs: with Bonferroni's correction, a chance of 1 in 1000 that an exact sampler fails.
    assert min(pvalues) > 1e-3 / len(pvalues)
    depth, width = batch.depths.sum(axis=1), batch.widths.sum(axis=1)
    assert stats.ks_2samp(depth, reference["depths"].sum(axis=1)).pvalue > 1e-4
    assert stats.ks_2samp(width, reference["widths"].sum(axis=1)).pvalue > 1e-4


def test_the_test_above_notices_sorting():
    ranges = {"num_stages": 3, "max_depth": 6, "max_width": 256, "bottleneck_ratios": (1, 4), "group_widths": (2, 16)}
    everything = (0, 1e12)
    right = AnyNetXD(**ranges).sample_batch(4000, rng=1, flops=everything).widths
    wrong = np.sort(AnyNetXC(**ranges).sample_batch(4000, rng=1, flops=everything).widths, axis=1)
    assert same_distribution(right[:, 0] * 10_000 + right[:, 1], wrong[:, 0] * 10_000 + wrong[:, 1]) < 1e-9


def test_regnet_sampling_has_the_distribution_of_plain_rejection():
    rng, n, space = np.random.default_rng(2), 100_000, RegNetX()
    d = rng.integers(1, 64, n)
    w0 = 8 * np.ceil(np.exp(rng.uniform(np.log(4), np.log(248), n)) / 8).astype(int)
    wa = np.ceil(10 * np.exp(rng.uniform(np.log(0.05), np.log(255.9), n)) - 1e-9) / 10
    wm = np.ceil(1000 * np.exp(rng.uniform(np.log(1.499), np.log(3), n)) - 1e-9) / 1000
    # Equations 2 to 4, setting by setting and block by block, with no shortcut.
    j = np.arange(63)
    levels = np.rint(np.log((w0[:, None] + wa[:, None] * j) / w0[:, None]) / np.log(wm)[:, None])
    widths = 8 * np.rint(w0[:, None] * wm[:, None] ** np.minimum(levels, 9) / 8)
    changes = (np.diff(widths, axis=1) != 0) & (j[1:] < d[:, None])
    last = levels[np.arange(n), d - 1]
    keep = (changes.sum(axis=1) == 3) & (last == 3)
    batch, params = space.sample_batch(20_000, rng=2), np.array([
        (p.depth, p.w0, p.wa, p.wm) for p in space.sample_params(20_000, rng=2)
    ])  # fmt: skip
    assert len(batch) == len(params)
    for column, reference in zip(params.T, (d, w0, wa, wm), strict=True):
        assert stats.ks_2samp(column, reference[keep]).pvalue > 1e-3
    for k in (0, 3):
        start = widths[keep, 0] if k == 0 else widths[np.arange(n), d - 1][keep]
        assert stats.ks_2samp(batch.widths[:, k], start).pvalue > 1e-3
    assert stats.ks_2samp(params[:, 1] / params[:, 2], (w0 / wa)[keep]).pvalue > 1e-3


def test_vectorised_stages_agree_with_the_rule_at_ties_too():
    # w_m = 2.25 and w_a a part of w_0 put many blocks exactly half-way between two levels.
    rows = [(d, w0, wa, wm) for d in (5, 9, 20) for w0 in (8, 16, 48) for wa in (0.8, 2.0, 4.0, 8.0, 16.0, 24.0)
            for wm in (1.5, 1.96, 2.25, 2.56, 2.89, 3.0)]  # fmt: skip
    d, w0, wa, wm = (np.array(column) for column in zip(*rows, strict=True))
    from regnet_edu.networks.regnet import quantized_linear_widths, round_half_even

    for stages in (1, 2, 3, 4):
        kept, depths, widths = regnet_stages(d, w0, wa, wm, stages)
        expected = {}
        for k, row in enumerate(rows):
            found, counts = np.unique(quantized_linear_widths(*row), return_counts=True)
            levels = round_half_even(np.log((row[1] + row[2] * np.arange(row[0])) / row[1]) / np.log(row[3]))
            if len(found) == stages == levels[-1] + 1:
                expected[k] = (found.tolist(), counts.tolist())
        assert expected == {k: (w, c) for k, w, c in zip(kept.tolist(), widths.tolist(), depths.tolist(), strict=True)}


# What cannot be sampled.


@each(("arguments", "words"), [
    ({"n": 0}, "at least 1"), ({"n": -3}, "at least 1"), ({"n": 2.5}, "whole number"), ({"n": "3"}, "whole number"),
    ({"n": True}, "whole number"), ({"n": 10**12}, "too large"), ({"rng": -1}, "at least 0"), ({"rng": 1.5}, "whole"),
    ({"flops": (400e6, 360e6)}, r"did you mean \(3.6e\+08, 4e\+08\)"), ({"flops": 360e6}, "two numbers"),
    ({"flops": (1, 2, 3)}, "two numbers"), ({"flops": (-1, 2)}, "at least 0"), ({"flops": (float("nan"), 2)}, "two"),
    ({"params": ("a", "b")}, "params"), ({"activations": (2, 1)}, "activations"), ({"resolution": 0}, "resolution"),
    ({"resolution": 3.5}, "resolution"), ({"num_classes": -1}, "num_classes"), ({"in_channels": None}, "in_channels"),
])  # fmt: skip
def test_bad_arguments_of_sample_are_named(arguments, words):
    with pytest.raises(InputError, match=words):
        AnyNetXA().sample(**{"n": 2, **arguments})


def test_a_band_that_no_network_reaches_says_what_can_be_reached():
    smallest = AnyNetConfig((1,) * 4, (8,) * 4, 4, 1)
    largest = AnyNetConfig((16,) * 4, (1024,) * 4, 1, 32)
    reach = f"flops from {complexity(smallest).flops:.3g} to {complexity(largest).flops:.3g}"
    for space in (AnyNetXA(), AnyNetXE()):
        for band in ((1, 2), (1e15, 2e15)):
            with pytest.raises(InputError) as caught:
                space.sample(3, flops=band)
            assert reach in str(caught.value)
            assert "224 pixels" in str(caught.value)
    with pytest.raises(InputError, match="params from"):
        RegNetX().sample(3, params=(1, 2))


def test_no_network_is_smaller_or_larger_than_the_reach_that_is_reported():
    for space in (AnyNetXA(), AnyNetXB(), AnyNetXD(), RegNetX(), RegNetXC()):
        ends = complexity(space._extremes())
        counts = complexity(space.sample_batch(5_000, rng=3))
        largest = complexity(space._largest())
        margin = 1.1 if isinstance(space, RegNetX) else 1.0  # a RegNet's ends are searched for, not known
        for name in ("flops", "params", "activations"):
            assert getattr(ends, name).min() <= getattr(counts, name).min() * margin
            assert getattr(ends, name).max() >= getattr(counts, name).max() / margin
            assert getattr(largest, name) >= getattr(ends, name).max()


def test_contradictory_constraints_are_named(monkeypatch):
    monkeypatch.setattr("regnet_edu.spaces.sampling.MAX_PROPOSALS", 20_000)
    space = AnyNetXA().refine("wide", lambda b: b.widths[:, 0] > 2000)
    with pytest.raises(InputError, match="constraint 'wide' alone leaves none"):
        space.sample(1)
    space = AnyNetXA().refine("deep", lambda b: b.depth > 30).refine("shallow", lambda b: b.depth < 30)
    with pytest.raises(InputError, match="together leave none"):
        space.sample(1)
    with pytest.raises(InputError, match="ranges contradict"):
        RegNetX(max_width=16).sample(1)


def test_a_band_that_is_too_narrow_says_how_many_were_found(monkeypatch):
    monkeypatch.setattr("regnet_edu.spaces.sampling.MAX_PROPOSALS", 20_000)
    with pytest.raises(InputError, match=r"found \d of 9 networks of AnyNetXE with flops in \[3.6e\+08, 360000100\]"):
        AnyNetXE().sample(9, flops=(360e6, 360.0001e6))


@each("constraint", [
    lambda b: 3, lambda b: None, lambda b: b.depths > 3, lambda b: b.depth, lambda b: b.nothing,
    lambda b: np.ones(2, bool), lambda b: 1 / 0,
])  # fmt: skip
def test_a_constraint_that_does_not_answer_for_each_network_is_named(constraint):
    with pytest.raises(InputError, match="constraint 'mine'"):
        AnyNetXA().refine("mine", constraint).sample(3)


def test_counts_beyond_64_bits_are_refused():
    space = AnyNetXA(max_depth=256, max_width=16_384, group_widths=(16_384,), bottleneck_ratios=(1 / 16,))
    with pytest.raises(InputError, match="smaller ranges"):
        space.sample(1, flops=(1, 1e30), resolution=4096)
