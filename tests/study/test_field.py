"""Published measurements: what the tables hold, and every figure that the course draws from them."""

from importlib import resources

import numpy as np
import pytest
from scipy import stats

from regnet_edu.common.errors import InputError
from regnet_edu.networks import zoo
from regnet_edu.study import field

COSTS, ERRORS = field.costs(), field.errors()
GPUS = ["RTX 3090", "RTX 4090", "RTX 5090", "RTX 5090, compiled"]
CPU = "CPU (i9-10940X)"


class TestTables:
    def test_a_row_is_a_network_at_a_size_or_a_set_of_weights_at_a_size(self):
        assert len(COSTS) == 1193 and not COSTS.duplicated(["arch", "img_size"]).any()
        assert len(ERRORS) == 1556 and not ERRORS.duplicated(["arch", "tag", "img_size"]).any()
        assert not ERRORS[["error", "error_v2", "error_real", "flops", "params", "activations"]].isna().any().any()

    def test_units_are_those_of_the_course(self):
        row = ERRORS[(ERRORS["arch"] == "regnetx_080") & (ERRORS["tag"] == "pycls_in1k")].iloc[0]
        assert (row["error"], row["error_v2"], row["error_real"]) == (0.20786, 0.3202, 0.15123)
        assert (row["flops"], row["params"], row["activations"]) == pytest.approx((8.02e9, 39.57e6, 14.06e6))
        assert row["ms_rtx4090"] == pytest.approx(1000 / 3273.2) and row["ms_cpu_i9"] == pytest.approx(1000 / 49.83)

    def test_the_published_regnets_are_those_of_the_zoo(self):
        own = ERRORS[ERRORS["tag"] == "pycls_in1k"]
        assert len(own) == 24
        for row in own.itertuples():
            model = zoo.get(row.arch)
            assert row.params == pytest.approx(model.params, abs=5_000), row.arch
            assert row.flops == pytest.approx(model.flops, rel=0.025), row.arch  # two decimals of a GF
            assert row.activations == pytest.approx(model.activations, abs=6_000), row.arch
            assert row.error == pytest.approx(model.top1_error, abs=0.003), row.arch  # other crops, other library

    def test_a_caller_cannot_change_the_tables(self):
        costs, errors = field.costs(), field.errors()
        costs["flops"], errors["error"] = 0, 0
        assert (field.costs()["flops"] > 0).all() and (field.errors()["error"] > 0).all()

    def test_the_notice_of_the_licence_goes_with_the_tables(self):
        folder = resources.files("regnet_edu.study.field")
        notice = (folder / "NOTICE.txt").read_text(encoding="utf-8")
        assert "Apache License, Version 2.0" in notice and "2026-08-08" in notice
        assert "Apache License" in (folder / "LICENSE-APACHE.txt").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("arch", "family"),
        [
            ("regnetx_004_tv", "RegNetX"),
            ("regnety_1280", "RegNetY"),
            ("regnetz_d8", "RegNetZ"),
            ("regnetv_040", ""),
            ("resnext101_32x8d", "ResNe(X)t"),
            ("resnetrs50", ""),
            ("tf_efficientnet_b7", "EfficientNet"),
            ("efficientnet_b0_gn", ""),
            ("efficientnetv2_rw_s", "EfficientNetV2"),
            ("convnextv2_tiny", "ConvNeXt"),
            ("deit3_base_patch16_224", "ViT"),
        ],
    )
    def test_families_are_told_by_their_names(self, arch, family):
        assert field.family_of(arch) == family

    def test_more_data_and_teachers_are_told_by_the_tags(self):
        more = ("sw_in12k_ft_in1k", "swag_lc_in1k", "seer_ft_in1k", "ns_jft_in1k", "ssld_in1k", "clip_ft_in1k")
        assert all(map(field.saw_more_data, more))
        assert not any(map(field.saw_more_data, ("pycls_in1k", "tv2_in1k", "ra3_in1k", "fcmae_ft_in1k", "ap_in1k")))
        assert field.taught("deit_tiny_distilled_patch16_224", "fb_in1k") and field.taught(
            "repvit_m1", "dist_300e_in1k"
        )
        assert not field.taught("regnety_160", "deit_in1k")  # the teacher itself


