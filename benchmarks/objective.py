"""How long one objective with its gradient takes on the 15 x 15 dot-product sheet, on one core.

Beside it, in the same run: the same loss written by hand in torch, and forward differences as Excel's Solver takes
them (151 evaluations, worked out here all at once with NumPy). Prints medians of repeated blocks, and ratios.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import xlcf
from xlcf.factorization import recognise

BOOK = Path(__file__).parents[1] / "workbooks" / "top15.xlsx"
BLOCKS, CALLS = 15, 100


def milliseconds(call: Callable[[], object]) -> float:
    call()
    blocks = []
    for _ in range(BLOCKS):
        began = time.perf_counter()
        for _ in range(CALLS):
            call()
        blocks.append((time.perf_counter() - began) / CALLS * 1000)
    return statistics.median(blocks)


def main() -> None:
    torch.set_num_threads(1)
    problem = xlcf.read_problem(BOOK, "dotprod")
    factorization = recognise(problem)
    assert factorization is not None
    x, program = problem.start, problem.objective.program
    ratings = factorization.ratings
    users, items = torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)
    values = torch.from_numpy(ratings.values)
    user_index, item_index = torch.from_numpy(factorization.user_index), torch.from_numpy(factorization.item_index)

    def by_hand() -> object:
        point = torch.tensor(x, requires_grad=True)
        predictions = point[user_index] @ point[item_index].T
        loss = (values - predictions[users, items]).square().mean().sqrt()
        return torch.autograd.grad(loss, point)

    step = 1e-8
    points = np.concatenate([x[None], x + step * np.eye(len(x))])

    def differences() -> object:
        values = program(points)[:, 0]
        return (values[1:] - values[0]) / step

    formulas = milliseconds(lambda: program.value_and_gradient(x))
    hand = milliseconds(by_hand)
    numeric = milliseconds(differences)
    print(f"{platform.processor() or platform.machine()}, one core, torch {torch.__version__}, {len(x)} variables")
    print(f"objective with exact gradient, compiled formulas   {formulas:8.3f} ms")
    print(f"the same loss written by hand in torch             {hand:8.3f} ms   ratio {formulas / hand:.2f}")
    print(f"gradient by forward differences, NumPy             {numeric:8.3f} ms   ratio {formulas / numeric:.2f}")


if __name__ == "__main__":
    main()
