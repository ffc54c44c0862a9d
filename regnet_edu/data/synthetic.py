"""Ten classes of small pictures, drawn in numpy: the data that is always there, with no download.

A picture shows one of five bright shapes, filled with one of two textures, at a random place, size and angle, in
random colours, before a darker shaded background with noise. The class is the pair of shape and texture. To tell them
apart, a network must see fine texture and coarse outline at once, so networks differ in how well they do. How far
things vary was set so that the networks of the "tiny" regime end between the error of guessing and none.
"""

from __future__ import annotations

import numpy as np

SHAPES = ("disc", "square", "triangle", "ring", "cross")
TEXTURES = ("striped", "checked")
CLASSES = tuple(f"{texture} {shape}" for shape in SHAPES for texture in TEXTURES)


def pictures(n: int, resolution: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw n pictures.

    Args:
        n: how many.
        resolution: height and width in pixels.
        seed: the same seed gives the same pictures.

    Returns:
        Images, (n, resolution, resolution, 3) uint8, and labels, (n,) int64, every class equally often.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = np.arange(n, dtype=np.int64) % len(CLASSES)
    images = np.empty((n, resolution, resolution, 3), np.uint8)
    for start in range(0, n, 512):  # in pieces, to keep the memory small
        part = slice(start, min(start + 512, n))
        images[part] = _draw(labels[part], resolution, rng)
    return images, labels


def _draw(labels: np.ndarray, resolution: int, rng: np.random.Generator) -> np.ndarray:
    n = len(labels)

    def between(low: float, high: float, *shape: int) -> np.ndarray:
        return low + (high - low) * rng.random((n, *shape))

    grid = (np.arange(resolution) + 0.5) / resolution * 2 - 1
    x = np.broadcast_to(grid, (n, resolution, resolution))
    y = x.swapaxes(1, 2)
    # Coordinates (u, v) of the shape: moved, turned and scaled so that it fills about |u|, |v| < 1.
    angle = between(-0.6, 0.6, 1, 1)
    size = between(0.6, 0.9, 1, 1)
    dx, dy = x - between(-0.2, 0.2, 1, 1), y - between(-0.2, 0.2, 1, 1)
    u = (np.cos(angle) * dx + np.sin(angle) * dy) / size
    v = (np.cos(angle) * dy - np.sin(angle) * dx) / size
    radius = np.hypot(u, v)
    inside = np.stack(
        [
            radius < 0.95,
            np.maximum(abs(u), abs(v)) < 0.8,
            (v > -0.6) & (2 * abs(u) + v < 1.1),
            (radius < 1) & (radius > 0.5),
            (np.minimum(abs(u), abs(v)) < 0.3) & (np.maximum(abs(u), abs(v)) < 1),
        ]
    )
    shape = inside[labels // len(TEXTURES), np.arange(n)]
    # The texture keeps its own angle and pitch, so that it says nothing about the shape.
    turn = between(-0.6, 0.6, 1, 1)
    pitch = between(5, 8, 1, 1)
    across = np.sin(pitch * (np.cos(turn) * x + np.sin(turn) * y) + between(0, 2 * np.pi, 1, 1))
    along = np.sin(pitch * (np.cos(turn) * y - np.sin(turn) * x) + between(0, 2 * np.pi, 1, 1))
    checked = (labels % len(TEXTURES) == 1)[:, None, None]
    texture = np.where(checked, 1.3 * across * along, across)
    shade = (x * between(-1, 1, 1, 1) + y * between(-1, 1, 1, 1))[..., None]
    background = between(60, 120, 1, 1, 3) + 20 * shade * between(-1, 1, 1, 1, 3)
    paint = between(150, 190, 1, 1, 3) + 65 * texture[..., None] * between(0.6, 1, 1, 1, 3)
    image = np.where(shape[..., None], paint, background) + between(-30, 30, resolution, resolution, 3)
    return np.clip(image, 0, 255).astype(np.uint8)
