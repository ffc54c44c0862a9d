"""The published networks, against the stage tables and totals that the authors published."""

import pytest
from each import each

from regnet_edu import zoo
from regnet_edu.common.errors import InputError
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.regnet import quantized_linear_widths
from regnet_edu.networks.regnet_fit import fit_quantized_linear

# Depths, widths of the rule, widths as built, group widths as built (paper, figures 15 and 16; the authors' model zoo).
STAGES = {
    "regnetx_200mf": ("1 1 4 7", "24 56 152 368", "24 56 152 368", "8 8 8 8"),
    "regnetx_400mf": ("1 2 7 12", "24 64 152 392", "32 64 160 384", "16 16 16 16"),
    "regnetx_600mf": ("1 3 5 7", "48 104 240 536", "48 96 240 528", "24 24 24 24"),
    "regnetx_800mf": ("1 3 7 5", "56 128 288 664", "64 128 288 672", "16 16 16 16"),
    "regnetx_1.6gf": ("2 4 10 2", "80 176 408 912", "72 168 408 912", "24 24 24 24"),
    "regnetx_3.2gf": ("2 6 15 2", "88 200 448 1000", "96 192 432 1008", "48 48 48 48"),
    "regnetx_4.0gf": ("2 5 14 2", "96 232 568 1376", "80 240 560 1360", "40 40 40 40"),
    "regnetx_6.4gf": ("2 4 10 1", "184 384 792 1632", "168 392 784 1624", "56 56 56 56"),
    "regnetx_8.0gf": ("2 5 15 1", "80 232 664 1912", "80 240 720 1920", "80 120 120 120"),
    "regnetx_12gf": ("2 5 11 1", "168 400 944 2240", "224 448 896 2240", "112 112 112 112"),
    "regnetx_16gf": ("2 6 13 1", "216 456 952 2000", "256 512 896 2048", "128 128 128 128"),
    "regnetx_32gf": ("2 7 13 1", "320 640 1280 2560", "336 672 1344 2520", "168 168 168 168"),
    "regnety_200mf": ("1 1 4 7", "24 56 152 368", "24 56 152 368", "8 8 8 8"),
    "regnety_400mf": ("1 3 6 6", "48 104 208 440", "48 104 208 440", "8 8 8 8"),
    "regnety_600mf": ("1 3 7 4", "48 112 256 600", "48 112 256 608", "16 16 16 16"),
    "regnety_800mf": ("1 3 8 2", "56 136 320 776", "64 128 320 768", "16 16 16 16"),
    "regnety_1.6gf": ("2 6 17 2", "48 128 336 896", "48 120 336 888", "24 24 24 24"),
    "regnety_3.2gf": ("2 5 13 1", "80 216 568 1504", "72 216 576 1512", "24 24 24 24"),
    "regnety_4.0gf": ("2 6 12 2", "96 216 480 1080", "128 192 512 1088", "64 64 64 64"),
    "regnety_6.4gf": ("2 7 14 2", "112 256 576 1312", "144 288 576 1296", "72 72 72 72"),
    "regnety_8.0gf": ("2 4 10 1", "192 424 920 2016", "168 448 896 2016", "56 56 56 56"),
    "regnety_12gf": ("2 5 11 1", "168 400 944 2240", "224 448 896 2240", "112 112 112 112"),
    "regnety_16gf": ("2 4 11 1", "200 496 1232 3048", "224 448 1232 3024", "112 112 112 112"),
    "regnety_32gf": ("2 5 12 1", "232 584 1488 3760", "232 696 1392 3712", "232 232 232 232"),
}


def numbers(text):
    return tuple(map(int, text.split()))


def test_all_24_published_regnets_have_a_name():
    assert zoo.names() == list(STAGES)
    assert len(zoo.names()) == 24
    assert len(zoo.baselines()) == 12


@each("name", STAGES)
def test_every_published_regnet_has_its_published_flops_params_and_activations(name):
    entry = zoo.get(name)
    assert complexity(entry.config) == (entry.flops, entry.params, entry.activations)


@each("name", STAGES)
def test_every_published_regnet_has_its_published_stages(name):
    depths, raw, widths, groups = map(numbers, STAGES[name])
    entry = zoo.get(name)
    assert (entry.config.depths, entry.config.widths) == (depths, raw)
    assert tuple(stage.width for stage in entry.config.stages) == widths
    assert tuple(stage.group_width for stage in entry.config.stages) == groups
    rule = entry.regnet_params
    blocks = quantized_linear_widths(rule.depth, rule.w0, rule.wa, rule.wm)
    assert blocks.tolist() == [w for w, d in zip(raw, depths, strict=True) for _ in range(d)]
    assert entry.config.se_ratio == (0.25 if "regnety" in name else 0)


