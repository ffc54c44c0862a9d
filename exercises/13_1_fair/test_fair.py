"""Exercise 13.1 for pytest: the checks of `regnet-edu check 13.1`."""

from pathlib import Path

import pytest

from regnet_edu.grading import part_names, part_verdict


@pytest.mark.parametrize("part", part_names("13.1"))
def test_fair(part):
    verdict = part_verdict("13.1", part, Path(__file__).parent)
    if not verdict.passed:
        pytest.fail(f"{verdict.words}\nRead again: {verdict.idea}.", pytrace=False)
