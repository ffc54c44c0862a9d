"""The paper's claims at full scale: errors on ImageNet and speeds on today's machines that others measured.

Nothing here was trained or timed by this course. The tables state what the maintainers of timm measured (NOTICE.txt),
and every figure that the course draws from them is a function that a reader can run again.

    from regnet_edu.study import field

    field.costs()                  # 1,193 networks at a size: flops, parameters, activations, times on five machines
    field.errors()                 # 1,556 sets of weights, with the same costs beside them
    field.time_correlations()      # does time follow activations or flops?
    field.equal_cost("ResNe(X)t")  # RegNet's error at the cost of others, within one recipe
"""

from .recipes import (
    TEST_SETS,
    TORCHVISION,
    equal_cost,
    equal_cost_then,
    rank_correlations,
    recipe_gain,
    same_recipe,
    se_gain,
)
from .standing import FRONTS, front_counts, front_distance, plainly_trained
from .table import COSTS, FAMILIES, MACHINES, costs, errors, family_of, saw_more_data, taught
from .times import growth_networks, growth_powers, speedup, time_correlations, time_models

__all__ = [
    "COSTS",
    "FAMILIES",
    "FRONTS",
    "MACHINES",
    "TEST_SETS",
    "TORCHVISION",
    "costs",
    "equal_cost",
    "equal_cost_then",
    "errors",
    "family_of",
    "front_counts",
    "front_distance",
    "growth_networks",
    "growth_powers",
    "plainly_trained",
    "rank_correlations",
    "recipe_gain",
    "same_recipe",
    "saw_more_data",
    "se_gain",
    "speedup",
    "taught",
    "time_correlations",
    "time_models",
]
