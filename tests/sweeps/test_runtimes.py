"""Runtimes of networks: measured, recorded beside their population, and read again."""

import shutil
from importlib import resources

import pytest
import torch

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.plots.paper import FIGURES
from regnet_edu.sweeps.population import config_of
from regnet_edu.sweeps.runtimes import runtimes_recorded

SMALL = rn.AnyNetConfig((1, 1), (8, 16), 1, 8)


@pytest.fixture
def path(tmp_path):
    """The first three networks of a recorded population."""
    source = resources.files("regnet_edu") / "recorded" / "regnetx-cpu.jsonl"
    lines = source.read_text().splitlines(keepends=True)
    (tmp_path / "x.jsonl").write_text("".join(lines[:5]))
    return tmp_path / "x.jsonl"


def test_a_larger_network_takes_longer_and_nothing_else_is_changed():
    threads = torch.get_num_threads()
    small = rn.inference_ms(SMALL, 16, rounds=3)
    large = rn.inference_ms(rn.zoo.get("regnetx_200mf").config, 64, rounds=3)
    assert 0 < small < large and torch.get_num_threads() == threads


def test_runtimes_are_recorded_beside_the_population_and_say_where(path):
    assert not runtimes_recorded(path)
    with pytest.raises(InputError, match=r"runtimes of .*x\.jsonl are not recorded"):
        rn.with_runtimes(path)
    assert rn.record_runtimes(path).name == "x.runtime.json" and runtimes_recorded(path)
    table = rn.with_runtimes(path)
    assert (table["runtime"] > 0).all() and len(table) == 3
    said = table.attrs["runtime"]
    assert said["batch"] == 64 and said["resolution"] == 32 and said["hardware"] and said["versions"]["torch"]
    assert table.attrs["header"]["space"] == "RegNetX"


def test_a_figure_takes_the_runtimes(path, tmp_path):
    for panel in FIGURES[12]:
        for name in panel.populations:
            shutil.copy(path, tmp_path / f"{name}.jsonl")
    assert "runtimes of regnetx-cpu" in rn.plots.paper_figure(12, tmp_path).missing
    rn.record_runtimes(path)
    for name in FIGURES[12][0].populations:
        shutil.copy(tmp_path / "x.runtime.json", tmp_path / f"{name}.runtime.json")
    figure = rn.plots.paper_figure(12, tmp_path)
    assert not figure.missing and "runtime (ms) against flops (MF)" in figure.panels[0].alt_text


def test_config_of_a_row_is_the_network_that_was_trained(path):
    row = rn.load_population(path).iloc[0]
    config = config_of(row)
    assert config.depths == row.depths and rn.complexity(config, 32, 3, 10).flops == row.flops


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_bad_arguments_are_one_sentence():
    with pytest.raises(InputError, match="no GPU that torch can use"):
        rn.inference_ms(SMALL, device="cuda")
    with pytest.raises(InputError, match="rounds 0 must be a whole number of at least 1"):
        rn.inference_ms(SMALL, rounds=0)
