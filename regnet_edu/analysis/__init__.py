"""What populations say: EDFs, comparisons, random search, seed noise, properties; and export to other tools."""

from .adjustment import adjust_p_values, adjusted_difference
from .comparison import Comparison, compare
from .edf import bootstrap_best, complexity_weights, edf, summary
from .export import to_optuna
from .growth import fit_forms, power_law
from .pareto import error_at, pareto_front
from .planning import networks_needed
from .properties import property_values, rank_correlation
from .random_search import SearchCurve, random_search_curve
from .seed_noise import SeedNoise, seed_noise
from .welch import welch

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
    "error_at",
    "fit_forms",
    "networks_needed",
    "pareto_front",
    "power_law",
    "property_values",
    "random_search_curve",
    "rank_correlation",
    "seed_noise",
    "summary",
    "to_optuna",
    "welch",
]