def test_time_follows_activations_on_gpus_and_not_on_the_processor():
    found = field.time_correlations()
    expected = {
        "RTX 3090": (1078, 0.960, 0.929),
        "RTX 4090": (1090, 0.956, 0.907),
        "RTX 5090": (1193, 0.958, 0.923),
        "RTX 5090, compiled": (1193, 0.968, 0.941),
        CPU: (1086, 0.904, 0.914),
    }
    for machine, (n, acts, flops) in expected.items():
        row = found.loc[machine]
        assert (row["networks"], round(row["activations"], 3), round(row["flops"], 3)) == (n, acts, flops)
    assert (found.loc[GPUS, "low"] > 0).all()
    assert found.loc[CPU, "low"] < 0 < found.loc[CPU, "high"]  # not told apart, though flops are ahead
    assert (found.loc[GPUS, "activations | flops"] > found.loc[GPUS, "flops | activations"]).all()
    assert found.loc[CPU, "activations | flops"] < found.loc[CPU, "flops | activations"]


def test_a_partial_correlation_is_that_of_the_residuals():
    logs = np.log(COSTS[["ms_rtx5090", "activations", "flops"]].to_numpy())
    off = [logs[:, k] - np.polyval(np.polyfit(logs[:, 2], logs[:, k], 1), logs[:, 2]) for k in (0, 1)]
    found = field.time_correlations(["ms_rtx5090"]).loc["RTX 5090", "activations | flops"]
    assert found == pytest.approx(np.corrcoef(*off)[0, 1])


def test_both_terms_describe_the_time_of_regnets_on_every_gpu():
    found = field.time_models(families=["RegNetX", "RegNetY"])
    for family in ("RegNetX", "RegNetY"):
        gpus = found.loc[family].loc[GPUS]
        assert (gpus["preferred"] == "F + √F").all() and (gpus[["ms_per_gf", "ms_per_root"]] > 0).all().all()
    assert found.loc[("RegNetX", CPU), "preferred"] == "√F"
    assert found.loc[("RegNetX", CPU), "networks"] == 13
    everyone = field.time_models()
    assert set(everyone.index.get_level_values("family")) >= {"ConvNeXt", "ViT", "EfficientNet", "ResNe(X)t"}
    assert list(everyone.loc["ResNe(X)t"].loc[GPUS[1:], "preferred"]) == ["F"] * 3


def test_activations_grow_faster_in_efficientnets():
    found = field.growth_powers()
    assert [round(found[name], 2) for name in ("RegNetX", "RegNetY", "EfficientNet")] == [0.55, 0.52, 0.83]
    assert [len(field.growth_networks(name)) for name in found] == [12, 12, 8]


def test_regnetx_8gf_against_b5_on_five_machines():
    found = field.speedup()
    assert list(found["as they are"].round(1)) == [5.6, 6.3, 5.3, 5.3, 2.9]
    assert list(found["at equal flops"].round(1)) == [4.4, 5.2, 4.3, 4.3, 2.4]
    slow = COSTS[(COSTS["arch"] == "tf_efficientnet_b5")].iloc[0]
    assert (slow["img_size"], slow["flops"], slow["activations"]) == pytest.approx((456, 10.46e9, 98.86e6))


def test_within_one_modern_recipe_the_lead_of_regnetx_is_gone():
    found = field.equal_cost().mean()
    assert [round(found["RegNetX", k], 2) for k in ("flops", "activations", "ms_rtx5090")] == [0, 0.01, 0]
    assert [round(found["RegNetY", k], 2) for k in ("flops", "activations", "ms_rtx5090")] == [-0.59, -0.53, -0.41]
    beside = field.equal_cost().loc[("resnet101", 224), ("RegNetX", "flops")]
    assert round(beside, 2) == 0.37


