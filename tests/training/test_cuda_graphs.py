"""CUDA graphs, with a GPU that is only pretended: recorded once and replayed ever after; test_gpu.py has a real one."""

import contextlib
import threading

import pytest
import torch

from regnet_edu.training import cuda_graphs as graphs
from regnet_edu.training.cuda_graphs import WARM_UP, Captured


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


def test_a_thread_records_on_a_stream_of_its_own_and_not_while_another_records(pretended):
    on, at_once = [], []

    def step(x):
        on.append(pretended.current)
        at_once.append(graphs._one_records.locked())
        return x + 1

    def one_network():
        captured = Captured(step)
        for value in range(WARM_UP + 2):
            captured(torch.tensor(float(value)))

    threads = [threading.Thread(target=one_network) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    one_network()
    assert at_once == ([False] * WARM_UP + [True]) * 3 and not graphs._one_records.locked()
    assert len(on) == 3 * (WARM_UP + 1) and on[-1] not in on[: 2 * (WARM_UP + 1)]


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
