"""Judges residual blocks, of whatever kind: the layers on their path and around it, and what they compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .exercise import Exercise
from .modules import rows_of, unlike

Row = tuple[int, ...]  # of a convolution: (in, out, kernel, stride, groups, bias)
UNLIKE = (
    "With the same numbers in its layers, the output or the gradients are not those of the block: go through the task "
    "word by word, with your forward beside it."
)


def wrong_layers(answer: Any, path: Sequence[Row], projection: Row, strided: str) -> str | None:
    """Say what is wrong with the convolutions and batch norms of a block.

    Args:
        answer: what `describe_module` returned.
        path: the convolutions before the addition.
        projection: that of the shortcut, if the block needs one.
        strided: which of the path has the stride, in words.
    """
    rows, norms = sorted(rows_of(answer, "conv")), sorted(r[0] for r in rows_of(answer, "norm"))
    w_in, w_out, _, stride = projection[:4]
    needs = w_in != w_out or stride != 1
    right = sorted([*path, projection] if needs else path)
    kernels, on_path = sorted(r[2] for r in rows), sorted(r[2] for r in path)
    if any(r[5] for r in rows):
        return "It looks as if the convolutions have a bias: batch norm comes after each, so that a bias does nothing."
    if needs and kernels == on_path:
        return (
            "It looks as if the projection was forgotten: width or height change, so the shortcut needs a 1x1 "
            "convolution."
        )
    if not needs and kernels == sorted([*on_path, 1]):
        return "It looks as if there is a projection where none is needed: the shortcut is the input itself."
    if rows != right and _any_stride(rows) == _any_stride(right):
        return f"It looks as if the stride sits in the wrong place: it belongs to {strided} and to the projection."
    if rows != right:
        return f"The convolutions (in, out, kernel, stride, groups, bias) should be {right}."
    if any(not r[5] for r in rows_of(answer, "norm")):
        return (
            "It looks as if the batch norms have no weight and bias of their own (affine=False): leave that as it is."
        )
    if norms != sorted(r[1] for r in right):
        return "It looks as if batch norms are missing: one comes after each convolution, that of the projection too."
    return None


def _any_stride(rows: Sequence[Row]) -> list[Row]:
    return sorted((*r[:3], 1, *r[4:]) for r in rows)


def wrong_run(call: tuple, answer: Any, exercise: Exercise, padded: str) -> str | None:
    """Say what is wrong with what a block computes; `padded` asks about the padding where the size is wrong."""
    (w_in, w_out, *_, stride), (n, _, size, _) = call[1], call[2]
    after, shape = (size - 1) // stride + 1, np.shape(answer["rested"])
    if shape != (n, w_out, after, after):
        return f"An input of shape ({n}, {w_in}, {size}, {size}) became {shape}: {padded} padded by 1?"
    return unlike(call, answer, exercise, UNLIKE)