def test_with_small_images_among_the_rivals_regnet_looks_better():
    found = field.equal_cost(size=None)
    means = found.mean()
    assert len(found) == 14
    assert [round(means["RegNetX", k], 2) for k in ("flops", "activations", "ms_rtx5090")] == [-0.55, -0.15, -0.36]
    assert [round(means["RegNetY", k], 2) for k in ("flops", "activations", "ms_rtx5090")] == [-1.25, -0.88, -0.87]


def test_what_is_left_of_the_lead_depends_on_the_machine():
    x = field.equal_cost().mean()["RegNetX"]
    assert x["ms_cpu_i9"] < -0.3 and abs(x["ms_rtx5090"]) < 0.05 and x["ms_rtx5090_compiled"] > 0.8


def test_by_the_paper_s_recipe_regnetx_was_ahead():
    found = field.equal_cost_then()
    assert list(found.index) == ["ResNet-50", "ResNet-101", "ResNet-152", "ResNeXt-50", "ResNeXt-101", "ResNeXt-152"]
    assert (found["RegNetX"].mean() < -0.4).all() and (found["RegNetY"].mean() < -1).all()


def test_a_modern_recipe_is_worth_more_than_the_paper_s_gaps():
    gain = field.recipe_gain()
    assert len(gain) == 11 and round(gain["points"].mean(), 2) == -2.47 and gain["points"].max() < -1.5


def test_squeeze_and_excitation_gains_in_all_twelve_pairs():
    found = field.se_gain()
    assert len(found) == 12 and (round(found["ImageNet"].min(), 2), round(found["ImageNet"].max(), 2)) == (-1.53, -0.44)
    assert (found[list(field.TEST_SETS.values())] < 0).all().all()
    assert found["flops_ratio"].between(0.98, 1.03).all()


def test_the_order_of_the_24_regnets_is_kept_on_other_images():
    own = ERRORS[ERRORS["tag"] == "pycls_in1k"]
    found = field.rank_correlations()
    assert round(found["ImageNetV2"], 3) == 0.994 and round(found["ReaL"], 3) == 0.995
    assert found["ImageNetV2"] == pytest.approx(stats.spearmanr(own["error"], own["error_v2"]).statistic)


def test_no_regnet_is_on_the_front_of_today():
    found = field.front_counts()
    own = found[found.index.str.match("RegNet[XY]")]
    assert own["weights"].sum() == 48 and own.drop(columns="weights").to_numpy().sum() == 0
    assert found.loc["RegNetZ", "flops"] > 0  # but a descendant is
    assert found["weights"].sum() == len(field.plainly_trained())


def test_modern_recipes_bring_regnets_nearer_to_the_front():
    far = field.front_distance().groupby("group")[["flops", "activations", "ms_rtx4090", "ms_cpu_i9"]].median()
    for family in ("RegNetX", "RegNetY"):
        assert (far.loc[f"{family}, recipe of 2020"] - far.loc[f"{family}, modern recipes"] > 2).all()


def test_networks_with_more_data_or_a_teacher_are_not_in_the_front():
    table = field.plainly_trained()
    assert not table["tag"].map(field.saw_more_data).any() and "regnety_160" in set(table["arch"])
    assert len(table) < len(ERRORS)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: field.equal_cost(recipe="pycls_in1k"), "no weights of ResNe.X.t at 224 pixels"),
        (lambda: field.equal_cost(recipe="fb_in1k"), "no weights of RegNetX"),
        (lambda: field.equal_cost(measures=["gmacs"]), "measure 'gmacs' is unknown"),
        (lambda: field.time_correlations(["rtx4090"]), "machine 'rtx4090' is unknown"),
        (lambda: field.time_models(families=["RegNet"]), "family 'RegNet' is unknown"),
        (lambda: field.speedup("regnetx_8gf"), "'regnetx_8gf' has 0 rows"),
        (lambda: field.growth_networks("ViT"), "family 'ViT' is unknown"),
    ],
)
def test_what_is_not_there_is_named(call, words):
    with pytest.raises(InputError, match=words):
        call()
