"""SGD: to the last bit what torch.optim.SGD does, without what that costs to start."""

import subprocess
import sys

import pytest
import torch
from each import each

import regnet_edu as rn
from regnet_edu.training.optimizer import SGD, LossScale
from regnet_edu.training.regime import get

CONFIG = rn.AnyNetConfig((1, 1), (16, 32), 1, 8)


def steps(network, take_step):
    for k in range(4):
        images = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(k))
        network(images).square().mean().backward()
        take_step(0.1 / (k + 1))


@pytest.mark.parametrize("changes", [{}, {"nesterov": False}, {"momentum": 0.0, "nesterov": False}])
@pytest.mark.parametrize("decay_all", [False, True])
def test_it_takes_the_steps_of_torch(changes, decay_all):
    regime = get("tiny").replace(decay_norm_and_bias=decay_all, **changes)
    ours, theirs = (rn.AnyNet(CONFIG, 10, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    sgd = SGD(ours, regime)
    groups = [
        {"params": [p for p in theirs.parameters() if p.ndim > 1], "weight_decay": regime.weight_decay},
        {"params": [p for p in theirs.parameters() if p.ndim <= 1], "weight_decay": regime.weight_decay * decay_all},
    ]
    peer = torch.optim.SGD(groups, lr=1.0, momentum=regime.momentum, nesterov=regime.nesterov, fused=True)

    def our_step(lr):
        sgd.step(lr)
        sgd.zero_grad()

    def their_step(lr):
        for group in peer.param_groups:
            group["lr"] = lr
        peer.step()
        peer.zero_grad()

    steps(ours, our_step)
    steps(theirs, their_step)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
    assert not torch.equal(next(ours.parameters()), next(rn.AnyNet(CONFIG, 10).parameters()))


def test_training_does_not_import_the_compiler():
    code = """
import sys, regnet_edu as rn
rn.train(rn.AnyNetConfig((1,), (8,), 1, 8), rn.Regime("t", "synthetic", 8, None, train_images=64, test_images=10))
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def gradients(network, k, factor=1.0):
    images = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(k))
    (network(images).square().mean() * factor).backward()


@pytest.mark.parametrize("momentum", [0.9, 0.0])
def test_a_scaled_loss_takes_the_steps_of_torchs_scaler_overflow_and_all(momentum):
    regime = get("tiny").replace(momentum=momentum, nesterov=momentum > 0, decay_norm_and_bias=True)
    ours, theirs = (rn.AnyNet(CONFIG, 10, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    sgd, scale, scaler = SGD(ours, regime), LossScale(torch.device("cpu")), torch.amp.GradScaler("cpu")
    decay = {"weight_decay": regime.weight_decay}
    peer = torch.optim.SGD(theirs.parameters(), lr=1, momentum=momentum, nesterov=momentum > 0, fused=True, **decay)
    scaler.scale(torch.zeros(()))  # which makes its factor
    for k in range(5):
        gradients(ours, k, scale.factor)
        gradients(theirs, k, scaler.get_scale())
        if k in (2, 3):  # at the first step torch's scaler leaves the momentum unset, and ours does not
            for network in (ours, theirs):
                next(network.parameters()).grad[0] = torch.inf
        peer.param_groups[0]["lr"] = 0.1 / (k + 1)
        sgd.step(0.1 / (k + 1), scale)
        scaler.step(peer)
        scaler.update()
        sgd.zero_grad()
        peer.zero_grad()
        assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
        assert scale.factor == scaler.get_scale()
    assert scale.factor == 2.0**14


@each("momentum", (0.9, 0.0))
def test_a_first_step_that_overflows_is_left_out_and_halves_the_factor(momentum):
    """As torch's scaler does; what follows is as if that step had never been, which of torch's own is not sure."""
    regime = get("tiny").replace(momentum=momentum, nesterov=momentum > 0, decay_norm_and_bias=True)
    ours, theirs = (rn.AnyNet(CONFIG, 10, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    sgd, scale, scaler = SGD(ours, regime), LossScale(torch.device("cpu")), torch.amp.GradScaler("cpu")
    decay = {"weight_decay": regime.weight_decay}
    peer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=momentum, nesterov=momentum > 0, fused=True, **decay)
    scaler.scale(torch.zeros(()))
    before = [p.detach().clone() for p in ours.parameters()]
    for network, factor in ((ours, scale.factor), (theirs, scaler.get_scale())):
        gradients(network, 0, factor)
        next(network.parameters()).grad[0] = torch.inf
    sgd.step(0.1, scale)
    scaler.step(torch.optim.SGD(theirs.parameters(), lr=0.1, fused=True))
    scaler.update()
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), before, strict=True))
    assert scale.factor == scaler.get_scale() == 2.0**15
    for k in (1, 2):
        sgd.zero_grad()
        theirs.zero_grad()
        gradients(ours, k, scale.factor)
        gradients(theirs, k)
        sgd.step(0.1, scale)
        peer.step()
        pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
        assert all(torch.allclose(a, b, rtol=1e-5, atol=1e-7) for a, b in pairs) and scale.factor == 2.0**15


def test_the_factor_is_kept_in_a_checkpoint():
    scale, copy = LossScale(torch.device("cpu")), LossScale(torch.device("cpu"))
    scale.factor.fill_(2.0**9)
    copy.load_state(scale.state())
    assert copy.factor == 2.0**9
