"""Exercise 02.3 for pytest: the checks of `regnet-edu check 02.3`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("02.3"))
def test_x_block(part):
    verdict = part_verdict("02.3", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{verdict.words}\nRead again: {verdict.idea}.", pytrace=False)
