"""The command line: its commands on good input, and one sentence without a traceback on bad."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from each import each
from PIL import Image

from regnet_edu import __version__, zoo
from regnet_edu.analysis.edf import summary
from regnet_edu.cli.arguments import amount, setting
from regnet_edu.cli.parser import COMMANDS, main
from regnet_edu.sweeps.population import load_population, populations


def run(capsys, *arguments):
    status = main([str(a) for a in arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return status, said.out, said.err


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for split, count in (("train", 40), ("test", 8)):
        for label, name in enumerate(("dark", "light")):
            place = tmp_path / "photos" / split / name
            place.mkdir(parents=True)
            for k in range(count):
                pixels = rng.integers(0, 128, (20, 24, 3)) + 120 * label
                Image.fromarray(pixels.astype(np.uint8)).save(place / f"{k}.jpg")
    return tmp_path / "photos"


SETTINGS = ("train_images=64", "test_images=16", "batch_size=16", "resolution=16", "flops=[1e5,3e6]")
SMALL = tuple(word for setting in SETTINGS for word in ("--set", setting))


def test_sample_prints_one_network_a_line_with_its_complexity(capsys):
    status, out, _ = run(capsys, "sample", "AnyNetXA", "--n", 5, "--flops", "360e6", "400M")
    lines = out.splitlines()
    assert status == 0 and len(lines) == 5
    assert all("flops 3" in line and "params" in line and "activations" in line for line in lines)
    assert run(capsys, "sample", "AnyNetXA", "--n", 3, "--flops", "360e6", "400M")[1].splitlines() == lines[:3]


def test_sample_as_json_gives_configs_and_counts(capsys):
    _, out, _ = run(capsys, "sample", "RegNetX", "--n", 2, "--json", "--resolution", 32, "--classes", 10)
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 2 and all(len(row["widths"]) == 4 and row["flops"] > 0 for row in rows)


def test_a_study_from_photos_to_a_report(capsys, folder, tmp_path):
    out = tmp_path / "runs" / "a.jsonl"
    sweep = (
        "sweep",
        "AnyNetXA",
        "--n",
        3,
        "--data",
        folder,
        "--out",
        out,
        "--workers",
        1,
        "--note",
        "two shades",
        *SMALL,
    )
    status, said, noted = run(capsys, *sweep, "--set", "test_images=20")
    assert "note: photos has only 16 of 20 test images" in noted
    assert status == 0 and f"{out}: 3 networks of AnyNetXA; error min" in said
    header = load_population(out).attrs["header"]
    assert [header["data"][key] for key in ("name", "note", "classes")] == ["photos", "two shades", 2]
    page = tmp_path / "report.html"
    with open(out, "ab") as file:
        file.write(b'{"kind": "netw')
    status, said, err = run(capsys, "report", out, "--out", page)
    assert status == 2 and "line 6" in err and "torn" in err and err.count("\n") == 1
    assert f"{page}: open it in a browser" in said and "AnyNetXA" in page.read_text()
    status, _, err = run(capsys, *sweep, "--set", "test_images=20")
    assert status == 0 and "line 6" in err and "set aside" in err and load_population(out).shape[0] == 3
    assert run(capsys, "export", out, "--to", "csv")[0] == 0  # it is whole again


def test_train_takes_a_published_name_json_or_a_file(capsys, folder, tmp_path):
    config = {"depths": [1], "widths": [8], "bottleneck_ratios": [1], "group_widths": [8]}
    (tmp_path / "net.json").write_text(json.dumps(config))
    for network in (json.dumps(config), tmp_path / "net.json"):
        status, out, _ = run(capsys, "train", network, "--data", folder, *SMALL)
        assert status == 0 and "epoch 1: error" in out
    assert zoo.get("regnetx_200mf") and run(capsys, "train", "regnetx_20mf")[0] == 2


@each("content", (b"[" * 100_000, b"\xd0\xff{}", b"{", b""))
def test_a_file_that_holds_no_network_gets_one_sentence(capsys, tmp_path, content):
    (tmp_path / "net.json").write_bytes(content)
    assert main(["train", str(tmp_path / "net.json")]) == 2
    assert "is not JSON" in capsys.readouterr().err


def test_populations_are_there_for_programs_too(capsys):
    assert main(["populations", "--json"]) == 0
    found = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert list(found) == populations() and found["regnetx-cpu"]["networks"] == 200
    assert found["regnetx-cpu"]["regime"]["name"] == "cpu" and 0 < found["regnetx-cpu"]["min"] < 1


def test_populations_are_listed(capsys):
    status, said, _ = run(capsys, "populations")
    known = populations()
    lines = said.splitlines()[1 : len(known) + 1]
    assert status == 0 and [line.split()[0] for line in lines] == list(known)
    for name, line in zip(known, lines, strict=True):
        population = load_population(name)
        assert line.split()[1] == str(len(population)) and str(summary(population["error"])) in line
        assert f"\nregime {population.attrs['header']['regime']['name']}: " in said


def test_help_has_examples_that_fit_a_terminal_and_version_is_said(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (["--help"], *([command, "--help"] for command in COMMANDS)):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        said = capsys.readouterr().out
        assert stop.value.code == 0 and "example" in said
        assert max(map(len, said.splitlines())) <= 80, arguments
    assert run(capsys, "--version")[1].strip() == __version__
    assert "COMMAND" in run(capsys)[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sample", "AnyNetXZ"], "did you mean AnyNetX"),
        (["sample", "AnyNetXA", "--n", "0"], "n 0"),
        (["sample", "AnyNetXA", "--n", "many"], "many"),
        (["sample", "AnyNetXA", "--flops", "1", "2"], "reach"),
        (["sample", "AnyNetXA", "--flops", "lots", "2"], "'lots' is not a count such as 400e6"),
        (["sample", "AnyNetXA", "--option", "max_widht=64"], "max_width"),
        (["sample", "AnyNetXA", "--option", "max_width"], "not KEY=VALUE"),
        (["sample", "AnyNetXA", "--option", "name=1"], "has no range 'name'"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "OUT", "--option", "max_widht=64"], "did you mean max_width"),
        (["sweep", "AnyNetXA", "--n", "0", "--out", "OUT"], "n 0"),
        (["sweep", "AnyNetXA", "--n", "1"], "--out"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "OUT", "--workers", "0"], "workers 0"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "OUT", "--regime", "tinny"], "did you mean tiny"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "OUT", "--data", "/nowhere"], "folder /nowhere does not exist"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "OUT", "--set", "epoch=2"], "did you mean epochs"),
        (["sweep", "AnyNetXA", "--n", "1", "--out", "/proc/no/a.jsonl"], "cannot be written"),
        (["train", "regnetx_40mf"], "did you mean regnetx_400mf"),
        (["train", '{"depths": [1]'], "is not JSON"),
        (["train", '{"depths": [0], "widths": [8], "bottleneck_ratios": 1, "group_widths": 8}'], "at least 1"),
        (["report", "missing.jsonl"], "missing.jsonl does not exist"),
        (["swep"], "swep"),
    ],
)
def test_bad_input_gets_one_sentence_and_a_status(capsys, tmp_path, arguments, sentence):
    status, out, err = run(capsys, *(str(tmp_path / "a.jsonl") if a == "OUT" else a for a in arguments))
    assert status == 2 and sentence in err and err.startswith("regnet-edu: ") and err.count("\n") == 1
    assert out == "" and not (tmp_path / "a.jsonl").exists()


def test_counts_and_settings_are_read():
    assert amount("360e6") == 360e6 and amount("400M") == 4e8 and amount("0.4G") == 4e8 and amount("7k") == 7e3
    assert setting("epochs=3") == ("epochs", 3) and setting("name=x=y") == ("name", "x=y")


def test_the_package_is_a_command_too():
    ask = [sys.executable, "-m", "regnet_edu", "sample", "AnyNetXA", "--n", "0"]
    done = subprocess.run(ask, capture_output=True, text=True)
    assert done.returncode == 2 and "0" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/bin/sh"), reason="needs a shell")
def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m regnet_edu sample AnyNetXA --n 2000 | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "" and len(done.stdout.splitlines()) == 1
