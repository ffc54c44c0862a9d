"""Submissions that cheat, break out or never end: each is stopped or fails, by name, and its score never rises."""

from __future__ import annotations

import inspect
import os
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from regnet_edu.grading import wire
from regnet_edu.grading.batch import grade
from regnet_edu.grading.compare import close
from regnet_edu.grading.exercise import Exercise, get
from regnet_edu.grading.judge import check_source
from regnet_edu.grading.process import Limits, Submission
from regnet_edu.grading.surroundings import PACKAGE, hidden_folders
from regnet_edu.grading.verdict import Verdict

EXERCISE = get("03.1")
SOLUTION = inspect.getsource(EXERCISE.solution)
SHORT = Limits(seconds=2)


def verdict(source: str, limits: Limits | None = None) -> Verdict:
    return check_source(EXERCISE, Submission(source, "edf.py"), limits=limits)


def instead_of_edf(body: str) -> str:
    """The reference solution, in which only `edf` does something else; the other parts stay right."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    kept = SOLUTION.replace("edf(errors, e) for", "_edf(errors, e) for").replace("1 - edf(errors", "1 - _edf(errors")
    return kept + f"\n\n_edf = edf\n\n\ndef edf(errors, e):\n{lines}\n"


# Finds the way in which answers are told, and tells one of its own.
FORGE = """import json, os, sys
frame = sys._getframe()
while 'order' not in frame.f_locals:
    frame = frame.f_back
