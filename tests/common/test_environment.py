"""What a record says of when, with what and on what it was made."""

import datetime
import importlib.metadata
import os

import pytest

from regnet_edu.common.environment import _processor, environment, hardware
from regnet_edu.sweeps.population import split_hardware


def test_the_date_is_now_and_the_versions_are_those_installed():
    found = environment()
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(found["date"])
    assert 0 <= age.total_seconds() < 60
    assert found["versions"]["torch"] == importlib.metadata.version("torch")
    assert {"regnet_edu", "python", "numpy"} <= set(found["versions"])


def test_the_gpu_is_named_where_it_is_the_device(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert hardware("cuda") == hardware()  # whoever trains there will say that there is none
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: f"a GPU called {device}")
    assert hardware().startswith(f"{os.cpu_count()} x ")
    assert hardware("cuda:1") == f"a GPU called cuda:1 with {hardware()}"


def cpuinfo(folder, name, flags):
    one = (
        f"processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: {name}\nstepping\t: 1\nflags\t\t: {flags}\n\n"
    )
    (folder / "cpuinfo").write_text(one * 2)
    return str(folder / "cpuinfo")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AMD EPYC", "AMD EPYC (family 25, model 17)"),
        ("AMD EPYC-Milan Processor", "AMD EPYC-Milan Processor (family 25, model 17)"),
        ("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel(R) Xeon(R) CPU @ 2.20GHz (family 25, model 17)"),  # Colab
        ("QEMU Virtual CPU version 2.5+", "QEMU Virtual CPU version 2.5+ (family 25, model 17)"),
        ("AMD EPYC 9654 96-Core Processor", "AMD EPYC 9654 96-Core Processor"),
        ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz"),
    ],
)
def test_a_processor_whose_name_leaves_the_model_open_is_told_by_family_and_model(tmp_path, name, said):
    assert _processor(file=cpuinfo(tmp_path, name, "fpu")) == said


@pytest.mark.parametrize(
    ("flags", "said"), [("fpu avx avx2 avx512f avx512cd", "AVX-512"), ("avx f16c avx2", "AVX2"), ("fpu avx", "AVX")]
)
def test_the_widest_vectors_are_told_for_they_decide_how_sums_are_rounded(tmp_path, flags, said):
    # Two machines that call themselves family 25, model 17 trained one network to other errors: one hid its AVX-512.
    for name, more in (("AMD EPYC", "family 25, model 17, "), ("AMD EPYC 9654 96-Core Processor", "")):
        found = _processor(file=cpuinfo(tmp_path, name, flags))
        assert found == f"{name} ({more}{said})"
        assert split_hardware(f"2 x {found}") == (f"2 x {name}", more + said)


@pytest.mark.parametrize("content", [None, "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"])
@pytest.mark.parametrize("name", ["arm", "Intel64 Family 6 Model 85 Stepping 7, GenuineIntel", "aarch64"])
def test_elsewhere_a_processor_has_the_name_that_its_system_gives_it(tmp_path, monkeypatch, name, content):
    if content:  # Linux on ARM
        (tmp_path / "cpuinfo").write_text(content)
    monkeypatch.setattr("platform.processor", lambda: name)
    assert _processor(file=str(tmp_path / "cpuinfo")) == name
