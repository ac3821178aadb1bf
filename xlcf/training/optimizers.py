"""The torch optimizers by name."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


def make_optimizer(
    method: str,
    parameters: Iterable[Tensor],
    learning_rate: float | Tensor,
    weight_decay: float,
    momentum: float = 0.9,
) -> torch.optim.Optimizer:
    """Make a torch optimizer, with its fused kernels.

    sgd and momentum couple weight decay with the gradient, as adam does; adamw decouples it (Loshchilov, Hutter
    2019, "Decoupled Weight Decay Regularization").

    Args:
        method: sgd, momentum, adam or adamw.
        parameters: what to optimize.
        learning_rate: a tensor on the device where steps are captured as a CUDA graph.
        weight_decay: 0 or more.
        momentum: of the method momentum.

    """
    match method:
        case "sgd" | "momentum":
            return torch.optim.SGD(
                parameters,
                lr=learning_rate,
                momentum=momentum if method == "momentum" else 0.0,
                weight_decay=weight_decay,
                fused=True,
            )
        case _:
            kind = torch.optim.Adam if method == "adam" else torch.optim.AdamW
            capturable = isinstance(learning_rate, Tensor) and learning_rate.is_cuda
            return kind(parameters, lr=learning_rate, weight_decay=weight_decay, fused=True, capturable=capturable)
