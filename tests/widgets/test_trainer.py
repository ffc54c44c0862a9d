"""The training in the page is the package's: torch's steps, Python's networks and pictures, `compare`'s verdicts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch_steps

import regnet_edu as rn
from regnet_edu.data import synthetic
from regnet_edu.data.dataset import fixed_subset
from regnet_edu.training import regime as regimes

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


@pytest.mark.heavy
def test_sixty_networks_take_torch_s_steps_but_for_a_gate_at_zero(tmp_path: Path) -> None:
    """Where an activation is within rounding of zero, its ReLU falls to either side, and the later losses differ.

    So torch's own losses in float32 differ from those in float64 by more than 1e-4 for 4 of these 60 (at most 4.4e-3).
    """
    found = node("check_trainer.mjs", [torch_steps.case(k) for k in range(60)], tmp_path)
    assert len(found) == 120 and max(f["gradient"] for f in found) < 1e-4
    apart = [f["loss"] for f in found if f["loss"] > 1e-4]
    assert len(apart) <= 12 and max(apart, default=0) < 1e-2


def test_the_page_samples_python_s_networks_and_draws_its_pictures(tmp_path: Path) -> None:
    regime = regimes.get("page")
    spaces = rn.widgets.PopulationLab().traits()["first"].metadata["options"]
    found = node("check_lab.mjs", {"regime": regime.to_dict(), "spaces": spaces, "n": 5, "seed": 3}, tmp_path)
    for name in spaces:
        space = regime.with_ranges(getattr(rn, name)())
        nets = space.sample(5, rng=3, flops=regime.flops, resolution=16, num_classes=10)
        wanted = [[n.depths, n.widths, n.bottleneck_ratios, n.group_widths] for n in nets]
        assert found["networks"][name] == json.loads(json.dumps(wanted)), name
    images, labels = synthetic.pictures(600, 16, seed=1)
    assert found["labels"] == labels.tolist()
    assert np.abs(np.array(found["images"]) - images.ravel().astype(int)).max() <= 1
    assert found["subset"] == fixed_subset(10_240, 50).tolist()


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
