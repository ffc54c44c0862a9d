"""Regimes: presets, settings and the learning-rate schedule."""

import json

import pytest

from regnet_edu import regime, spaces
from regnet_edu.common.errors import InputError
from regnet_edu.training.regime import REGIMES, Regime


@pytest.mark.parametrize("name", REGIMES)
def test_presets_go_through_json_and_keep_their_fingerprint(name):
    preset = regime.get(name)
    again = Regime.from_dict(json.loads(json.dumps(preset.to_dict())))
    assert again == preset and again.fingerprint == preset.fingerprint and preset.name == name


def test_the_imagenet_preset_is_the_papers_section_3():
    paper = regime.get("imagenet")
    assert paper.flops == (360e6, 400e6) and paper.resolution == 224 and paper.epochs == 10
    assert (paper.batch_size, paper.lr, paper.weight_decay, paper.momentum) == (128, 0.05, 5e-5, 0.9)


def test_the_cpu_preset_is_the_papers_band_scaled_to_32_pixels():
    low, high = regime.get("cpu").flops
    assert low == pytest.approx(360e6 * (32 / 224) ** 2, rel=0.01)
    assert high == pytest.approx(400e6 * (32 / 224) ** 2, rel=0.01)


def test_the_fingerprint_changes_with_every_setting_but_the_name():
    base = regime.get("cpu")
    changes = {"epochs": 2, "lr": 0.1, "flops": (7e6, 8e6), "flip": False, "ranges": {"AnyNet": {"max_width": 64}}}
    marks = {base.replace(**{k: v}).fingerprint for k, v in changes.items()}
    assert len(marks) == len(changes) and base.fingerprint not in marks
    assert base.replace(name="other").fingerprint == base.fingerprint


def test_the_learning_rate_warms_up_and_ends_near_0():
    cpu = regime.get("cpu")
    rates = [cpu.learning_rate(step, 400) for step in range(400)]
    assert rates[0] == pytest.approx(0.15 / 40) and max(rates) == rates[39] == 0.15 == rates[40]
    assert rates[40:] == sorted(rates[40:], reverse=True) and rates[220] == pytest.approx(0.075) and rates[-1] < 1e-4
    assert regime.get("imagenet").learning_rate(0, 400) == 0.05


def test_steps_leave_out_a_last_incomplete_batch():
    assert regime.get("cpu").steps(25_600) == 400 and regime.get("cpu").replace(epochs=3).steps(130) == 6


def test_ranges_go_by_family_and_leave_what_was_set_by_hand():
    quick = regime.get("quick")
    assert quick.with_ranges(spaces.AnyNetXD()) == spaces.AnyNetXD(min_width=24, max_width=512)
    assert quick.with_ranges(spaces.AnyNetXA(max_width=256)) == spaces.AnyNetXA(min_width=24, max_width=256)
    assert quick.with_ranges(spaces.RegNetX()) == spaces.RegNetX()
    assert regime.get("cpu").with_ranges(spaces.AnyNetXA()) == spaces.AnyNetXA()


def test_ranges_hold_for_a_readers_own_space_too():
    class Slim(spaces.AnyNetXE):
        pass

    slim = regime.get("quick").with_ranges(Slim().refine("deep", lambda batch: batch.depths.sum(1) > 9))
    assert (slim.min_width, slim.max_width, slim.name) == (24, 512, "Slim + deep")
    with pytest.raises(InputError, match="AnyNetXA has no range 'max_widht'"):
        regime.get("quick").replace(ranges={"AnyNet": {"max_widht": 64}}).with_ranges(spaces.AnyNetXA())
    assert regime.get("quick").replace(ranges={"Slim": {}}).with_ranges(slim) == slim
    for name in ("Anynet", ""):
        with pytest.raises(InputError, match=f"ranges '{name}' is no family of design spaces; known are AnyNet, "):
            regime.get("quick").replace(ranges={name: {"max_width": 64}}).with_ranges(spaces.AnyNetXA())


def test_an_unknown_preset_offers_the_nearest():
    with pytest.raises(InputError, match="did you mean tiny"):
        regime.get("tinny")
    with pytest.raises(InputError, match=r"regime \['tiny'\] is unknown"):
        regime.get(["tiny"])
