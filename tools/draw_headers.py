"""Draw the picture at the head of each chapter from the chapter's own data (`make figures`).

Each is a small SVG of two inks, which take the colours of the page around it: `ink` is that of quiet text, `hot` the
accent. What is drawn is said in PICTURES; the numbers are those of the recorded populations and of the published
networks. The book's extension puts the pictures into the pages.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

import regnet_edu as rn

FOLDER = Path(__file__).resolve().parent.parent / "book" / "images" / "headers"
WIDE, HIGH = 720, 108  # of every picture, in the units of its viewBox
MOST_POINTS = 70  # of a curve: no eye sees more at this size
Points = Sequence[tuple[float, float]]


def n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def path(points: Points, ink: str, width: float = 1.5, dash: str = "", opacity: float = 1) -> str:
    along = "L".join(f"{n(x)} {n(y)}" for x, y in points)
    more = f' stroke-dasharray="{dash}"' * bool(dash) + f' opacity="{n(opacity)}"' * (opacity < 1)
    return f'<path class="{ink}" d="M{along}" stroke-width="{n(width)}"{more}/>'


def dots(points: Points, ink: str, radius: float) -> str:
    """Dots as one path: each is a stroke without length and with a round end."""
    return f'<path class="{ink}" d="{"".join(f"M{n(x)} {n(y)}h0" for x, y in points)}" stroke-width="{n(2 * radius)}"/>'


def bars(boxes: Iterable[tuple[float, float, float, float]], ink: str) -> str:
    """Filled boxes: left, top, width, height."""
    along = "".join(f"M{n(x)} {n(y)}h{n(w)}v{n(h)}h{n(-w)}z" for x, y, w, h in boxes)
    return f'<path class="{ink} full" d="{along}"/>'


def errors(name: str) -> np.ndarray:
    return np.sort(rn.load_population(name)["error"].dropna().to_numpy())


def edfs(names: Sequence[str], hot: str, left: float = 0, right: float = WIDE) -> str:
    """The EDFs of recorded populations, from the lowest error to where nine in ten networks of the worst lie."""
    found = {name: errors(name) for name in names}
    low, high = min(e[0] for e in found.values()), max(np.quantile(e, 0.93) for e in found.values())
    lines = []
    for name, e in found.items():
        shares = np.linspace(0, 1, min(MOST_POINTS, e.size))
        x = left + (right - left) * (np.quantile(e, shares) - low) / (high - low)
        points = [(a, HIGH - 4 - (HIGH - 8) * f) for a, f in zip(x, shares, strict=True) if a <= right]
        ink, width = ("hot", 3) if name == hot else ("ink", 1.75)
        lines.append(path([*points, (right, 4)] if points[-1][1] < 12 else points, ink, width))
    return "".join(lines)


def stairs(widths: Sequence[float], left: float, step: float, scale: float) -> Points:
    """The width of each block as a level of its own."""
    return [(left + (j + k) * step, HIGH - 4 - scale * w) for j, w in enumerate(widths) for k in (0, 1)]


def per_block(name: str) -> list[float]:
    net = rn.zoo.get(name).config
    return [w for w, d in zip(net.widths, net.depths, strict=True) for _ in range(d)]


def nested() -> str:
    spaces = (rn.AnyNetXA(), rn.AnyNetXB(), rn.AnyNetXC(), rn.AnyNetXD(), rn.AnyNetXE(), rn.RegNetX())
    sizes = [float(np.log10(s.paper_size())) for s in spaces]
    shapes = []
    for k, size in enumerate(sizes):
        wide, high = WIDE * (size / sizes[0]) ** 2 - 4, (HIGH - 4) * (size / sizes[0]) ** 2
        left, top = WIDE - 2 - wide, (HIGH - high) / 2
        box = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high), (left, top)]
        shapes.append(path(box, "hot" if k == len(sizes) - 1 else "ink", 3 if k == len(sizes) - 1 else 1.5))
    return "".join(shapes)


def body() -> str:
    net, left, shapes = rn.zoo.get("regnetx_400mf").config, 60.0, [bars([(0, 4, 12, HIGH - 8)], "ink")]
    shapes.append(bars([(24, HIGH * 0.14, 12, HIGH * 0.72)], "ink"))
    for k, (depth, width) in enumerate(zip(net.depths, net.widths, strict=True)):
        high, wide = (HIGH - 8) / 1.7 ** (k + 0.6), 4 + width / 18
        blocks = [(left + j * (wide + 4), (HIGH - high) / 2, wide, high) for j in range(depth)]
        left = blocks[-1][0] + wide + 22
        shapes.append(bars(blocks, "hot" if k == 3 else "ink"))
    return "".join(shapes)


def mosaic(before: str, after: str, column: str, levels: Sequence[int]) -> str:
    """Networks as columns of four stages; a bar is as wide as the number of its stage is high among the levels."""
    shapes, each = [], 24
    for side, (name, ink) in enumerate(((before, "ink"), (after, "hot"))):
        rows = rn.load_population(name)[column].head(each)
        cell = (WIDE - 30) / 2 / each
        boxes = []
        for k, values in enumerate(rows):
            for stage, value in enumerate(values):
                high = 3 + 19 * levels.index(value) / (len(levels) - 1)
                boxes.append((side * (WIDE + 30) / 2 + k * cell, 27 * stage + 24 - high, cell - 3, high))
        shapes.append(bars(boxes, ink))
    return "".join(shapes)


def profiles(before: str, after: str, column: str, most: float) -> str:
    """Four stages of many networks as lines, before a constraint and after it."""
    shapes = []
    for side, (name, ink) in enumerate(((before, "ink"), (after, "hot"))):
        left, step = side * (WIDE / 2 + 15), (WIDE / 2 - 15) / 3
        for values in rn.load_population(name)[column].head(26):
            y = [HIGH - 4 - (HIGH - 8) * min(1, np.log2(v) / np.log2(most)) for v in values]
            shapes.append(path([(left + k * step, at) for k, at in enumerate(y)], ink, 1.25, opacity=0.6))
    return "".join(shapes)


def staircase() -> str:
    rule, widths = rn.zoo.get("regnetx_400mf").regnet_params, per_block("regnetx_400mf")
    assert rule is not None
    line = [rule.w0 + rule.wa * j for j in range(rule.depth)]
    step, scale = WIDE / rule.depth, (HIGH - 12) / max(line)
    on_line = [((j + 0.5) * step, HIGH - 4 - scale * u) for j, u in enumerate(line)]
    return dots(on_line, "ink", 2.2) + path(stairs(widths, 0, step, scale), "hot", 4)


def multiples() -> str:
    settings = ("quick", "r-quick", "v-quick", "vr-quick", "quick-3epochs", "5stages-quick")
    each = WIDE / len(settings)
    pairs = []
    for k, setting in enumerate(settings):
        names = [f"{space}-{setting}" for space in ("anynetxa", "regnetx")]
        pairs.append(edfs(names, names[1], k * each + 6, (k + 1) * each - 14))
    return "".join(pairs)


def twelve() -> str:
    names = [name for name in rn.zoo.names() if name.startswith("regnetx")]
    each, shapes = WIDE / len(names), []
    for k, name in enumerate(names):
        widths = per_block(name)
        step, scale = (each - 12) / len(widths), (HIGH - 10) * 0.92**11 / max(widths) * 1.08**k
        shapes.append(path(stairs(widths, k * each, step, scale), "hot" if k == 3 else "ink", 2))
    return "".join(shapes)


def pairs() -> str:
    names = [name for name in rn.zoo.names() if name.startswith("regnetx")]
    shapes, each = [], WIDE / len(names)
    found = [[rn.zoo.get(f"regnet{kind}{name[7:]}").top1_error_mean for kind in "xy"] for name in names]
    low, high = min(map(min, found)), max(map(max, found))
    for k, (x, y) in enumerate(found):
        at = each * (k + 0.5)
        top, end = (HIGH - 8 - (HIGH - 16) * (high - e) / (high - low) for e in (x, y))
        shapes += [path([(at, top), (at, end)], "ink"), dots([(at, top)], "ink", 3.5), dots([(at, end)], "hot", 5)]
    return "".join(shapes)


def front() -> str:
    nets = [rn.zoo.get(name) for name in (*rn.zoo.names(), *rn.zoo.baselines())]
    timed = [p for p in nets if p.inference_ms]
    x, y = np.log([p.inference_ms for p in timed]), np.array([p.top1_error_mean for p in timed])
    x, y = 6 + (WIDE - 12) * (x - x.min()) / np.ptp(x), 6 + (HIGH - 12) * (y.max() - y) / np.ptp(y)
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for net, at in zip(timed, zip(x, HIGH - y, strict=True), strict=True):
        found[net.title.startswith("RegNet")].append(at)
    return dots(found[False], "ink", 4) + dots(found[True], "hot", 4.5)


def schedules() -> str:
    epochs = np.linspace(0, 100, 101)
    shapes = []
    for gpus in (1, 2, 4, 8):
        rate = gpus * np.where(epochs < 5, epochs / 5, (1 + np.cos(np.pi * epochs / 100)) / 2)
        points = [(WIDE * e / 100, HIGH - 4 - (HIGH - 8) * r / 8) for e, r in zip(epochs, rate, strict=True)]
        shapes.append(path(points, "hot" if gpus == 8 else "ink", 3 if gpus == 8 else 1.75))
    return "".join(shapes)


def yours() -> str:
    rows, shapes = ("anynetxa-cpu", "regnetx-cpu"), []
    found = [errors(name)[:90] for name in rows]
    low, high = min(e[0] for e in found), max(np.quantile(e, 0.95) for e in found)
    for k, e in enumerate(found):
        shapes.append(
            dots([(8 + (WIDE - 16) * (v - low) / (high - low), 18 + 34 * k) for v in e if v <= high], "ink", 3)
        )
    return "".join(shapes) + path([(8, 90), (WIDE - 8, 90)], "hot", 6, "0.1 14")


PICTURES: dict[int, tuple[Callable[[], str], str]] = {
    1: (nested, "Six boxes, each inside the one before: the sizes of the spaces from AnyNetXA to RegNetX."),
    2: (body, "The stem and the four stages of RegNetX-400MF, block by block."),
    3: (lambda: edfs(("anynetxa-cpu", "regnetx-cpu"), "regnetx-cpu"), "The EDFs of AnyNetXA and RegNetX."),
    4: (lambda: mosaic("anynetxa-cpu", "anynetxb-cpu", "bottleneck_ratios", (1, 2, 4)),
        "Bottleneck ratios of networks: mixed in AnyNetXA, one for all stages in AnyNetXB."),
    5: (lambda: mosaic("anynetxb-cpu", "anynetxc-cpu", "group_widths", (1, 2, 4, 8, 16, 32)),
        "Group widths of networks: mixed in AnyNetXB, one for all stages in AnyNetXC."),
    6: (lambda: profiles("anynetxc-cpu", "anynetxd-cpu", "widths", 1024),
        "Widths of four stages: up and down in AnyNetXC, growing in AnyNetXD."),
    7: (lambda: profiles("anynetxd-cpu", "anynetxe-cpu", "depths", 16),
        "Depths of four stages: up and down in AnyNetXD, growing in AnyNetXE."),
    8: (staircase, "The staircase of RegNetX-400MF on its line."),
    9: (lambda: edfs([f"{s}-cpu" for s in ("anynetxa", "anynetxb", "anynetxc", "anynetxd", "anynetxe", "regnetx")],
                     "regnetx-cpu"), "The EDFs of six spaces, from AnyNetXA to RegNetX."),
    10: (multiples, "Two EDFs, AnyNetXA and RegNetX, in six settings."),
    11: (twelve, "The widths of the blocks of the twelve published RegNetX."),
    12: (pairs, "The errors of twelve RegNetX, and of the RegNetY of the same size."),
    13: (front, "Error against inference time of published networks, with RegNets marked."),
    14: (schedules, "Learning rates over a training on one, two, four and eight GPUs."),
    15: (yours, "The errors of two recorded spaces in two rows, and a third row that is still empty."),
}  # fmt: skip


def draw(chapter: int) -> str:
    """Return the picture of a chapter as SVG."""
    shapes, alt = PICTURES[chapter]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chapter-picture" viewBox="0 0 {WIDE} {HIGH}" role="img" '
        f'aria-label="{alt}" fill="none" stroke-linecap="round" stroke-linejoin="round">{shapes()}</svg>\n'
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for chapter in PICTURES:
        (FOLDER / f"{chapter:02}.svg").write_text(draw(chapter), encoding="utf-8")
    sys.stdout.write(f"{FOLDER}\n")
