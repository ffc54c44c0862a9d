"""Right and wrong ways to write exercise 01.2."""

import math


def ordered__right_recursion(m, stages):
    """The largest value is used, or it is not."""
    table = [[1] * (stages + 1)] + [[1] + [0] * stages for _ in range(m)]
    table[0] = [1] + [0] * stages
    for k in range(1, m + 1):
        for s in range(1, stages + 1):
            table[k][s] = table[k - 1][s] + table[k][s - 1]
    return table[m][stages]


def size__right_table(letter, depths, widths, ratios, groups, stages):
    """One line a space."""
    rising = lambda m: math.comb(m + stages - 1, stages)  # noqa: E731
    s = stages
    return {
        "A": (depths * widths * ratios * groups) ** s,
        "B": (depths * widths * groups) ** s * ratios,
        "C": (depths * widths) ** s * ratios * groups,
        "D": depths**s * rising(widths) * ratios * groups,
        "E": rising(depths) * rising(widths) * ratios * groups,
    }[letter]


def ordered__factorial(m, stages):
    """m to the power S was divided by S factorial, as in Table 1: that miscounts rows with equal values."""
    return m**stages // math.factorial(stages)


def ordered__strict(m, stages):
    """only rows that strictly grow were counted: neighbouring stages may be equal."""
    return math.comb(m, stages)


def ordered__all(m, stages):
    """all rows were counted, whatever their order."""
    return m**stages


def ordered__off_by_one(m, stages):
    """the count is one off: comb(m + S, S) counts one kind too many."""
    return math.comb(m + stages, stages)


def size__float(letter, depths, widths, ratios, groups, stages):
    """D and E were divided by S factorial, as in Table 1: the exact counts are larger, because stages may be equal."""
    f = math.factorial(stages)
    c = (depths * widths) ** stages * ratios * groups
    a = (depths * widths * ratios * groups) ** stages
    return {"A": a, "B": (depths * widths * groups) ** stages * ratios, "C": c, "D": c // f, "E": c // f**2}[letter]


def size__strict(letter, depths, widths, ratios, groups, stages):
    """only strictly growing widths and depths were counted in D and E: neighbouring stages may be equal."""
    a = (depths * widths * ratios * groups) ** stages
    shared = ratios * groups
    return {
        "A": a,
        "B": (depths * widths * groups) ** stages * ratios,
        "C": (depths * widths) ** stages * shared,
        "D": depths**stages * math.comb(widths, stages) * shared,
        "E": math.comb(depths, stages) * math.comb(widths, stages) * shared,
    }[letter]


def size__widths_free_in_e(letter, depths, widths, ratios, groups, stages):
    """the widths may shrink again in E: it keeps the constraint of D, and orders the depths besides."""
    if letter != "E":
        return size__right_table(letter, depths, widths, ratios, groups, stages)
    return math.comb(depths + stages - 1, stages) * widths**stages * ratios * groups


def size__depths_first(letter, depths, widths, ratios, groups, stages):
    """depths were ordered in D: it is the widths that never shrink there, and the depths only in E."""
    rising = lambda m: math.comb(m + stages - 1, stages)  # noqa: E731
    d, w = (rising(depths), widths**stages) if letter == "D" else (depths**stages, widths**stages)
    if letter == "E":
        d, w = rising(depths), rising(widths)
    return d * w * (ratios**stages if letter == "A" else ratios) * (groups if letter in "CDE" else groups**stages)


def size__its_own_only(letter, depths, widths, ratios, groups, stages):
    """each space has its own constraint only: C keeps that of B, D those of B and C, and E all of them."""
    ordered = {"D": widths, "E": depths}.get(letter)
    shared = {"B": ratios, "C": groups}.get(letter)
    whole = (depths * widths * ratios * groups) ** stages
    if ordered:
        return whole // ordered**stages * math.comb(ordered + stages - 1, stages)
    return whole // shared ** (stages - 1) if shared else whole


def size__shared_dropped(letter, depths, widths, ratios, groups, stages):
    """a shared number was counted as no choice at all: one b for all stages still leaves as many choices as b has values."""
    rising = lambda m: math.comb(m + stages - 1, stages)  # noqa: E731
    s = stages
    return {
        "A": (depths * widths * ratios * groups) ** s,
        "B": (depths * widths * groups) ** s,
        "C": (depths * widths) ** s,
        "D": depths**s * rising(widths),
        "E": rising(depths) * rising(widths),
    }[letter]
