"""Right and wrong ways to write exercise 03.3."""

import json
import os


def _read(path):
    found = {}
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                try:
                    found[json.loads(line)["index"]] = json.loads(line)["error"]
                except ValueError:
                    pass
    return found


def _add(path, k, error):
    with open(path, "a") as file:
        file.write(json.dumps({"index": k, "error": error}) + "\n")


def sweep__right_new_line_first(n, path, train):
    """A new line ends what was torn."""
    done = _read(path)
    if os.path.exists(path):
        with open(path) as file:
            text = file.read()
        if text and not text.endswith("\n"):
            with open(path, "a") as file:
                file.write("\n")
    for k in range(n):
        if k not in done:
            _add(path, k, train(k))


def sweep__right_written_anew(n, path, train):
    """The whole file is replaced after each network."""
    done = _read(path)
    for k in range(n):
        if k not in done:
            done[k] = train(k)
            with open(path + ".new", "w") as file:
                for index, error in done.items():
                    file.write(json.dumps({"index": index, "error": error}) + "\n")
            os.replace(path + ".new", path)


def sweep__starts_afresh(n, path, train):
    """the file is opened with "w", which empties it: what was trained before is lost."""
    with open(path, "w") as file:
        for k in range(n):
            file.write(json.dumps({"index": k, "error": train(k)}) + "\n")
            file.flush()


def sweep__written_at_the_end(n, path, train):
    """the lines are written after the last network: a stop before that loses all of them."""
    done = _read(path)
    new = [(k, train(k)) for k in range(n) if k not in done]
    sweep__right_new_line_first(0, path, train)
    for k, error in new:
        _add(path, k, error)


def sweep__not_flushed(n, path, train):
    """lines wait in the memory of the program until the file is closed: flush after each, or a kill takes them."""
    done = _read(path)
    sweep__right_new_line_first(0, path, train)
    with open(path, "a") as file:
        for k in range(n):
            if k not in done:
                file.write(json.dumps({"index": k, "error": train(k)}) + "\n")


def sweep__from_the_last(n, path, train):
    """it goes on after the highest number in the file: what is missing may lie before that."""
    done = _read(path)
    sweep__right_new_line_first(0, path, train)
    for k in range(max(done, default=-1) + 1, n):
        _add(path, k, train(k))


def sweep__trains_again(n, path, train):
    """networks that are in the file are trained again: skip them."""
    sweep__right_new_line_first(0, path, train)
    for k in range(n):
        _add(path, k, train(k))


def sweep__counts_lines(n, path, train):
    """the number of lines was taken for the number of networks: a torn line is not a network."""
    lines = open(path).read().splitlines() if os.path.exists(path) else []
    sweep__right_new_line_first(0, path, train)
    for k in range(len(lines), n):
        _add(path, k, train(k))


def sweep__appends_to_the_torn_line(n, path, train):
    """the next line was written behind the torn one, and both are lost: end or remove the torn line first."""
    done = _read(path)
    for k in range(n):
        if k not in done:
            _add(path, k, train(k))


def sweep__one_too_few(n, path, train):
    """the last network is missing: they are numbered 0 to n - 1."""
    sweep__right_new_line_first(n - 1, path, train)
    open(path, "a").close()


def sweep__from_one(n, path, train):
    """networks are numbered from 1: the first is network 0."""
    done = _read(path)
    sweep__right_new_line_first(0, path, train)
    for k in range(1, n + 1):
        if k not in done:
            _add(path, k, train(k))
