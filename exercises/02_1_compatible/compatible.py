"""The compatibility rule of appendix D."""


def compatible(width, bottleneck_ratio, group_width):
    """Return (width, inner width, group width) as they are built, three whole numbers.

    All arguments are whole numbers of at least 1; the bottleneck ratio *divides* the width. Where they do not fit, the
    group width gives way to an inner width that is smaller; else the inner width gives way, and the width with it. The
    bottleneck ratio never does.
    """
    raise NotImplementedError("write this")


def number_of_groups(inner_width, group_width):
    """Return the number of groups of the 3x3 convolution, given its width and the channels in each group."""
    raise NotImplementedError("write this")
