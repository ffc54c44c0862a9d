"""Design network design spaces: sample populations of networks, train them, compare their error distributions.

    import regnet_edu as rn

    configs = rn.AnyNetXA().sample(5, flops=(360e6, 400e6))
    population = rn.sweep("RegNetX", n=8, regime="tiny")

Everything is imported on first use, so that `import regnet_edu` is quick and needs neither torch nor matplotlib.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

# name -> the room it lives in; a room that stands for itself is imported as a module
_ROOMS = {
    "errors": ["InputError"],
    "config": ["AnyNetConfig"],
    "batch": ["ConfigBatch"],
    "complexity": ["Complexity", "complexity"],
    "regnet": ["RegNetParams", "quantized_linear_widths"],
    "regnet_fit": ["QuantizedLinearFit", "fit_quantized_linear"],
    "spaces": [
        "Constraint",
        "DesignSpace",
        "AnyNetXA",
        "AnyNetXB",
        "AnyNetXC",
        "AnyNetXD",
        "AnyNetXE",
        "AnyNetXEqualWidths",
        "AnyNetXDecreasingWidths",
        "AnyNetXEqualDepths",
        "AnyNetXDecreasingDepths",
        "RegNetX",
        "RegNetY",
        "RegNetXWm2",
        "RegNetXW0Wa",
        "RegNetXC",
        "RegNetXInverted",
        "RegNetXDepthwise",
    ],
    "regime": ["Regime"],
    "zoo": ["Published"],
    "properties": ["property_values", "rank_correlation"],
    "edf": ["bootstrap_best", "complexity_weights", "edf", "summary"],
    "comparison": ["Comparison", "compare", "networks_needed"],
    "random_search": ["SearchCurve", "random_search_curve"],
    "growth": ["fit_forms", "power_law"],
    "pareto": ["error_at", "pareto_front"],
    "welch": ["welch"],
    "variance": ["SeedNoise", "seed_noise"],
    "interop": ["to_optuna"],
    "population": ["load_population", "populations", "provenance"],
    "blocks": ["SqueezeExcitation", "VBlock", "XBlock"],
    "anynet": ["AnyNet"],
    "weights": ["load_timm_state_dict", "load_torchvision_state_dict"],
    "classifier": ["AnyNetClassifier", "RegNetX32"],
    "data": ["ImageData"],
    "train": ["TrainResult", "train"],
    "sweep": ["sweep"],
    "retrain": ["Retrained", "retrain"],
    "runtime": ["inference_ms", "record_runtimes", "with_runtimes"],
    "report": ["report"],
    "grading": ["check", "hint"],
}
_MODULES = ["paper_map", "plots", "spaces", "study", "study_field", "widgets", "zoo"]
_NAMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*_NAMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """Keeps `rn.train` the function, although importing the file train.py would put the module there."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and _NAMES.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled by name, so that functions that say `rn` can be sent to other processes (Ray, joblib)."""
        return importlib.import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Package
