"""Exercise 02.1 for pytest: the checks of `regnet-edu check 02.1`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("02.1"))
def test_compatible(part):
    verdict = part_verdict("02.1", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{verdict.words}\nRead again: {verdict.idea}.", pytrace=False)
