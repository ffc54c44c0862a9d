"""Right and wrong ways to write exercise 02.1."""

import numpy as np


def compatible__right_search(width, bottleneck_ratio, group_width):
    """Look for the nearest multiple."""
    inner = width // bottleneck_ratio or 1
    group = group_width if group_width < inner else inner
    multiples = sorted(range(group, 2 * inner + group, group), key=lambda m: (abs(m - inner), (m // group) % 2))
    return [multiples[0] * bottleneck_ratio, multiples[0], group]


def compatible__right_numpy(width, bottleneck_ratio, group_width):
    """numpy's rounding."""
    inner = int(np.maximum(width / bottleneck_ratio, 1))
    group = np.minimum(inner, group_width)
    inner = np.maximum(group, np.rint(inner / group) * group)
    return np.array([inner * bottleneck_ratio, inner, group]).astype(int)


def compatible__multiplied(width, bottleneck_ratio, group_width):
    """b was multiplied and not divided: a bottleneck ratio of 2 halves the inner width."""
    inner = width * bottleneck_ratio
    group = min(group_width, inner)
    inner = max(1, round(inner / group)) * group
    return max(1, inner // bottleneck_ratio), inner, group


def compatible__floor(width, bottleneck_ratio, group_width):
    """the inner width was rounded down: the rule takes the nearest multiple of the group width."""
    inner = max(1, width // bottleneck_ratio)
    group = min(group_width, inner)
    inner = inner // group * group
    return inner * bottleneck_ratio, inner, group


def compatible__ceil(width, bottleneck_ratio, group_width):
    """the inner width was rounded up: the rule takes the nearest multiple of the group width."""
    inner = max(1, width // bottleneck_ratio)
    group = min(group_width, inner)
    inner = -(-inner // group) * group
    return inner * bottleneck_ratio, inner, group


def compatible__half_up(width, bottleneck_ratio, group_width):
    """half-way cases were rounded up: they go to the even multiple, as Python's round does."""
    inner = max(1, width // bottleneck_ratio)
    group = min(group_width, inner)
    inner = int(inner / group + 0.5) * group
    return inner * bottleneck_ratio, inner, group


def compatible__width_first(width, bottleneck_ratio, group_width):
    """the rule was applied to the outer width: it belongs to the inner width, where the groups are."""
    group = min(group_width, width)
    width = max(1, round(width / group)) * group
    return width, max(1, width // bottleneck_ratio), group


def compatible__number_of_groups(width, bottleneck_ratio, group_width):
    """groups was taken for group width: g is the number of channels in each group, not the number of groups."""
    inner = max(1, width // bottleneck_ratio)
    groups = min(group_width, inner)
    inner = max(1, round(inner / groups)) * groups
    return inner * bottleneck_ratio, inner, inner // groups


def compatible__width_kept(width, bottleneck_ratio, group_width):
    """the old width came back beside the new inner width: the width is the inner width times b."""
    inner = max(1, width // bottleneck_ratio)
    group = min(group_width, inner)
    return width, max(1, round(inner / group)) * group, group


def compatible__group_not_limited(width, bottleneck_ratio, group_width):
    """a group width above the inner width was kept: it becomes the inner width, not the other way round."""
    inner = max(1, width // bottleneck_ratio)
    inner = max(1, round(inner / group_width)) * group_width
    return inner * bottleneck_ratio, inner, group_width


def number_of_groups__width(inner_width, group_width):
    """the group width came back: groups are counted by dividing the inner width by it."""
    return group_width


def compatible__multiplied_twice(width, bottleneck_ratio, group_width):
    """the inner width is the width times b: it is the width divided by b."""
    inner = width * bottleneck_ratio
    group = min(group_width, inner)
    inner = max(1, round(inner / group)) * group
    return inner * bottleneck_ratio, inner, group
