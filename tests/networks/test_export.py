"""Networks go on elsewhere: timm's and torchvision's names, files, TorchScript, torch.export, ONNX, finer features."""

import pytest
import timm
import torch
import torchvision
from each import each
from safetensors.torch import save_file

import regnet_edu as rn
from regnet_edu.common.errors import InputError

SMALL = rn.AnyNetConfig((1, 2), (16, 24), 1, 8, se_ratio=0.25)
IMAGES = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def randomised(network):
    """Give every tensor its own random values, the statistics of batch norm too, so that no mix-up can pass."""
    generator = torch.Generator().manual_seed(7)
    for name, value in network.state_dict().items():
        if name.endswith("running_var") or (value.ndim == 1 and name.endswith("weight")):
            value.uniform_(0.5, 1, generator=generator)
        elif value.ndim:
            value.normal_(0, 0.2 if value.ndim == 1 else value[0].numel() ** -0.5, generator=generator)
    return network.eval()


def scores(network, images=IMAGES):
    with torch.inference_mode():
        return network(images)


@pytest.fixture(scope="module")
def network():
    return randomised(rn.AnyNet("regnetx_200mf", 10))


def test_timm_and_torchvision_take_the_weights_under_their_names(network):
    theirs = timm.create_model("regnetx_002", num_classes=10).eval()
    theirs.load_state_dict(network.to_timm_state_dict())
    assert torch.equal(scores(theirs), scores(network))
    other = randomised(rn.AnyNet("regnety_400mf", 7))
    built = torchvision.models.regnet_y_400mf(num_classes=7).eval()
    built.load_state_dict(other.to_torchvision_state_dict())
    assert torch.allclose(scores(built), scores(other), atol=1e-5)


@each(
    "network,sentence",
    [
        ("regnetx_400mf", r"torchvision builds the widths \(32, 64, 160, 400\), not \(32, 64, 160, 384\)"),
        (rn.AnyNetConfig((1,), (16,), 1, 8, block="V"), "torchvision has RegNets only, with blocks X"),
    ],
)
def test_what_torchvision_cannot_build_is_not_exported(network, sentence):
    with pytest.raises(InputError, match=sentence):
        rn.AnyNet(network).to_torchvision_state_dict()


@each("output_stride", [8, 16, 32])
def test_features_are_finer_as_timm_makes_them(network, output_stride):
    finer = rn.AnyNet("regnetx_200mf", 10, output_stride=output_stride).eval()
    finer.load_state_dict(network.state_dict())
    theirs = timm.create_model("regnetx_002", num_classes=10, output_stride=output_stride).eval()
    theirs.load_state_dict(network.to_timm_state_dict())
    assert torch.allclose(scores(theirs), scores(finer), atol=1e-5)
    with torch.inference_mode():
        stages = finer.stage_features(IMAGES)
        assert torch.equal(stages[-1], finer.forward_features(IMAGES))
    info = finer.feature_info()
    assert [stage.shape[1] for stage in stages] == [one["channels"] for one in info]
    assert [64 // stage.shape[2] for stage in stages] == [one["reduction"] for one in info]
    assert info[-1]["reduction"] == output_stride


def test_another_output_stride_is_refused():
    with pytest.raises(InputError, match="output_stride 4 is unknown; use 8, 16 or 32"):
        rn.AnyNet(SMALL, output_stride=4)


@each("block", ["X", "VR"])
def test_torchscript_and_torch_export_give_the_same_scores(block):
    built = rn.AnyNet(rn.AnyNetConfig((1, 2), (16, 24), 1, 8, block=block), 5).eval()
    assert torch.equal(scores(torch.jit.script(built)), scores(built))
    with torch.no_grad():
        assert torch.equal(torch.export.export(built, (IMAGES,)).module()(IMAGES), built(IMAGES))


def test_onnx_gives_the_same_scores(tmp_path):
    for package in ("onnx", "onnxscript"):
        pytest.importorskip(package)
    runtime = pytest.importorskip("onnxruntime")
    built = rn.AnyNet(SMALL, 5).eval()
    torch.onnx.export(built, (IMAGES,), tmp_path / "a.onnx", input_names=["x"])
    (found,) = runtime.InferenceSession(tmp_path / "a.onnx").run(None, {"x": IMAGES.numpy()})
    assert torch.allclose(torch.tensor(found), scores(built), atol=1e-5)


@each(
    "wrap",
    [
        lambda state: state,
        lambda state: {f"module.{k}": v for k, v in state.items()},
        lambda state: {"epoch": 3, "state_dict": {f"module._orig_mod.{k}": v for k, v in state.items()}},
    ],
)
@each("names", ["to_timm_state_dict", "to_torchvision_state_dict", "state_dict"])
def test_weights_come_from_files_whosever_names_they_have(tmp_path, wrap, names):
    trained = randomised(rn.AnyNet(SMALL, 5))
    torch.save(wrap(getattr(trained, names)()), tmp_path / "weights.pth")
    assert torch.equal(scores(rn.AnyNet.pretrained(SMALL, tmp_path / "weights.pth", 5).eval()), scores(trained))


def test_other_classes_get_a_fresh_head_and_one_channel_the_summed_stem(tmp_path):
    trained = randomised(rn.AnyNet(SMALL, 5))
    save_file(trained.to_timm_state_dict(), tmp_path / "weights.safetensors")
    other = rn.AnyNet.pretrained(SMALL, tmp_path / "weights.safetensors", 7, in_channels=1).eval()
    assert other.head.fc.weight.shape[0] == 7 and other.in_channels == 1
    grey = torch.randn(2, 1, 64, 64)
    same, expected = other.forward_features(grey), trained.forward_features(grey.expand(-1, 3, -1, -1))
    assert torch.allclose(same, expected, atol=1e-4)
    six = rn.AnyNet.pretrained(SMALL, tmp_path / "weights.safetensors", 5, in_channels=6).eval()
    assert torch.allclose(scores(six, IMAGES.repeat(1, 2, 1, 1)), scores(trained), atol=1e-4)


def test_a_saved_network_is_loaded_whole_and_other_files_get_one_sentence(tmp_path):
    trained = randomised(rn.AnyNet(SMALL, 5, 1))
    trained.save(tmp_path / "a.pt")
    again = rn.AnyNet.load(tmp_path / "a.pt")
    assert again.config == SMALL and torch.equal(scores(again, IMAGES[:, :1]), scores(trained, IMAGES[:, :1]))
    torch.save({"a": 1}, tmp_path / "b.pt")
    (tmp_path / "c.pt").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"b\.pt holds no network that AnyNet.save wrote"):
        rn.AnyNet.load(tmp_path / "b.pt")
    for name, sentence in (
        ("b.pt", "of no RegNet of timm"),
        ("c.pt", "cannot be read"),
        ("none.pt", "cannot be read"),
    ):
        with pytest.raises(InputError, match=sentence):
            rn.AnyNet.pretrained(SMALL, tmp_path / name)
