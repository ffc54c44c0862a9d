"""SGD: to the last bit what torch.optim.SGD does, without what that costs to start."""

import subprocess
import sys

import pytest
import torch

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
def test_a_scaled_loss_takes_the_same_steps(momentum):
    regime = get("tiny").replace(momentum=momentum, nesterov=momentum > 0)
    plain, scaled = (rn.AnyNet(CONFIG, 10, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    scale = LossScale(torch.device("cpu"))
    for network, sgd, its in ((plain, SGD(plain, regime), None), (scaled, SGD(scaled, regime), scale)):
        for k in range(4):
            gradients(network, k, its.factor if its else 1.0)
            sgd.step(0.1 / (k + 1), its)
            sgd.zero_grad()
    assert all(torch.allclose(a, b, rtol=1e-5) for a, b in zip(plain.parameters(), scaled.parameters(), strict=True))
    assert scale.factor == 2.0**16


def test_a_step_whose_gradients_are_not_finite_is_left_out_even_the_first_and_the_factor_halved():
    networks = [rn.AnyNet(CONFIG, 10, generator=torch.Generator().manual_seed(1)) for _ in range(2)]
    before = [p.detach().clone() for p in networks[0].parameters()]
    scale, other = (LossScale(torch.device("cpu")) for _ in range(2))
    disturbed, undisturbed = (SGD(network, get("tiny")) for network in networks)
    gradients(networks[0], 0)
    next(networks[0].parameters()).grad[0] = torch.inf
    disturbed.step(0.1, scale)
    disturbed.zero_grad()
    assert all(torch.equal(a, b) for a, b in zip(before, networks[0].parameters(), strict=True))
    assert scale.factor == 2.0**15
    networks[0].load_state_dict(networks[1].state_dict())  # the running statistics moved
    for network, sgd, its in zip(networks, (disturbed, undisturbed), (scale, other), strict=True):
        gradients(network, 1, its.factor)
        sgd.step(0.1, its)
    assert all(torch.equal(a, b) for a, b in zip(*(n.parameters() for n in networks), strict=True))
    copy = LossScale(torch.device("cpu"))
    copy.load_state(scale.state())
    assert copy.factor == 2.0**15
