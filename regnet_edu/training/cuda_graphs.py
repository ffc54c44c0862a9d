"""A training step as a CUDA graph: recorded once, then started with one call instead of some thousand.

The networks of a population are so small that a GPU waits for the processor to launch its kernels. A graph keeps the
kernels of a step with their places in memory; replayed, they do the same arithmetic on whatever lies in those places.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable

import torch

from ..common.errors import first_line

WARM_UP = 3  # calls as they are: kernels are chosen, and what is made once, as the momentum, is made

_streams: dict[tuple[torch.device, int], torch.cuda.Stream] = {}
_one_records = threading.Lock()  # torch begins a recording by waiting for the whole GPU, which would end another's


def side_stream(device: torch.device) -> torch.cuda.Stream:
    """Return the stream of this GPU and thread on which steps are warmed up and recorded, the same for every network.

    On each stream cuBLAS keeps a workspace of its own and torch memory of its own, so there is to be but one. It says
    which GPU records, too: the current one need not be that of the tensors.
    """
    mine = device, threading.get_ident()
    if mine not in _streams:
        _streams[mine] = torch.cuda.Stream(device)
    return _streams[mine]


class Captured:
    """A function of tensors that is recorded at its fourth call; until then, and if that fails, it is called as it is.

    Args:
        function: takes tensors on one GPU and returns one. It may change other tensors in place, if these stay where
            they are. It must not look at values, as `if x > 0` would, and every call must have the same shapes.

    Attributes:
        note: why recording failed; None if it did not.
    """

    def __init__(self, function: Callable[..., torch.Tensor]) -> None:
        self.function = function
        self.calls = 0
        self.note: str | None = None
        self._graph: torch.cuda.CUDAGraph | None = None
        self._inputs: tuple[torch.Tensor, ...] = ()
        self._output: torch.Tensor | None = None

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return what the function returns; after recording, in a tensor that the next call overwrites."""
        self.calls += 1
        if self.calls <= WARM_UP:
            return self._beside(inputs)
        if self.calls == WARM_UP + 1:
            self._record(inputs)
        if self._graph is None or self._output is None:
            return self.function(*inputs)
        for place, value in zip(self._inputs, inputs, strict=True):
            place.copy_(value)
        self._graph.replay()
        return self._output

    def _beside(self, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Call the function on the other stream, as what is recorded later must not begin on the usual one."""
        usual, stream = torch.cuda.current_stream(inputs[0].device), side_stream(inputs[0].device)
        stream.wait_stream(usual)
        with torch.cuda.stream(stream):
            output = self.function(*inputs)
        usual.wait_stream(stream)
        return output

    def _record(self, inputs: tuple[torch.Tensor, ...]) -> None:
        device = inputs[0].device
        graph, usual = torch.cuda.CUDAGraph(), torch.cuda.current_stream(device)
        places = tuple(value.clone() for value in inputs)
        try:
            with (
                _one_records,
                torch.cuda.stream(usual),  # to which it comes back; a recording that fails does not in all versions
                torch.cuda.graph(graph, stream=side_stream(device), capture_error_mode="thread_local"),
            ):
                output = self.function(*places)
        except RuntimeError as error:  # an operation that cannot be recorded; nothing was computed
            torch.cuda.synchronize(device)
            self.note = f"the step could not be recorded as a CUDA graph ({first_line(error)})"
            warnings.warn(f"{self.note}; it is launched kernel by kernel, with the same result", stacklevel=3)
            return
        self._graph, self._inputs, self._output = graph, places, output
