"""The training in the page is the package's: torch's steps, Python's networks and pictures, `compare`'s verdicts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch_steps
from scipy import stats

import regnet_edu as rn
from regnet_edu.data import synthetic
from regnet_edu.data.dataset import fixed_subset
from regnet_edu.networks.anynet import AnyNet
from regnet_edu.training import regime as regimes
from regnet_edu.widgets import bundle
from regnet_edu.widgets.population_lab import setting

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import page_engine

JS = Path(__file__).parent / "js"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with; install Node.js 20")


def node(script: str, given: Any, tmp_path: Path) -> Any:
    (tmp_path / "given.json").write_text(json.dumps(given))
    assert NODE is not None
    command = [NODE, str(JS / script), str(tmp_path / "given.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_gradients_and_losses_are_torch_s_in_plain_javascript_and_in_simd(tmp_path: Path) -> None:
    found = node("check_trainer.mjs", [torch_steps.case(k) for k in range(4)], tmp_path)
    assert len(found) == 8 and {f["way"] for f in found} == {"plain", "simd"}
    assert not [f for f in found if f["gradient"] > 1e-4 or f["loss"] > 1e-4 or f["largest"] < 1e-2]


def test_initial_weights_are_drawn_as_in_torch(tmp_path: Path) -> None:
    case, config = torch_steps.case(0), torch_steps.sampled(0)
    network = AnyNet(config, 10, zero_init_last=True, generator=torch.Generator().manual_seed(0))
    wanted = [p.detach().square().mean().sqrt().item() for p in network.parameters()]
    assert node("check_init.mjs", case, tmp_path) == pytest.approx(wanted, rel=0.25)


@pytest.mark.heavy
def test_sixty_networks_take_torch_s_steps_but_for_a_gate_at_zero(tmp_path: Path) -> None:
    """Where an activation is within rounding of zero, its ReLU falls to either side, and the later losses differ.

    So torch's own losses in float32 differ from those in float64 by more than 1e-4 for 4 of these 60 (at most 4.4e-3).
    """
    found = node("check_trainer.mjs", [torch_steps.case(k) for k in range(60)], tmp_path)
    assert len(found) == 120 and max(f["gradient"] for f in found) < 1e-4
    apart = [f["loss"] for f in found if f["loss"] > 1e-4]
    assert len(apart) <= 12 and max(apart, default=0) < 1e-2


ALIKE = {"depth": "free", "width": "non-decreasing", "ratio": "equal", "group": "equal"}  # AnyNetXD's own
FALLING = {"depth": "non-decreasing", "width": "non-increasing", "ratio": "free", "group": "equal"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    spaces = [s for s in rn.widgets.PopulationLab().traits()["first"].metadata["options"] if s != "Own"]
    own = [{"named": "AnyNetXD", "orders": ALIKE}, {"named": "Own (w fall)", "orders": FALLING}]
    given = {"setting": setting(), "spaces": spaces, "n": 5, "seed": 3, "orders": own}
    return node("check_lab.mjs", given, tmp_path_factory.mktemp("lab"))


def test_the_page_samples_python_s_networks(lab: dict[str, Any]) -> None:
    regime = regimes.get("page")
    for name, networks in lab["networks"].items():
        space = regime.with_ranges(getattr(rn, name)())
        nets = space.sample(5, rng=3, flops=regime.flops, resolution=16, num_classes=10)
        wanted = [[n.depths, n.widths, n.bottleneck_ratios, n.group_widths] for n in nets]
        assert networks == json.loads(json.dumps(wanted)), name
    assert lab["own"][0] == lab["networks"]["AnyNetXD"]


def test_a_space_of_the_reader_keeps_its_rules(lab: dict[str, Any]) -> None:
    for rules in lab["rules"][1]:
        assert rules["own_depths"] in ("rise", "equal") and rules["own_groups"] == "equal"
        assert rules["own_widths"] in ("fall", "equal")
    assert len({str(net) for net in lab["own"][1]}) == 5


def test_the_page_answers_after_a_hundred_proposals(lab: dict[str, Any]) -> None:
    assert lab["rests"] == [None, None]


def test_the_page_draws_python_s_pictures(lab: dict[str, Any]) -> None:
    images, labels = synthetic.pictures(600, 16, seed=1)
    assert lab["labels"] == labels.tolist()
    assert np.abs(np.array(lab["images"]) - images.ravel().astype(int)).max() <= 1
    assert lab["subset"] == fixed_subset(10_240, 50).tolist()
    few = np.array(lab["few"])  # of 600 images, and not of as many as the data have
    assert few[:, 0].tolist() == labels[fixed_subset(600, 40)].tolist()
    assert np.abs(few[:, 1] - images[fixed_subset(600, 40)][:, 0, 0, 0].astype(int)).max() <= 1


def test_the_products_in_the_page_are_built_from_their_source() -> None:
    """The base64 in `simd.js` is what goes into pages, and what `kernels.c` gives."""
    text = bundle.read("simd.js")
    code, built_by = re.search(r'return "([^"]+)"; // (.*)', text).groups()  # type: ignore[union-attr]
    assert code in rn.widgets.PopulationLab().to_html()
    if shutil.which("clang") is None:
        pytest.skip("there is no clang to build the products with; install clang and lld")
    if subprocess.run(["clang", "--version"], capture_output=True, text=True).stdout.splitlines()[0] != built_by:
        pytest.skip(f"another clang than {built_by} may give other bytes")
    build = Path(__file__).parents[2] / "tools/simd/build.py"
    assert subprocess.run([sys.executable, str(build), "--check"], check=False).returncode == 0


@pytest.mark.heavy
def test_final_errors_are_torch_s_in_distribution() -> None:
    """Two short trainings, eight seeds by each engine; `benchmarks/page_engine.py` is the long comparison."""
    regime = regimes.get("page").replace(train_images=1280, test_images=500)
    config = rn.AnyNetConfig((1, 1, 2), (32, 24, 8), (1, 1, 1), (8, 8, 8), strides=(1, 2, 2))
    page, own = page_engine.Page(), page_engine.Torch(regime)
    errors = [[e.train(config, seed, regime)["error"] for seed in range(8)] for e in (page, own)]
    page.close()
    assert stats.ttest_ind(*errors, equal_var=False).pvalue > 1e-3 and abs(np.subtract(*np.mean(errors, 1))) < 0.06


def test_the_judge_knows_equal_engines_from_others() -> None:
    rng = np.random.default_rng(0)

    def drawn(shift: float, n: int) -> dict[str, Any]:
        levels = {t: rng.normal(0.5, 0.07 * ("population" in t), 40) for t in page_engine.tasks()}
        return {
            task: {e: list(level[:n] + rng.normal(s, 0.05, n)) for e, s in (("page", shift), ("torch", 0.0))}
            for task, level in levels.items()
        }

    verdicts = [page_engine.judged(drawn(s, n))["verdict"] for s, n in ((0, 40), (0.05, 40), (0, 5))]
    assert verdicts == ["agree", "differ", "undecided"]


def test_the_page_says_what_compare_says(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    pairs = [[rng.normal(0.5, 0.05, a).tolist(), rng.normal(0.5 + d, 0.08, b).tolist()]
             for a, b, d in [(3, 4, 0.1), (9, 30, 0.2), (12, 12, 0.1), (12, 15, 0.0), (40, 20, -0.1)]]  # fmt: skip
    for (a, b), (low, high, p, told) in zip(pairs, node("check_compare.mjs", pairs, tmp_path), strict=True):
        found = rn.compare(a, b, names=("A", "B"))
        assert found.mean_difference[1:] == pytest.approx([low, high], abs=1e-9)
        assert found.p == pytest.approx(p, abs=1e-9)
        assert ("too few to tell" in told) == found.too_few
        assert ("is better than" in told) == (found.better is not None)
