"""Flops, parameters and activations of a convolution and of an X block (figures 4 and 12 of the paper)."""


def count_convolution(w_in, w_out, kernel, stride, groups, r):
    """Return (flops, parameters, activations) of a convolution without bias on an image of r x r pixels."""
    raise NotImplementedError("write this")


def count_block(w_in, w_out, inner_width, group_width, stride, r):
    """Return (flops, parameters, activations) of an X block on an input of r x r pixels, batch norms included."""
    raise NotImplementedError("write this")
