"""The table of optimizers: the methods of gradient descent, for fits of formulas and training alike.

Whatever offers these methods (`train`, `fit`, `compare`, the command line, the laboratory) takes their names and what
is known of them from here; an optimizer that is added here is offered by all. PyTorch is imported where one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Optimizer:
    """A method of gradient descent.

    Attributes:
        name: as options and the command line call it.
        title: as a person calls it.
        make: makes the torch optimizer from parameters, learning rate, weight decay and momentum.
        is_adaptive: whether its steps do not depend on the size of the gradient.
        takes_momentum: whether momentum counts.
        decouples_decay: whether weight decay acts beside the gradient (Loshchilov, Hutter 2019, "Decoupled Weight Decay
            Regularization"); else it is coupled with it, as the gradient of a penalty on squared weights (L2).

    """

    name: str
    title: str
    make: Callable[[Iterable[Tensor], float | Tensor, float, float], torch.optim.Optimizer]
    is_adaptive: bool = False
    takes_momentum: bool = False
    decouples_decay: bool = False


def make_optimizer(
    method: str,
    parameters: Iterable[Tensor],
    learning_rate: float | Tensor,
    weight_decay: float,
    momentum: float = 0.9,
) -> torch.optim.Optimizer:
    """Make a torch optimizer, with its fused kernels.

    Args:
        method: a name in `OPTIMIZERS`.
        parameters: what to optimize.
        learning_rate: a tensor on the device where steps are captured as a CUDA graph.
        weight_decay: 0 or more.
        momentum: of the methods that take it.

    """
    return OPTIMIZERS[method].make(parameters, learning_rate, weight_decay, momentum)


def _sgd(parameters: Iterable[Tensor], rate: float | Tensor, decay: float, _momentum: float) -> torch.optim.Optimizer:
    return _momentum_sgd(parameters, rate, decay, 0.0)


def _momentum_sgd(
    parameters: Iterable[Tensor], rate: float | Tensor, decay: float, momentum: float
) -> torch.optim.Optimizer:
    from torch.optim import SGD

    return SGD(parameters, lr=rate, momentum=momentum, weight_decay=decay, fused=True)


def _adam(parameters: Iterable[Tensor], rate: float | Tensor, decay: float, _momentum: float) -> torch.optim.Optimizer:
    from torch.optim import Adam

    return Adam(parameters, lr=rate, weight_decay=decay, **_fused(rate))


def _adamw(parameters: Iterable[Tensor], rate: float | Tensor, decay: float, _momentum: float) -> torch.optim.Optimizer:
    from torch.optim import AdamW

    return AdamW(parameters, lr=rate, weight_decay=decay, **_fused(rate))


def _fused(rate: float | Tensor) -> dict[str, Any]:
    """Give the arguments for fused kernels, which a CUDA graph can hold where the rate is a tensor there."""
    return {"fused": True, "capturable": not isinstance(rate, float | int) and rate.is_cuda}


OPTIMIZERS: Final[dict[str, Optimizer]] = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer("sgd", "SGD", _sgd),
        Optimizer("momentum", "Momentum", _momentum_sgd, takes_momentum=True),
        Optimizer("adam", "Adam", _adam, is_adaptive=True),
        Optimizer("adamw", "AdamW", _adamw, is_adaptive=True, decouples_decay=True),
    )
}
"""The optimizers by name, in the order in which they are offered."""
