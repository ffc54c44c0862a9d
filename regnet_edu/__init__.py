"""Design network design spaces: sample populations of networks, train them, compare their error distributions.

    import regnet_edu as rn

    configs = rn.AnyNetXA().sample(5, flops=(360e6, 400e6))
    population = rn.sweep("RegNetX", n=8, regime="tiny")

The stub file beside this one names everything and gives it its type. It is imported on first use, so that
`import regnet_edu` is quick and needs neither torch nor matplotlib.
"""

import importlib.util as _importlib_util
from typing import Any as _Any

import lazy_loader as _lazy_loader

__version__ = "0.2.0"

_attach, _dir, _names = _lazy_loader.attach_stub(__name__, __file__)
_NEED_D2L = ("AnyNetClassifier", "RegNetX32")

# What cannot be had is not offered: `from regnet_edu import *` works where d2l is not installed.
__all__ = [n for n in _names if n not in _NEED_D2L or _importlib_util.find_spec("d2l")]


def __getattr__(name: str) -> _Any:
    if name in _NEED_D2L and name not in __all__:
        raise AttributeError(f"regnet_edu.{name} needs the package d2l: pip install d2l==1.0.0a1.post0")
    return _attach(name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
