"""CUDA graphs: recorded once, replayed ever after, the same results; what needs a GPU is skipped without one."""

import contextlib

import pytest
import torch

import regnet_edu as rn
from regnet_edu.data.synthetic import pictures
from regnet_edu.training import cuda_graphs as graphs
from regnet_edu.training.cuda_graphs import WARM_UP, Captured
from regnet_edu.training.loop import train
from regnet_edu.training.regime import Regime

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")
CONFIG = rn.AnyNetConfig((1, 2), (16, 32), 1, 8)
REGIME = Regime("graphs", "synthetic", 16, None, train_images=640, test_images=200, batch_size=32, lr=0.1, epochs=2)


@pytest.fixture
def pretended(monkeypatch):
    """A GPU that records by keeping what was called, and replays by calling it again; `current` is its stream."""

    class Stream:
        def __init__(self, device=None):
            self.device = device

        def wait_stream(self, other):
            pass

    class Graph:
        replays = 0

        def replay(self):
            Graph.replays += 1

    class GPU:
        graph, usual = Graph, Stream()
        current = usual

    @contextlib.contextmanager
    def stream(wanted):
        before, GPU.current = GPU.current, wanted
        try:
            yield
        finally:
            GPU.current = before

    @contextlib.contextmanager
    def recording(graph, stream, capture_error_mode):
        before, GPU.current = GPU.current, stream
        yield  # an error leaves the stream as it is, as torch up to 2.9 did
        GPU.current = before

    parts = {"Stream": Stream, "CUDAGraph": Graph, "stream": stream, "graph": recording}
    for name, value in parts.items():
        monkeypatch.setattr(torch.cuda, name, value)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: GPU.current)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    monkeypatch.setattr(graphs, "_streams", {})
    return GPU


def test_a_function_is_called_until_it_is_warm_then_recorded_and_only_replayed(pretended):
    seen = []
    step = Captured(lambda x: seen.append(x) or x + 1)
    for value in range(WARM_UP + 3):
        step(torch.tensor(float(value)))
    assert len(seen) == WARM_UP + 1 and pretended.graph.replays == 3
    assert seen[-1] == WARM_UP + 2  # the recorded place holds the newest input, which a replay computes on
    assert step.note is None


def test_all_networks_are_warmed_up_and_recorded_on_one_stream_beside_the_usual_one(pretended):
    on = []
    for _ in range(2):
        step = Captured(lambda x: on.append(pretended.current) or x + 1)
        for value in range(WARM_UP + 2):
            step(torch.tensor(float(value)))
    assert len(on) == 2 * (WARM_UP + 1) and len(set(on)) == 1 and on[0] is not pretended.usual
    assert on[0].device == torch.device("cpu")  # where its tensors are, whichever device is the current one
    assert pretended.current is pretended.usual


def test_what_cannot_be_recorded_is_said_once_and_goes_on_as_it_is(pretended):
    def step(x):
        if len(calls) == WARM_UP:
            calls.append("recording")
            raise RuntimeError("operation not permitted when stream is capturing\nand more")
        calls.append("called")
        on.append(pretended.current)
        return x + 1

    calls: list[str] = []
    on: list[object] = []
    captured = Captured(step)
    with pytest.warns(UserWarning, match="could not be recorded as a CUDA graph .*not permitted.*kernel by kernel"):
        results = [float(captured(torch.tensor(1.0))) for _ in range(WARM_UP + 2)]
    assert results == [2.0] * (WARM_UP + 2) and calls.count("recording") == 1 and pretended.graph.replays == 0
    assert captured.note is not None and "and more" not in captured.note
    assert on[WARM_UP:] == [pretended.usual] * 2 and pretended.current is pretended.usual


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(640, 16, 1), *pictures(200, 16, 2), tuple("abcdefghij"))


@gpu
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_recorded_steps_train_as_steps_one_by_one_do(images, precision, monkeypatch):
    regime = REGIME.replace(precision=precision, crop_padding=2)
    recorded = train(CONFIG, regime, 1, "cuda", images)
    monkeypatch.setattr(graphs, "WARM_UP", 10**9)
    eager = train(CONFIG, regime, 1, "cuda", images)
    assert recorded.loss == pytest.approx(eager.loss, rel=0.02)
    assert recorded.error == pytest.approx(eager.error, abs=0.05)


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs")
def test_the_second_gpu_trains_as_the_first_does(images):
    first, second = (train(CONFIG, REGIME, 1, f"cuda:{k}", images) for k in range(2))
    assert second.loss == pytest.approx(first.loss, rel=0.02)


@gpu
def test_a_seed_repeats_on_a_gpu_and_agrees_with_the_processor(images):
    first, again = (train(CONFIG, REGIME, 1, "cuda", images) for _ in range(2))
    assert first.loss == pytest.approx(again.loss, rel=1e-3)
    assert first.loss == pytest.approx(train(CONFIG, REGIME, 1, "cpu", images).loss, rel=0.05)


@gpu
def test_several_networks_share_a_gpu(images):
    table = rn.sweep([CONFIG] * 4, regime=REGIME, data=images, device="cuda", workers=2, progress=False)
    assert table["status"].tolist() == ["ok"] * 4
