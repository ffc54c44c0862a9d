"""What a submission's process may do: limits set by the kernel where it has them, and by Python everywhere.

Runs inside the submission's process before any of its code, and imports nothing of the package. Four layers, each
independent of the others; `lock` returns the names of those that took hold:

    limits    memory, file size, processor time and open files (setrlimit)
    files     Landlock (Linux 5.13 or later): only what it needs is readable, only its own folder is writable
    calls     seccomp (Linux on x86-64 and 64-bit ARM): no network, no new process, no ptrace, no raised limits
    hook      Python's audit hook: the same in words, for systems without the two above (it can be got round from C)
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from typing import Any

READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
LIST = 1 << 3
NO_NEW_PRIVS, SET_SECCOMP, PARENT_DEATH_SIGNAL = 38, 22, 1
SYSTEM_FILES = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
SYSTEM_FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/self", "/sys/devices/system/cpu", "/sys/fs/cgroup")


def lock(folder: str, readable: list[str], hidden: list[str], memory: int, file_size: int) -> list[str]:
    """Close every door that this system lets us close; return the names of the layers that hold."""
    layers = []
    if _limits(memory, file_size):
        layers.append("limits")
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PARENT_DEATH_SIGNAL, 9, 0, 0, 0)
        if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            if _landlock(libc, folder, readable, hidden):
                layers.append("files")
            if _seccomp(libc):
                layers.append("calls")
    _hook(folder, hidden)
    return [*layers, "hook"]


def _limits(memory: int, file_size: int) -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    wanted = {"AS": memory, "FSIZE": file_size, "CPU": 300, "NOFILE": 128, "CORE": 0}
    for name, limit in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            if name == "AS":  # macOS refuses this one
                return False
    return True


def _landlock(libc: Any, folder: str, readable: list[str], hidden: list[str]) -> bool:
    version = libc.syscall(444, None, 0, 1)
    if version < 1:
        return False
    every = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    tcp = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0  # no signals to, and no abstract sockets of, processes outside
    attributes = struct.pack("QQQ", every, tcp, scope)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(444, attributes, len(attributes), 0)
    if ruleset < 0:
        return False

    def allow(path: str, access: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not os.path.isdir(path):
            access &= ~(1 << 3 | 0x1FF0 | 1 << 13)  # what only folders have
        libc.syscall(445, ruleset, 1, struct.pack("=Qi", access & every, fd), 0)
        os.close(fd)

    def allow_around(path: str) -> None:
        """Everything under `path` may be read, but what is hidden."""
        if path in hidden:
            return
        if any(h.startswith(path.rstrip("/") + "/") for h in hidden) and os.path.isdir(path):
            allow(path, LIST)
            for child in os.listdir(path):
                allow_around(os.path.join(path, child))
        else:
            allow(path, READ)

    for path in sorted({os.path.realpath(p) for p in [*SYSTEM_FILES, *SYSTEM_FACTS, *readable]}):
        allow_around(path)
    for path in ("/dev/null", folder):  # not /dev/shm: what lies there stays when the process is gone
        allow(path, every & ~1)
    done = libc.syscall(446, ruleset, 0) == 0
    os.close(ruleset)
    return done


# Numbers of system calls on x86-64 and on 64-bit ARM. Refused without conditions:
REFUSED = {
    "x86_64": (
        *(41, 57, 58, 59, 322, 101, 310, 311, 62, 272, 308, 165, 160, 321, 425, 248, 250, 323, 298, 161, 155, 438),
        *(29, 64, 68, 240),
    ),
    "aarch64": (
        *(198, 221, 281, 117, 270, 271, 129, 97, 268, 40, 164, 280, 425, 217, 219, 282, 241, 51, 41, 438),
        *(194, 190, 186, 180),
    ),
}  # socket fork vfork exec execat ptrace vm_read vm_write kill unshare setns mount setrlimit bpf io_uring keys ...
# and what outlives a process: shmget semget msgget mq_open
CLONE = {"x86_64": (56, 435, 302, 0xC000003E), "aarch64": (220, 435, 261, 0xC00000B7)}
THREAD_FLAG = 0x10000
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, DENY, MISSING = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38


def _seccomp(libc: Any) -> bool:
    machine = platform.machine()
    if machine not in REFUSED:
        return False
    clone, clone3, prlimit, architecture = CLONE[machine]
    code: list[tuple[int, int, int, int]] = [
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, DENY),
        (LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        code += [(ANY_BIT, 0, 1, 0x40000000), (RETURN, 0, 0, DENY)]  # the x32 numbers
    for number in REFUSED[machine]:
        code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, DENY)]
    code += [(EQUAL, 0, 1, clone3), (RETURN, 0, 0, MISSING)]  # so that threads fall back to clone
    # clone: only for threads; its flags are the first argument
    code += [(EQUAL, 0, 4, clone), (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, THREAD_FLAG), (RETURN, 0, 0, ALLOW)]
    code += [(RETURN, 0, 0, DENY)]
    # prlimit: reading is fine, which is when the third argument is null; both halves of it are looked at
    code += [(EQUAL, 0, 5, prlimit), (LOAD, 0, 0, 32), (EQUAL, 0, 2, 0), (LOAD, 0, 0, 36), (EQUAL, 1, 0, 0)]
    code += [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(buffer))
    return libc.prctl(SET_SECCOMP, 2, head, 0, 0) == 0


WORDS = {
    "socket.": "open a network connection",
    "os.fork": "start another process",
    "os.forkpty": "start another process",
    "os.posix_spawn": "start another process",
    "os.system": "start another program",
    "os.exec": "start another program",
    "os.startfile": "start another program",
    "subprocess.": "start another program",
    "os.kill": "send a signal to a process",
    "os.putenv": "",
}


def _hook(folder: str, hidden: list[str]) -> None:
    """Say no in words, and hide what is hidden even where the kernel cannot."""
    real, join, within = os.path.realpath, os.path.join, tuple(h.rstrip("/") + "/" for h in hidden)
    own, nowhere, names = os.path.realpath(folder) + "/", os.devnull, tuple(WORDS.items())
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, bytes)):
                place = real(os.fsdecode(path))
                if (place + "/").startswith(within):
                    raise PermissionError("a submission may not read the checks or the solutions")
                if flags & writing and not (place + "/").startswith(own) and place != nowhere:
                    raise PermissionError(f"a submission may write in its own folder only, not {place}")
        elif event.startswith(("socket.", "os.", "subprocess.")):
            for name, word in names:
                if word and event.startswith(name) and event != "socket.gethostname":
                    raise PermissionError(f"a submission may not {word}")
            if event in ("os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
                place = real(join(folder, os.fsdecode(arguments[0]))) + "/"
                if place.startswith(within):
                    raise PermissionError("a submission may not read the checks or the solutions")

    sys.addaudithook(watch)
