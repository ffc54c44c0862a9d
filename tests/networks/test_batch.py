"""ConfigBatch: columns that mean the same as the configs one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regnet_edu.common.errors import InputError
from regnet_edu.networks.batch import ConfigBatch
from regnet_edu.networks.complexity import complexity
from regnet_edu.networks.config import AnyNetConfig

stages = st.tuples(
    st.integers(1, 20),
    st.integers(1, 128).map(lambda k: 8 * k),
    st.sampled_from([0.125, 0.25, 0.5, 1, 2, 4]),
    st.sampled_from([1, 2, 4, 8, 16, 24, 32]),
)
shared = st.fixed_dictionaries(
    {
        "block": st.sampled_from(["X", "R", "V", "VR"]),
        "stem_width": st.sampled_from([16, 32]),
        "stem_stride": st.sampled_from([1, 2]),
        "strides": st.tuples(*[st.sampled_from([1, 2])] * 3),
    }
)


@given(st.lists(st.tuples(stages, stages, stages), min_size=1, max_size=5), shared, st.sampled_from([0.0, 0.25]))
def test_a_batch_counts_and_fits_as_its_configs_do(networks, options, se_ratio):
    if options["block"] in ("X", "R"):
        options = {**options, "se_ratio": se_ratio}
    configs = [AnyNetConfig(*zip(*network, strict=True), **options) for network in networks]
    batch = ConfigBatch.from_configs(configs)
    assert batch.to_configs() == configs and len(batch) == len(configs)
    widths, inner, groups = batch.effective()
    for k, config in enumerate(configs):
        assert [tuple(s[1:4]) for s in config.stages] == list(zip(widths[k], inner[k], groups[k], strict=True))
    columns = complexity(batch, 56, 3, 100)
    for k, config in enumerate(configs):
        assert tuple(int(column[k]) for column in columns) == tuple(complexity(config, 56, 3, 100))


def test_rows_are_chosen_by_slice_mask_and_number():
    configs = [AnyNetConfig((d, 2), (8, 16), 1, 8) for d in range(1, 6)]
    batch = ConfigBatch.from_configs(configs)
    assert batch[1:3].to_configs() == configs[1:3]
    assert batch[batch.depth > 5].to_configs() == configs[3:]
    assert list(batch[-1]) == [configs[-1]]


def test_a_batch_needs_configs_that_share_what_it_shares():
    one, other = AnyNetConfig((1,), (8,), 1, 8), AnyNetConfig((1,), (8,), 1, 8, block="R")
    with pytest.raises(InputError, match="differ in block"):
        ConfigBatch.from_configs([one, other])
    with pytest.raises(InputError, match="batch of 0 networks"):
        ConfigBatch.from_configs([])


def test_counting_does_not_overflow_for_the_largest_networks_of_the_paper():
    config = AnyNetConfig((64,) * 4, (4096,) * 4, 1, 4096)
    batch = ConfigBatch.from_configs([config])
    assert int(complexity(batch, 512).flops[0]) == complexity(config, 512).flops
    assert batch.depths.dtype == np.int64
