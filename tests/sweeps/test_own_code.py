"""Blocks, spaces and training of one's own in sweeps: recorded, resumed, found again by other processes."""

from __future__ import annotations

import math
import subprocess
import sys
import textwrap

import own_blocks
import pytest
from in_process import Here
from own_spaces import MLPS

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.common import import_path
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps.population import config_of

REGIME = rn.Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 2, "max_width": 64}}, 160, 100, 32)
pytestmark = pytest.mark.filterwarnings("ignore:.*has no cost written")


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def test_blocks_of_one_s_own_are_trained_recorded_and_resumed(images, tmp_path):
    out = tmp_path / "a.jsonl"
    blocks = (own_blocks.ConvNeXt, own_blocks.InvertedResidual, own_blocks.Depthwise)
    networks = [rn.AnyNetConfig((1, 2), (8, 16), 1, 8, block=b, stem_width=8) for b in blocks]
    options = {"regime": REGIME, "data": images, "progress": False}
    rn.sweep(networks[:1], out=out, engine=Here(), **options)
    table = rn.sweep(networks, out=out, workers=1, **options)  # another process, which imports them
    assert table.block.tolist() == ["own_blocks:ConvNeXt", "own_blocks:InvertedResidual", "own_blocks:Depthwise"]
    assert set(table.status) == {"ok"}
    assert [config_of(row) for row in rn.load_population(out).to_dict("records")] == networks
    assert table.flops.tolist() == [rn.complexity(c, 16, 3, 10).flops for c in networks]
    again = rn.train(networks[1], REGIME, int(table.seed[1]), data=images)
    assert again.loss == table.loss[1]


def test_a_population_of_other_networks_goes_through_everything(images, tmp_path):
    out = tmp_path / "a.jsonl"
    regime = REGIME.replace(flops=(2e5, 3e5))
    options = {"regime": regime, "out": out, "data": images, "progress": False, "engine": Here()}
    rn.sweep(MLPS, 2, **options)
    table = rn.sweep(MLPS, 5, **options)
    assert table.attrs["header"]["space"] == "MLPs" and set(table.status) == {"ok"}
    assert "depths" not in table and set(table.activation) <= {"relu", "gelu"}
    networks = MLPS.sample(5, flops=(2e5, 3e5), resolution=16, num_classes=10)
    assert [config_of(row) for _, row in table.iterrows()] == networks
    assert table.params.tolist() == [rn.complexity(c, 16, 3, 10).params for c in networks]
    assert rn.train(networks[4], regime, int(table.seed[4]), data=images).loss == table.loss[4]
    assert rn.reproduce(out, 1, data=images, progress=False).reproduced
    given = rn.sweep(networks, regime=regime, data=images, progress=False, engine=Here())
    assert given.error.equals(table.error)
    rn.edf(table["error"])
    assert rn.compare(table["error"], given["error"]).means == (table.error.mean(),) * 2
    assert rn.property_values(table, "params").values.tolist() == (table.params / 1e6).tolist()
    page = tmp_path / "page.html"
    rn.report([table], page)
    assert "MLPs" in page.read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"was begun with space MLPs, not MLPs \+ deep"):
        rn.sweep(MLPS.refine("deep", lambda nets: nets["depth"] > 2), 5, **options)


SCRIPT = """
    import sys
    from torch import nn
    import regnet_edu as rn
    from regnet_edu.data.synthetic import CLASSES, pictures

    def cost(x, width, stride):
        return x.conv(width, 3, stride).norm()

    @rn.register_block(cost=cost)
    class Plain(nn.Sequential):
        def __init__(self, width_in, width, stride):
            super().__init__(nn.Conv2d(width_in, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())

    def smooth(scores, labels):
        return nn.functional.cross_entropy(scores, labels, label_smoothing=0.1)

    def pixels(p, num_classes, in_channels, resolution):
        width = in_channels * (resolution // p["size"]) ** 2
        return nn.Sequential(nn.AvgPool2d(p["size"]), nn.Flatten(), nn.Linear(width, num_classes))

    class Both:
        name = "two kinds"

        def sample(self, n, rng=0, *, flops, **sizes):
            anynets = rn.AnyNetXB(num_stages=2, block=Plain).sample(n, rng, flops=flops, **sizes)
            modules = rn.ModuleSpace(pixels, {"size": [4, 8]}).sample(n, rng)
            return [network for pair in zip(anynets, modules) for network in pair][:n]

    space = Both()
    images = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
    regime = rn.Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 2}}, 160, 100, 32, loss=smooth)
    print(rn.sweep(space, int(sys.argv[2]), regime, sys.argv[1], data=images, workers=1, progress=False).error.tolist())
"""


