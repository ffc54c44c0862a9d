"""What only a GPU can show: `pytest -m gpu tests/training/test_gpu.py`, or `make gpu`, which runs these first.

Without a GPU they are skipped; with GPU_REHEARSAL=1 each runs on the processor, as far as it makes sense there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from each import each
from photos import imagenet

import regnet_edu as rn
from regnet_edu.data.synthetic import pictures
from regnet_edu.sweeps.engines.engine import Job, attempts
from regnet_edu.sweeps.sampling import network_seed
from regnet_edu.training import cuda_graphs, loop
from regnet_edu.training.cuda_graphs import WARM_UP, Captured
from regnet_edu.training.distributed.process_group import join
from regnet_edu.training.distributed.run import train_distributed
from regnet_edu.training.loop import train
from regnet_edu.training.regime import Regime

pytestmark = pytest.mark.gpu
CONFIG = rn.AnyNetConfig((1, 2), (16, 32), 1, 8)
REGIME = Regime("gpu", "synthetic", 16, None, train_images=640, test_images=200, batch_size=32, lr=0.1, epochs=2)
PRECISIONS = ("fp32", "bf16", "fp16")


@pytest.fixture(scope="module")
def device():
    if torch.cuda.is_available():
        return "cuda"
    if os.environ.get("GPU_REHEARSAL"):
        return "cpu"
    pytest.skip("needs a GPU that torch can use")


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(640, 16, 1), *pictures(200, 16, 2), tuple("abcdefghij"))


def can(device: str, precision: str) -> bool:
    """Whether a device has a precision: old GPUs lack bf16, and a processor is not asked for fp16."""
    if device == "cpu":
        return precision != "fp16"
    return precision != "bf16" or torch.cuda.get_device_capability() >= (8, 0)


def task(index: int, config: rn.AnyNetConfig = CONFIG) -> dict[str, object]:
    return {"index": index, "seed": index, "config": config.to_dict()}


def test_a_graph_computes_on_what_it_is_given_and_changes_what_the_function_changes(device):
    if device == "cpu":
        pytest.skip("a processor records no graphs")
    weight, plain = torch.ones(64, 64, device=device), torch.ones(64, 64, device=device)

    def step(x, into):
        into += 0.01 * x
        return (into @ x).sum()

    captured = Captured(lambda x: step(x, weight))
    for k in range(WARM_UP + 4):
        x = torch.full((64, 64), float(k), device=device)
        torch.testing.assert_close(captured(x), step(x, plain))
        assert torch.equal(weight, plain)
    assert captured.note is None and captured.calls == WARM_UP + 4


def test_recorded_steps_train_as_steps_one_by_one_do(device, images, monkeypatch):
    for precision in filter(lambda p: can(device, p), PRECISIONS):
        regime = REGIME.replace(precision=precision, crop_padding=2)
        recorded = train(CONFIG, regime, 1, device, images)
        with monkeypatch.context() as patch:
            patch.setattr(cuda_graphs, "WARM_UP", 10**9)
            eager = train(CONFIG, regime, 1, device, images)
        assert recorded.note is None, recorded.note
        assert recorded.loss == pytest.approx(eager.loss, rel=0.02), precision
        assert recorded.error == pytest.approx(eager.error, abs=0.05), precision


def test_a_seed_repeats_and_every_precision_agrees_with_the_processor(device, images):
    there = train(CONFIG, REGIME, 1, "cpu", images)
    first, again = (train(CONFIG, REGIME, 1, device, images) for _ in range(2))
    assert first.loss == pytest.approx(again.loss, rel=1e-3)
    for precision in filter(lambda p: can(device, p), PRECISIONS):
        found = train(CONFIG, REGIME.replace(precision=precision), 1, device, images)
        assert found.status == "ok" and found.loss == pytest.approx(there.loss, rel=0.1), precision


def test_a_loss_that_overflows_in_float16_is_scaled_down_and_training_goes_on(device, images, monkeypatch):
    prepared = loop.prepare(images, REGIME, device)  # where nobody asks whether a processor should compute in float16
    factors = []

    class Watched(loop.LossScale):
        def __init__(self, where):
            super().__init__(where)
            self.factor.fill_(2.0**40)  # far beyond what float16 holds
            factors.append(self.factor)

    monkeypatch.setattr(loop, "LossScale", Watched)
    result = train(CONFIG, REGIME.replace(precision="fp16", train_images=320, epochs=4), 1, device, prepared)
    assert result.status == "ok" and 1 < float(factors[0]) < 2.0**40


def test_each_gpu_by_its_number(device, images):
    where = [f"cuda:{k}" for k in range(torch.cuda.device_count())] or [device]
    losses = [train(CONFIG, REGIME, 1, each_one, images).loss for each_one in {where[0], where[-1], device}]
    assert losses == pytest.approx([losses[0]] * len(losses), rel=0.02)


def test_what_ran_out_of_memory_is_told_and_trained_again(device, images, monkeypatch):
    trainer = Job(REGIME, images, CONFIG).trainer(device)
    calls = []

    def short_of_memory_at_first(tasks):
        for one in tasks:
            calls.append(one["index"])
            with monkeypatch.context() as patch:
                if len(calls) == 1 and device == "cpu":
                    patch.setattr(loop, "build_network", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
                elif len(calls) == 1:
                    patch.setattr(loop, "build_network", too_much)
                yield trainer(one)

    def too_much(*_, **__):
        return torch.empty(2**50, dtype=torch.uint8, device=device)  # a petabyte

    outcomes = list(attempts(short_of_memory_at_first, [task(0), task(1)]))
    assert {o["index"]: o["status"] for o in outcomes} == {0: "ok", 1: "ok"} and calls == [0, 1, 0]


def test_several_processes_train_what_one_does(device, images):
    crowd = rn.sweep([CONFIG] * 4, regime=REGIME, data=images, device=device, workers=2, seed=1, progress=False)
    alone = [train(CONFIG, REGIME, network_seed(1, k), device, images).loss for k in range(4)]
    assert crowd["status"].tolist() == ["ok"] * 4 and crowd["loss"].tolist() == pytest.approx(alone, rel=0.02)


def test_several_threads_with_a_stream_each_train_what_one_does(device, images):
    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    try:
        from _crews import Threads, tasks_of
    finally:
        sys.path.pop(0)
    crew = Threads(device)
    crew.take(REGIME, images)
    tasks = tasks_of([CONFIG] * 4)
    found = [sorted(crew.train(tasks, k), key=lambda o: o["index"]) for k in (1, 3)]
    alone, crowd = ([outcome["loss"] for outcome in outcomes] for outcomes in found)
    assert crowd == pytest.approx(alone, rel=0.02)
    assert not any("note" in outcome for outcomes in found for outcome in outcomes)


def test_images_that_stay_on_the_disk_are_streamed(device, tmp_path):
    root = imagenet(tmp_path / "tiny")
    precision = "bf16" if device == "cuda" and can(device, "bf16") else "fp32"
    regime = REGIME.replace(resolution=32, train_images=None, test_images=None, batch_size=16, precision=precision)
    result = train(CONFIG, regime, 3, device, f"imagenet:{root}")
    assert result.status == "ok" and len(result.errors) == 2


def test_a_process_group_of_one_adds_and_trains(device, tmp_path):
    backend = "nccl" if device == "cuda" else "gloo"
    dist.init_process_group(backend, init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        values = torch.full((4,), 3.0, device=device)
        dist.all_reduce(values)
        with join(device) as group:
            assert (group.rank, group.size, group.device.type) == (0, 1, device)
        said = [{"a": 1}]
        dist.broadcast_object_list(said)
        regime = REGIME.replace(resolution=32, train_images=None, test_images=None, batch_size=16)
        data = f"imagenet:{imagenet(tmp_path / 'tiny')}"
        result = train_distributed(CONFIG, regime, 3, data, device=device, loaders=0)
    finally:
        dist.destroy_process_group()
    assert values.tolist() == [3.0] * 4 and said == [{"a": 1}] and result.status == "ok"


@each("precision", PRECISIONS)
def test_products_are_computed_in_the_precision_that_is_asked_for(device, precision):
    if can(device, precision):
        one = torch.ones(2, 2, device=device)
        with loop.autocast(torch.device(device), precision):
            assert str((one @ one).dtype) == {"fp32": "torch.float32", "bf16": "torch.bfloat16"}.get(
                precision, "torch.float16"
            )
