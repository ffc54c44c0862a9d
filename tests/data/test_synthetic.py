"""The built-in pictures: the same for everyone, balanced, and with something in them to learn."""

import numpy as np

from regnet_edu.data import synthetic


def test_pictures_are_deterministic_and_the_first_ones_do_not_depend_on_later_ones():
    images, labels = synthetic.pictures(1100, 16, seed=3)
    again, _ = synthetic.pictures(1100, 16, seed=3)
    assert (images == again).all() and images.dtype == np.uint8 and images.shape == (1100, 16, 16, 3)
    assert (synthetic.pictures(512, 16, seed=3)[0] == images[:512]).all()
    assert (synthetic.pictures(20, 16, seed=4)[0] != images[:20]).any()
    assert np.bincount(labels).tolist() == [110] * 10 == [110] * len(synthetic.CLASSES)


def test_no_pixel_gives_the_class_away():
    """A linear look at raw pixels, the nearest class mean, must stay far from solving it but above guessing."""
    train, labels = synthetic.pictures(3000, 16, seed=1)
    test, truth = synthetic.pictures(1000, 16, seed=2)
    means = np.stack([train[labels == k].mean(axis=0).ravel() for k in range(10)])
    distance = ((test.reshape(1000, 1, -1) - means) ** 2).sum(axis=2)
    error = np.mean(distance.argmin(axis=1) != truth)
    assert 0.5 < error < 0.88
