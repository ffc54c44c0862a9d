"""Limits of a process on what it uses up."""

from __future__ import annotations

SPACE = 4  # times as much may be mapped as may be filled: the libraries of torch are mapped, and hardly filled
THREADS = 64


def set_all(memory: int, file_size: int, alone: bool) -> bool:
    """Set them, that on threads only if the process is `alone` in having its user; return whether memory is limited."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    wanted = {"DATA": memory, "AS": SPACE * memory, "FSIZE": file_size, "CPU": 300, "NOFILE": 128, "CORE": 0}
    if alone:
        wanted["NPROC"] = THREADS
    held = True
    for name, limit in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            held = held and name != "AS"  # macOS refuses this one
    return held
