"""Judges a torch module by what it computes: on the same numbers, outputs and gradients are those of the reference.

The learner's process builds the module, fills it with numbers that both sides draw from one seed, and runs it. The
grader draws them again, puts them into the reference and compares. Which layer is which nobody says: layers of the same
kind and size are tried in every order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from typing import Any

import numpy as np

from .exercise import Exercise, Part

TOLERANCE = 1e-3
MOST_ORDERS = 2_000
MOST_NUMBERS = 200_000  # in all layers of a module
NOTHING, AT_REST, OUTPUTS, ALL = range(4)  # what agrees: the output in evaluation mode, in training mode, gradients
ONLY_AT_REST = (
    "In evaluation mode it computes the right thing, and in training mode something else: is there a dropout, or a "
    "batch norm of another kind?"
)
ONLY_OUTPUTS = (
    "The outputs are right, and the gradients are not: does something stop them, such as detach, no_grad or .data?"
)


# These run in the learner's process too: their text goes there.
def layers_of(module: Any) -> Any:
    """Every layer that holds numbers: a row (kind, in, out, kernel, stride, groups, bias), and its tensors by name."""
    from torch import nn
    from torch.nn.modules.batchnorm import _BatchNorm

    found: Any = []
    for one in module.modules():
        tensors = {**dict(one.named_parameters(recurse=False)), **dict(one.named_buffers(recurse=False))}
        tensors = {name: t for name, t in tensors.items() if name != "num_batches_tracked"}
        if not tensors:
            continue
        bias = int(getattr(one, "bias", None) is not None)
        if isinstance(one, nn.Conv2d):
            sizes = [one.in_channels, one.out_channels, one.kernel_size[0], one.stride[0], one.groups, bias]
            row = ["conv", *sizes]
        elif isinstance(one, nn.Linear):
            row = ["linear", one.in_features, one.out_features, 1, 1, 1, bias]
        elif isinstance(one, _BatchNorm):
            one.eps = 1e-5
            row = ["norm", one.num_features, one.num_features, 1, 1, 1, bias]
        else:
            row = [type(one).__name__, *([0] * 6)]
        found.append((row, tensors))
    return found


def draw_input(shape: Any, reach: float, rng: Any) -> Any:
    """Images whose channels have means up to `reach`, so that an activation is seen where it is not near 0 too."""
    noise, means = rng.uniform(-1, 1, shape), rng.uniform(-reach, reach, (*shape[:2], 1, 1))
    return (noise + means).astype("float32")


def draw_numbers(shapes: Any, biases: bool, rng: Any) -> Any:
    """Numbers for the tensors of layers: rows (kind, {name: shape}); those of biases are 0 unless `biases`."""
    drawn = []
    for kind, named in shapes:
        one = {}
        for name in sorted(named):
            low, high = (0.5, 1.5) if kind == "norm" and name in ("weight", "running_var") else (-1.0, 1.0)
            one[name] = rng.uniform(low, high, named[name]).astype("float32")
            if name == "bias" and kind != "norm" and not biases:
                one[name][:] = 0
        drawn.append(one)
    return drawn


def put_numbers(tensors: Any, numbers: Any) -> None:
    """Fill the tensors of layers."""
    import torch

    with torch.no_grad():
        for held, drawn in zip(tensors, numbers, strict=True):
            for name, tensor in held.items():
                tensor.copy_(torch.from_numpy(drawn[name]).reshape(tensor.shape))


def rest(module: Any, x: Any) -> Any:
    """The output in evaluation mode."""
    import torch

    with torch.no_grad():
        return module.eval()(torch.from_numpy(x.copy())).numpy()


def train(module: Any, tensors: Any, x: Any, seed: int) -> Any:
    """The output in training mode, and the gradients of the input and of every parameter."""
    import numpy as np
    import torch

    module.train().zero_grad()
    entered = torch.from_numpy(x.copy()).requires_grad_()
    out = module(entered * 1)  # no leaf, so that a layer may work in place
    weights = np.random.default_rng(seed).uniform(-1, 1, tuple(out.shape)).astype("float32")
    (out * torch.from_numpy(weights)).sum().backward()
    slope = lambda t: np.zeros(tuple(t.shape), "float32") if t.grad is None else t.grad.numpy().copy()  # noqa: E731
    slopes = [{name: slope(t) for name, t in held.items() if t.requires_grad} for held in tensors]
    return out.detach().numpy(), slope(entered), slopes


def run_module(m: Any, function: str, arguments: Any, shape: Any, biases: bool, reach: float, seed: int) -> Any:
    """Build a module, fill it with numbers, and return its layers, outputs and gradients."""
    import numpy as np
    import torch

    torch.set_num_threads(1)  # all of it is small, and threads wait for each other
    torch.manual_seed(seed)
    module = getattr(m, function)(*arguments)
    rng = np.random.default_rng(seed)
    x = draw_input(shape, reach, rng)
    with torch.no_grad():
        module.eval()(torch.from_numpy(x.copy()))  # now lazy layers know their sizes
    found = layers_of(module)
    rows = [[row, {name: list(t.shape) for name, t in tensors.items()}] for row, tensors in found]
    numbers = draw_numbers([(row[0], named) for row, named in rows], biases, rng)
    put_numbers([tensors for _, tensors in found], numbers)
    rested = rest(module, x)
    trained, inner, slopes = train(module, [tensors for _, tensors in found], x, seed)
    return {"layers": rows, "rested": rested, "trained": trained, "slope": inner, "slopes": slopes}


def describe_module(m: Any, function: str, arguments: Any, shape: Any, biases: bool, reach: float, seed: int) -> Any:
    """Build a module and return its layers, whether it can run or not."""
    import contextlib

    import torch

    module = getattr(m, function)(*arguments)
    with torch.no_grad(), contextlib.suppress(RuntimeError, ValueError, TypeError):
        module.eval()(torch.zeros(shape))  # now lazy layers know their sizes
    return {"layers": [[row, {n: list(t.shape) for n, t in tensors.items()}] for row, tensors in layers_of(module)]}


def told(call: Sequence[Any]) -> str:
    """A call, as a learner is told of it."""
    return f"{call[0]}({', '.join(map(str, call[1]))}) on an input of shape {call[2]}"


HELPERS = (layers_of, draw_input, draw_numbers, put_numbers, rest, train)


def rows_of(answer: Any, kind: str) -> list[tuple[int, ...]]:
    """The sizes of the layers of a kind: (in, out, kernel, stride, groups, bias)."""
    return [tuple(row[1:]) for row, _ in answer["layers"] if row[0] == kind]


def computes(call: Sequence[Any], answer: Any, build: Any) -> bool:
    """Whether a module gives the outputs and gradients that the one made by `build` gives on the same numbers."""
    return agreement(call, answer, build) == ALL


def agreement(call: Sequence[Any], answer: Any, build: Any) -> int:
    """How far a module computes the same as the one made by `build`: one of `NOTHING` to `ALL`."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # all of it is small, and threads wait for each other
    try:
        return _agreement(call, answer, build)
    finally:
        torch.set_num_threads(before)


