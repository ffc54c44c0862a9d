"""seccomp (Linux): a list of the system calls that are allowed, with a look at the arguments of a few."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

from .calls import ALLOWED, LIMITED, PRETENDED

LOAD, AND, EQUAL, ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x45, 0x06
ALLOW, PRETEND, DENY, MISSING = 0x7FFF0000, 0x00050000, 0x00050000 | 1, 0x00050000 | 38
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_SECCOMP = 22
THREAD = 0x10000
X32 = 0x40000000
SHARED_MEMORY = 0x21  # MAP_SHARED and MAP_ANONYMOUS: memory that no limit counts
EMPTY, HOW = 0x200, 0x203  # O_TRUNC, and it with the kind of access: reading must not empty a file
AF_UNIX, STREAM = 1, 1
FILE_CONTROL = (0, 1, 2, 3, 4, 5, 6, 7, 9, 36, 37, 38, 1030, 1032)  # no owner to be sent signals
DEVICE_CONTROL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal, how large, how much is there
SELF_CONTROL = (2, 3, 15, 16, 21, 23, 39, 0x53564D41)  # what it is, and names of threads and of memory

Line = tuple[int, int, int, int]


def restrict() -> bool:
    """Restrict this process; return whether it holds."""
    machine = platform.machine()
    if machine not in ARCHITECTURE:
        return False
    program = b"".join(struct.pack("HBBI", *line) for line in filter_for(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    return bool(ctypes.CDLL(None, use_errno=True).prctl(SET_SECCOMP, 2, head, 0, 0) == 0)


def filter_for(machine: str, pid: int) -> list[Line]:
    """The program that the kernel runs at each system call of this process."""
    column = list(ARCHITECTURE).index(machine)
    code: list[Line] = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCHITECTURE[machine]), (RETURN, 0, 0, DENY), (LOAD, 0, 0, 0)]
    if machine == "x86_64":
        code += [(ANY_BIT, 0, 1, X32), (RETURN, 0, 0, DENY)]
    looks = {
        "open": _not_masked(1, HOW, EMPTY),
        "openat": _not_masked(2, HOW, EMPTY),
        "openat2": [(RETURN, 0, 0, MISSING)],  # its flags lie in memory, where nobody can look at them
        # asyncio wakes itself through such a pair; nothing else can be reached by it, since no call connects it
        "socketpair": [*_one_of(0, (AF_UNIX,))[:-2], *_kind_of_socket()],
        "mmap": _not_masked(3, SHARED_MEMORY, SHARED_MEMORY),
        "ioctl": _one_of(1, DEVICE_CONTROL),
        "fcntl": _one_of(1, FILE_CONTROL),
        "prctl": _one_of(0, SELF_CONTROL),
        "tgkill": _one_of(0, (pid,)),  # abort() sends a signal to itself
        "prlimit64": [*_one_of(0, (0, pid))[:-2], *_only_null(2)],
        "clone": [(LOAD, 0, 0, 16), (ANY_BIT, 0, 1, THREAD), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)],
        "clone3": [(RETURN, 0, 0, MISSING)],  # so that threads fall back to clone
    }
    for name, numbers in LIMITED.items():
        code += _rule(numbers[column], looks[name])
    for numbers in ALLOWED.values():
        code += _rule(numbers[column], [(RETURN, 0, 0, ALLOW)])
    for numbers in PRETENDED.values():
        code += _rule(numbers[column], [(RETURN, 0, 0, PRETEND)])
    return [*code, (RETURN, 0, 0, DENY)]


def _rule(number: int | None, body: list[Line]) -> list[Line]:
    return [] if number is None else [(EQUAL, 0, len(body), number), *body]


def _argument(place: int) -> int:
    """Where the lower half of an argument lies."""
    return 16 + 8 * place


def _one_of(place: int, values: tuple[int, ...]) -> list[Line]:
    tests: list[Line] = [(EQUAL, len(values) - k, 0, value) for k, value in enumerate(values)]
    return [(LOAD, 0, 0, _argument(place)), *tests, (RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]


def _not_masked(place: int, mask: int, refused: int) -> list[Line]:
    load: list[Line] = [(LOAD, 0, 0, _argument(place)), (AND, 0, 0, mask), (EQUAL, 0, 1, refused)]
    return [*load, (RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]


def _kind_of_socket() -> list[Line]:
    """For a stream: a datagram may be sent to anybody. Comes after a test that jumps over one line if it is true."""
    look: list[Line] = [(LOAD, 0, 0, _argument(1)), (AND, 0, 0, 0xF), (EQUAL, 1, 0, STREAM)]
    return [(RETURN, 0, 0, DENY), *look, (RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]


def _only_null(place: int) -> list[Line]:
    """For a pointer: both halves of it are looked at. Comes after a test that jumps over one line if it is true."""
    load = _argument(place)
    test: list[Line] = [(LOAD, 0, 0, load), (EQUAL, 0, 2, 0), (LOAD, 0, 0, load + 4), (EQUAL, 1, 0, 0)]
    return [(RETURN, 0, 0, DENY), *test, (RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
