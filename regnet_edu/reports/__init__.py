"""One self-contained page about any populations."""

from .report import report

__all__ = ["report"]