def _agreement(call: Sequence[Any], answer: Any, build: Any) -> int:
    import torch

    _, arguments, shape, biases, reach, seed = call
    torch.manual_seed(seed)
    module = build(*arguments)
    rng = np.random.default_rng(seed)
    x = draw_input(shape, reach, rng)
    theirs = layers_of(module)
    rows = answer["layers"]
    if Counter(_likeness(row) for row, _ in rows) != Counter(_likeness(row) for row, _ in theirs):
        return NOTHING
    if sum(math.prod(size) for _, named in rows for size in named.values()) > MOST_NUMBERS:
        return NOTHING  # whoever says so wants to fill the grader's memory
    numbers = draw_numbers([(row[0], named) for row, named in rows], biases, rng)
    tensors = [held for _, held in theirs]
    best = NOTHING
    for order in _orders([_likeness(row) for row, _ in rows], [_likeness(row) for row, _ in theirs]):
        put = [numbers[k] for k in order]
        if any(not held.keys() <= drawn.keys() for held, drawn in zip(tensors, put, strict=True)):
            continue
        try:
            put_numbers(tensors, put)
            if not _near(answer["rested"], rest(module, x)):
                continue
            trained, inner, slopes = train(module, tensors, x, seed)
        except (RuntimeError, ValueError):  # this order does not even fit
            continue
        level = OUTPUTS if _near(answer["trained"], trained) else AT_REST
        best = max(best, level)
        pairs = [(answer["slope"], inner)]
        for mine, own in zip([answer["slopes"][k] for k in order], slopes, strict=True):
            pairs += [(mine[name], own[name]) for name in own]
        if level == OUTPUTS and all(_near(a, b) for a, b in pairs):
            return ALL
    return best


def recognise(call: Sequence[Any], answer: Any, mistakes: Any) -> str | None:
    """The sentence of a known mistake that computes the same."""
    for name, build in list(vars(mistakes).items()):
        if not name.startswith(f"{call[0]}__") or "__right_" in name:
            continue
        try:
            if computes(call, answer, build):
                return " ".join((build.__doc__ or "").split())
        except Exception:  # a mistake that cannot even run on this input is not this one
            continue
    return None


def unlike(call: Sequence[Any], answer: Any, exercise: Exercise, words: str) -> str | None:
    """Say that a module computes something else than that of the solution: which mistake it is, or `words`."""
    agrees = agreement(call, answer, getattr(exercise.solution, call[0]))
    if agrees == ALL:
        return None
    return recognise(call, answer, exercise.mistakes) or {AT_REST: ONLY_AT_REST, OUTPUTS: ONLY_OUTPUTS}.get(
        agrees, words
    )


def module_part(name: str, points: int, function: str, cases: Any, idea: str, judge: Any, script: Any) -> Part:
    """A part whose learner's function builds a module; `script` is `run_module` or `describe_module`."""
    return Part(name, points, function, cases, idea, judge=judge, script=script, helpers=HELPERS, told=told)


def _likeness(row: Sequence[Any]) -> tuple:
    """A linear layer is a 1x1 convolution; a bias where none belongs was filled with 0."""
    return ("conv" if row[0] == "linear" else row[0], *row[1:6])


def _orders(mine: list[tuple], theirs: list[tuple]) -> Iterator[tuple[int, ...]]:
    """For each layer of the reference the place of one like it; every way to choose them."""
    kinds = list(dict.fromkeys(theirs))
    places = {kind: [k for k, one in enumerate(mine) if one == kind] for kind in kinds}
    for count, chosen in enumerate(product(*(permutations(places[kind]) for kind in kinds))):
        if count >= MOST_ORDERS:
            return
        left = {kind: list(order) for kind, order in zip(kinds, chosen, strict=True)}
        yield tuple(left[kind].pop(0) for kind in theirs)


def _near(answer: Any, expected: np.ndarray) -> bool:
    answer = np.asarray(answer, float)
    if answer.size != expected.size:
        return False
    scale = TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0)))
    return bool(np.allclose(answer.reshape(expected.shape), expected, rtol=TOLERANCE, atol=scale))
