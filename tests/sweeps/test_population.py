"""Populations as tables: read from files and from the package, with where they come from."""

import math
import warnings

import pandas as pd
import pytest

import regnet_edu as rn
from regnet_edu.analysis.properties import property_values
from regnet_edu.common.errors import InputError
from regnet_edu.networks.config import AnyNetConfig
from regnet_edu.sweeps.population import COLUMNS, hardware_of, load_population, populations, provenance
from regnet_edu.sweeps.records import RecordWriter
from regnet_edu.training.regime import get

CONFIG = AnyNetConfig((1, 2), (8, 16), 1, 8)
CIRCUMSTANCES = {"date": "2026-11-21T08:00:00+00:00", "versions": {"torch": "2.15.0"}, "hardware": "2 x ENIAC"}


def network(index, status="ok", error=0.5):
    return {
        "kind": "network", "index": index, "seed": 7, "config": CONFIG.to_dict(),
        "flops": 1, "params": 2, "activations": 3, "epochs": 1,
        "status": status, "error": error, "errors": [error] if error is not None else [],
        "reason": None if status == "ok" else "MemoryError",
    }  # fmt: skip


@pytest.fixture
def path(tmp_path):
    header = {
        "kind": "header", "format": 1, "space": "AnyNetXA", "space_repr": "AnyNetXA()", "seed": 3,
        "regime": get("tiny").to_dict(), "data": {"name": "shapes", "train": 9000, "note": "drawn"}, **CIRCUMSTANCES,
    }  # fmt: skip
    with RecordWriter(tmp_path / "a.jsonl") as writer:
        session = {"kind": "session", "n": 3, **CIRCUMSTANCES}
        for record in (header, session, network(2), network(0, "failed", None), network(1)):
            writer.append(record)
    return tmp_path / "a.jsonl"


def test_one_row_a_network_in_index_order(path):
    table = load_population(path)
    assert tuple(table.columns) == COLUMNS and table["index"].tolist() == [0, 1, 2]
    assert math.isnan(table.error[0]) and table.status.tolist() == ["failed", "ok", "ok"] and table.error[1] == 0.5
    assert table.widths[1] == (8, 16) and table.block[1] == "X" and table.reason[0] == "MemoryError"
    assert table.attrs["header"]["n"] == 3 and table.attrs["header"]["sessions"][0]["hardware"] == "2 x ENIAC"


def test_provenance_says_everything_in_one_line(path):
    assert provenance(load_population(path)) == (
        "AnyNetXA, n = 3 (1 failed), seed 3; regime tiny: shapes (drawn), 5,120 images x 1 epoch at 32 px; "
        "2026-11-21, torch 2.15.0, 2 x ENIAC"
    )


def test_each_network_says_what_hardware_trained_it(path):
    with RecordWriter(path) as writer:
        writer.append({"kind": "session", "n": 4, **CIRCUMSTANCES, "hardware": "a laptop"})
        writer.append(network(3))
    table = load_population(path)
    assert table.hardware.tolist() == ["2 x ENIAC"] * 3 + ["a laptop"]
    assert property_values(table, "cpu_seconds").label.endswith(", on different hardware")
    assert "different" not in property_values(table[:3], "cpu_seconds").label
    assert "different" not in property_values(table, "flops").label


def test_a_file_without_sessions_was_trained_where_its_header_says(path, tmp_path):
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if b'"kind": "session"' not in line]
    (tmp_path / "b.jsonl").write_bytes(b"".join(lines))
    assert load_population(tmp_path / "b.jsonl").hardware.tolist() == ["2 x ENIAC"] * 3


def test_a_bad_line_is_warned_of_by_its_number_and_left_out(path):
    with open(path, "ab") as file:
        file.write(b'{"kind": "network", "ind')
    with pytest.warns(UserWarning, match="line 6 of .*a.jsonl is left out: it is torn"):
        assert len(load_population(path)) == 3


def test_missing_and_foreign_files_get_one_sentence(path, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_population(tmp_path / "b.jsonl")
    with pytest.raises(InputError, match="population 'anynetxa-cpuu' is unknown"):
        load_population("anynetxa-cpuu")
    foreign = tmp_path / "c.jsonl"
    foreign.write_text("hello\n")
    with pytest.raises(InputError, match="is not a record file"):
        load_population(foreign)
    with pytest.raises(InputError, match="has no header"):
        provenance(pd.DataFrame({"error": [0.5]}))


def test_every_recorded_population_reads_without_a_warning_and_says_where_it_comes_from():
    for name in populations():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = load_population(name)
        # complete to the n of its last session: nobody looked at the errors and stopped where they were good
        assert len(table) == table.attrs["header"]["n"] >= 50 and table["index"].tolist() == list(range(len(table)))
        assert table.error.between(0, 1).all() and (table.status == "ok").mean() > 0.9
        assert provenance(table).count(";") >= 2


def test_a_file_of_format_1_is_read_with_its_hardware_in_words():
    table = load_population("regnetx-cpu")
    assert table.attrs["header"]["format"] == 1 and table.attrs["header"]["hardware"] == "2 x AMD EPYC"
    assert hardware_of(table) == ("2 x AMD EPYC", "2 x AMD EPYC (family 26, model 2, AVX-512)")
    assert provenance(table).endswith("torch 2.15.0, 2 x AMD EPYC")


def test_hardware_is_told_once_for_each_machine_and_shortly_in_a_figure(path):
    where = {"processor": "EPYC", "family": 25, "model": 17, "instructions": "AVX2", "count": 2}  # format 2: a table
    with RecordWriter(path) as writer:
        for index in (3, 4):
            writer.append({"kind": "session", "n": 5, **CIRCUMSTANCES, "hardware": where})
            writer.append(network(index))
    table = load_population(path)
    assert hardware_of(table) == ("2 x ENIAC", "2 x EPYC (family 25, model 17, AVX2)")
    assert provenance(table).endswith("2 x ENIAC then 2 x EPYC")
    assert hardware_of(table.drop(columns="hardware")) == hardware_of(table)


def test_what_takes_a_population_takes_its_table_name_and_path(path):
    for function in (provenance, lambda p: property_values(p, "depth").values.tolist()):
        assert function(path) == function(str(path)) == function(load_population(path))
    table = load_population("anynetxe-cpu")
    assert rn.adjusted_difference("regnetx-cpu", "anynetxe-cpu") == rn.adjusted_difference("regnetx-cpu", table)
    asked = (provenance, rn.seed_noise, rn.to_optuna, rn.with_runtimes, lambda p: property_values(p, "depth"))
    for function in (*asked, lambda p: rn.adjusted_difference(p, p), rn.plots.edfs):
        for wrong in (3, None):
            with pytest.raises(InputError, match="is no population; give a DataFrame of load_population, a path"):
                function(wrong)
