"""The command sweep: what it prints, and with which status it ends."""

import json

import pytest

import regnet_edu as rn
from regnet_edu.cli.parser import main
from regnet_edu.sweeps.engines.pool import Pool

SETTINGS = ("train_images=64", "test_images=16", "batch_size=16", "resolution=16", "flops=[1e5,2e6]")
SMALL = tuple(word for setting in SETTINGS for word in ("--set", setting))
RESULT = {"status": "ok", "error": 0.25, "errors": [0.25], "epochs": 1, "loss": 1.0, "seconds": 1.0}


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """A sweep of three networks whose training is only pretended; returns its status and what it printed."""
    bad = {}

    def train(self, tasks):
        for k in [task["index"] for task in tasks]:
            yield {"index": k, **({"status": "failed", "reason": bad[k]} if k in bad else RESULT)}

    def run(*options, fail=()):
        bad.clear()
        bad.update(fail)
        out = str(tmp_path / "a.jsonl")
        status = main(["sweep", "AnyNetXA", "--n", "3", *SMALL, "--quiet", "--out", out, *options])
        return status, *capsys.readouterr()

    monkeypatch.setattr(Pool, "train", train)
    return run


def test_failures_are_shown_grouped_and_tried_again_on_request(command):
    status, out, err = command(fail={0: "no luck", 1: "no disk", 2: "no luck"})
    assert status == 3 and out.endswith("3 networks of AnyNetXA, 3 failed; no error\n")
    assert err == "3 of 3 networks failed:\n  2 x no luck\n  1 x no disk\n"
    assert command()[0] == 3  # nothing is tried again by itself
    status, out, err = command("--retry-failed", fail={1: "no disk"})
    assert status == 1 and "1 failed; error min 25.0%" in out and err == "1 of 3 networks failed:\n  1 x no disk\n"
    status, out, err = command("--retry-failed")
    assert status == 0 and "failed" not in out and err == ""


def test_the_result_is_there_for_programs_too(command, tmp_path):
    status, out, _ = command("--json", fail={1: "no luck"})
    assert status == 1 and json.loads(out) == {
        "out": str(tmp_path / "a.jsonl"),
        "space": "AnyNetXA",
        "networks": 3,
        "ok": 2,
        "diverged": 0,
        "failed": 1,
        "error": {"min": 0.25, "mean": 0.25, "median": 0.25},
        "reasons": {"no luck": 1},
    }


def test_a_sweep_is_watched_while_it_runs(command, tmp_path, capsys, monkeypatch):
    command()
    file = tmp_path / "a.jsonl"
    whole = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(whole[:3]))  # one network of three
    monkeypatch.setattr("time.sleep", lambda _: file.write_bytes(b"".join(whole)))
    assert main(["report", "--live", str(file)]) == 0
    first, last = capsys.readouterr().out.strip().split("\n\n")
    assert "AnyNetXA: 1 of 3 networks, about " in first and " left\nbest error 25.0%, median 25.0%" in first
    assert "AnyNetXA: 3 of 3 networks\n" in last and last.endswith("100%  " + "#" * 40)
    file.write_text("nothing\n")
    assert main(["report", "--live", str(file)]) == 2
    for option in ("--out", "--measure"):
        assert main(["report", "--live", str(file), option, "loss"]) == 2
        assert f"{option} 'loss' is for the page, and --live writes none" in capsys.readouterr().err


def test_precision_is_a_setting_of_the_regime(command, tmp_path):
    assert command("--precision", "bf16")[0] == 0
    assert rn.load_population(tmp_path / "a.jsonl").attrs["header"]["regime"]["precision"] == "bf16"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--gpus", "0.5"), "--gpus 0.5 is for --engine ray; engine local has none"),
        (("--engine", "rey"), "engine 'rey' is unknown; did you mean ray?"),
        (("--network-timeout", "-1"), "network_timeout -1.0 must be above 0 seconds"),
        (("--device", "cpu:0"), "device 'cpu:0' is unknown"),
        (("--shard", "1"), "--shard '1' must be a part and how many there are, such as 1/4"),
        (("--shard", "5/4"), "shard 5 of 4 is not there"),
    ],
)
def test_bad_options_get_one_sentence(command, options, sentence):
    status, _, err = command(*options)
    assert status == 2 and sentence in err and err.count("\n") == 1
