"""A training step as a CUDA graph: recorded once, then started with one call instead of some thousand.

The networks of a population are so small that a GPU waits for the processor to launch its kernels. A graph keeps the
kernels of a step with their places in memory; replayed, they do the same arithmetic on whatever lies in those places.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch

from .errors import first_line

WARM_UP = 3  # calls as they are: kernels are chosen, and what is made once, as the momentum, is made


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
        if self.calls == WARM_UP + 1:
            self._record(inputs)
        if self._graph is None or self._output is None:
            return self._beside(inputs)
        for place, value in zip(self._inputs, inputs, strict=True):
            place.copy_(value)
        self._graph.replay()
        return self._output

    def _beside(self, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Call the function on a stream of its own, as what is recorded later must not begin on the usual one."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            output = self.function(*inputs)
        torch.cuda.current_stream().wait_stream(stream)
        return output

    def _record(self, inputs: tuple[torch.Tensor, ...]) -> None:
        graph = torch.cuda.CUDAGraph()
        places = tuple(value.clone() for value in inputs)
        try:
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                output = self.function(*places)
        except RuntimeError as error:  # an operation that cannot be recorded; nothing was computed
            torch.cuda.synchronize()
            self.note = f"the step could not be recorded as a CUDA graph ({first_line(error)})"
            warnings.warn(f"{self.note}; it is launched kernel by kernel, with the same result", stacklevel=3)
            return
        self._graph, self._inputs, self._output = graph, places, output