def test_what_a_script_or_notebook_defines_is_sent_to_the_workers_and_resumes(tmp_path):
    script, out = tmp_path / "study.py", tmp_path / "a.jsonl"
    script.write_text(textwrap.dedent(SCRIPT))
    errors = []
    for n in (2, 3):
        done = subprocess.run(
            [sys.executable, script, out, str(n)], capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stderr
        assert "sent to the workers: __main__:Plain, __main__:smooth, __main__:pixels." in done.stderr
        errors.append(eval(done.stdout))
    assert errors[1][:2] == errors[0]
    table = rn.load_population(out)
    assert table.block.isna().tolist() == [False, True, False] and table.error.tolist() == errors[1]
    assert set(table.block.dropna()) == {"__main__:Plain"}
    assert table["size"].tolist()[1] in (4, 8)
    ratios = rn.property_values(table, "width_ratio").values
    assert [ratio > 0 for ratio in ratios] == [True, False, True] and math.isnan(ratios[1])  # it has no stages
    with pytest.raises(InputError, match="it was defined in a notebook or script; run that again first"):
        config_of(table.iloc[0])


def half_right(config, regime, seed, device, data):
    assert data.train_images.shape[1:] == (16, 16, 3) and device == "cpu" and regime.batch_size == 32
    return {"error": 1 / len(config.widths), "errors": (0.9, 1 / len(config.widths))}


def test_a_sweep_trains_as_it_is_told(images, tmp_path):
    networks = [rn.AnyNetConfig((1,) * s, (8,) * s, 1, 8) for s in (2, 4)]
    options = {"out": tmp_path / "a.jsonl", "data": images, "progress": False}
    table = rn.sweep(networks, regime=REGIME, train=half_right, workers=1, **options)
    assert table.error.tolist() == [0.5, 0.25] and table.errors[1] == (0.9, 0.25) and table.loss.isna().all()
    path = table.attrs["header"]["regime"]["train"]
    assert path == f"{__name__}:half_right"
    with pytest.raises(InputError, match=f"was begun with regime train {path}, not train None"):
        rn.sweep(networks, regime=REGIME, **options)
    with pytest.raises(InputError, match="no_such_module:go is not found"):
        rn.sweep(networks, regime=REGIME, train="no_such_module:go", **options)


def test_what_cannot_be_sent_is_refused_with_the_way_out(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "a_generator", (k for k in "abc"), raising=False)
    monkeypatch.setattr(import_path, "_asked", {})
    import_path.path_of("__main__:a_generator")
    with pytest.raises(InputError, match=r"__main__:a_generator cannot be sent .*put it into a module \(a .py file\)"):
        import_path.pack()


def test_the_command_line_takes_spaces_of_one_s_own(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spaces_beside_me.py").write_text("from own_spaces import MLPS\nmlps = MLPS\nmake = lambda: MLPS\n")
    small = ("--resolution", "16", "--classes", "10", "--params", "5k", "50k")
    for name in ("mlps", "make"):
        assert main(["sample", f"spaces_beside_me:{name}", "--n", "2", *small]) == 0
    first, second, *again = capsys.readouterr().out.splitlines()
    assert again == [first, second] and "depth " in first and "params " in first
    asked = {
        "spaces_beside_me:mlp": "spaces_beside_me must be a module that this process can import",
        "nowhere:mlps": "No module named 'nowhere'",
        "own_spaces:mlp": "does not make a space",
        "math:pi": "not a design space",
        "AnyNet": 'one of your own is "my_module:my_space"',
    }
    for space, reason in asked.items():
        assert main(["sample", space]) == 2
        assert reason in capsys.readouterr().err
    assert main(["sample", "own_spaces:MLPS", "--option", "depth=3"]) == 2
    assert "takes no options" in capsys.readouterr().err
