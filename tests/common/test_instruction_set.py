"""Vector instructions decide how sums are rounded: they are told, asked for, and gone on with."""

import os

import pytest

import regnet_edu as rn
from regnet_edu.common import environment as circumstances
from regnet_edu.common import instruction_set as vectors
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps.engines import process
from regnet_edu.sweeps.engines.engine import Engine
from regnet_edu.sweeps.records import Records
from regnet_edu.sweeps.resume import other_rounding
from regnet_edu.training.regime import Regime

NEW, OLD = ["fpu", "avx", "avx2", "avx512f"], ["fpu", "avx", "avx2"]
# Small batches, many steps and a high rate: the last bit must come to be seen.
REGIME = Regime("test", "shapes", 16, (1e5, 2e6), {}, 192, 100, 8).replace(epochs=2, lr=0.4)
WIDE = circumstances.vectors_here() == "AVX-512"


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def machine(monkeypatch, flags):
    """Let this be a machine whose processor has these flags."""
    facts = {"flags": " ".join(flags), "model name": "AMD EPYC"}
    monkeypatch.setattr(circumstances, "_facts", lambda file: facts)


@pytest.mark.parametrize(
    ("flags", "held", "used"),
    [
        (NEW, {}, "AVX-512"),
        (NEW, vectors.HELD_TO["AVX2"], "AVX2"),
        (OLD, {}, "AVX2"),
        (["avx"], {}, "AVX"),
        ([], {}, ""),
    ],
)
def test_the_widest_that_a_process_uses(flags, held, used):
    assert vectors.in_use(flags, {"HOME": "/root", **held}) == used


@pytest.mark.parametrize(
    ("hardware", "told"),
    [
        ("2 x AMD EPYC (family 25, model 17, AVX2)", {"AVX2"}),
        ("2 x AMD EPYC (AVX-512; AVX2)", {"AVX-512", "AVX2"}),
        ("2 x Core i7 (AVX)", {"AVX"}),
        ("2 x AMD EPYC (family 25, model 17)", set()),
    ],
)
def test_what_a_record_tells(hardware, told):
    assert vectors.told(hardware) == told


@pytest.mark.parametrize(
    ("name", "flags", "sentence"),
    [
        ("AVX512", NEW, r"vectors 'AVX512' are unknown; did you mean AVX-512\? \(known: AVX-512, AVX2\)$"),
        ("AVX-512", OLD, "vectors 'AVX-512' are not there: this machine has only AVX2; leave them out to use what it"),
        ("AVX2", [], "vectors 'AVX2' are not there: this machine has neither; leave them out to use what it has$"),
    ],
)
def test_what_cannot_be_had_gets_one_sentence(name, flags, sentence, monkeypatch):
    machine(monkeypatch, flags)
    with pytest.raises(InputError, match=sentence):
        Engine(vectors=name)


@pytest.mark.parametrize(
    ("flags", "before", "options", "held_to"),
    [
        (NEW, ["2 x A (AVX2)", "4 x B (AVX2)"], {}, "AVX2"),
        (NEW, ["2 x A (AVX2)"], {"vectors": "AVX-512"}, "AVX-512"),
        (NEW, ["2 x A (AVX2)"], {"device": "cuda"}, None),  # there the processor rounds nothing
        (NEW, ["2 x A (AVX2)", "2 x A (AVX-512)"], {}, None),
        (NEW, ["2 x A (AVX-512)"], {}, None),
        (NEW, ["2 x A", None], {}, None),
        (OLD, ["2 x A (AVX2)"], {}, None),
        (OLD, ["2 x A (AVX-512)"], {}, None),
        ([], ["2 x A (AVX2)"], {}, None),
        (NEW, ["2 x AMD EPYC (AVX2)"], {}, "AVX2"),
        (NEW, ["2 x Intel(R) Xeon(R) Processor (AVX2)"], {}, None),  # another maker's round otherwise all the same
    ],
)
def test_networks_are_trained_as_those_before_where_the_machine_can(flags, before, options, held_to, monkeypatch):
    machine(monkeypatch, flags)
    assert Engine(**options).as_before(before).vectors == held_to


@pytest.mark.parametrize(("flags", "asked", "held_to"), [(NEW, "AVX2", "AVX2"), (NEW, None, None), (OLD, "AVX2", None)])
def test_an_estimate_knows_when_the_steps_that_it_times_use_more(flags, asked, held_to, monkeypatch):
    machine(monkeypatch, flags)
    assert Engine(vectors=asked).timing()["held_to"] == held_to


def test_where_it_cannot_that_is_said():
    found = Records(None, [{"hardware": "2 x A (AVX-512)"}], {}, [], {})
    assert other_rounding(found, "4 x B (AVX-512)") == other_rounding(found, "an M4") == ""
    assert "so far were trained with AVX-512, the next will be with AVX2" in other_rounding(found, "2 x A (AVX2)")
    found.sessions[0]["hardware"] = "2 x AMD EPYC (AVX-512)"
    said = other_rounding(found, "2 x Intel(R) Xeon(R) Processor (AVX-512)")
    assert "so far were trained with processors of AMD, the next will be with processors of Intel" in said
    assert other_rounding(found, "4 x AMD EPYC (family 26, AVX-512)") == ""


def test_a_worker_is_held_to_what_was_asked_for():
    processes = [process._surroundings(1, name)["environment"] for name in ("AVX2", None)]
    assert vectors.in_use(NEW, processes[0]) == "AVX2"
    assert vectors.in_use(NEW, processes[1]) == vectors.in_use(NEW, os.environ)


@pytest.mark.skipif(not WIDE, reason="this processor has no AVX-512 to do without")
def test_a_sweep_goes_on_and_is_trained_again_with_the_vectors_that_it_was_begun_with(images, tmp_path, capfd):
    networks = [rn.AnyNetConfig((1, 1), (24, width), 1, 8) for width in (40, 48, 56)]

    def run(n, out, **options):
        return rn.sweep(networks, n, REGIME, tmp_path / out, data=images, progress=False, workers=1, **options)

    wide, begun = run(2, "wide.jsonl"), run(1, "a.jsonl", vectors="AVX2")
    population = run(2, "a.jsonl")
    assert list(begun.loss) == list(population.loss[:1])
    assert population.hardware.str.contains("AVX2").all() and wide.hardware.str.contains("AVX-512").all()
    assert (population.loss != wide.loss).any()  # the last bit is another
    again = rn.reproduce(tmp_path / "a.jsonl", 2, data=images, progress=False, workers=1)
    assert again.reproduced and not again.differences
    other = rn.reproduce(tmp_path / "a.jsonl", 2, data=images, progress=False, workers=1, vectors="AVX-512")
    assert not other.reproduced and "AVX2) then" in other.differences[0]
    assert "note:" not in capfd.readouterr().err
    run(3, "a.jsonl", vectors="AVX-512")
    assert "were trained with AVX2, the next will be with AVX-512" in capfd.readouterr().err
