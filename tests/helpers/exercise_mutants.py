"""Small changes to a program, one at a time: does anything in the checks of an exercise notice?"""

from __future__ import annotations

import ast
import copy
import signal
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regnet_edu.grading.evaluate import evaluate
from regnet_edu.grading.exercise import Exercise
from regnet_edu.grading.judge import judge_part
from regnet_edu.grading.process import Submission

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "round": "int", "ceil": "floor", "floor": "ceil", "all": "any", "any": "all"}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every small change of one node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        new = copy.deepcopy(node)
        new.ops[0] = COMPARISONS[type(node.ops[0])]()
        yield new
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        new = copy.deepcopy(node)
        new.op = OPERATORS[type(node.op)]()
        yield new
    elif isinstance(node, ast.BoolOp):
        new = copy.deepcopy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield new
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield ast.Name(NAMES[node.id], node.ctx)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)


class _Replace(ast.NodeTransformer):
    def __init__(self, place: int, new: ast.AST) -> None:
        self.place, self.new, self.seen = place, new, -1

    def visit(self, node: ast.AST) -> ast.AST:
        self.seen += 1
        if self.seen == self.place:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """In the order in which `_Replace` visits."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def mutants(source: str, without: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, the changed program); nothing is changed in the function `without`."""
    tree = ast.parse(source)
    left_out = {id(inner) for node in tree.body if getattr(node, "name", None) == without for inner in ast.walk(node)}
    for place, node in enumerate(_walk(tree)):
        for new in changes(node) if id(node) not in left_out else ():
            changed = _Replace(place, new).visit(copy.deepcopy(tree))
            text = ast.unparse(ast.fix_missing_locations(changed))
            line = ast.unparse(node)
            yield f"line {getattr(node, 'lineno', 0)}: {line} -> {ast.unparse(new)}", text


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def survives(exercise: Exercise, text: str, seconds: float = 20) -> bool:
    """Whether a changed program still gets all points."""
    module = types.ModuleType("mutant")
    try:
        with time_limit(seconds):
            exec(compile(text, "mutant", "exec"), module.__dict__)
            for part in exercise.parts:
                calls = part.calls()
                outcomes = evaluate(part, getattr(module, part.function), module, calls)
                if not judge_part(exercise, part, calls, outcomes, Submission("", "mutant.py")).passed:
                    return False
    except Exception:
        return False
    return True
