"""Devices: what is asked for is there and can do the arithmetic, or one sentence says why not."""

import pytest
import torch

from regnet_edu.common.errors import InputError
from regnet_edu.training.device import autocast, device_of


@pytest.fixture
def one_gpu(monkeypatch):
    """Pretend that there is one GPU of that name and compute capability."""

    def pretend(name, capability):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: name)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda where: capability)

    return pretend


@pytest.mark.parametrize("name", ["tpu9", None, "meta", "cpu:0", "cuda:", "cuda:-1", "cuda:0x", "CUDA", "mps:0", 1, ""])
def test_any_other_name_is_refused(one_gpu, name):
    one_gpu("H100", (9, 0))
    with pytest.raises(InputError, match=f"device {str(name)!r} is unknown; use cpu, cuda, cuda:1 .* or mps"):
        device_of(name)


def test_a_device_that_is_not_there_is_said(one_gpu, monkeypatch):
    one_gpu("H100", (9, 0))
    with pytest.raises(InputError, match="device 'cuda:1' is not there: the last GPU of this machine is cuda:0"):
        device_of("cuda:1")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match="device 'mps' is not there: torch finds no GPU of Apple's here"):
        device_of("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device_of("mps").type == "mps"


def test_a_gpu_that_is_there_is_taken(one_gpu):
    one_gpu("H100", (9, 0))
    assert device_of("cuda:0", "bf16") == torch.device("cuda:0") and device_of("cuda").type == "cuda"


def test_older_gpus_are_not_asked_for_bfloat16_which_they_would_only_imitate(one_gpu):
    one_gpu("Tesla T4", (7, 5))
    with pytest.raises(InputError, match=r"bf16 is not for Tesla T4.*no bfloat16; use precision fp16.*--set precision"):
        device_of("cuda", "bf16")
    assert device_of("cuda", "fp16") == device_of("cuda", "fp32") == torch.device("cuda")


def test_a_processor_is_not_asked_for_float16():
    with pytest.raises(InputError, match="precision fp16 is for GPUs; a processor computes in fp32, or in bf16"):
        device_of("cpu", "fp16")
    assert device_of("cpu", "bf16") == torch.device("cpu")


@pytest.mark.parametrize(("precision", "kind"), [("fp32", "float32"), ("bf16", "bfloat16"), ("fp16", "float16")])
def test_products_are_computed_in_the_precision_of_the_regime(precision, kind):
    one = torch.ones(2, 2)
    with autocast(torch.device("cpu"), precision):
        assert (one @ one).dtype == getattr(torch, kind)
