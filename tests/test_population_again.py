"""Recorded networks are trained again from their config and seed, and have the error that was recorded.

`test_sweep.py` does this on built-in pictures in seconds. Here it is done on the recorded populations themselves, which
needs the images that they were trained on: set REGNET_EDU_IMAGES to that folder, and run `make test-heavy`.
"""

import os
import random

import pytest

from regnet_edu import data
from regnet_edu.engine import hardware
from regnet_edu.population import config_of, load_population, populations
from regnet_edu.regime import Regime
from regnet_edu.train import train

FOLDER = os.environ.get("REGNET_EDU_IMAGES")
COUNT = int(os.environ.get("REGNET_EDU_RETRAIN", "2"))  # how many networks, each from another population
ELSEWHERE = 0.03  # on another processor sums are rounded otherwise: about as much luck as another seed


@pytest.mark.heavy
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not FOLDER, reason="REGNET_EDU_IMAGES does not name the folder of the images")
def test_a_random_sample_of_records_is_reproduced_from_config_and_seed():
    rng = random.Random(os.environ.get("REGNET_EDU_RETRAIN_SEED", "0"))
    cpu = [n for n in populations() if load_population(n).attrs["header"]["sessions"][-1].get("device") == "cpu"]
    for name in rng.sample(cpu, min(COUNT, len(cpu))):
        table = load_population(name)
        header = table.attrs["header"]
        regime = Regime.from_dict(header["regime"])
        images = data.load(FOLDER, regime.resolution)
        assert images.fingerprint == header["data"]["fingerprint"], f"{name} was trained on other images"
        row = table[table.status == "ok"].iloc[rng.randrange((table.status == "ok").sum())]
        again = train(config_of(row), regime, row.seed, data=images, threads=header["sessions"][-1]["threads"])
        same = {s["hardware"] for s in header["sessions"]} == {hardware()}
        assert again.error == pytest.approx(row.error, abs=1e-9 if same else ELSEWHERE), (
            f"network {row['index']} of {name}"
        )
