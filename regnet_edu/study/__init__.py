"""The study of the course: the plan of its recorded populations, and the map of the paper with its rules."""

import lazy_loader

from .plan import COMPARISONS, PLAN, Planned, chosen, planned

# The map draws figures, and so imports matplotlib.
__getattr__, _, _ = lazy_loader.attach(__name__, {"paper_map"})

__all__ = ["COMPARISONS", "PLAN", "Planned", "chosen", "paper_map", "planned"]
