"""What a record says of when, with what and on what it was made."""

import datetime
import importlib.metadata
import os

import pytest

from regnet_edu.common import environment as module
from regnet_edu.common.environment import describe_hardware, environment, hardware, parse_hardware, same_hardware

EPYC = {"processor": "AMD EPYC", "family": 25, "model": 17, "instructions": "AVX-512", "count": 2}
IN_WORDS = "2 x AMD EPYC (family 25, model 17, AVX-512)"


def test_the_date_is_now_and_the_versions_are_those_installed():
    found = environment()
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(found["date"])
    assert 0 <= age.total_seconds() < 60
    assert found["versions"]["torch"] == importlib.metadata.version("torch")
    assert {"regnet_edu", "python", "numpy"} <= set(found["versions"])


@pytest.mark.parametrize(
    ("flags", "instructions"),
    [("avx avx2 avx512f avx512cd", "AVX-512"), ("avx f16c avx2", "AVX2"), ("fpu avx", "AVX"), ("fpu", None)],
)
def test_a_processor_is_told_by_what_decides_how_it_rounds(tmp_path, monkeypatch, flags, instructions):
    """Two machines of one model trained one network to other errors: one hid its AVX-512."""
    one = f"cpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nflags\t\t: {flags}\n\n"
    (tmp_path / "cpuinfo").write_text(one * 2)
    monkeypatch.setattr(module, "CPUINFO", str(tmp_path / "cpuinfo"))
    found = {**EPYC, "instructions": instructions, "count": os.cpu_count()}
    assert hardware() == {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("content", ["", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"])
def test_elsewhere_a_processor_has_the_name_that_its_system_gives_it(tmp_path, monkeypatch, content):
    (tmp_path / "cpuinfo").write_text(content)
    monkeypatch.setattr(module, "CPUINFO", str(tmp_path / "cpuinfo"))
    monkeypatch.setattr("platform.processor", lambda: "arm")
    assert hardware() == {"processor": "arm", "count": os.cpu_count()}


def test_the_gpu_is_named_where_it_is_the_device(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert hardware("cuda") == hardware()  # whoever trains there will say that there is none
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: f"a GPU called {device}")
    assert hardware("cuda:1") == {**hardware(), "gpu": "a GPU called cuda:1"}


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (IN_WORDS, EPYC),
        ("2 x AMD EPYC", {"processor": "AMD EPYC", "count": 2}),
        ("2 x EPYC (family 25, model 1)", {"processor": "EPYC", "family": 25, "model": 1, "count": 2}),
        ("8 x Core(TM) i7 (AVX2)", {"processor": "Core(TM) i7", "instructions": "AVX2", "count": 8}),
        (f"an H200 with {IN_WORDS}", {**EPYC, "gpu": "an H200"}),
        (f"Ray cluster of 2 nodes; driver on {IN_WORDS}", {**EPYC, "cluster": "Ray cluster of 2 nodes"}),
        ("a laptop with 8 cores (of 2023)", {"processor": "a laptop with 8 cores (of 2023)"}),
        ("", {}),
    ],
)
def test_hardware_in_words_and_as_a_table_say_the_same(words, table):
    assert parse_hardware(words) == parse_hardware(table) == table and parse_hardware(None) == {}
    assert describe_hardware(words) == describe_hardware(table) == words


def test_in_short_the_kind_of_processor_is_left_out():
    assert describe_hardware({**EPYC, "gpu": "H200"}, short=True) == "H200 with 2 x AMD EPYC"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"count": 64}, True),
        ({"model": 1}, False),
        ({"instructions": "AVX2"}, False),
        ({"processor": "Intel Xeon"}, False),
        ({"gpu": "H200"}, False),
        ({"instructions": None}, None),
        ({"family": None, "model": None}, None),
        ({"cluster": "Ray cluster of 2 nodes"}, None),
    ],
)
def test_machines_are_alike_differ_or_are_not_known_well_enough(changes, same):
    other = {key: value for key, value in {**EPYC, **changes}.items() if value}
    assert same_hardware(IN_WORDS, other) is same and same_hardware(other, EPYC) is same
    assert same_hardware(None, EPYC) is None
