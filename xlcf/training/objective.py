"""What training minimises, and what validation measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xlcf.metrics import area_under_curve, log_loss_of_logits, rmse_of_sums
from xlcf.models.rating_module import RatingModule
from xlcf.training.batches import Batch


class SquaredError:
    """The mean squared error of ratings; its metrics are rmse and mae.

    Args:
        low: predictions are raised to this before they are measured.
        high: and lowered to this.

    """

    metric = "rmse"
    curvature = 2.0

    def __init__(self, low: float = -np.inf, high: float = np.inf) -> None:
        self.low, self.high = low, high

    def sum(self, module: RatingModule, users: Tensor, items: Tensor, values: Tensor) -> Tensor:
        """Add up the squared errors of a batch."""
        squares: Tensor = (values - module(users, items)).square()
        return squares.sum()

    @torch.no_grad()
    def errors(self, module: RatingModule, batches: Iterable[Batch]) -> Tensor:
        """Give the sums of squared and of absolute errors over all batches, and how many: shape (3,), float64."""
        squared = absolute = count = 0.0
        for users, items, values in batches:
            residuals = (values - module(users, items).clamp(self.low, self.high)).double()
            squared += float(residuals.square().sum())
            absolute += float(residuals.abs().sum())
            count += len(values)
        return torch.tensor([squared, absolute, count], dtype=torch.float64)

    def metrics(self, parts: Sequence[Tensor]) -> dict[str, float]:
        """Give rmse and mae of what `errors` gave for each part of the ratings."""
        squared, absolute, count = torch.stack(list(parts)).sum(dim=0).tolist()
        return {"rmse": rmse_of_sums(squared, count), "mae": absolute / count}


class CrossEntropy:
    """The mean cross entropy of 0/1 targets; its metrics are log_loss and auc.

    A rating of `threshold` or more is the target 1. The module's range must be (0, 1).
    """

    metric = "log_loss"
    curvature = 0.5  # twice the largest, p (1 - p) at p = 1/2: measured to suit better

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def targets(self, values: Tensor) -> Tensor:
        """Turn ratings into targets."""
        return (values >= self.threshold).to(values.dtype)

    def sum(self, module: RatingModule, users: Tensor, items: Tensor, values: Tensor) -> Tensor:
        """Add up the cross entropies of a batch, from logits."""
        return functional.binary_cross_entropy_with_logits(
            module.linear(users, items), self.targets(values), reduction="sum"
        )

    @torch.no_grad()
    def errors(self, module: RatingModule, batches: Iterable[Batch]) -> Tensor:
        """Give the logit and the target of each rating of all batches: shape (2, ratings), float64, on the CPU."""
        pairs = [
            torch.stack([module.linear(users, items).double(), self.targets(values).double()]).cpu()
            for users, items, values in batches
        ]
        return torch.cat([torch.empty(2, 0, dtype=torch.float64), *pairs], dim=1)

    def metrics(self, parts: Sequence[Tensor]) -> dict[str, float]:
        """Give log_loss (natural logarithm) and auc of what `errors` gave for each part of the ratings."""
        z, t = torch.cat(list(parts), dim=1).numpy()
        return {"log_loss": log_loss_of_logits(z, t), "auc": area_under_curve(z, t)}


Objective = SquaredError | CrossEntropy
