"""The vector instructions of a processor: they decide in which order a sum is taken, and with that how it is rounded.

AVX2 adds eight numbers of 32 bits at once, AVX-512 sixteen. A processor that has the wider ones can do without them.
So networks that were trained with AVX2 come out the same to the last bit on newer processors of the same maker too, if
these are held to AVX2; the other way round there is no help. Nor is there between AMD and Intel, for which MKL takes
other kernels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from .errors import InputError, nearest_name

FLAGS = {"AVX-512": "avx512f", "AVX2": "avx2", "AVX": "avx"}  # as Linux calls them, the widest first
# What holds torch's own kernels, oneDNN and MKL to fewer; they read it when a process first calls them. On AMD's
# processors MKL rounds alike with any of them, and the weight gradient of a convolution, by oneDNN, is what differs.
HELD_TO = {
    "AVX-512": {},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
}


def in_use(flags: Iterable[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the widest vector instructions that a process uses: "AVX-512", "AVX2", "AVX", or "" for none of these.

    Args:
        flags: of the processor, from /proc/cpuinfo.
        environment: of the process, which may be held to fewer.
    """
    has = [name for name, flag in FLAGS.items() if flag in set(flags)]
    held = HELD_TO["AVX2"].items() <= environment.items()
    return next((name for name in has if name != "AVX-512" or not held), "")


def environment_of(vectors: str | None) -> Mapping[str, str]:
    """Return the environment of a process that is to use these vector instructions; empty where it may use all."""
    return HELD_TO[vectors] if vectors else {}


def check(vectors: str, here: str | None) -> None:
    """See that vector instructions can be asked for.

    Args:
        vectors: their name.
        here: the widest of the machine that is to use them, if that is known.

    Raises:
        InputError: the name is unknown, or the machine lacks them.
    """
    if vectors not in HELD_TO:
        raise InputError(f"vectors {vectors!r:.60} are unknown; {nearest_name(vectors, HELD_TO)}")
    if here is not None and vectors not in {here, *narrower_than(here)}:
        has = f"only {here}" if here else "neither"
        raise InputError(
            f"vectors {vectors!r} are not there: this machine has {has}; leave them out to use what it has"
        )


def narrower_than(here: str) -> set[str]:
    """Return the vector instructions that a machine can be held to whose widest are those of `here`."""
    return {"AVX2"} if here == "AVX-512" else set()


def told(*hardware: str | None) -> set[str]:
    """Return the vector instructions that the `hardware` of records names: {"AVX2"} of "2 x AMD EPYC (AVX2)"."""
    return _found("|".join(FLAGS), hardware)


def makers(*hardware: str | None) -> set[str]:
    """Return the makers of processors that the `hardware` of records names: {"AMD"} of "2 x AMD EPYC (AVX2)"."""
    return _found("AMD|Intel", hardware)


def differing(before: Iterable[str | None], now: str) -> tuple[str, str] | None:
    """Return what makes two pieces of hardware round sums otherwise, in words; None if nothing known does.

    Args:
        before: `hardware` of one or several records.
        now: the `hardware` that is compared with these.
    """
    before = list(before)
    for words, find in (("processors of ", makers), ("", told)):
        was, has = find(*before), find(now)
        if was and has and was != has:
            return words + " and ".join(sorted(was)), words + " and ".join(sorted(has))
    return None


def _found(names: str, hardware: Iterable[str | None]) -> set[str]:
    return set(re.findall(rf"\b(?:{names})\b", "\n".join(filter(None, hardware))))