order = frame.f_locals['order']
text = json.dumps({{'tag': order['tag'], **{answer}}})
os.write(order['channel'], text.encode() + b'\\n')"""
DEEP = {"outcome": "value", "value": "DEEP"}

CHEATS = {
    "os._exit": ("import os\nos._exit(0)", "ended its own process"),
    "sys.exit": ("import sys\nsys.exit(0)", "sys.exit"),
    "SystemExit": ("raise SystemExit(0)", "sys.exit"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "a crash in C": ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    "recursion": ("def again():\n    return again()\nreturn again()", "RecursionError"),
    "memory": ("return [bytearray(2**30) for _ in range(100)]", "MemoryError"),
    "fork": ("import os\npid = os.fork()\nreturn 0.5", "PermissionError"),
    "a fork bomb": (
        "import os\nwhile True:\n    try:\n        os.fork()\n    except PermissionError as error:\n        return str(error)",
        "may not start another process",
    ),
    "processes": ("import multiprocessing\nmultiprocessing.Pool(2).map(abs, [1])\nreturn 1", "it stopped with"),
    "raised limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nreturn [1]",
        "",
    ),
    "fork from C": (
        "import ctypes\nif ctypes.CDLL(None).fork() < 0:\n    raise OSError('no fork')\nreturn 1",
        "no fork",
    ),
    "a program": ("import subprocess\nreturn subprocess.run(['true']).returncode", "PermissionError"),
    "os.system": ("import os\nreturn os.system('true')", "PermissionError"),
    "network": ("import socket\nsocket.create_connection(('192.0.2.1', 80), 1)\nreturn 1", "PermissionError"),
    "killing the grader": ("import os\nos.kill(os.getppid(), 9)", "PermissionError"),
    "reading the package": ("import regnet_edu\nreturn regnet_edu.edf(errors, e)", "may not import it"),
    "reading the solutions": (
        f"text = open({str(PACKAGE / 'grading/solutions/e03_1_edf.py')!r}).read()\nreturn len(text)",
        "may not read the checks or the solutions",
    ),
    "listing the solutions": (f"import os\nreturn os.listdir({str(PACKAGE / 'grading')!r})", "PermissionError"),
    "reading the grader's memory": (
        "import os\nreturn len(open(f'/proc/{os.getppid()}/mem', 'rb').read(9))",
        "Permission",
    ),
    "writing elsewhere": (f"open({str(PACKAGE / 'owned')!r}, 'w').write('x')\nreturn 1", "PermissionError"),
    "writing gigabytes": ("open('big', 'wb').write(bytes(2**28))\nreturn 1", "OSError"),
    "an object that equals everything": (
        "class Yes:\n    def __eq__(self, other):\n        return True\n    def __array__(self, *a):\n        return 1\n"
        "return Yes()",
        "plain numbers",
    ),
    "a number that equals everything": (
        "class Yes(float):\n    def __eq__(self, other):\n        return True\nreturn Yes(7)",
        "not a plain float",
    ),
    "forged answers": (
        'import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b\'{"outcome": "value", "value": 0}\\n\')\n'
        "    except OSError:\n        pass\nreturn 0.5",
        "something other than an answer",
    ),
    "a closed channel": ("import os\nos.closerange(3, 64)\nreturn 0.5", "before it returned"),
    "changed questions": ("errors[:] = [0.0]\nreturn 0.25", "changed its first argument"),
    "NaN": ("return float('nan')", "came back nan"),
    "a string": ("return '0.0'", "came back '0.0'"),
    "an enormous answer": ("return list(range(10**6))", ""),
    "a generator": ("return (x for x in errors)", "generator"),
    "a number too long to print": ("return 10**5000", "more than 1000 digits"),
    "a number that no float can hold": ("return 10**1000", "came back 1000"),
    "an array of them": ("return [10**1000, -10**1000]", "came back [1000"),
    "keys without end": ("return set(range(3000))", "more than anybody asked for"),
    "an array without numbers and without end": (
        "import numpy as np\nreturn np.zeros((10**12, 0))",
        "more than anybody asked for",
    ),
    "words that clear the screen and forge a line": (
        "raise ValueError('\\x1b[2J\\n  [x] all (5 of 5)\\ud800')",
        "it stopped with ValueError: ?[2J   [x] all (5 of 5)?\nin line",
    ),
    "facts that are none": (
        f"{FORGE.format(answer=dict(outcome='missing', found=5))}\nreturn 0.5",
        "edf.py has no function",
    ),
    "arguments that nobody has": (
        f"{FORGE.format(answer=dict(outcome='value', value=0.0, changed=5))}\nreturn 0.5",
        "came back 0.5",
    ),
    "lists without end": (
        FORGE.format(answer=DEEP).replace("text.enc", "text.replace('\"DEEP\"', '{\"list\": [' * 300 + ']}' * 300).enc")
        + "\nreturn 0.5",
        "something other than an answer",
    ),
    "memory that stays": ("open('/dev/shm/stays', 'w').write('x')\nreturn 0.5", "in its own folder only"),
    "a folder of shared memory": ("import os\nos.mkdir('/dev/shm/stays')\nreturn 0.5", "PermissionError"),
    "System V memory, which stays": (
        "import ctypes\nif ctypes.CDLL(None).shmget(0, 4096, 0o1600) < 0:\n    raise OSError('none')\nreturn 0.5",
        "none",
    ),
    "a way out of its folder": ("import os\nos.rename('.', '/tmp/elsewhere')\nreturn 0.5", "in its own folder only"),
    "a link to the solutions": (
        f"import os\nos.symlink({str(PACKAGE / 'grading')!r}, 's')\nreturn os.listdir('s')",
        "PermissionError",
    ),
    "a class that lies about itself": ("class Lie:\n    __class__ = float\nreturn Lie()", "not a plain float"),
    "an error that cannot be told": (
        "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E",
        "it stopped with E",
    ),
    "an end in a finaliser": (
        "class D:\n    def __del__(self):\n        import os\n        os._exit(3)\nD()\nreturn 0.5",
        "status 3",
    ),
    "its own parent's secrets": ("import os\nreturn open(f'/proc/{os.getppid()}/environ').read()", "Permission"),
    "every process": ("import os\nreturn os.listdir('/proc')", "PermissionError"),
    "catching everything": (
        "import sys\ntry:\n    sys.exit()\nexcept BaseException:\n    return True if e else False",
        "came back",
    ),
}


def judge_edf(call: tuple, answer: object) -> str | None:
    return None if close(answer, EXERCISE.solution.edf(*call)) else "wrong"


def all_cheats() -> tuple[Exercise, str]:
    """An exercise whose parts are the cheats, each a function of its own, and the reference solution after them."""
    names = {f"cheat_{k}": body for k, (body, _) in enumerate(CHEATS.values())}
    functions = [f"def {name}(errors, e):\n{textwrap.indent(body, '    ')}" for name, body in names.items()]
    part = replace(EXERCISE.parts[0], judge=judge_edf)
    parts = [replace(part, name=name, function=name) for name in names]
    text = "\n\n".join([SOLUTION, *functions])
    return replace(EXERCISE, parts=(*parts, *EXERCISE.parts)), text


def test_cheats_cost_their_part_and_nothing_else() -> None:
    """All in one submission: it starts anew after each that ends its process."""
    exercise, text = all_cheats()
    result = check_source(exercise, Submission(text, "edf.py"), limits=Limits(memory=2**30))
    said = dict(zip(CHEATS, result.parts, strict=False))
    for name, (_, words) in CHEATS.items():
        assert words in said[name].words, f"{name}: {said[name].words}"
    assert [p.points for p in result.parts] == [0] * len(CHEATS) + [2, 1, 2]


# The grader reads these, and takes neither the square of their length nor an error that nobody catches.
def test_what_is_handed_in_is_read_in_time_whatever_it_is(tmp_path: Path) -> None:
    pages = ("<!--", "<a ", "<![", "</", "&", "<", f"&#{'9' * 5000};")
    for k, text in enumerate(pages):
        (tmp_path / f"ann{k}_{100 + k}_onlinetext.html").write_text("def edf(): " + text * (150_000 // len(text)))
    (tmp_path / "bob_99_assignsubmission_file_edf.py").write_text(SOLUTION)
    start = time.process_time()
    learners = {g.learner: g.points for g in grade(tmp_path, [EXERCISE]).learners}
    assert time.process_time() - start < 20  # by the old reading 200,000 characters took hours
    assert learners == {**{f"ann{k}_{100 + k}": 0 for k in range(len(pages))}, "bob_99": 5}


def test_answers_that_fill_the_time_and_memory_of_the_grader_are_no_answers() -> None:
    colliding = {"set": [{"int": hex(k * (2**61 - 1))} for k in range(1, 3000)]}
    with pytest.raises(ValueError, match="keys"):
        wire.decode(colliding)
    forged = FORGE.format(answer={"outcome": "value", "value": DEEP["value"]})
    many = forged.replace(
        "text.enc", "text.replace('\"DEEP\"', '{\"list\": [' + ','.join(['{\"set\":[]}'] * 40000) + ']}').enc"
    )
    assert "more than 25,000 lists" in verdict(instead_of_edf(f"{many}\nreturn 0.5")).parts[0].words


def test_a_folder_deeper_than_any_path_is_gone_afterwards() -> None:
    body = "import os\nat = os.getcwd()\nfor _ in range(1500):\n    os.mkdir('d')\n    os.chdir('d')\nreturn at"
    result = verdict(instead_of_edf(body))
    assert [p.points for p in result.parts] == [0, 1, 2], str(result)
    folder = result.parts[0].words.split("came back '")[1].split("'")[0]
    assert "regnet-edu-" in folder and not Path(folder).exists()


def test_a_loop_without_end_is_stopped_and_the_other_parts_are_graded() -> None:
    result = verdict(
        instead_of_edf("while True:\n    try:\n        pass\n    except BaseException:\n        pass"), SHORT
    )
    assert "within 2 seconds" in result.parts[0].words
    assert [p.points for p in result.parts] == [0, 1, 2]


@pytest.mark.parametrize("body", ["import time\ntime.sleep(10**6)", "return input()", "while True: print('x' * 10**6)"])
def test_sleep_input_and_printed_gigabytes_end_in_time(body: str) -> None:
    start = time.monotonic()
    result = verdict(instead_of_edf(body), SHORT)
    assert result.points == 3 and result.parts[0].points == 0
    assert time.monotonic() - start < 60


AT_IMPORT = {
    "exit": ("import os\nos._exit(0)\n", "ended its own process"),
    "SystemExit": ("raise SystemExit\n", "sys.exit"),
    "an error": ("1 / 0\n", "in line 1 of edf.py:  1 / 0"),
    "forged results at import": (
        "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'{}\\n' * 99)\n    except OSError:\n        pass\n",
        "something other than an answer",
    ),
}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_what_happens_at_import_fails_closed(name: str) -> None:
    start, words = AT_IMPORT[name]
    result = verdict(start + SOLUTION)
    assert result.points == 0
    assert words in result.parts[0].words, str(result)


PATCHES = {
    "builtins": "import builtins\nbuiltins.len = lambda x: 1\nbuiltins.abs = lambda x: 0\nbuiltins.all = lambda x: True\n",
    "numpy": "import numpy as np\nnp.allclose = lambda *a, **k: True\nnp.isclose = lambda *a, **k: True\n",
    "json": "import json\njson.dumps = lambda *a, **k: '{}'\njson.JSONEncoder.encode = lambda *a: '{}'\n",
    "the program that runs it": (
        "import sys\nmain = sys.modules['__main__']\nmain.make_call = lambda *a: {'outcome': 'value', 'value': True}\n"
        "main.wire.encode = lambda v, depth=0: 1.0\nmain.describe = lambda *a: {'outcome': 'value', 'value': True}\n"
    ),
    "pytest": "import sys, types\nfake = types.ModuleType('pytest')\nfake.fail = lambda *a, **k: None\nsys.modules['pytest'] = fake\n",
    "an exit hook": "import atexit, os\natexit.register(lambda: os._exit(0))\n",
}


# The same where torch is at work: what is compared is compared by the grader, so that these change nothing.
TORCH = """
import torch
torch.allclose = torch.equal = torch.Tensor.allclose = torch.Tensor.equal = lambda *a, **k: True
torch.Tensor.any = lambda *a, **k: False
torch.Tensor.all = torch.Tensor.__bool__ = lambda *a, **k: True
torch.manual_seed = lambda *a: None
"""


@pytest.mark.parametrize("number", ["02.3", "02.4", "10.2", "12.1"])
def test_a_patched_torch_never_raises_the_score(number: str) -> None:
    exercise = get(number)
    wrong = inspect.getsource(exercise.solution).replace(".relu()", "").replace("nn.ReLU()", "nn.Identity()")
    honest, patched = (check_source(exercise, Submission(s, exercise.filename)) for s in (wrong, TORCH + wrong))
    assert patched.points <= honest.points < exercise.points, str(patched)


def test_what_the_grader_answers_is_not_in_the_process_and_cannot_be_forged() -> None:
    exercise = get("10.3")
    source = inspect.getsource(exercise.solution)
    cheats = {
        "looking for the truth": "    import gc\n    for x in gc.get_objects():\n        if type(x) is dict and 'costs' in x:\n"
        "            return max(x['costs'])\n    return 'depths'\n",
        "asking nothing": "    return 'depths'\n",
        "asking without end": "    import sys\n    make = sys.modules['__main__']\n    while True:\n        train(((1, 1), (8, 8), (1, 1), (1, 1)), 0)\n",
        "asking for nonsense": "    return train('depths')\n",
        "a negative seed of a list": "    return train([[1], [8]], {})\n",
    }
    for name, body in cheats.items():
        text = source[: source.index("def study(")] + f"def study(train, n, low, high, rng):\n{body}"
        verdict = check_source(exercise, Submission(text, exercise.filename), limits=SHORT)
        assert [p.points for p in verdict.parts] == [2, 2, 2, 2, 0], f"{name}: {verdict}"


def test_every_copy_of_the_solutions_that_python_can_find_is_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "site" / PACKAGE.name / "grading"
    copy.mkdir(parents=True)
    (copy / "secret.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert {str(copy.resolve()), str(PACKAGE / "grading")} <= set(hidden_folders(uses_package=True))
    result = verdict(instead_of_edf(f"return open({str(copy / 'secret.py')!r}).read()"))
    assert "may not read the checks or the solutions" in result.parts[0].words


def test_an_exercise_that_may_use_the_package_sees_nothing_that_lies_beside_it() -> None:
    exercise = get("15.1")
    body = f"    return open({str(Path(__file__).resolve())!r}).read()\n"
    source = inspect.getsource(exercise.solution)
    text = (
        source[: source.index("def verdict(")]
        + f"def verdict(low, high):\n{body}"
        + source[source.index("def report(") :]
    )
    result = check_source(exercise, Submission(text, exercise.filename))
    assert result.parts[0].passed, str(result)
    assert "may not read" in result.parts[3].words, str(result)


@pytest.mark.parametrize("number", ["03.1", "15.1"])
def test_solutions_and_checks_cannot_be_imported(number: str) -> None:
    exercise = get(number)
    module = f"regnet_edu.grading.solutions.e{exercise.slug}"
    result = check_source(exercise, Submission(f"from {module} import *\n", exercise.filename))
    assert result.points == 0 and ("may not" in result.parts[0].words or "No module" in result.parts[0].words)


@pytest.mark.parametrize("name", PATCHES)
def test_patches_never_raise_the_score_of_a_wrong_solution(name: str) -> None:
    wrong = SOLUTION.replace("< e", "<= e").replace("1 - edf(errors", "2 - edf(errors")
    assert verdict(PATCHES[name] + wrong).points == 0


def test_an_environment_without_secrets_and_a_folder_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "secret")
    result = verdict(instead_of_edf("import os\nreturn [os.getcwd(), 'A_TOKEN' in os.environ, os.environ['HOME']]"))
    words = result.parts[0].words
    assert "False" in words and "regnet-edu-" in words
    folder = words.split("came back ['")[1].split("'")[0]
    assert not Path(folder).exists()


def test_no_process_of_a_submission_is_left(tmp_path: Path) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("needs /proc")
    verdict(
        instead_of_edf("import threading, time\nthreading.Thread(target=time.sleep, args=(999,)).start()\nreturn 0.5")
    )
    left = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text()
            except OSError:
                continue
            if f"PPid:\t{os.getpid()}\n" in status and "State:\tZ" not in status:
                left.append((entry / "cmdline").read_text())
    assert not [c for c in left if "student.py" in c]


# What decides the verdict on 03.3 and 14.1 was in the learner's process: a record to erase, a list to empty.
TRAINS_AGAIN = """
import gc, json, os

