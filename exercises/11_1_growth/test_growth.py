"""Exercise 11.1 for pytest: the checks of `regnet-edu check 11.1`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("11.1"))
def test_growth(part):
    verdict = part_verdict("11.1", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{verdict.words}\nRead again: {verdict.idea}.", pytrace=False)
