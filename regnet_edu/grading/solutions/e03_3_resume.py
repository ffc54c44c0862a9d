"""A resumable sweep: one line a network, written before the next one is trained."""

import json
import os


def sweep(n, path, train):
    """Train networks 0 to n - 1 and append a line {"index": k, "error": train(k)} to the file `path` after each.

    Networks that have a whole line in the file already are not trained again. `train` is a function from the number
    of a network to its error. Half a line at the end of the file is replaced.
    """
    lines = []
    if os.path.exists(path):
        with open(path) as file:
            lines = file.read().splitlines()
    whole = {}
    for line in lines:
        try:
            whole[json.loads(line)["index"]] = line
        except ValueError:
            continue
    if len(whole) < len(lines):
        with open(path, "w") as file:
            file.writelines(line + "\n" for line in whole.values())
    with open(path, "a") as file:
        for k in range(n):
            if k not in whole:
                file.write(json.dumps({"index": k, "error": train(k)}) + "\n")
                file.flush()
