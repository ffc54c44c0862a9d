"""Networks: one frozen description of each, what it costs, the blocks and the module, and the published ones.

In the order of the course: `config`, `batch` (many configs as arrays), `complexity`, `blocks` and `anynet` (torch),
`regnet` (the quantised linear rule) and `regnet_fit`, `zoo` (published networks), `weights`, `d2l`.
"""

from typing import TYPE_CHECKING

import lazy_loader

from . import zoo
from .batch import ConfigBatch
from .complexity import Complexity, complexity
from .config import AnyNetConfig
from .regnet import RegNetParams, quantized_linear_widths
from .regnet_fit import QuantizedLinearFit, fit_quantized_linear
from .zoo import Network, as_config

if TYPE_CHECKING:
    from .anynet import AnyNet
    from .blocks import SqueezeExcitation, VBlock, XBlock
    from .weights import load_timm_state_dict, load_torchvision_state_dict

# Torch is imported when one of these is asked for.
__getattr__, _, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "anynet": ["AnyNet"],
        "blocks": ["SqueezeExcitation", "VBlock", "XBlock"],
        "weights": ["load_timm_state_dict", "load_torchvision_state_dict"],
    },
)

__all__ = [
    "AnyNet",
    "AnyNetConfig",
    "Complexity",
    "ConfigBatch",
    "Network",
    "QuantizedLinearFit",
    "RegNetParams",
    "SqueezeExcitation",
    "VBlock",
    "XBlock",
    "as_config",
    "complexity",
    "fit_quantized_linear",
    "load_timm_state_dict",
    "load_torchvision_state_dict",
    "quantized_linear_widths",
    "zoo",
]
