"""Does a learner's report on two populations say what it must, and no more than the data allow? (exercise 15.1)"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

DIVERGED = 0.9  # the error of guessing among ten classes


def spread(mine: list, theirs: list) -> tuple[float, float]:
    """The standard errors of the two means, without the correction of n - 1, as a bootstrap has it."""
    return tuple(float(np.std(x) / len(x) ** 0.5) for x in (mine, theirs))  # type: ignore[return-value]


def judge_report(call: tuple, answer: Any) -> str | None:
    mine, theirs, _ = call
    if not isinstance(answer, str):
        return "A report is text."
    errors = [[r["error"] for r in records] for records in (mine, theirs)]
    flops = [r["flops"] / 1e6 for r in [*mine, *theirs]]
    text = answer.replace("−", "-").replace(",", "")
    numbers = [float(x) for x in re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("%", " "))]
    means = [100 * float(np.mean(e)) for e in errors]
    half = 196 * math.hypot(*spread(*errors))
    facts: list[tuple[str, float, float]] = [
        ("the number of networks", len(mine), 0.001),
        *((f"the mean error of {who} in percent", m, 0.006) for who, m in zip(("mine", "theirs"), means, strict=True)),
        *(
            (f"the lowest error of {who} in percent", 100 * min(e), 0.006)
            for who, e in zip(("mine", "theirs"), errors, strict=True)
        ),
        ("the lowest flops in millions", min(flops), 0.006),
        ("the highest flops in millions", max(flops), 0.006),
        ("the difference of the means in percentage points", means[0] - means[1], 0.006),
        ("the low end of its interval in percentage points", means[0] - means[1] - half, 0.35 * half),
        ("the high end of its interval in percentage points", means[0] - means[1] + half, 0.35 * half),
    ]
    bad = sum(e >= DIVERGED for values in errors for e in values)
    if bad:
        kept = [float(np.mean([x for x in e if x < DIVERGED])) * 100 for e in errors]
        if any(abs(x - kept[0]) < 0.006 for x in numbers) and not any(abs(x - means[0]) < 0.006 for x in numbers):
            return f"It looks as if networks that diverged were left out of the mean: with them it is {means[0]:.2f} %."
        facts.append(("how many networks diverged (an error of 0.9 or more)", bad, 0.001))
    for what, value, slack in facts:
        if any(abs(x - value) <= slack for x in numbers):
            continue
        if "percent" in what and any(abs(100 * x - value) <= 0.06 for x in numbers if "." in str(x)):
            return f"It looks as if {what} is given as a fraction: {value:.2f} is expected."
        if what.startswith("the difference") and any(abs(x + value) <= slack for x in numbers):
            return f"It looks as if the difference has the wrong sign: mine minus theirs is {value:+.2f} points."
        return f"The report should say {what}: {value:.2f}."
    low, high = means[0] - means[1] - half, means[0] - means[1] + half
    word = "better" if high < 0 else "worse" if low > 0 else "cannot tell"
    said = [w for w in ("better", "worse", "cannot tell") if w in text.lower()]
    if said != [word]:
        ends = f"the interval reaches from {low:+.2f} to {high:+.2f}"
        return f"The verdict should be {word!r} alone: {ends}, and the report says {said or 'nothing'}."
    return None
