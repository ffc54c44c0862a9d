"""Populations: sample networks of a space, train each, record it; resume, read, reproduce and time them.

A sweep is started by `sweep`, resumed by `resume` and `records`, and carried out by one of the `engines`.
"""

from .engines import LocalEngine, RayEngine
from .estimation import Estimate, estimate
from .population import load_population, populations, provenance
from .reproduce import Reproduction, reproduce
from .retry import forget_failed
from .runtimes import inference_ms, record_runtimes, with_runtimes
from .search import successive_halving
from .sweep import sweep

__all__ = [
    "Estimate",
    "LocalEngine",
    "RayEngine",
    "Reproduction",
    "estimate",
    "forget_failed",
    "inference_ms",
    "load_population",
    "populations",
    "provenance",
    "record_runtimes",
    "reproduce",
    "successive_halving",
    "sweep",
    "with_runtimes",
]
