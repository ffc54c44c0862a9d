"""Exercise 10.2 for pytest: the checks of `regnet-edu check 10.2`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("10.2"))
def test_res_blocks(part):
    verdict = part_verdict("10.2", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{verdict.words}\nRead again: {verdict.idea}.", pytrace=False)
