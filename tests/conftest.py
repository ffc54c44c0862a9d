"""Settings that every test shares."""

from __future__ import annotations

import os

# One thread each: the tests compare numbers, and the networks are too small to gain from more. Before torch starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")
# No test may find the data, records or settings of whoever runs it.
os.environ.pop("REGNET_EDU_REPOSITORY", None)
