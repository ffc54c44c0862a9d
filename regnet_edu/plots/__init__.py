"""Figures of a study, one function for each kind of figure of the paper; each returns a matplotlib Figure.

    figure = rn.plots.edfs([population_a, population_b])
    figure                      # in a notebook: a drawing that follows the light or dark theme of the page
    figure.alt_text             # what it shows, in numbers
    figure.savefig("edfs.pdf")  # on white, for print
    rn.plots.paper_figure(9)    # a figure of the paper, from recorded populations

Populations are DataFrames of `load_population`, paths or names of record files, a list of them, or a dict that gives
each its name. Colours are those of Okabe and Ito, chosen or darkened so that each stands out on white and on black;
lines differ in style and points in shape as well.
"""

from .canvas import alt_text, to_svg
from .distributions import edfs, random_search
from .fits import fit_error, linear_fits, quantized_fits
from .measured import error_fronts, measured_times, same_recipe
from .networks import width_profiles
from .paper import PaperFigure, paper_figure
from .published import field_comparison, model_diagrams
from .scatter import property_scatter
from .source import Source, sources
from .trends import complexity_relations, parameter_trends

__all__ = [
    "PaperFigure",
    "Source",
    "alt_text",
    "complexity_relations",
    "edfs",
    "error_fronts",
    "field_comparison",
    "fit_error",
    "linear_fits",
    "measured_times",
    "model_diagrams",
    "paper_figure",
    "parameter_trends",
    "property_scatter",
    "quantized_fits",
    "random_search",
    "same_recipe",
    "sources",
    "to_svg",
    "width_profiles",
]