def sweep(n, path, train):
    trained = [c.cell_contents for c in (train.__closure__ or ()) if isinstance(c.cell_contents, list)]
    done = [json.loads(x) for x in open(path) if x.endswith("}\\n")] if os.path.exists(path) else []
    known = {r["index"] for r in done}
    with open(path, "w") as file:
        for k in range(n):
            file.write(json.dumps({"index": k, "error": train(k)}) + "\\n")
            file.flush()
            for record in trained + [x for x in gc.get_objects() if type(x) is list and x == [k]]:
                if k in known:
                    record.clear()
"""


def test_what_was_trained_cannot_be_erased() -> None:
    exercise = get("03.3")
    result = check_source(exercise, Submission(TRAINS_AGAIN, exercise.filename))
    assert [p.points for p in result.parts] == [1, 0, 0], str(result)


FORGETS = """
import json

import sys

KEPT = vars(sys).setdefault("kept", {})  # outlives the module
def train(gradient, order, lr, epochs, state, save):
    step, weight = (state["step"], state["weight"]) if state else (0, 0.0)
    velocity = KEPT.get(step, 0.0) if state else 0.0
    images = [k for e in range(epochs) for k in order(e)]
    for step in range(step, len(images)):
        velocity = 0.9 * velocity + gradient(weight, images[step])
        weight -= lr(step) * velocity
        KEPT[step + 1] = velocity
        save({"step": step + 1, "weight": weight})
    return weight
