"""What a sweep costs: counted multiply-adds, and hours that agree with the published ones."""

import json

import numpy as np
import pytest
from each import each

import regnet_edu as rn
from regnet_edu import zoo
from regnet_edu.common.errors import InputError
from regnet_edu.sweeps import cost
from regnet_edu.training.regime import REGIMES

PAPER = REGIMES["imagenet"].replace(epochs=100)


def test_work_is_three_forward_passes_an_image_and_one_for_a_test_image():
    assert cost.training_work(1_000, cost.Images(10, 4, 2), epochs=5) == 1_000 * (3 * 10 + 4) * 5
    assert cost.training_work(np.array([1, 2]), cost.Images(1, 0, 1), 1).tolist() == [3, 6]


def test_a_hundred_networks_of_400_mf_cost_what_the_paper_says():
    # Section 3.1: about one ResNet-50 of 4 GF for 100 epochs.
    population = 100 * cost.training_work(400e6, cost.IMAGENET, 10)
    assert population / cost.training_work(zoo.get("ResNet-50").flops, cost.IMAGENET, 100) == pytest.approx(1, abs=0.05)


@each("name", zoo.names())
def test_hours_on_a_v100_are_the_paper_s_within_13_percent(name):
    published = zoo.get(name)
    hours = cost.gpu_hours([published.config], PAPER)["V100"]
    assert hours == pytest.approx(published.training_hours * 8, rel=0.13)


def test_hours_add_up_and_follow_epochs_and_images():
    two = [zoo.get(name).config for name in ("regnetx_400mf", "regnety_800mf")]
    both = cost.gpu_hours(two, PAPER)["A100"]
    assert both == pytest.approx(sum(cost.gpu_hours([c], PAPER)["A100"] for c in two))
    part = cost.gpu_hours(two, PAPER.replace(epochs=10, train_images=128_117))["A100"]
    assert part == pytest.approx(both / 100, rel=1e-5)


def test_a_gpu_is_faster_as_its_memory_is_and_as_it_is_used():
    nets = [zoo.get("regnetx_400mf").config]
    hours, better = cost.gpu_hours(nets, PAPER), cost.gpu_hours(nets, PAPER, utilisation=2)
    assert list(hours) == [g.name for g in cost.GPUS] and all(better[name] == hours[name] / 2 for name in hours)
    assert hours["V100"] / hours["H100"] == pytest.approx(3350 / 900)
    assert min(hours, key=hours.get) == "B200" and max(hours, key=hours.get) == "L4"


def test_the_measured_utilisation_is_timm_s_speed_on_an_rtx_3090():
    # 1,781 images/s of RegNetX-400MF in mixed precision, 936 GB/s; the paper's V100 made 1,141.
    net = zoo.get("regnetx_400mf")
    paper = 100 * cost.IMAGENET.train / (net.training_hours * 3600 * 8)
    assert paper == pytest.approx(1141, rel=0.01)
    assert 1781 / paper / (936 / 900) == pytest.approx(cost.MEASURED_UTILISATION, rel=0.01)


def test_small_images_and_few_of_them_are_counted():
    regime = REGIMES["cpu"]
    assert cost.images_of(regime, cost.Images(50_000, 10_000, 10)) == (25_600, 10_000, 10, 3)
    assert cost.images_of(regime, cost.Images(100, 10, 10)) == (100, 10, 10, 3)


def test_a_page_gets_plain_values_with_their_sources():
    table = json.loads(json.dumps(cost.table()))
    assert [g["name"] for g in table["gpus"]] == [g.name for g in cost.GPUS]
    assert all(g["board"] and g["bandwidth"] > 0 and g["speed"] > 0 for g in table["gpus"])
    law, net = table["law"], zoo.get("regnetx_3.2gf")
    by_hand = law["per_flop"] * net.flops + law["per_activation"] * net.activations + law["per_image"]
    assert by_hand == cost.paper_law().seconds(net.flops, net.activations)


def test_an_unknown_gpu_gets_the_nearest():
    assert cost.gpu("H100").bandwidth == 3350
    with pytest.raises(InputError, match="did you mean A100"):
        cost.gpu("A10")


def test_the_paper_s_section_3_is_a_matter_of_gpu_months():
    configs = rn.AnyNetXA().sample(100, rng=0, flops=(360e6, 400e6))
    hours = cost.gpu_hours(configs, REGIMES["imagenet"])["V100"]
    assert 200 < hours < 600  # 100 networks; the paper trained 500 of each space