def test_some_figures_as_published():
    entry = zoo.get("regnetx_400mf")
    assert (entry.flops, entry.params, entry.activations) == (397_678_568, 5_157_512, 3_143_272)
    assert entry.top1_error == 0.27382  # the released checkpoint
    assert (entry.top1_error_mean, entry.top1_error_std) == (0.273, 0.0015)  # five runs, figure 15
    assert zoo.get("resnet_50").params == 25_557_032  # table 3 prints 22.6 million, a misprint
    assert zoo.get("efficientnet_b5").resolution == 456
    assert zoo.get("regnetx_8.0gf").inference_ms * 5 < zoo.get("efficientnet_b5").inference_ms  # "up to 5x faster"


def test_released_and_mean_errors_are_close_but_not_the_same_number():
    for name in zoo.names() + zoo.baselines():
        entry = zoo.get(name)
        assert 0.18 < entry.top1_error < 0.32
        assert abs(entry.top1_error - entry.top1_error_mean) < 0.003
        assert 0 < entry.top1_error_std < 0.003


SPELLINGS = {
    "regnetx_400mf": ("RegNetX-400MF", "regnet_x_400mf", "regnetx_004", "timm/regnetx_004.pycls_in1k"),
    "regnetx_3.2gf": ("regnetx_3_2gf", "regnet_x_3_2gf", "facebook/regnet-x-032", "regnetx_032.tv2_in1k"),
    "regnetx_32gf": ("regnetx_320", "RegNetX-32GF", "regnet_x_32gf"),
    "regnety_1.6gf": ("regnet_y_1_6gf", "regnety_016"),
    "regnety_4.0gf": ("regnety_040.ra3_in1k", "facebook/regnet-y-040", "regnety_4gf"),
    "regnety_16gf": ("hf_hub:timm/regnety_160.swag_ft_in1k", "RegNetY-16GF"),
    "regnety_32gf": ("facebook/regnet-y-320-seer",),
    "regnetx_8.0gf": ("regnet_x_8gf", "regnetx_8gf"),
    "efficientnet_b0": ("EfficientNet-B0",),
    "resnet_50": (" resnet-50 ",),
}


def test_the_names_of_torchvision_timm_and_hugging_face_are_known():
    found = {name: [zoo.get(spelling).name for spelling in spellings] for name, spellings in SPELLINGS.items()}
    assert found == {name: [name] * len(spellings) for name, spellings in SPELLINGS.items()}


def test_a_network_is_taken_in_every_form():
    forms = ("regnetx_400mf", zoo.get("regnetx_400mf"), zoo.get("regnetx_400mf").regnet_params)
    config = forms[1].config
    for form in (*forms, config):
        assert complexity(form) == complexity(config) and zoo.as_config(form) == config
        assert fit_quantized_linear(form) == fit_quantized_linear(config.block_widths)


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(InputError, match="did you mean regnetx_400mf"):
        zoo.get("regnetx_400m")
    for junk in (None, 3, "", ["regnetx_400mf"]):
        with pytest.raises(InputError):
            zoo.get(junk)


def test_a_baseline_has_no_config():
    with pytest.raises(InputError, match="ResNet-50 is not an AnyNet"):
        _ = zoo.get("resnet_50").config


def test_the_eight_mobile_networks_are_those_of_table_2():
    mobile = {entry.title: entry for entry in zoo.mobile()}
    assert len(mobile) == 8
    assert all(0.5e9 < entry.flops < 0.6e9 for entry in mobile.values())
    assert [title for title, entry in mobile.items() if entry.params is None] == ["ShuffleNet", "ShuffleNet-V2"]
    best = min(mobile.values(), key=lambda entry: entry.top1_error_reported)
    assert (best.title, best.params, best.top1_error_reported) == ("AmoebaNet-C", 6_400_000, 0.243)
    assert best.top1_error_reported < zoo.get("RegNetY-600MF").top1_error_mean  # the paper marks it as the best


def test_errors_as_first_reported_are_known_for_the_baselines_only():
    assert {zoo.get(name).top1_error_reported for name in zoo.names()} == {None}
    reported = {name: zoo.get(name).top1_error_reported for name in zoo.baselines()}
    assert (reported["resnet_50"], reported["efficientnet_b5"]) == (0.239, 0.167)
    for name, error in reported.items():  # the paper improves ResNe(X)t, and cannot reach the enhanced EfficientNets
        assert (zoo.get(name).top1_error_mean < error) == name.startswith("resne")
