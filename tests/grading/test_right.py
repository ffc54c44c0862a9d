"""Unusual right answers have all points: other types, other packages, other habits."""

from __future__ import annotations

import inspect

import pytest

from regnet_edu.grading.exercise import get
from regnet_edu.grading.judge import check_source, ending
from regnet_edu.grading.process import Outcome, Submission

RIGHT = {
    "a child of the Generator": (
        "01.1",
        "def sample_widths(n, rng):\n    return [log_uniform(u, 1024, 8) for u in rng.spawn(1)[0].random(n)]\n",
    ),
    "children of the Generator, one a repetition": (
        "03.2",
        "def bootstrap_best(values, errors, rng):\n    best, n = [], len(values)\n    for child in rng.spawn(2000):\n"
        "        best.append(values[min(child.integers(n, size=max(1, n // 4)), key=errors.__getitem__)])\n"
        "    return np.quantile(best, [0.025, 0.5, 0.975])\n",
    ),
    "the order of a set of words": (
        "10.3",
        "_vionets = vionets\n\n\ndef vionets(n, factor, low, high, rng):\n    first = next(iter({*FACTORS, 'ada', 'bob', 'eve'}))\n    rng.random(len(first))\n"
        "    return _vionets(n, factor, low, high, rng)\n",
    ),
    "torch where nobody asks for it": (
        "03.1",
        "import torch\n\n\ndef edf(errors, e):\n    return (torch.tensor(errors, dtype=torch.float64) < e).double().mean()\n",
    ),
    "pandas and scipy": (
        "03.1",
        "def edf(errors, e):\n    import pandas\n    return pandas.Series(errors).lt(e).mean()\n",
    ),
    "sorting the argument": (
        "03.1",
        "import bisect\n\n\ndef edf(errors, e):\n    errors.sort()\n    return bisect.bisect_left(errors, e) / len(errors)\n",
    ),
    "an array of the standard library": (
        "03.1",
        "import array\n\n\ndef edf_curve(errors, at):\n    return array.array('d', [edf(errors, e) for e in at])\n",
    ),
    "the values of a dict": (
        "03.1",
        "import collections\n\n\ndef edf_curve(errors, at):\n    return collections.OrderedDict(enumerate(edf(errors, e) for e in at)).values()\n",
    ),
    "counting with Counter": (
        "08.1",
        "from collections import Counter, deque\n\n\ndef stages(widths):\n    place, runs = 0, Counter()\n    names = {}\n"
        "    for k, w in enumerate(widths):\n        place += k > 0 and w != widths[k - 1]\n        runs[place] += 1\n        names[place] = w\n"
        "    return runs.values(), deque(names.values())\n",
    ),
    "fractions": (
        "03.1",
        "from fractions import Fraction\n\n\ndef edf(errors, e):\n    return Fraction(sum(x < e for x in errors), len(errors))\n",
    ),
    "decimals": (
        "03.1",
        "from decimal import Decimal\n\n\ndef edf_curve(errors, at):\n    return [Decimal(edf(errors, e)) for e in at]\n",
    ),
    "text from numpy": (
        "15.1",
        "def verdict(low, high, margin=0):\n    words = np.array(['better', 'cannot tell', 'worse', 'the same'])\n"
        "    return words[3 if max(-low, high) < margin else 1 + (low > 0) - (high < 0)]\n",
    ),
    "threads": (
        "03.1",
        "from concurrent.futures import ThreadPoolExecutor\n\n\ndef edf_curve(errors, at):\n    with ThreadPoolExecutor(8) as pool:\n"
        "        return list(pool.map(lambda e: edf(errors, e), at))\n",
    ),
    "asyncio": (
        "03.1",
        "import asyncio\n\n\nasync def one(errors, e):\n    await asyncio.sleep(0)\n    return edf(errors, e)\n\n\n"
        "async def every(errors, at):\n    return await asyncio.gather(*(one(errors, e) for e in at))\n\n\n"
        "def edf_curve(errors, at):\n    return asyncio.run(every(errors, at))\n",
    ),
    "a file of its own": (
        "03.1",
        "import shutil, tempfile\n\n\ndef edf_curve(errors, at):\n    with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:\n"
        "        file.write(repr([edf(errors, e) for e in at]))\n        file.flush()\n        shutil.copy(file.name, 'copy.txt')\n"
        "    return eval(open('copy.txt').read())\n",
    ),
    "a class, a cache and a warning": (
        "03.1",
        "import functools, logging, warnings\n\n\nclass Edf:\n    def __call__(self, errors, e):\n        warnings.warn('slow')\n"
        "        logging.error('to stderr')\n        print('to stdout')\n        return self.count(tuple(errors), e) / len(errors)\n\n"
        "    @functools.lru_cache\n    def count(self, errors, e):\n        return sum(x < e for x in errors)\n\n\nedf = Edf()\n",
    ),
    "fsync and replace": (
        "03.3",
        "import json, os\n\n\ndef sweep(n, path, train):\n    done = {}\n    if os.path.exists(path):\n        for line in open(path, 'rb'):\n"
        "            try:\n                record = json.loads(line)\n                done[record['index']] = record['error']\n"
        "            except ValueError:\n                pass\n    for k in range(n):\n        if k in done:\n            continue\n"
        "        done[k] = train(k)\n        with open(path + '.tmp', 'w') as file:\n"
        "            file.writelines(json.dumps({'error': e, 'index': i}) + '\\n' for i, e in done.items())\n            file.flush()\n"
        "            os.fsync(file.fileno())\n        os.replace(path + '.tmp', path)\n",
    ),
    "touching the file, and cutting off what is torn": (
        "03.3",
        "import json\nfrom pathlib import Path\n\n\ndef sweep(n, path, train):\n    place = Path(path)\n    place.touch()\n"
        "    raw = place.read_bytes()\n    whole = raw[: raw.rfind(b'\\n') + 1]\n    with place.open('r+b') as file:\n"
        "        file.truncate(len(whole))\n    done = {json.loads(line)['index'] for line in whole.splitlines()}\n"
        "    for k in sorted(set(range(n)) - done):\n        error = train(k)\n        with place.open('a') as file:\n"
        "            print(json.dumps({'index': k, 'error': error}), file=file, flush=True)\n",
    ),
    "another rival": (
        "15.1",
        "def rival():\n    return rn.AnyNetXB(max_width=512)\n\n\ndef study(train, n, low, high, seed):\n"
        "    def population(space):\n        found = []\n"
        "        for k, c in enumerate(space.sample(n, rng=seed, flops=(low, high), **COUNT)):\n"
        "            net = (c.depths, c.widths, c.bottleneck_ratios, c.group_widths)\n"
        "            found.append({'network': net, 'flops': rn.complexity(c, **COUNT).flops, 'error': train(net, k)})\n"
        "        return found\n\n    return population(my_space()), population(rival())\n",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_unusual_and_right(name: str) -> None:
    number, text = RIGHT[name]
    exercise = get(number)
    source = f"{inspect.getsource(exercise.solution)}\n\n{text}"
    result = check_source(exercise, Submission(source, exercise.filename))
    assert result.points == exercise.points, str(result)


def test_a_limit_of_the_grader_is_not_called_a_mistake_of_the_learner() -> None:
    words = "libtorch_cpu.so: failed to map segment from shared object"
    outcome = Outcome("raised", facts={"error": "ImportError", "words": words})
    said = ending(get("03.1").parts[0], outcome, Submission("", "edf.py"))
    assert "no mistake of yours" in said
