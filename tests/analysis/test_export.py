"""Populations in Optuna, CSV and Parquet."""

from __future__ import annotations

import sys
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from fake_populations import population

from regnet_edu import plots
from regnet_edu.analysis.export import export, to_optuna
from regnet_edu.common.errors import InputError
from regnet_edu.sweeps.population import load_population


def test_optuna_study_has_every_network_with_its_error_and_parameters():
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    table = population(20, failed=2, diverged=1)
    study = to_optuna(table)
    assert study.study_name == "AnyNetXA"
    assert len(study.trials) == 20
    states = [t.state.name for t in study.trials]
    assert states.count("FAIL") == 2
    assert study.best_value == table["error"].min()
    row = table.iloc[7]
    trial = study.trials[7]
    assert trial.value == row["error"]
    assert [trial.params[f"width_{i}"] for i in (1, 2, 3, 4)] == list(row["widths"])
    assert [trial.params[f"bottleneck_ratio_{i}"] for i in (1, 2, 3, 4)] == list(row["bottleneck_ratios"])
    assert trial.user_attrs["flops"] == row["flops"]


def test_optunas_edf_of_the_study_is_ours_but_for_its_inequality():
    optuna = pytest.importorskip("optuna")
    pytest.importorskip("plotly")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    table = population(30)
    line = optuna.visualization.plot_edf(to_optuna(table)).data[0]
    ours = [np.mean(table["error"] <= e + 1e-12) for e in line.x]
    assert np.allclose(line.y, ours)


@pytest.mark.heavy
def test_a_storage_keeps_the_study_and_a_second_of_that_name_is_refused(tmp_path):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    address = f"sqlite:///{tmp_path}/studies.db"
    to_optuna(population(3), storage=address)
    assert len(optuna.load_study(study_name="AnyNetXA", storage=address).trials) == 3
    with pytest.raises(InputError, match="'AnyNetXA' is in the storage already; give another name, such as name=") as e:
        to_optuna(population(3), storage=address)
    assert "\n" not in str(e.value)
    assert to_optuna(population(3), storage=address, name="AnyNetXA-2").study_name == "AnyNetXA-2"


def test_without_optuna_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match="pip install optuna"):
        to_optuna(population(3))


def test_no_population_is_refused():
    pytest.importorskip("optuna")
    with pytest.raises(InputError, match="'error'"):
        to_optuna(pd.DataFrame({"a": [1]}))


def test_csv_and_parquet_by_pandas_keep_the_numbers(tmp_path):
    table = population(5)
    table.to_csv(tmp_path / "p.csv", index=False)
    back = pd.read_csv(tmp_path / "p.csv")
    assert np.allclose(back["error"], table["error"])
    assert back["widths"][0] == str(table["widths"][0])
    pytest.importorskip("pyarrow")
    table.to_parquet(tmp_path / "p.parquet")
    again = pd.read_parquet(tmp_path / "p.parquet")
    assert [tuple(w) for w in again["widths"]] == list(table["widths"])
    assert again.attrs["header"]["space"] == "AnyNetXA"
    for draw in (plots.property_scatter, plots.width_profiles, plots.linear_fits):
        assert draw(again).alt_text == draw(table).alt_text


@pytest.mark.parametrize("use", [to_optuna, plots.width_profiles, plots.property_scatter, plots.fit_error])
def test_a_table_read_from_csv_is_refused_where_lists_are_needed(tmp_path, use):
    pytest.importorskip("optuna")
    population(5).to_csv(tmp_path / "p.csv", index=False)
    back = pd.read_csv(tmp_path / "p.csv")
    assert plots.edfs(back).alt_text
    with pytest.raises(InputError, match="column 'depths' holds texts, as in a table read from a CSV file"):
        use(back)


@pytest.fixture
def path(tmp_path):
    """The first networks of a recorded population, as a file."""
    lines = (resources.files("regnet_edu") / "recorded" / "regnetx-cpu.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "x.jsonl").write_text("".join(lines[:5]))
    return tmp_path / "x.jsonl"


def test_a_record_file_is_written_for_other_programs(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    assert export("x.jsonl", "csv").name == "x.csv" and len(pd.read_csv("x.csv")) == 3
    pytest.importorskip("pyarrow")
    back = pd.read_parquet(export(path, "parquet"))
    assert back.attrs["header"]["space"] == "RegNetX" and list(back["error"]) == list(load_population(path)["error"])
    optuna = pytest.importorskip("optuna")
    storage = f"sqlite:///{export(path, 'optuna', path.parent / 'studies.db')}"
    assert len(optuna.load_study(study_name="RegNetX", storage=storage).trials) == 3


@pytest.mark.parametrize(
    ("to", "out", "sentence"),
    [
        ("cvs", None, "format 'cvs' is unknown; did you mean csv"),
        ("csv", "/dev/null", "is a device, not a regular file"),
        ("csv", "x.jsonl", "is a record file, which would be lost"),
        ("csv", "no/x.csv", "cannot be written: No such file or directory"),
        ("optuna", "no/x.db", "cannot be written: "),
    ],
)
def test_what_cannot_be_exported_is_said(path, monkeypatch, to, out, sentence):
    monkeypatch.chdir(path.parent)
    with pytest.raises(InputError, match=sentence):
        export("x.jsonl", to, out)
    assert len(load_population(path)) == 3
