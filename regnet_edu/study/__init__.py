"""The study of the course: the plan of its recorded populations, and the map of the paper with its rules."""

import lazy_loader

from .plan import COMPARISONS, PLAN, Planned, chosen, planned

# The map draws figures, and so imports matplotlib; the measurements of others wait until they are asked for.
__getattr__, _, _ = lazy_loader.attach(
    __name__, {"families", "field", "hypotheses", "paper_map", "sensitivity", "steps"}
)

__all__ = [
    "COMPARISONS",
    "PLAN",
    "Planned",
    "chosen",
    "families",
    "field",
    "hypotheses",
    "paper_map",
    "planned",
    "sensitivity",
    "steps",
]
