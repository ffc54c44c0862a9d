"""The family of comparisons, contrasts at equal complexity, and the smallest slope: what the pages state."""

from __future__ import annotations

import numpy as np
import pytest

import regnet_edu as rn
from regnet_edu import paper_map
from regnet_edu.study import families, rules, sensitivity
from regnet_edu.study import table as paper_table
from regnet_edu.study.rules import NOT_ATTEMPTED, NOT_VISIBLE, REPRODUCED


def test_of_54_comparisons_16_survive_holm_and_18_benjamini_and_hochberg():
    found = list(families.family().values())
    assert len(found) == 54
    assert [sum(getattr(one, name) < 0.05 for one in found) for name in ("p", "holm", "bh")] == [23, 16, 18]
    words = families.family_sentence()
    assert "54 pairs" in words and "Alone, 23" in words and "16 survive" in words and "18 that" in words


def test_a_corrected_p_value_is_no_smaller_than_the_raw_one_and_holm_s_is_the_largest():
    for one in families.family().values():
        assert one.p <= one.bh <= one.holm <= 1


def test_a_pair_has_one_corrected_verdict_in_either_order():
    one = families.corrected("regnetx-cpu", "anynetxa-cpu")
    assert one == families.corrected("anynetxa-cpu", "regnetx-cpu") and one.holm < 0.05
    assert one.words.startswith("alone told apart (p ") and "by Holm told apart" in one.words
    with pytest.raises(rules.NotRecordedError):
        families.corrected("regnetx-cpu", "regnetx-nowhere")


def test_every_row_that_compares_means_shows_its_correction_on_the_page():
    page = paper_table.map_html()
    for row in paper_map.rows():
        shown = page.split(f'id="map-{row.id}"')[1].split("</tr>")[0]
        assert shown.count("by Holm") == len(families.correction_of(row)) == len(families.pairs_of(row)), row.id


@pytest.mark.parametrize(
    ("pair", "raw", "adjusted", "half"),
    [
        ("regnetx-cpu - anynetxe-cpu", -2.81, -0.16, 0.45),
        ("anynetxd-cpu - anynetxequalwidths-cpu", 2.22, -0.08, 0.58),
        ("anynetxe-cpu - anynetxd-cpu", 0.14, -1.23, 0.54),
        ("anynetxd-cpu - anynetxc-cpu", -0.70, -1.90, 0.62),
        ("regnetx-cpu - anynetxa-cpu", -3.16, -3.50, 0.48),
    ],
)
def test_contrasts_at_equal_activations(pair, raw, adjusted, half):
    row = sensitivity.raw_and_adjusted().loc[pair]
    assert row["raw"].value == pytest.approx(raw, abs=0.005)
    assert row["activations"].value == pytest.approx(adjusted, abs=0.005)
    assert (row["activations"].high - row["activations"].low) / 2 == pytest.approx(half, abs=0.03)


def test_the_lead_of_regnetx_halves_with_the_smallest_slope():
    table = sensitivity.lead_by_slope()
    assert list(table["networks"]) == [200, 128, 78]
    assert table["points"].round(2).tolist() == [-3.16, -2.44, -1.57] and (table["high"] < 0).all()


def test_flat_lines_are_deep_networks_and_these_are_better_in_the_record():
    table = rules.networks_of("regnetx-cpu")
    depth = table["depths"].map(sum)
    found = rn.rank_correlation(sensitivity._drawn_slopes(table), depth), rn.rank_correlation(depth, table["error"])
    assert [round(rho, 2) for rho in found] == [-0.85, -0.42]


def test_a_space_with_the_authors_smallest_slope_lies_inside_regnetx():
    drawn = rn.RegNetX(min_wa=8).sample_params(50, rng=0, flops=(7.4e6, 8.2e6), resolution=32, num_classes=10)
    assert min(rule.wa for rule in drawn) >= 8 and all(rule in rn.RegNetX() for rule in drawn)


def test_networks_that_were_not_drawn_from_the_seed_of_the_record_are_not_taken_for_such(monkeypatch):
    table = rules.networks_of("regnetx-cpu").copy()
    table.attrs["header"] = table.attrs["header"] | {"seed": 1}
    monkeypatch.setattr(sensitivity, "networks_of", lambda name: table)
    with pytest.raises(rn.InputError, match="not those that RegNetX draws from their seed"):
        sensitivity.lead_by_slope()


def test_slopes_within_networks_are_those_of_chapter_8():
    table = rn.load_population("anynetxe-cpu").sort_values("error")
    slopes = [
        float(np.polyfit(np.arange(sum(d)), np.repeat(w, d), 1)[0])
        for w, d in zip(table["widths"], table["depths"], strict=True)
    ]
    assert round(float(np.median(slopes[:20])), 1) == 21.8 and round(float(np.median(slopes[-20:])), 1) == 51.8
    assert "median within networks 21.8" in paper_map.row("line").outcome.ours


def test_depth_and_error_after_more_training_change_by_a_paired_interval_that_holds_0():
    both = rn.load_population("regnetx-quick").merge(
        rn.load_population("regnetx-quick-3epochs"), on=["index", "depths"]
    )
    depth, errors = both["depths"].map(sum).to_numpy(), both[["error_x", "error_y"]].to_numpy()
    drawn = np.random.default_rng(0).integers(len(both), size=(10_000, len(both)))
    before, after = ([rn.rank_correlation(depth[k], errors[k, i]) for k in drawn] for i in (0, 1))
    low, high = np.quantile(np.subtract(after, before), [0.025, 0.975])
    assert (round(low, 2), round(high, 2)) == (-0.02, 0.25)


def test_a_definition_is_no_part_of_what_a_figure_shows():
    """That each space lies inside the one before is true whatever is trained."""
    assert paper_map.row("inside").outcome.verdict == REPRODUCED
    assert paper_map.row("fig-1").outcome.verdict == paper_map.row("better-step-by-step").outcome.verdict == NOT_VISIBLE
    assert paper_map.row("fig-15").outcome.verdict == NOT_ATTEMPTED  # published networks can be counted by anybody
    assert paper_map.row("fig-3").outcome.verdict == REPRODUCED  # a row of its own, which is nothing but a definition
    defined = sum(row.rule["is"] in paper_map.DEFINITIONS for row in paper_map.rows())
    assert f"{defined} are definitions and counts, which tests prove" in paper_table.counts()
