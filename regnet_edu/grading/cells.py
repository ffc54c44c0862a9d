"""What a notebook says of some functions: the statements that define them, and all that these name.

A notebook holds more than an answer: it loads, plots and tries. So only what the functions need is taken, in the order
of the notebook. Runs where the learner's code runs, never in the grader: reading a program can end the one who reads.
Imports nothing of the package, since a submission's process loads it by its path.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One statement of a notebook.

    Args:
        text: as it was written.
        binds: names that it defines.
        defines: the name, if it is nothing but a function or class of that name, which does not look it up first.
        made: those of them that are neither imported nor functions nor classes.
        changes: names of which it assigns a part, such as x[0] or x.y.
        calls: names of which it calls a method and nothing else, such as x.append(1).
        uses: names that it looks up in the notebook, in its functions too.
        always: whether it is taken whatever is needed.
    """

    text: str
    binds: frozenset[str]
    defines: str
    made: frozenset[str]
    changes: frozenset[str]
    calls: frozenset[str]
    uses: frozenset[str]
    always: bool


def needed(cells: Sequence[str], wanted: Iterable[str]) -> str:
    """Return the part of a notebook that defines the names in `wanted`, as one program.

    A cell that is not Python stays out, unless nothing else defines one of the names: then its line is what to show.

    Args:
        cells: the code cells, in the order in which they run.
        wanted: names of functions.
    """
    statements: list[Statement] = []
    broken = ""
    for cell in cells:
        try:
            statements += read(cell)
        except SyntaxError:
            broken = broken or without_magics(cell)
    names = set(wanted)
    if broken and not names <= {name for s in statements for name in s.binds}:
        return broken
    made = {name for s in statements for name in s.made}
    kept: set[int] = set()
    while True:
        more = {
            k
            for k, s in enumerate(statements)
            if k not in kept
            and (s.always or ((s.binds | s.changes | (s.calls & made)) & names) - _replaced(statements, k, kept))
        }
        if not more:
            break
        kept |= more
        names |= {name for k in more for name in statements[k].uses}
    texts = [statements[k].text for k in sorted(kept)]
    return "\n".join(sorted(texts, key=lambda text: not text.startswith("from __future__"))) + "\n"


def _replaced(statements: Sequence[Statement], place: int, kept: set[int]) -> set[str]:
    """The names for which a statement does not count: a later function has the name, and nothing asks before it.

    So a learner may use the name of an exercise's function for a number first.
    """
    names: set[str] = set()
    asked: set[str] = set().union(*(statements[k].uses for k in kept if k < place))
    for k in range(place + 1, len(statements)):
        if statements[k].defines and statements[k].defines not in asked:
            names.add(statements[k].defines)
        asked |= statements[k].uses if k in kept else set()
    return names


def defined(cells: Iterable[str]) -> set[str]:
    """The names that cells define; those that are not Python define none."""
    names: set[str] = set()
    for cell in cells:
        try:
            names |= {name for statement in read(cell) for name in statement.binds}
        except SyntaxError:
            continue
    return names


def read(cell: str) -> list[Statement]:
    """Return the statements of a cell.

    Raises:
        SyntaxError: it is not Python.
    """
    try:
        nodes = ast.parse(cell).body
    except SyntaxError:
        cell = without_magics(cell)
        nodes = ast.parse(cell).body
    lines = cell.replace("\r\n", "\n").split("\n")
    found = []
    for k, node in enumerate(nodes):
        inner = _cell_magic(node)
        if inner is not None:
            found += read(inner)
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        shared = {n.end_lineno for n in nodes[:k]} | {n.lineno for n in nodes[k + 1 :]}  # a = 1; b = 2
        alone = first not in shared and node.end_lineno not in shared
        if isinstance(node, (ast.Import, ast.ImportFrom)):  # each name for itself: one may be needed, another missing
            found += [_statement(one, ast.unparse(one)) for one in _apart(node)]
            continue
        text = "\n".join(lines[first - 1 : node.end_lineno]) if alone else ast.unparse(node)
        found.append(_statement(node, text))
    return found


def without_magics(cell: str) -> str:
    """The cell without the lines that only IPython understands."""
    return "\n".join("" if line.lstrip()[:1] in ("%", "!", "?") else line for line in cell.splitlines())


def _apart(node: ast.Import | ast.ImportFrom) -> list[ast.Import | ast.ImportFrom]:
    if isinstance(node, ast.Import):
        return [ast.Import(names=[alias]) for alias in node.names]
    return [ast.ImportFrom(module=node.module, names=[alias], level=node.level) for alias in node.names]


def _cell_magic(node: ast.stmt) -> str | None:
    """The body of a cell such as one that starts with %%time, as IPython remembers it."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "run_cell_magic":
        body = call.args[-1] if call.args else None
        return body.value if isinstance(body, ast.Constant) and isinstance(body.value, str) else None
    return None


def _statement(node: ast.stmt, text: str) -> Statement:
    table = symtable.symtable(text, "cell", "exec")
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    source = node.module if isinstance(node, ast.ImportFrom) else ""
    everything = isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    always = source == "__future__" or (everything and source != "regnet_edu")
    name = node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else ""
    defines = bool(name) or isinstance(node, (ast.Import, ast.ImportFrom))
    inside = [] if defines else list(ast.walk(node))
    parts = [n for n in inside if isinstance(n, (ast.Subscript, ast.Attribute)) and not isinstance(n.ctx, ast.Load)]
    calls = [n.value.func for n in inside if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    first = {s.get_name() for s in symbols if s.is_referenced()}
    return Statement(
        text,
        frozenset(binds),
        "" if name in first else name,
        frozenset(() if defines else binds),
        frozenset(filter(None, map(_root, parts))),
        frozenset(filter(None, map(_root, [c for c in calls if isinstance(c, ast.Attribute)]))),
        frozenset(_looked_up(table)),
        always,
    )


def _looked_up(table: symtable.SymbolTable) -> set[str]:
    """The names that a statement looks up in its module, in its functions too."""
    top = table.get_type() == "module"
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return names.union(*(_looked_up(child) for child in table.get_children()))


def _root(place: ast.expr) -> str | None:
    """The name at which x[0].y starts."""
    while isinstance(place, (ast.Subscript, ast.Attribute)):
        place = place.value
    return place.id if isinstance(place, ast.Name) else None
