"""What populations say: EDFs, comparisons, random search, seed noise, properties; and export to other tools."""

from .adjustment import adjust_p_values, adjusted_difference
from .comparison import Comparison, compare
from .edf import bootstrap_best, complexity_weights, edf, summary
from .export import to_optuna
from .planning import networks_needed
from .properties import property_values, rank_correlation
from .random_search import SearchCurve, random_search_curve
from .seed_noise import SeedNoise, seed_noise

__all__ = [
    "Comparison",
    "SearchCurve",
    "SeedNoise",
    "adjust_p_values",
    "adjusted_difference",
    "bootstrap_best",
    "compare",
    "complexity_weights",
    "edf",
    "networks_needed",
    "property_values",
    "random_search_curve",
    "rank_correlation",
    "seed_noise",
    "summary",
    "to_optuna",
]
