"""The house stands: rooms import downward only, half of it needs no torch, every room has its tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "regnet_edu"

# The rooms in the order of the course: a file imports only from its own room and from rooms before it.
ROOMS = (
    *("common", "networks", "spaces", "data", "training", "sweeps", "analysis"),
    *("plots", "reports", "study", "widgets", "grading", "cli"),
)
# What torch stands behind; all else up to `analysis` imports where torch, d2l and matplotlib are missing.
NEEDS_TORCH = {
    *("networks.anynet", "networks.blocks", "networks.measure", "networks.weights", "networks.d2l"),
    *("networks.dilation", "networks.weight_files"),
    *("training.loop", "training.cuda_graphs", "training.optimizer", "training.device"),
}
HEAVY = {"torch", "torchvision", "d2l", "matplotlib", "timm", "ray", "optuna", "IPython", "ipywidgets"}
LONGEST_FILE = 300
LONGER_WITH_REASON = {
    "grading/mistakes/e10_3_vionet.py": "a list of small programs, none of which anybody reads from top to bottom",
    "grading/mistakes/e15_1_own_space.py": "the same",
}
MAX_IMPORT_SECONDS = 0.3
FILES = {p.relative_to(PACKAGE).as_posix(): ast.parse(p.read_text("utf-8")) for p in sorted(PACKAGE.rglob("*.py"))}


def imports(name: str) -> Iterator[tuple[str, str]]:
    """Every (module of the package, name) that a file imports, anywhere in it."""
    here = name.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(FILES[name]):
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".") if node.module else []
            if node.level:
                module = here[: len(here) + 1 - node.level] + module
            elif module[:1] != ["regnet_edu"]:
                continue
            else:
                module = module[1:]
            yield from ((".".join(module), alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (
                (a.name.removeprefix("regnet_edu."), "") for a in node.names if a.name.startswith("regnet_edu.")
            )


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)


class TestRooms:
    def test_the_top_holds_only_folders_and_the_public_names(self) -> None:
        there = {p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"}
        assert there == {"__init__.py", "__init__.pyi", "__main__.py", "py.typed", "recorded", *ROOMS}

    def test_imports_run_downward_between_rooms(self) -> None:
        upward = []
        for name in FILES:
            room = name.split("/")[0]
            for module, what in imports(name) if room in ROOMS else ():
                other = (module or what).split(".")[0]
                if other in ROOMS and ROOMS.index(other) > ROOMS.index(room):
                    upward.append(f"{name} imports {other}")
        assert not upward

    def test_no_room_uses_a_private_name_of_another(self) -> None:
        private = [
            f"{name} imports {what} of {module}"
            for name in FILES
            for module, what in imports(name)
            if re.match(r"_[a-z]", what) and module.split(".")[0] != name.split("/")[0]
        ]
        assert not private

    def test_no_room_has_the_name_of_a_function(self) -> None:
        import regnet_edu as rn

        assert not [room for room in ROOMS if callable(getattr(rn, room, None))]

    def test_every_room_has_its_tests(self) -> None:
        assert not [room for room in ROOMS if not list((ROOT / "tests" / room).glob("test_*.py"))]

    def test_no_file_is_longer_than_the_limit(self) -> None:
        lengths = {name: len((PACKAGE / name).read_text("utf-8").splitlines()) for name in FILES}
        assert not {n: k for n, k in lengths.items() if k > LONGEST_FILE and n not in LONGER_WITH_REASON}


class TestImports:
    def test_up_to_analysis_no_torch_is_needed(self) -> None:
        light = [
            name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for name in FILES
            if name.split("/")[0] in ROOMS[: ROOMS.index("plots")] and "distributed/" not in name
        ]
        code = (
            "import sys, importlib\n"
            f"for name in {sorted(HEAVY)!r}: sys.modules[name] = None\n"
            f"for name in {sorted({*light} - NEEDS_TORCH)!r}: importlib.import_module('regnet_edu.' + name)\n"
        )
        done = run_python(code)
        assert done.returncode == 0, done.stderr

    def test_d2l_is_imported_in_its_file_only(self) -> None:
        users = [n for n in FILES if re.search(r"^\s*(from|import) d2l", (PACKAGE / n).read_text("utf-8"), re.M)]
        assert users == ["networks/d2l.py"]

    def test_import_takes_under_the_limit(self) -> None:
        # The processor's seconds, the best of some runs: the cost of the import, not of a busy machine.
        code = "import time; start = time.process_time(); import regnet_edu; print(time.process_time() - start)"
        assert min(float(run_python(code).stdout) for _ in range(3)) < MAX_IMPORT_SECONDS

    def test_import_loads_nothing_heavy(self) -> None:
        done = run_python(f"import regnet_edu, sys; print(sorted({HEAVY | {'pandas', 'numpy'}!r} & set(sys.modules)))")
        assert done.stdout.strip() == "[]", done.stdout + done.stderr


class TestProject:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.lock").read_text()

    def test_the_version_is_the_package_s(self) -> None:
        assert f'__version__ = "{self.project["version"]}"' in (PACKAGE / "__init__.py").read_text()

    def test_the_lock_names_no_host_and_pins_everything(self) -> None:
        lines = [line for line in self.lock.splitlines() if line and not line.startswith("#")]
        assert not [line for line in lines if not re.match(r"^[a-z0-9._-]+==[\w.+!-]+( ; .*)?$", line)]
        assert "://" not in self.lock and "--index" not in self.lock and "--find-links" not in self.lock

    def test_the_lock_has_every_direct_requirement(self) -> None:
        extras = self.project["optional-dependencies"]
        wanted = chain(self.project["dependencies"], *(extras[e] for e in ("book", "d2l", "test", "dev")))
        names = {re.split(r"[<>=\[;! ]", w, maxsplit=1)[0] for w in wanted}
        locked = {line.split("==")[0] for line in self.lock.splitlines()}
        assert not names - locked, "run `make lock`"

    def test_torch_and_torchvision_come_from_one_family(self) -> None:
        # From two families they install side by side, and fail at import with a RuntimeError.
        done = run_python("import torch, torchvision; assert hasattr(torch.ops.torchvision, 'nms')")
        assert done.returncode == 0, done.stderr

    def test_bounds_leave_colab_s_packages_alone(self) -> None:
        assert {"numpy>=2.0", "pandas>=2.2", "torch>=2.4"} <= set(self.project["dependencies"])
        assert "ipywidgets>=7.7" in self.project["optional-dependencies"]["book"]

    def test_the_book_is_built_by_jupyter_book_1(self) -> None:
        assert "jupyter-book==1.0.4.post1" in self.project["optional-dependencies"]["book"]

    def test_the_papers_of_the_house_are_there(self) -> None:
        for name in ("LICENSE", "LICENSE-text", "README.md", "CITATION.cff", ".pre-commit-config.yaml"):
            assert (ROOT / name).stat().st_size > 200, name

    def test_the_citation_has_the_package_s_version_and_names_the_paper(self) -> None:
        citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
        assert citation["version"] == self.project["version"]
        assert "Designing Network Design Spaces" in str(citation["references"])


class TestCommands:
    makefile = (ROOT / "Makefile").read_text()

    def test_help_has_a_line_for_every_command(self) -> None:
        phony = re.search(r"^\.PHONY: (.*)$", self.makefile, re.M)
        assert phony is not None
        documented = set(re.findall(r"^([a-z-]+):.*## \S", self.makefile, re.M))
        assert documented == set(phony[1].split())

    def test_the_readme_names_only_commands_that_exist(self) -> None:
        named = set(re.findall(r"`make ([a-z-]+)`|^ *make ([a-z-]+)", (ROOT / "README.md").read_text(), re.M))
        assert {a or b for a, b in named} <= set(re.findall(r"^([a-z-]+):", self.makefile, re.M))

    def test_ci_calls_the_newcomer_s_two_commands(self) -> None:
        script = (ROOT / ".ci" / "run").read_text()
        assert "for target in book test" in script and 'make "$target"' in script

    def test_no_tracked_file_names_a_folder_of_one_machine(self) -> None:
        tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
        if tracked.returncode:
            pytest.skip("not a git checkout")
        # In pieces, so that this rule names no such folder itself.
        tops, beside = "|".join(("home", "Users", "root")), "shared"
        foreign = re.compile(rf"/(?:{tops})/\w+|(?<![\w.])/{'work'}/|\.\./{beside}")
        texts = {".py", ".md", ".toml", ".yml", ".sh", ".cff", ""}
        paths = [ROOT / n for n in tracked.stdout.splitlines() if Path(n).suffix in texts]
        read = {p: p.read_text(errors="replace") for p in paths if p.is_file()}
        assert not [p.name for p, text in read.items() if foreign.search(text)]
