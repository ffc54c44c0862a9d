"""One network on streamed images: the recipe, checkpoints, averages, and the same course on one process or two."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
from photos import WNIDS, imagenet

import regnet_edu as rn
from regnet_edu import regime
from regnet_edu.common.errors import InputError
from regnet_edu.common.stopping import UnfinishedError
from regnet_edu.data import image_data as data
from regnet_edu.training.distributed import run as large
from regnet_edu.training.distributed import training_run as course
from regnet_edu.training.distributed.checkpoint import Checkpoint
from regnet_edu.training.distributed.input_pipeline import Batch, Pipeline
from regnet_edu.training.distributed.run import train_distributed
from regnet_edu.training.distributed.training_run import Plan
from regnet_edu.training.optimizer import SGD
from regnet_edu.training.result import seeds

CONFIG = rn.AnyNetConfig((1, 1), (8, 16), 1, 8)
FINAL = regime.get("imagenet_final")
# 48 images in batches of 16: 3 steps an epoch.
SMALL = FINAL.replace(resolution=32, batch_size=16, epochs=2, lr=0.05, warmup=0.2, precision="fp32")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return imagenet(tmp_path_factory.mktemp("data") / "tiny")


def train(root, out=None, recipe=SMALL, seed=3, **options):
    usual = {"out": out, "loaders": 0, "device": "cpu"}
    return train_distributed(CONFIG, recipe, seed, f"imagenet:{root}", **{**usual, **options})


def state(out):
    return torch.load(out / "checkpoint.pt", weights_only=True)["state"]


def differ(a, b, part="network"):
    """The largest difference of any number of two states, relative to the largest number of its tensor."""
    pairs = [(x, b[part][name]) for name, x in a[part].items() if x.is_floating_point()]
    return max(float((x - y).abs().max() / x.abs().max().clamp(min=1e-6)) for x, y in pairs)


@pytest.fixture(scope="module")
def undisturbed(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed")
    result = train(root, out, ema=0.9, save_every=2)
    return out, result


def test_the_final_recipe_is_the_papers():
    # Section 5 and appendix C: 100 epochs, a warm-up of 5, lr 0.1 at 128 images, weight decay 5e-5, half a cosine.
    steps = FINAL.steps(1_281_167)
    assert (FINAL.epochs, FINAL.lr, FINAL.batch_size, FINAL.weight_decay, FINAL.momentum) == (100, 0.1, 128, 5e-5, 0.9)
    assert not FINAL.nesterov and FINAL.decay_norm_and_bias and FINAL.resolution == 224
    rates = [FINAL.learning_rate(step, steps) for step in (0, steps // 20 - 1, steps // 20, round(steps * 0.525))]
    assert rates == pytest.approx([0.1 / round(steps / 20), 0.1, 0.1, 0.05], rel=1e-4)


def test_every_step_has_the_learning_rate_of_the_schedule(root, monkeypatch):
    rates = []
    monkeypatch.setattr(SGD, "step", lambda self, lr, scale: rates.append(lr))
    train(root)
    assert rates == [SMALL.learning_rate(step, 6) for step in range(6)] and rates[0] == 0.05 and rates[-1] < 0.01


def test_it_learns_what_can_be_learned_and_says_how_it_goes(root, tmp_path):
    said, seen = [], []
    options = {"say": said.append, "on_epoch": lambda epoch, error: seen.append((epoch, error))}
    result = train(root, tmp_path, SMALL.replace(epochs=4), **options)
    assert result.status == "ok" and result.error < 0.4 and seen == list(enumerate(result.errors, 1))
    assert "48 + 18 images in 3 classes; 4 epochs of 3 steps of 16 images on cpu" in said[0]
    assert [line.split(":")[0] for line in said[1:]] == [f"epoch {k} of 4" for k in (1, 2, 3, 4)]
    assert "images a second" in said[-1] and f"error {result.error:.2%}" in said[-1]
    report = json.loads((tmp_path / "result.json").read_text())
    assert report["error"] == result.error and len(report["epochs"]) == 4 and report["data"]["classes"] == 3
    assert report["network"] == CONFIG.to_dict() and report["versions"]["torch"] and report["regime"]["epochs"] == 4
    network = rn.AnyNet(CONFIG, 3)
    network.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))


def test_a_training_stopped_anywhere_resumes_to_the_same_end_bit_by_bit(root, undisturbed, tmp_path, monkeypatch):
    out, result = undisturbed
    step = course.TrainingRun._one_step
    for stop in (1, 3, 5):  # before the first checkpoint, at the end of an epoch, in the middle of one
        left = iter(range(stop))

        def until(self, batch, left=left):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return step(self, batch)

        monkeypatch.setattr(course.TrainingRun, "_one_step", until)
        with pytest.raises(KeyboardInterrupt):
            train(root, tmp_path / str(stop), ema=0.9, save_every=2)
        monkeypatch.setattr(course.TrainingRun, "_one_step", step)
        again = train(root, tmp_path / str(stop), ema=0.9, save_every=2)
        assert (again.loss, again.errors, again.ema_error) == (result.loss, result.errors, result.ema_error)
        mine, theirs = state(tmp_path / str(stop)), state(out)
        assert differ(mine, theirs) == differ(mine, theirs, "average") == 0


def test_one_that_is_to_stop_does_so_at_a_checkpoint_and_loses_no_step(root, undisturbed, tmp_path):
    asked = []
    with pytest.raises(UnfinishedError, match="after 1 epochs and 2 steps"):
        train(root, tmp_path, ema=0.9, save_every=2, stop=lambda seconds: asked.append(seconds) or len(asked) == 3)
    assert asked == sorted(asked) and asked[0] > 0  # of the longest time between two checkpoints
    before = state(tmp_path)["progress"]
    assert (before["epoch"], before["step"]) == (1, 2)
    result = train(root, tmp_path, ema=0.9, save_every=2, stop=lambda _: False)
    assert (result.errors, result.loss, result.ema_error) == tuple(
        getattr(undisturbed[1], name) for name in ("errors", "loss", "ema_error")
    )


def test_the_factor_of_the_loss_in_half_precision_is_resumed_too(root, tmp_path, monkeypatch):
    monkeypatch.setattr(large, "check_precision", lambda *_: None)  # a processor can compute in float16, if slowly
    half = SMALL.replace(precision="fp16")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    result = train(root, whole, half, save_every=2)
    step = course.TrainingRun._one_step

    def stopped(self, batch):
        if (self.epoch, self.step) == (1, 1):
            raise KeyboardInterrupt
        self.scale.factor.fill_(2.0**10)  # as if many steps had been left out
        return step(self, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(course.TrainingRun, "_one_step", stopped)
        train(root, parts, half, save_every=2)
    assert state(whole)["scale"][0] == 2.0**16 and state(parts)["scale"][0] == 2.0**10
    resumed = train(root, parts, half, save_every=2)
    assert state(parts)["scale"][0] == 2.0**10 and resumed.loss == pytest.approx(result.loss, rel=0.02)


def test_one_that_goes_on_says_from_where(root, tmp_path):
    def stop(epoch, error):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(root, tmp_path, on_epoch=stop)
    said = []
    train(root, tmp_path, say=said.append)
    assert said[0].endswith(f"goes on in {tmp_path} after 1 epoch and 0 steps")


def test_a_finished_training_says_its_result_again(root, undisturbed, monkeypatch):
    out, result = undisturbed
    monkeypatch.setattr(course.TrainingRun, "one_epoch", None)
    again = train(root, out, ema=0.9)
    assert (again.error, again.epochs) == (result.error, result.epochs)


def test_the_average_is_what_an_independent_sum_gives(root):
    weights = []
    network = rn.AnyNet(CONFIG, 3)
    average = course.moving_average(network, 0.75)
    for _ in range(3):
        weights.append({name: value.clone() for name, value in network.state_dict().items()})
        with torch.no_grad():
            for value in network.state_dict().values():
                value.add_(1)
        average.update_parameters(network)
    weights.append({name: value.clone() for name, value in network.state_dict().items()})
    for name, value in average.module.state_dict().items():
        if value.is_floating_point():
            expected = sum(
                w * v[name] for w, v in zip((0.75**3, 0.25 * 0.75**2, 0.25 * 0.75, 0.25), weights, strict=True)
            )
            assert torch.allclose(value, expected, rtol=1e-6, atol=1e-6)
    with pytest.raises(InputError, match="ema 1 must be at least 0 and below 1"):
        course.moving_average(network, 1.0)


def test_other_settings_in_the_same_folder_are_refused_and_say_what_differs(root, undisturbed):
    out, _ = undisturbed
    held = (out / "checkpoint.pt").read_bytes()
    for change, sentence in (
        ({"recipe": SMALL.replace(lr=0.1)}, "begun with regime lr 0.05, not lr 0.1"),
        ({"ema": None}, "begun with ema 0.9, not None"),
        ({"norm_batch": 8}, "begun with norm_batch 16, not 8"),
    ):
        with pytest.raises(InputError, match=sentence):
            train(root, out, **{"ema": 0.9, **change})
    assert (out / "checkpoint.pt").read_bytes() == held


def test_a_second_writer_and_a_damaged_checkpoint_are_said(root, tmp_path):
    with Checkpoint(tmp_path, {}).lock(), pytest.raises(InputError, match="is being written by another training"):
        train(root, tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(InputError, match=r"checkpoint .* cannot be read .*; remove it or choose another --out"):
        train(root, tmp_path)


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(tmp_path):
    files = Checkpoint(tmp_path, {"seed": 1})
    files.save({"step": 1})

    class Full:
        def __reduce__(self):
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"cannot be written: .*the last checkpoint is safe"):
        files.save({"step": Full()})
    assert files.load() == {"step": 1}


def test_a_loss_that_is_not_finite_is_reported(root, tmp_path):
    result = train(root, tmp_path, SMALL.replace(lr=1e30, warmup=0.0))
    assert result.status == "diverged" and result.error == pytest.approx(2 / 3) and "loss" in result.reason
    assert json.loads((tmp_path / "result.json").read_text())["loss"] is None
    assert train(root, tmp_path, SMALL.replace(lr=1e30, warmup=0.0)).status == "diverged"  # and is not tried again


class TestPlan:
    def test_processes_share_a_batch_so_that_batch_norm_sees_the_same_images(self):
        assert Plan.of(1024, 8) == Plan(128, 128, 1, 1)  # the paper's
        assert Plan.of(1024, 1) == Plan(1024, 128, 8, 1)
        assert Plan.of(1024, 16) == Plan(64, 128, 1, 2)
        assert Plan.of(100, 2) == Plan(50, 100, 1, 2)
        assert Plan.of(256, 2, norm_batch=32) == Plan(128, 32, 4, 1)

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ((100, 8), "batch_size 100 cannot be shared by 8 processes; the nearest is 96"),
            ((96, 2, 64), "norm_batch 64 does not go into 2 processes with 48 images each; 48 or 96 would do"),
            ((96, 2, 0), "norm_batch 0"),
        ],
    )
    def test_what_cannot_be_shared_is_said(self, arguments, sentence):
        with pytest.raises(InputError, match=sentence):
            Plan.of(*arguments)


def test_one_step_is_plain_sgd_on_the_mean_loss(root):
    """The loop's first step against the same step written with torch's own optimiser and batch norm."""
    result = {}
    step = SGD.step

    def first(self, *given):
        step(self, *given)
        result.setdefault("weights", [p.detach().clone() for params, _ in self.groups for p in params])

    SGD.step, kept = first, step
    try:
        train(root, recipe=SMALL.replace(epochs=1))
    finally:
        SGD.step = kept
    weight_seed, order_seed = seeds(3)
    network = rn.AnyNet(CONFIG, 3, generator=torch.Generator().manual_seed(weight_seed))
    stream = data.load(f"imagenet:{root}", 32)
    images, labels = next(Pipeline(stream, SMALL, order_seed).train(0)).normalised(torch.device("cpu"))
    rate = SMALL.replace(epochs=1).learning_rate(0, 3)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9, weight_decay=5e-5)
    torch.nn.functional.cross_entropy(network(images), labels).backward()
    optimizer.step()
    expected = [p for p in network.parameters() if p.ndim > 1] + [p for p in network.parameters() if p.ndim <= 1]
    assert all(torch.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(result["weights"], expected, strict=True))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"recipe": SMALL.replace(batch_size=64)}, "batch_size 64 is more than the 48 training images"),
        ({"recipe": SMALL.replace(crop_padding=4)}, "crop_padding 4 is for images in memory"),
        ({"loaders": -1}, "loaders -1 must be"),
        ({"threads": 0}, "threads 0 must be"),
        ({"save_every": 0}, "save_every 0 must be"),
        ({"seed": -1}, "seed -1 must be"),
        ({"device": "tpu9"}, "device 'tpu9' is unknown"),
    ],
)
def test_bad_arguments_get_one_sentence(root, tmp_path, options, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        train(root, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_said(root):
    with pytest.raises(InputError, match="no GPU that torch can use; use cpu"):
        train(root, device="cuda")


def test_a_gpu_without_the_memory_is_said_with_what_takes_less(root, monkeypatch):
    def full(self, batch):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(course.TrainingRun, "_one_step", full)
    with pytest.raises(InputError, match="too little memory for 16 images at a time; norm_batch 8 takes fewer"):
        train(root)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_comes_to_nearly_the_loss_of_the_processor(root):
    assert train(root, device="cuda").loss == pytest.approx(train(root).loss, rel=1e-2)
    assert train(root, device="cuda", recipe=SMALL.replace(precision="bf16")).status == "ok"


def test_data_in_memory_are_pointed_to_the_other_way():
    with pytest.raises(InputError, match="synthetic is kept in memory; to read images from files, give imagenet:DIR"):
        train_distributed(CONFIG, SMALL, 0, "synthetic")


def command(root, out, *more):
    network = json.dumps(CONFIG.to_dict())
    words = [
        *("train", network, "--data", f"imagenet:{root}", "--out", str(out), "--seed", "3", "--device", "cpu"),
        *("--batch-size", "16", "--lr", "0.05", "--epochs", "2", "--precision", "fp32", "--workers", "0"),
        *("--set", "resolution=32", "--set", "warmup=0.2", "--ema", "0.9", "--save-every", "2", *more),
    ]
    return [sys.executable, "-m", "regnet_edu", *words]


def torchrun(processes, words):
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    return subprocess.run([*start, *words[1:]], capture_output=True, text=True, timeout=500)


# A sum of two halves is rounded otherwise than the whole, in the last of 24 bits (6e-8); six steps let that grow.
ROUNDING = 2e-5


def test_two_processes_come_to_the_weights_of_one_with_the_same_batch(root, undisturbed, tmp_path):
    out, result = undisturbed
    done = torchrun(2, command(root, tmp_path))  # batch norm over 16 images, of which each process has 8
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch 2 of 2") == 1 and "on 2 processes (cpu)" in done.stdout
    report, mine = json.loads((tmp_path / "result.json").read_text()), state(tmp_path)
    assert report["processes"] == 2 and report["loss"] == pytest.approx(result.loss, rel=ROUNDING)
    assert report["errors"] == list(result.errors) and report["ema_error"] == result.ema_error
    assert 0 < differ(mine, state(out)) < ROUNDING and differ(mine, state(out), "average") < ROUNDING


def test_the_order_within_a_batch_is_rounding_which_bf16_shows_and_fp32_hardly_does(root, monkeypatch):
    """Why two processes differ from one in bf16, by per cents: any other order of the same sum does."""
    plain = Batch.normalised

    def turned(self, where):
        return tuple(part.flip(0) for part in plain(self, where))

    moved = {}
    for precision in ("fp32", "bf16"):
        recipe = SMALL.replace(precision=precision, epochs=3, lr=0.4)
        losses = [train(root, recipe=recipe).loss]
        with monkeypatch.context() as patch:
            patch.setattr(Batch, "normalised", turned)
            losses.append(train(root, recipe=recipe).loss)
        moved[precision] = abs(losses[1] / losses[0] - 1)
    assert moved["fp32"] < 1e-3 and moved["bf16"] > 10 * moved["fp32"]


@pytest.mark.heavy
@pytest.mark.parametrize("norm_batch", [8, 4])
def test_two_processes_agree_with_one_that_takes_turns(root, tmp_path, norm_batch):
    train(root, tmp_path / "one", ema=0.9, save_every=2, norm_batch=norm_batch)
    done = torchrun(2, command(root, tmp_path / "two", "--norm-batch", str(norm_batch)))
    assert done.returncode == 0, done.stderr
    assert differ(state(tmp_path / "one"), state(tmp_path / "two")) < ROUNDING
    whole = train(root, tmp_path / "whole", ema=0.9)
    assert abs(whole.loss - json.loads((tmp_path / "two" / "result.json").read_text())["loss"]) > 1e-3


@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_training_killed_at_any_moment_resumes_to_the_same_end(root, tmp_path, processes):
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    words = [*start, *command(root, tmp_path / "killed", "--epochs", "40")[1:]]
    whole = [*start, *command(root, tmp_path / "whole", "--epochs", "40")[1:]]
    assert subprocess.run(whole, capture_output=True).returncode == 0
    seen, kills = -1, 0
    while kills < 4:
        process = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            time.sleep(0.05)
            path = tmp_path / "killed" / "checkpoint.pt"
            stamp = path.stat().st_mtime_ns if path.exists() else -1
            if stamp > seen:  # it got further than last time: kill it, at some moment after that checkpoint
                time.sleep(0.013 * kills)
                break
        seen = path.stat().st_mtime_ns
        os.killpg(process.pid, signal.SIGKILL)  # of torchrun; the processes that it started notice, and end too
        process.wait()
        kills += 1
    assert not (tmp_path / "killed" / "result.json").exists()
    assert subprocess.run(words, capture_output=True).returncode == 0
    mine, theirs = state(tmp_path / "killed"), state(tmp_path / "whole")
    assert (
        differ(mine, theirs) == 0 and mine["progress"]["epochs"][-1]["loss"] == theirs["progress"]["epochs"][-1]["loss"]
    )


def test_the_command_trains_resumes_and_refuses(root, tmp_path, capsys):
    from regnet_edu.cli.parser import main

    words = command(root, tmp_path)[3:]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "epoch 2 of 2" in said and f"weights and result in {tmp_path}" in said
    assert main([*words, "--lr", "0.1"]) == 2
    assert "begun with regime lr 0.05, not lr 0.1" in capsys.readouterr().err
    assert main(["train", "regnetx_400mf", "--data", "imagenet:/nowhere"]) == 2
    assert "image folder /nowhere does not exist" in capsys.readouterr().err
    assert main(["train", "regnetx_400mf", "--data", "imagenet"]) == 2
    assert "names no folder; ImageNet cannot be downloaded" in capsys.readouterr().err
    assert main(["train", "regnetx_400mf", "--ema", "0.9"]) == 2
    assert "--ema is for images that stay on the disk" in capsys.readouterr().err


def test_the_learning_rate_goes_with_the_batch(monkeypatch):
    import argparse

    from regnet_edu.cli.train import recipe

    unset = dict.fromkeys(("regime", "batch_size", "epochs", "lr", "precision", "warmup"))
    options = argparse.Namespace(**unset, set=[])
    paper = recipe(options, "imagenet_final", processes=8)
    assert (paper.batch_size, paper.lr, paper.warmup) == (1024, pytest.approx(0.8), 0.05)
    options.batch_size, options.epochs, options.warmup = 256, 50, 5
    own = recipe(options, "imagenet_final", processes=8)
    assert (own.batch_size, own.lr, own.warmup, own.epochs) == (256, pytest.approx(0.2), 0.1, 50)
    options.lr, options.regime = 0.3, "imagenet"
    assert recipe(options, "imagenet_final").lr == 0.3
    options = argparse.Namespace(**{**unset, "warmup": 5}, set=[("batch_size", 64), ("epochs", 50)])
    as_set = recipe(options, "imagenet_final", processes=8)
    assert (as_set.batch_size, as_set.lr, as_set.warmup) == (64, 0.1, 0.1)
    options = argparse.Namespace(**{**unset, "batch_size": 0}, set=[])
    with pytest.raises(InputError, match="batch_size 0 must be a whole number of at least 2"):
        recipe(options, "imagenet_final")


def test_a_sweep_of_the_imagenet_regime_reads_its_images_while_it_trains(root, tmp_path):
    small = {"max_depth": 2, "max_width": 32}
    paper = regime.get("imagenet").replace(
        resolution=32, batch_size=16, epochs=1, flops=(5e5, 8e6), ranges={"AnyNet": small}
    )
    out = tmp_path / "a.jsonl"
    table = rn.sweep("AnyNetXA", 2, paper, out, data=f"imagenet:{root}", workers=1, progress=False)
    assert table.status.tolist() == ["ok", "ok"] and table.epochs.tolist() == [1, 1]
    header = table.attrs["header"]["data"]
    assert (header["classes"], header["train"], header["test"]) == (len(WNIDS), 48, 18)
    assert header["note"].startswith("read from files while training")
    row = table.iloc[1]
    config = rn.AnyNetConfig(row.depths, row.widths, row.bottleneck_ratios, row.group_widths)
    assert rn.train(config, paper, int(row.seed), data=f"imagenet:{root}").loss == row.loss


def test_what_no_network_can_be_trained_on_ends_a_sweep_and_is_no_record(root, tmp_path):
    copy, out = tmp_path / "copy", tmp_path / "a.jsonl"
    shutil.copytree(root, copy)
    broken = next((copy / "train").rglob("*.JPEG"))
    content = broken.read_bytes()
    broken.write_bytes(content[: len(content) * 4 // 5])  # its header is whole
    with pytest.raises(InputError, match=f"image .*{broken.name} cannot be read .*; mend or remove it"):
        rn.sweep([CONFIG] * 2, 2, SMALL, out, data=f"imagenet:{copy}", workers=1, progress=False)
    assert '"network"' not in out.read_text()


@pytest.mark.heavy
def test_ray_train_starts_the_processes_as_well(root, undisturbed, tmp_path):
    pytest.importorskip("ray")
    pytest.importorskip("pydantic", reason="which ray[train] brings")
    program = f"""
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer
import regnet_edu as rn
from regnet_edu.training.distributed.run import train_distributed

def work():
    recipe = rn.Regime.from_dict({SMALL.to_dict()!r})
    config = rn.AnyNetConfig.from_dict({CONFIG.to_dict()!r})
    train_distributed(config, recipe, 3, "imagenet:{root}", device="cpu", out="{tmp_path}/out", loaders=0, ema=0.9,
                save_every=2)

TorchTrainer(work, scaling_config=ScalingConfig(num_workers=2),
             run_config=RunConfig(storage_path="{tmp_path}/ray")).fit()
"""
    environment = {**os.environ, "RAY_AUTH_MODE": "disabled", "RAY_TRAIN_V2_ENABLED": "1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=500, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((tmp_path / "out" / "result.json").read_text())["processes"] == 2
    assert differ(state(tmp_path / "out"), state(undisturbed[0])) < ROUNDING
