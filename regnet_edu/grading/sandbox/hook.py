"""Python's audit hook: says no in words, on every system. Code in C can get round it, so it is no wall of its own."""

from __future__ import annotations

import os
import sys
from errno import ENOENT
from typing import Any

WORDS = {
    "socket.": "open a network connection",
    "os.fork": "start another process",
    "os.forkpty": "start another process",
    "os.posix_spawn": "start another process",
    "os.spawn": "start another program",
    "os.system": "start another program",
    "os.exec": "start another program",
    "os.startfile": "start another program",
    "subprocess.": "start another program",
    "os.kill": "send a signal to a process",
    "winreg.": "change the settings of the system",
    "_winapi.CreateProcess": "start another program",
}
# Where the names of files are among the arguments, and where the folders that they are relative to.
CHANGES = {
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.link": ((0, 1), (2, 3)),
    "os.mkdir": ((0,), (2,)),
    "os.remove": ((0,), (1,)),
    "os.rename": ((0, 1), (2, 3)),
    "os.rmdir": ((0,), (1,)),
    "os.setxattr": ((0,), ()),
    "os.symlink": ((1,), (2,)),
    "os.truncate": ((0,), ()),
    "os.utime": ((0,), (3,)),
}
# seccomp says that these worked, even on a file that is not there.
KEPT = {"os.chmod", "os.chown", "os.utime", "os.setxattr"}
HIDDEN = "a submission may not read the checks or the solutions"


def watch(folder: str, hidden: list[str]) -> None:
    """Say no in words, and hide what is hidden even where the kernel cannot."""
    real, join, fspath, readlink = os.path.realpath, os.path.join, os.fsdecode, getattr(os, "readlink", None)
    case, own_case = os.path.normcase, os.path.normcase(os.path.realpath(folder))
    within = tuple(case(real(h)).rstrip(os.sep) + os.sep for h in hidden)
    own, nowhere, names = own_case + os.sep, {case(os.devnull), case(real(os.devnull))}, tuple(WORDS.items())
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    isabs, islink, exists, kept = os.path.isabs, os.path.islink, os.path.lexists, set(KEPT)
    separators = [s for s in (os.sep, os.altsep, ":") if s]
    changes, getcwd, linux = dict(CHANGES), os.getcwd, sys.platform.startswith("linux")

    def place_of(path: Any, base: Any = None) -> str:
        if isinstance(base, int) and base >= 0 and linux and readlink is not None:
            return case(real(join(readlink(f"/proc/self/fd/{base}"), fspath(path))))
        name = fspath(path)
        whole = join(getcwd(), name)  # a folder deep in folders: only what may lead elsewhere is resolved
        simple = not isabs(name) and name not in ("", ".", "..") and not any(s in name for s in separators)
        return case(whole if simple and not islink(name) else real(whole))

    def watcher(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, bytes)):
                place = place_of(path)
                if (place + os.sep).startswith(within):
                    raise PermissionError(HIDDEN)
                if flags & writing and not (place + os.sep).startswith(own) and place not in nowhere:
                    raise PermissionError(f"a submission may write in its own folder only, not {place}")
        elif event in changes:
            paths, bases = changes[event]
            for k, number in enumerate(paths):
                path = arguments[number]
                base = arguments[bases[k]] if k < len(bases) and len(arguments) > bases[k] else None
                if not isinstance(path, (str, bytes)):
                    continue
                place = place_of(path, base)
                if not (place + os.sep).startswith(own):
                    raise PermissionError(f"a submission may change files in its own folder only, not {path!r}")
                if event in kept and not exists(place):
                    raise FileNotFoundError(ENOENT, os.strerror(ENOENT), path)
        elif event in ("os.listdir", "os.scandir"):
            if isinstance(arguments[0], (str, bytes)) and (place_of(arguments[0]) + os.sep).startswith(within):
                raise PermissionError(HIDDEN)
        elif event == "socket.__new__" and arguments[1] == 1:
            pass  # of this system: to connect it is another event
        else:
            for name, word in names:
                if word and event.startswith(name) and event != "socket.gethostname":
                    raise PermissionError(f"a submission may not {word}")

    sys.addaudithook(watcher)
