"""Flops, parameters and activations of a convolution and of an X block (figures 4 and 12 of the paper)."""


def count_convolution(w_in, w_out, kernel, stride, groups, r):
    """Return (flops, parameters, activations) of a convolution without bias on an image of r x r pixels."""
    height = (r - 1) // stride + 1
    parameters = kernel * kernel * (w_in // groups) * w_out
    return parameters * height**2, parameters, w_out * height**2


def count_block(w_in, w_out, inner_width, group_width, stride, r):
    """Return (flops, parameters, activations) of an X block on an input of r x r pixels, batch norms included."""
    after = (r - 1) // stride + 1
    layers = [
        (w_in, inner_width, 1, 1, 1, r),
        (inner_width, inner_width, 3, stride, inner_width // group_width, r),
        (inner_width, w_out, 1, 1, 1, after),
    ]
    if w_in != w_out or stride != 1:
        layers.append((w_in, w_out, 1, stride, 1, r))
    counts = [count_convolution(*layer) for layer in layers]
    norms = sum(2 * layer[1] for layer in layers)
    return sum(c[0] for c in counts), sum(c[1] for c in counts) + norms, sum(c[2] for c in counts)
