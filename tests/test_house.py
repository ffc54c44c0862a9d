"""The house stands: imports run downward, half of it needs no torch, every room has its tests, the commands exist."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
import time
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "regnet_edu"

# The rooms from the roof to the ground; a file imports only from files after it. A room is the file it is named after
# and the helpers beside it, in order; a folder is a room of its own. New files must be put in their place here.
ROOMS = [
    ["__main__", "cli", "train_command", "arguments", "interrupt"],
    ["grading"],
    ["widgets"],
    ["report", "report_page", "report_facts"],
    [
        *("paper_table", "paper_map", "paper_measured", "paper_published", "paper_growth", "paper_bands", "paper_best"),
        "paper_rules",
    ],
    ["plots"],
    ["runtime"],
    ["retrain"],
    ["sweep", "continuation", "engine", "calibration", "cluster", "connection", "local", "process", "tries", "worker"],
    [
        *("train", "large", "course", "pipeline", "shared_norm", "average", "checkpoint", "team"),
        *("graphs", "optimizer", "device", "outcome"),
    ],
    ["data", "downloads", "stream", "folder", "picture", "array_cache", "dataset", "synthetic"],
    ["classifier"],
    ["anynet", "weights", "blocks"],
    # From here on without torch, d2l and matplotlib.
    ["study"],
    ["study_field"],
    ["growth", "pareto", "welch"],
    ["population", "records"],
    ["variance", "comparison", "random_search", "interop", "edf"],
    ["properties"],
    ["cost"],
    ["zoo"],
    ["regime"],
    [
        *("spaces", "regnet_variants", "regnet_spaces", "anynet_spaces", "design_space", "sampling", "ranges"),
        *("distributions", "sizes"),
    ],
    ["regnet_fit", "regnet"],
    ["complexity"],
    ["batch"],
    ["config"],
    ["checks", "lock", "vision"],
    ["circumstances", "vectors", "errors"],
]
ORDER = list(chain.from_iterable(ROOMS))
WITHOUT_TORCH = ORDER[ORDER.index("study") :]
HEAVY_IMPORTS = {"torch", "torchvision", "d2l", "matplotlib", "timm", "ray", "optuna", "IPython", "ipywidgets"}
LONGEST_FILE = 300
LONGER_WITH_REASON: dict[str, str] = {
    "grading/mistakes/e10_3_vionet.py": "a list of small programs, none of which anybody reads from top to bottom",
    "grading/mistakes/e15_1_own_space.py": "the same",
}
MAX_IMPORT_SECONDS = 0.3


def room_of(path: Path) -> str:
    """The entry of ORDER that a file of the package belongs to: its name, or that of its folder."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def package_files() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py" and "__pycache__" not in p.parts]


def imported_rooms(path: Path) -> set[str]:
    """Every room of the package that the file imports, anywhere in it; names of the package itself do not count."""
    depth = len(path.relative_to(PACKAGE).parts)  # this many dots lead to the package
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith("regnet_edu"):
            rest = (node.module or "").split(".")[1:2]
            found |= set(rest) or {a.name for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("regnet_edu.")}
    return found & set(ORDER)


def top_level_packages(path: Path) -> set[str]:
    """The packages that importing the file imports: not what its functions import when they are called."""
    names = set()
    waiting: list[ast.AST] = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting.extend(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting.extend(ast.iter_child_nodes(node))
    return names


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)


class TestImports:
    def test_every_file_has_its_place_in_the_order(self) -> None:
        homeless = {room_of(p) for p in package_files()} - set(ORDER)
        assert not homeless, f"put {sorted(homeless)} where they belong in ROOMS of tests/test_house.py"

    @pytest.mark.parametrize("path", package_files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
    def test_imports_only_run_downward(self, path: Path) -> None:
        own = room_of(path)
        upward = {r for r in imported_rooms(path) - {own} if ORDER.index(r) < ORDER.index(own)}
        assert not upward, f"{path.name} imports {sorted(upward)}, above it in the order"

    @pytest.mark.parametrize("path", package_files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
    def test_the_numpy_half_names_no_heavy_package(self, path: Path) -> None:
        if room_of(path) in WITHOUT_TORCH:
            assert not top_level_packages(path) & HEAVY_IMPORTS

    def test_d2l_is_imported_by_the_classifier_only(self) -> None:
        users = {room_of(p) for p in package_files() if re.search(r"^\s*(from|import) d2l", p.read_text(), re.M)}
        assert users <= {"classifier"}

    def test_everything_up_to_population_imports_where_torch_d2l_and_matplotlib_are_missing(self) -> None:
        there = [name for name in reversed(WITHOUT_TORCH) if (PACKAGE / f"{name}.py").exists()]
        code = (
            "import sys, importlib\n"
            f"for name in {sorted(HEAVY_IMPORTS)!r}: sys.modules[name] = None\n"
            f"for name in {there!r}: importlib.import_module('regnet_edu.' + name)\n"
        )
        done = run_python(code)
        assert done.returncode == 0, done.stderr

    def test_import_regnet_edu_takes_under_the_limit(self) -> None:
        def best(code: str, rounds: int = 5) -> float:
            times = []
            for _ in range(rounds):
                start = time.perf_counter()
                assert run_python(code).returncode == 0
                times.append(time.perf_counter() - start)
            return min(times)

        # The best of some runs, less the interpreter's own start: the cost of the import, not of a busy machine.
        assert best("import regnet_edu") - best("pass") < MAX_IMPORT_SECONDS

    def test_the_package_is_pickled_by_name(self) -> None:
        import regnet_edu

        assert pickle.loads(pickle.dumps(regnet_edu)) is regnet_edu

    def test_import_regnet_edu_loads_nothing_heavy(self) -> None:
        done = run_python(
            f"import regnet_edu, sys; print(sorted({HEAVY_IMPORTS | {'pandas', 'numpy'}!r} & set(sys.modules)))"
        )
        assert done.stdout.strip() == "[]", done.stdout + done.stderr


class TestShape:
    @pytest.mark.parametrize("path", package_files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
    def test_no_file_is_longer_than_the_limit(self, path: Path) -> None:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        name = path.relative_to(PACKAGE).as_posix()
        assert lines <= LONGEST_FILE or LONGER_WITH_REASON.get(name), f"{name} has {lines} lines"

    @pytest.mark.parametrize("room", ROOMS, ids=lambda room: room[0])
    def test_every_room_has_its_tests(self, room: list[str]) -> None:
        there = [n for n in room if (PACKAGE / f"{n}.py").exists() or (PACKAGE / n).is_dir()]
        tests = [n for n in there if list((ROOT / "tests").glob(f"test_{n}*.py"))]
        assert tests or not there, f"tests/test_{room[0]}.py is missing"


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
        foreign = re.compile(r"/(?:home|Users|root)/\w+|(?<![\w.])/work/|\.\./shared")
        texts = {".py", ".md", ".toml", ".yml", ".sh", ".cff", ""}
        paths = [ROOT / n for n in tracked.stdout.splitlines() if Path(n).suffix in texts]
        read = {p: p.read_text(errors="replace") for p in paths if p.is_file() and p != Path(__file__).resolve()}
        assert not [p.name for p, text in read.items() if foreign.search(text)]
