"""The workbench in Python: its config is a trait both ways, and its numbers are those of the page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the interactives need anywidget; `make setup` installs it")

import widget_vectors
import workbench_vectors
from fake_populations import population

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.training import regime
from regnet_edu.widgets import bundle
from regnet_edu.widgets.space_workbench import COLUMNS, SPACES

NODE = shutil.which("node")
FOLDER = Path(bundle.__file__).parent
REGNET = rn.AnyNetConfig((1, 2, 7, 12), (24, 64, 152, 392), (1,) * 4, (16,) * 4)


def made(**state: Any) -> Any:
    return rn.widgets.SpaceWorkbench({"a": population(20, 1)}, **state)


def in_node(expression: str) -> Any:
    names = ("design_spaces", "snap", "space_workbench")
    imports = "".join(f"import * as {n} from {json.dumps((FOLDER / f'{n}.js').as_uri())};" for n in names)
    code = f"{imports} console.log(JSON.stringify({expression}, (_, v) => typeof v === 'bigint' ? String(v) : v))"
    done = subprocess.run([str(NODE), "--input-type=module", "-e", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestConfig:
    def test_is_what_the_lists_say(self) -> None:
        workbench = made()
        seen: list[Any] = []
        workbench.observe(lambda change: seen.append(change["new"]), names="config")
        workbench.set_state({"widths": [8, 16, 24, 32]})  # what a message from the page does
        assert seen == [workbench.config] and workbench.config.widths == (8, 16, 24, 32)

    def test_sets_the_lists(self) -> None:
        workbench = made()
        workbench.config = REGNET
        assert [workbench.depths, workbench.widths] == [[1, 2, 7, 12], [24, 64, 152, 392]]
        assert workbench.config == REGNET == made(config=REGNET).config

    @pytest.mark.parametrize(
        ("config", "sentence"),
        [
            (rn.AnyNetConfig((1,), (8,), (1,), (1,)), "four stages"),
            (rn.AnyNetConfig((1,) * 4, (8,) * 4, (1,) * 4, (1,) * 4, block="R"), "another stem, stride or block"),
            (rn.AnyNetConfig((1,) * 4, (12,) * 4, (1,) * 4, (1,) * 4), r"widths\[0\] 12 .* the nearest is 8"),
        ],
    )
    def test_of_another_kind_is_refused(self, config: Any, sentence: str) -> None:
        workbench = made()
        with pytest.raises(InputError, match=sentence):
            workbench.config = config
        assert workbench.config == made().config

    @pytest.mark.parametrize("widths", [[8, 8, 8], "8888", [8, 8, 8, 9], [8, 8, 8, 4096], [8, 8, 8, float("nan")], 8])
    def test_a_list_outside_the_limits_is_refused(self, widths: Any) -> None:
        with pytest.raises(InputError, match="widths"):
            made(widths=widths)


class TestSpace:
    def test_membership_is_that_of_the_chosen_space(self) -> None:
        assert made().belongs and not made(space="AnyNetXB").belongs
        assert made(config=REGNET, space="RegNetX").belongs

    def test_it_starts_as_a_bad_network_that_is_recorded(self) -> None:
        near = rn.widgets.SpaceWorkbench().nearest(3)
        errors = rn.load_population("anynetxa-cpu")["error"]
        assert near[0].population == "anynetxa-cpu" and near[0].distance == 0 < near[1].distance
        assert near[0].error > errors.quantile(0.95)

    def test_the_neighbours_say_more_than_the_mean(self) -> None:
        """How far a guess from eight neighbours is off, for recorded networks that are taken out."""
        workbench, off, spread = rn.widgets.SpaceWorkbench(), [], []
        parts = workbench.parts()
        mean = sum(parts["regnetx-cpu"]["errors"]) / len(parts["regnetx-cpu"]["errors"])
        for place in range(0, len(parts["anynetxa-cpu"]["errors"]), 5):
            population = parts["anynetxa-cpu"]
            for name in COLUMNS:
                setattr(workbench, name, population[name][place])
            near = sorted(n.error for n in workbench.nearest(9)[1:])
            off.append(abs((near[3] + near[4]) / 2 - population["errors"][place]))
            spread.append(abs(mean - population["errors"][place]))
        assert sum(off) < 0.7 * sum(spread)


@pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with; install Node.js 20")
class TestPage:
    def test_sizes_and_degrees_of_freedom_are_python_s(self) -> None:
        found = in_node(f"{json.dumps(list(SPACES))}.map((s) => [design_spaces.freedom(s), design_spaces.sizeOf(s)])")
        assert found == [[space().free_parameters(), str(space().size())] for space in SPACES.values()]

    def test_its_band_is_that_of_the_records(self) -> None:
        assert tuple(in_node("snap.BAND")) == regime.get("cpu").flops
        assert regime.get("cpu").resolution == 32

    def test_membership_and_flops_are_python_s_in_a_hundred_random_states(self) -> None:
        """The same functions run on ten times as many vectors in test_widgets.py; here through the page's own text."""
        configs = workbench_vectors.networks(np.random.default_rng(5), 100)
        states = [dict(zip(COLUMNS, workbench_vectors.plain(c).values(), strict=True)) for c in configs]
        spaces = [list(SPACES)[k % 6] for k in range(100)]
        given = [{**state, "space": space} for state, space in zip(states, spaces, strict=True)]
        said = in_node(
            f"{json.dumps(given)}.map((s) => space_workbench.widget.description.view("
            "{ against: 'AnyNetXA', hold: true, judged: false, seed: 0, ...s }, { width: 640, data: {} }).summary)"
        )
        for config, space, sentence in zip(configs, spaces, said, strict=True):
            outside = f"it is no network of {space}" in sentence
            assert outside == (config not in SPACES[space]()), sentence
            assert f"Yours has {config.depth} block" in sentence
        assert widget_vectors.CASES >= 1000
