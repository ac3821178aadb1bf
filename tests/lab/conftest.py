"""Fixtures: a small laboratory on disk, and the same steps taken by torch.optim."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from xlcf.lab import write_lab
from xlcf.lab.problem import LabProblem

Steps = Callable[[LabProblem, str, Mapping[str, float], int], np.ndarray]
SMALL = 32  # more than once through either problem, and beyond the second restart


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lab") / "lab.xlsx"
    write_lab(path, steps=SMALL)
    return path


def _optimizer(method: str, parameter: torch.Tensor, settings: Mapping[str, float]) -> torch.optim.Optimizer:
    rate, epsilon = settings["learning_rate"], settings.get("epsilon", 0.0)
    match method:
        case "sgd" | "cosine":
            return torch.optim.SGD([parameter], lr=rate)
        case "momentum":
            return torch.optim.SGD([parameter], lr=rate, momentum=settings["momentum"])
        case "rmsprop":
            return torch.optim.RMSprop([parameter], lr=rate, alpha=settings["alpha"], eps=epsilon)
        case "adagrad":
            return torch.optim.Adagrad([parameter], lr=rate, eps=epsilon)
        case "adam" | "adamw":
            kind = torch.optim.Adam if method == "adam" else torch.optim.AdamW
            betas = settings["beta_1"], settings["beta_2"]
            return kind([parameter], lr=rate, betas=betas, eps=epsilon, weight_decay=settings["weight_decay"])
    raise AssertionError(method)


@pytest.fixture(scope="session")
def torch_steps() -> Steps:
    """Give a function: problem, method, settings, steps -> parameters after each step, shape (steps + 1, parameters).

    Gradients are autograd's, steps are torch.optim's, both in float64.
    """

    def take(problem: LabProblem, method: str, settings: Mapping[str, float], steps: int) -> np.ndarray:
        parameter = torch.tensor(problem.start, dtype=torch.float64, requires_grad=True)
        factors, targets = torch.from_numpy(problem.factors), torch.from_numpy(problem.targets)
        optimizer = _optimizer(method, parameter, settings)
        schedule = None
        if method == "cosine":
            cycle, factor = int(settings["first_cycle"]), int(settings["cycle_factor"])
            schedule = CosineAnnealingWarmRestarts(optimizer, cycle, factor, eta_min=settings["lowest_rate"])
        rows = [parameter.detach().numpy().copy()]
        for step in range(steps):
            example = step % len(targets)
            optimizer.zero_grad()
            ((factors[example] @ parameter - targets[example]) ** 2).backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
            rows.append(parameter.detach().numpy().copy())
        return np.array(rows)

    return take
