"""The program of a submission's process: lock the doors, load the learner's file, make the calls, write down results.

It knows questions and no answers: what a right value is stays with the grader in another process. Run by its path, it
imports nothing of the package.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import json
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any


def _load(name: str) -> types.ModuleType:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    if os.path.isdir(path := path.removesuffix(".py")):  # a folder of modules, which import each other
        path, inside = os.path.join(path, "__init__.py"), [path]
    else:
        path, inside = f"{path}.py", None
    spec = importlib.util.spec_from_file_location(f"_grading_{name}", path, submodule_search_locations=inside)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks for its module there
    spec.loader.exec_module(module)
    return module


wire, cells, rebound = _load("wire"), _load("cells"), _load("rebound")


def load_submission(code: types.CodeType, folder: str) -> types.ModuleType:
    """Run the learner's file as a module of its own, afresh, and so the files beside it that it imports."""
    for name, other in list(sys.modules.items()):
        if str(getattr(other, "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]
    module = types.ModuleType(os.path.splitext(os.path.basename(code.co_filename))[0])
    module.__file__ = code.co_filename
    sys.modules[module.__name__] = module
    module.__dict__["__afresh__"] = lambda: load_submission(code, folder)  # for scripts: as after a kill
    exec(code, module.__dict__)
    return module


def changed_later(texts: list[str], functions: list[str]) -> list[str]:
    """The names that later cells of a notebook give another value than functions before them expect."""
    statements: list[Any] = []
    for text in texts:
        with contextlib.suppress(SyntaxError):
            statements += cells.read(text)
    return list(rebound.rebound(statements, functions))


def syntax(error: SyntaxError, source: str) -> dict[str, Any]:
    """Return where Python stopped reading, and the learner's own line."""
    lines = source.splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    offset = max(0, (error.offset or 1) - 1 - (len(line) - len(line.lstrip())))
    return {"outcome": "syntax", "words": str(error.msg), "line": error.lineno, "offset": offset, "text": line.strip()}


def describe(error: BaseException, filename: str, source: str) -> dict[str, Any]:
    """Return what went wrong, and the learner's own line."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    number = lines[-1] if lines else None
    text = source.splitlines()
    line = text[number - 1].strip() if number and number <= len(text) else ""
    try:
        words = str(error)[:300]
    except BaseException:
        words = ""
    return {"outcome": "raised", "error": type(error).__name__[:60], "words": words, "line": number, "text": line[:200]}


def is_ask(argument: Any) -> bool:
    return isinstance(argument, dict) and "ask" in argument


def asker(ask: Callable[..., Any], place: int) -> Callable[..., Any]:
    """Return the function that stands for an argument which the grader answers."""

    def function(*arguments: Any) -> Any:
        return ask(place, arguments)

    return function


def make_call(
    module: types.ModuleType, call: dict[str, Any], filename: str, source: str, ask: Callable[..., Any]
) -> dict[str, Any]:
    """Make one call and return what came of it as plain data."""
    function = getattr(module, call["function"], None)
    if function is None or not callable(function):
        found = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
        return {"outcome": "missing", "found": found[:30]}
    arguments = [asker(ask, a["ask"]) if is_ask(a) else wire.decode(a) for a in call["args"]]
    given = arguments
    if call.get("script"):
        space: dict[str, Any] = {}
        exec(compile(call["script"], "<check>", "exec"), space)
        function, arguments = space[call["script_name"]], [module, *arguments]
    else:
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError:
            return {"outcome": "signature", "signature": str(inspect.signature(function))[:200]}
        except ValueError:
            pass
    before = call["args"]
    try:
        value = function(*arguments)
    except NotImplementedError:
        return {"outcome": "todo"}
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: a call that ends so has no answer
        return describe(error, filename, source)
    try:
        answer: dict[str, Any] = {"outcome": "value", "value": wire.encode(value)}
    except wire.UnreadableError as error:
        return {"outcome": "unreadable", "words": str(error)[:200]}
    except BaseException:
        return {"outcome": "unreadable", "words": f"an object of type {type(value).__name__}"}
    answer["unused"] = [k for k, b in enumerate(before) if wire.is_unused(given[k], b)]
    if not call.get("script"):
        plain = [k for k, b in enumerate(before) if not (isinstance(b, dict) and ("rng" in b or "ask" in b))]
        answer["changed"] = [k for k in plain if _differs(arguments[k], before[k])]
    return answer


def _differs(argument: Any, before: Any) -> bool:
    try:
        return bool(wire.encode(argument) != before)
    except wire.UnreadableError:
        return True


def main() -> None:
    """Read one order from standard input, carry it out, and answer line by line on standard output.

    What the learner's code prints goes nowhere: both are kept under other numbers, and lead to the null device.
    """
    replies = os.fdopen(os.dup(0), "rb")
    order = json.loads(replies.readline())
    order["channel"] = os.dup(1)
    channel = os.fdopen(order["channel"], "w", encoding="utf-8", newline="\n")
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY)):
        os.dup2(os.open(os.devnull, flags), number)
    sandbox = _load("sandbox")
    sys.path[:] = order["path"]
    held = sandbox.enter(order)
    for name, content in order["neighbours"].items():
        with open(os.path.join(order["folder"], name), "w", encoding="latin-1", newline="") as file:
            file.write(content)
    for name in order["preload"]:  # heavy packages are loaded before the clock of a check runs
        with contextlib.suppress(ImportError):  # what is missing is missing in the learner's own line too
            importlib.import_module(name)
    layers = sandbox.lock(order, held)
    for name in [n for n in sys.modules if n.startswith("_grading_sandbox")]:
        del sys.modules[name]
    write, flush, readline = channel.write, channel.flush, replies.readline
    dump = json.JSONEncoder(allow_nan=False).encode
    tag = order["tag"]

    def say(answer: dict[str, Any]) -> None:
        write(dump({"tag": tag, **answer}) + "\n")
        flush()

    def ask(place: int, arguments: tuple[Any, ...]) -> Any:
        say({"outcome": "ask", "place": place, "value": wire.encode(arguments)})
        said = json.loads(readline())
        if "words" in said:
            raise ValueError(said["words"])
        return wire.decode(said["value"])

    say({"outcome": "ready", "layers": layers, "pid": held["pid"]})
    filename, source = order["file"], order["source"]
    sys.path.insert(0, order["folder"])
    again: list[str] = []
    try:
        if order["cells"] is not None:
            functions = [part["function"] for part in order["parts"]]
            source = cells.needed(order["cells"], functions)
            again = changed_later(order["cells"], functions)
        code = compile(source, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        return say(syntax(error, source))
    except BaseException as error:  # nested too deep, too long
        return say(describe(error, filename, source))
    for part in order["parts"]:
        try:
            module = load_submission(code, order["folder"])
        except BaseException as error:
            return say(describe(error, filename, source))
        say({"outcome": "loaded", "rebound": again})
        for arguments in part["calls"]:
            say(make_call(module, {**part, "args": arguments}, filename, source, ask))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # threads that were left behind do not keep the grader waiting
