"""A resumable sweep: one line a network, written before the next one is trained."""

import json
import os


def sweep(n, path, train):
    """Train networks 0 to n - 1 and append a line {"index": k, "error": train(k)} to the file `path` after each.

    Networks that have a whole line in the file already are not trained again. `train` is a function from the number
    of a network to its error. Half a line at the end of the file is replaced.
    """
    raise NotImplementedError("write this")
