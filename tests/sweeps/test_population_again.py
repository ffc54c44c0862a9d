"""Recorded networks are trained again from their config and seed, and have the error that was recorded.

`test_reproduce.py` does this on built-in pictures in seconds. Here it is done on the recorded populations themselves,
which needs the images that they were trained on: set REGNET_EDU_IMAGES to that folder, and run `make test-heavy`.
"""

import os
import random

import pytest

import regnet_edu as rn

FOLDER = os.environ.get("REGNET_EDU_IMAGES")
COUNT = int(os.environ.get("REGNET_EDU_RETRAIN", "2"))  # how many networks, each from another population
SEED = int(os.environ.get("REGNET_EDU_RETRAIN_SEED", "0"))


@pytest.mark.heavy
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not FOLDER, reason="REGNET_EDU_IMAGES does not name the folder of the images")
def test_a_random_sample_of_records_is_reproduced_from_config_and_seed():
    cpu = [n for n in rn.populations() if rn.load_population(n).attrs["header"]["sessions"][-1].get("device") == "cpu"]
    for name in random.Random(SEED).sample(cpu, min(COUNT, len(cpu))):
        result = rn.reproduce(name, 1, rng=SEED, data=FOLDER, workers=1, progress=False)
        assert not any(what.startswith(("images", "threads")) for what in result.differences), result.sentence
        assert result.reproduced, str(result)
