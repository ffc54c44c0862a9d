"""Reads from and writes to a process that may stop listening: threads wait, so that the grader never does.

Threads and not `select`, which knows no pipes on Windows.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading

ONCE = 1 << 16  # bytes read at once
AHEAD = 8  # reads that wait for the grader; what writes more has to wait
PENDING = 4  # texts that wait for the process


class Reader:
    """What comes out of a pipe, read in a thread."""

    def __init__(self, pipe: int) -> None:
        self.chunks: queue.Queue[bytes] = queue.Queue(AHEAD)
        self.stop = False
        self.thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self.thread.start()

    def read(self, seconds: float) -> bytes | None:
        """Return what came, nothing (b"") if the pipe has ended, and None if nothing comes within so many seconds."""
        with contextlib.suppress(queue.Empty):
            return self.chunks.get(timeout=seconds)
        return None

    def end(self) -> bool:
        """Stop reading; return whether the thread is gone."""
        self.stop = True
        while self.thread.is_alive():
            with contextlib.suppress(queue.Empty):  # it may be waiting for room
                self.chunks.get_nowait()
                continue
            self.thread.join(0.5)
            if self.thread.is_alive() and self.chunks.empty():
                return False
        return True

    def _read(self, pipe: int) -> None:
        content = b"more"
        while content and not self.stop:
            try:
                content = os.read(pipe, ONCE)
            except OSError:
                content = b""
            self.chunks.put(content)


class Writer:
    """What goes into a pipe, written in a thread."""

    def __init__(self, pipe: int) -> None:
        self.texts: queue.Queue[bytes | None] = queue.Queue(PENDING)
        self.thread = threading.Thread(target=self._write, args=(pipe,), daemon=True)
        self.thread.start()

    def send(self, text: bytes) -> bool:
        """Send a text; return whether the process still takes any."""
        if not self.thread.is_alive():
            return False
        try:
            self.texts.put_nowait(text)
        except queue.Full:
            return False
        return True

    def end(self) -> bool:
        """Stop writing; return whether the thread is gone."""
        with contextlib.suppress(queue.Full):
            self.texts.put_nowait(None)
        self.thread.join(0.5)
        return not self.thread.is_alive()

    def _write(self, pipe: int) -> None:
        while True:
            text = self.texts.get()
            if text is None:
                return
            try:
                while text:
                    text = text[os.write(pipe, text) :]
            except OSError:  # it ended
                return