"""


OWN_CHANCE = {
    "a seed of its own": "    rng.random()\n    rng = np.random.default_rng(5)\n",
    "chance that is remembered": (
        "    state = str(rng.random())\n    if state not in KEPT:\n        KEPT[state] = np.random.default_rng()\n"
        "    rng = np.random.default_rng(KEPT[state].bit_generator.seed_seq.entropy)\n"
    ),
    "chance that another module remembers": (
        "    state = str(rng.random())\n    kept = vars(np.random).setdefault('kept', {})\n"
        "    rng = np.random.default_rng(kept.setdefault(state, np.random.SeedSequence()).entropy)\n"
    ),
}


@pytest.mark.parametrize("name", OWN_CHANCE)
def test_chance_comes_from_the_generator_that_is_given(name: str) -> None:
    exercise = get("01.1")
    head, body = inspect.getsource(exercise.solution).split("    return np.array([log")
    source = f"{head}{OWN_CHANCE[name]}    return np.array([log{body}\n\nKEPT = {{}}\n"
    result = check_source(exercise, Submission(source, exercise.filename))
    assert [p.points for p in result.parts] == [2, 0], str(result)


def test_a_state_kept_in_the_program_is_gone_after_a_kill() -> None:
    exercise = get("14.1")
    result = check_source(exercise, Submission(FORGETS, exercise.filename))
    assert result.parts[1].points == 0 and "weight after a kill" in result.parts[1].words, str(result)


def test_layers_that_a_submission_invents_do_not_fill_the_memory_of_the_grader() -> None:
    from regnet_edu.grading.modules import computes

    exercise = get("02.3")
    call = exercise.parts[1].calls()[0]
    honest = exercise.solution.make_block(*call[1])
    rows = [[["conv", 8, 8, 1, 1, 1, 0], {"weight": [10**6, 10**6]}] for _ in range(2)]
    for kind, answer in {"huge": rows, "negative": [[["conv", *([0] * 6)], {"weight": [-1, 5]}]]}.items():
        forged = {"layers": answer, "rested": [0.0], "trained": [0.0], "slope": [0.0], "slopes": []}
        assert not computes(call, forged, exercise.solution.make_block), kind
    from regnet_edu.grading.modules import layers_of

    like = [[row, {name: [10**6, 10**6] for name in tensors}] for row, tensors in layers_of(honest)]
    forged = {"layers": like, "rested": [0.0], "trained": [0.0], "slope": [0.0], "slopes": []}
    assert not computes(call, forged, exercise.solution.make_block)
