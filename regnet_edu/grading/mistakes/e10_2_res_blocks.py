"""Right and wrong ways to write exercise 10.2."""

from torch import nn
from torch.nn import functional as F


def _norm(w_in, w_out, kernel, stride=1, bias=False, norm=True):
    convolution = nn.Conv2d(w_in, w_out, kernel, stride, kernel // 2, bias=bias)
    return nn.Sequential(convolution, nn.BatchNorm2d(w_out) if norm else nn.Identity())


class _Any(nn.Module):
    def __init__(self, w_in, w_out, stride, **how):
        super().__init__()
        self.how = how
        bias, norm = how.get("bias", False), how.get("norm", True)
        strides = (1, stride) if how.get("late") else (stride, stride) if how.get("both") else (stride, 1)
        self.a = _norm(w_in, w_out, 3, strides[0], bias, norm)
        self.b = _norm(w_out, w_out, 3, strides[1], bias, norm)
        change = w_in != w_out or stride != 1 or how.get("always")
        if how.get("width_only"):
            change = w_in != w_out
        self.c = _norm(w_in, w_out, 1, stride, bias, norm) if change else nn.Identity()

    def forward(self, x):
        y = self.a(x)
        y = self.b(y if self.how.get("linear") else self.how.get("bend", F.relu)(y))
        if self.how.get("unused"):
            return F.relu(y + x) if y.shape == x.shape else F.relu(y)
        if self.how.get("no_shortcut"):
            return F.relu(y + 0 * self.c(x))
        if self.how.get("early"):
            return F.relu(y) + self.c(x)
        return y + self.c(x) if self.how.get("no_last") else F.relu(y + self.c(x))


def make_block__right_helper(w_in, w_out, stride):
    """With a helper."""
    return _Any(w_in, w_out, stride)


class _Flat(nn.Module):
    def __init__(self, w_in, w_out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(w_in, w_out, 3, padding=1, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(w_out)
        self.conv2 = nn.Conv2d(w_out, w_out, 3, padding="same", bias=False)
        self.bn2 = nn.BatchNorm2d(w_out)
        self.conv3 = None
        if w_in != w_out or stride > 1:
            self.conv3 = nn.Conv2d(w_in, w_out, 1, stride=stride, bias=False)
            self.bn3 = nn.BatchNorm2d(w_out)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.conv3 is None else self.bn3(self.conv3(x))))


def make_block__right_flat(w_in, w_out, stride):
    """As d2l writes it."""
    return _Flat(w_in, w_out, stride)


def make_block__bias(w_in, w_out, stride):
    """It looks as if the convolutions have a bias"""
    return _Any(w_in, w_out, stride, bias=True)


def make_block__no_norm(w_in, w_out, stride):
    """It looks as if batch norms are missing"""
    return _Any(w_in, w_out, stride, norm=False)


def make_block__always_projects(w_in, w_out, stride):
    """It looks as if there is a projection where none is needed"""
    return _Any(w_in, w_out, stride, always=True)


def make_block__no_projection(w_in, w_out, stride):
    """It looks as if the projection was forgotten"""
    block = _Any(w_in, w_out, stride)
    block.c = nn.Identity()
    return block


def make_block__late_stride(w_in, w_out, stride):
    """It looks as if the stride sits in the wrong place"""
    return _Any(w_in, w_out, stride, late=True)


def make_block__no_last_relu(w_in, w_out, stride):
    """It looks as if the last ReLU is missing"""
    return _Any(w_in, w_out, stride, no_last=True)


def make_block__early_relu(w_in, w_out, stride):
    """It looks as if the last ReLU comes before the addition"""
    return _Any(w_in, w_out, stride, early=True)


def make_block__no_inner_relu(w_in, w_out, stride):
    """It looks as if the ReLU between the two convolutions is missing"""
    return _Any(w_in, w_out, stride, linear=True)


def make_block__silu(w_in, w_out, stride):
    """It looks as if SiLU stands between the two convolutions: it is a ReLU"""
    return _Any(w_in, w_out, stride, bend=F.silu)


def make_block__unused_projection(w_in, w_out, stride):
    """It looks as if the projection is built and never used"""
    return _Any(w_in, w_out, stride, unused=True)


def make_block__no_shortcut(w_in, w_out, stride):
    """It looks as if the shortcut was forgotten"""
    return _Any(w_in, w_out, stride, no_shortcut=True)


def make_block__bottleneck(w_in, w_out, stride):
    """It looks as if this is a bottleneck"""
    inner = max(1, w_out // 4)
    return nn.Sequential(_norm(w_in, inner, 1), _norm(inner, inner, 3, stride), _norm(inner, w_out, 1))


def block_flops__right_loop(w_in, w_out, stride, size):
    """By kernels."""
    out = len(range(0, size, stride))
    layers = [(3, w_in), (3, w_out)] + ([(1, w_in)] if (w_in, stride) != (w_out, 1) else [])
    return sum(kernel * kernel * w * w_out * out * out for kernel, w in layers)


def block_flops__no_projection(w_in, w_out, stride, size):
    """the projection was not counted: where width or height changes, its 1x1 convolution is there too."""
    out = (size - 1) // stride + 1
    return out**2 * 9 * (w_in * w_out + w_out**2)


def block_flops__width_only(w_in, w_out, stride, size):
    """the projection was counted only where the width changes: a stride needs it too."""
    out = (size - 1) // stride + 1
    return out**2 * (9 * w_in * w_out + 9 * w_out**2 + (w_in * w_out if w_in != w_out else 0))


def block_flops__always(w_in, w_out, stride, size):
    """a projection was counted where there is none: with the same width and stride 1 the shortcut is the input itself."""
    out = (size - 1) // stride + 1
    return out**2 * (9 * w_in * w_out + 9 * w_out**2 + w_in * w_out)


def block_flops__input_size(w_in, w_out, stride, size):
    """the pixels before the stride were counted: a convolution computes as many as it puts out."""
    projection = w_in * w_out if w_in != w_out or stride != 1 else 0
    return size**2 * (9 * w_in * w_out + 9 * w_out**2 + projection)


def block_flops__rounded_down(w_in, w_out, stride, size):
    """odd sizes were halved downwards: a stride of 2 makes 4 pixels out of 7."""
    out = max(1, size // stride)
    projection = w_in * w_out if w_in != w_out or stride != 1 else 0
    return out**2 * (9 * w_in * w_out + 9 * w_out**2 + projection)


def block_flops__late(w_in, w_out, stride, size):
    """the first convolution was counted without its stride."""
    out = (size - 1) // stride + 1
    projection = w_in * w_out if w_in != w_out or stride != 1 else 0
    return size**2 * 9 * w_in * w_out + out**2 * (9 * w_out**2 + projection)


def block_flops__twice(w_in, w_out, stride, size):
    """each multiply-add was counted as two."""
    return 2 * block_flops__right_loop(w_in, w_out, stride, size)


def _body(depths, widths, size, flops=block_flops__right_loop, w_in=32, first=2, keep_size=False, others=1):
    total = 0
    for depth, width in zip(depths, widths, strict=False):
        for k in range(depth):
            stride = first if k == 0 else others
            total += flops(w_in, width, stride, size)
            w_in = width
            size = size if keep_size else (size - 1) // stride + 1
    return total


def body_flops__right_stages(depths, widths, size):
    """Stage by stage: the first block, then the others at once."""
    total = 0
    for w_in, w, d in zip([32, *widths], widths, depths, strict=False):
        total += block_flops__right_loop(w_in, w, 2, size)
        size = -(-size // 2)
        total += (d - 1) * block_flops__right_loop(w, w, 1, size)
    return total


def body_flops__all_strides(depths, widths, size):
    """every block was given stride 2: only the first of a stage has it."""
    return _body(depths, widths, size, others=2)


def body_flops__no_strides(depths, widths, size):
    """no block was given a stride: the first of each stage has stride 2."""
    return _body(depths, widths, size, first=1)


def body_flops__size(depths, widths, size):
    """the size was not carried on: after each stage there are fewer pixels."""
    return _body(depths, widths, size, keep_size=True)


def body_flops__no_stem(depths, widths, size):
    """the first block was given its own width as input: the stem hands over 32 channels."""
    return _body(depths, widths, size, w_in=widths[0])


def body_flops__one_each(depths, widths, size):
    """one block of each stage was counted."""
    return _body([1] * len(depths), widths, size)


def body_flops__first_times_depth(depths, widths, size):
    """the first block of each stage was multiplied by the depth: the others have another input width and no stride."""
    total = 0
    for w_in, w, d in zip([32, *widths], widths, depths, strict=False):
        total += d * block_flops__right_loop(w_in, w, 2, size)
        size = (size - 1) // 2 + 1
    return total


def _fair(depths, widths, size, flops, good, step=8, least=8, highest=200):
    best = None
    for k in range(1, highest + 1):
        scaled = [max(least, step * round(k / 100 * w / step)) for w in widths]
        if best is None or good(_body(depths, scaled, size)) < good(_body(depths, best, size)):
            best = scaled
    return best


def fair_widths__right_loop(depths, widths, size, flops):
    """A loop."""
    return _fair(depths, widths, size, flops, lambda f: abs(f - flops))


def fair_widths__below(depths, widths, size, flops):
    """only networks below the flops were tried: the nearest may be a little above."""
    return _fair(depths, widths, size, flops, lambda f: flops - f if f <= flops else 1e30)


def fair_widths__no_steps(depths, widths, size, flops):
    """the widths were not rounded to multiples of 8."""
    return _fair(depths, widths, size, flops, lambda f: abs(f - flops), step=1, least=1)


def fair_widths__not_wider(depths, widths, size, flops):
    """factors above 1 were not tried."""
    return _fair(depths, widths, size, flops, lambda f: abs(f - flops), highest=100)


def fair_widths__root(depths, widths, size, flops):
    """the factor was computed as a root of the flops: stem, steps of 8 and the first block of each stage do not scale so."""
    factor = (flops / _body(depths, widths, size)) ** 0.5
    return [max(8, 8 * round(factor * w / 8)) for w in widths]


def fair_widths__linear(depths, widths, size, flops):
    """the widths were scaled as the flops are: flops grow with the square of the widths."""
    factor = flops / _body(depths, widths, size)
    return [max(8, 8 * round(factor * w / 8)) for w in widths]


def fair_widths__floor(depths, widths, size, flops):
    """widths were rounded down to multiples of 8: the nearest is asked for."""
    tried = ([max(8, int(k / 100 * w / 8) * 8) for w in widths] for k in range(1, 201))
    return min(tried, key=lambda scaled: abs(_body(depths, scaled, size) - flops))


def fair_widths__ties(depths, widths, size, flops):
    """of equally near widths the larger came back."""
    tried = [[max(8, 8 * round(k / 100 * w / 8)) for w in widths] for k in range(200, 0, -1)]
    return min(tried, key=lambda scaled: abs(_body(depths, scaled, size) - flops))
