"""The course's own laboratory, graddesc_2017.xlsm: its cached steps reproduced, and where it differs from torch.optim.

Its sheets take 29 steps, one point each, from numbers that its macro left behind; so do these tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from xlcf.lab.descent import SGD, SGD_MOMENTUM
from xlcf.lab.line import LINE
from xlcf.lab.trajectory import trajectory
from xlcf.ooxml import Workbook, Worksheet, open_workbook

FIRST, LAST = 4, 32  # the rows of its 29 points
MANY = 10_000_000  # steps after which bias correction is over


@dataclass(frozen=True)
class Epoch:
    """One sheet: its points, where (a, b) starts, and (a, b) after each step as the file stores it."""

    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    after: np.ndarray

    def take(self, optimizer: torch.optim.Optimizer, parameter: torch.Tensor) -> np.ndarray:
        """Let torch take the same steps: shape (points, 2)."""
        rows = []
        for x, y in zip(self.x.tolist(), self.y.tolist(), strict=True):
            optimizer.zero_grad()
            ((parameter[0] * x + parameter[1] - y) ** 2).backward()
            optimizer.step()
            rows.append(parameter.detach().numpy().copy())
        return np.array(rows)

    def gradients(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Go through the steps: (a, b) before, and the gradient there, from the stored parameters."""
        before = np.vstack([self.start, self.after[:-1]])
        for (a, b), x, y in zip(before, self.x, self.y, strict=True):
            yield np.array([a, b]), 2 * (a * x + b - y) * np.array([x, 1.0])


@pytest.fixture(scope="module")
def book(reference: Path) -> Workbook:
    return open_workbook(reference / "workbooks" / "graddesc_2017.xlsm")


def column(sheet: Worksheet, letter: str) -> np.ndarray:
    return np.array([sheet.value(f"{letter}{row}") for row in range(FIRST, LAST + 1)], dtype=np.float64)


def number(sheet: Worksheet, cell: str) -> float:
    value = sheet.value(cell)
    assert isinstance(value, float)
    return value


def read(sheet: Worksheet, new_a: str, new_b: str) -> Epoch:
    return Epoch(
        x=column(sheet, "A"),
        y=column(sheet, "B"),
        start=np.array([number(sheet, "C2"), number(sheet, "C1")]),
        after=np.column_stack([column(sheet, new_a), column(sheet, new_b)]),
    )


def leaf(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def carried(sheet: Worksheet, a: str, b: str) -> torch.Tensor:
    """Give the averages of (a, b) that the epoch before left in row 33: the sheet goes on from them."""
    return torch.tensor([number(sheet, f"{a}33"), number(sheet, f"{b}33")], dtype=torch.float64)


def assert_same(taken: np.ndarray, stored: np.ndarray) -> None:
    np.testing.assert_allclose(taken, stored, rtol=1e-12, atol=1e-12)


def test_basic_sgd_is_torchs(book: Workbook) -> None:
    sheet = book["basic SGD"]
    epoch = read(sheet, "M", "N")
    rate = number(sheet, "F1")
    parameter = leaf(epoch.start)
    assert_same(epoch.take(torch.optim.SGD([parameter], lr=rate), parameter), epoch.after)
    ours = replace(LINE, factors=np.column_stack([epoch.x, np.ones(29)]), targets=epoch.y, start=epoch.start)
    assert_same(trajectory(ours, SGD, {"learning_rate": rate}, 29).values["new"][1:], epoch.after)


def test_basic_sgd_estimates_its_gradient_to_one_side(book: Workbook) -> None:
    """A forward difference over 0.01 of a square is off by 0.01 times the factor's square; a central one is not off."""
    sheet, reach = book["basic SGD"], 0.01
    x = column(sheet, "A")
    off_b = column(sheet, "H") - column(sheet, "K")
    off_a = column(sheet, "J") - column(sheet, "L")
    np.testing.assert_allclose(off_b, reach, atol=1e-9)
    np.testing.assert_allclose(off_a, reach * x**2, atol=1e-7)


def test_what_basic_sgd_calls_rmse_is_not_divided_by_the_number_of_points(book: Workbook) -> None:
    sheet = book["basic SGD"]
    squares = column(sheet, "F")
    assert number(sheet, "F33") == pytest.approx(np.sqrt(squares.sum()), rel=1e-12)
    assert number(sheet, "F33") == pytest.approx(np.sqrt(29) * np.sqrt(squares.mean()), rel=1e-12)


def test_momentum_averages_gradients_where_torch_adds_them_up(book: Workbook) -> None:
    """velocity = beta * velocity + (1 - beta) * gradient: torch's with dampening = beta, or at a lower rate."""
    sheet = book["momentum"]
    epoch = read(sheet, "I", "H")
    rate, beta = number(sheet, "D2"), number(sheet, "J1")
    velocity = carried(sheet, "K", "J")

    parameter = leaf(epoch.start)
    dampened = torch.optim.SGD([parameter], lr=rate, momentum=beta, dampening=beta)
    dampened.state[parameter]["momentum_buffer"] = velocity.clone()
    assert_same(epoch.take(dampened, parameter), epoch.after)

    parameter = leaf(epoch.start)
    plain = torch.optim.SGD([parameter], lr=rate * (1 - beta), momentum=beta)
    plain.state[parameter]["momentum_buffer"] = velocity / (1 - beta)
    assert_same(epoch.take(plain, parameter), epoch.after)

    # at the same rate and from rest, the laboratory's steps, torch's, are 1 / (1 - beta) = 10 times the sheet's
    ours = replace(LINE, factors=np.column_stack([epoch.x, np.ones(29)]), targets=epoch.y, start=epoch.start)
    first = trajectory(ours, SGD_MOMENTUM, {"learning_rate": rate, "momentum": beta}, 1).values["change"][1]
    gradient = next(epoch.gradients())[1]
    np.testing.assert_allclose(first, rate * gradient, rtol=1e-12)
    from_rest = rate * (1 - beta) * gradient
    np.testing.assert_allclose(first, 10 * from_rest, rtol=1e-12)


def test_rmsprop_divides_by_the_average_before_this_gradient(book: Workbook) -> None:
    """Torch takes the gradient into the average first, and adds epsilon to the root; the sheet has no epsilon."""
    sheet = book["rmsprop"]
    epoch = read(sheet, "I", "H")
    rate, alpha = number(sheet, "D2"), number(sheet, "J1")
    average = carried(sheet, "K", "J").numpy()
    late, torchs = average.copy(), []
    taken = []
    for before, gradient in epoch.gradients():
        taken.append(before - rate * gradient / np.sqrt(late))
        late = alpha * late + (1 - alpha) * gradient**2
        torchs.append(before - rate * gradient / np.sqrt(late))
    assert_same(np.array(taken), epoch.after)

    parameter = leaf(epoch.start)
    optimizer = torch.optim.RMSprop([parameter], lr=rate, alpha=alpha, eps=0.0)
    optimizer.state[parameter] = {"step": torch.tensor(0.0), "square_avg": torch.tensor(average)}
    steps = epoch.take(optimizer, parameter)
    np.testing.assert_allclose(steps[0], torchs[0], rtol=1e-12)
    assert np.abs(steps[0] - epoch.after[0]).max() > 1e-5


def test_adam_is_torchs_after_bias_correction_has_worn_off(book: Workbook) -> None:
    """The sheet corrects no bias and has no epsilon: its averages go on from the epoch before."""
    sheet = book["adam"]
    epoch = read(sheet, "I", "H")
    rate, betas = number(sheet, "D2"), (number(sheet, "J1"), number(sheet, "L1"))

    def start(step: int) -> tuple[torch.optim.Optimizer, torch.Tensor]:
        parameter = leaf(epoch.start)
        optimizer = torch.optim.Adam([parameter], lr=rate, betas=betas, eps=0.0)
        optimizer.state[parameter] = {
            "step": torch.tensor(float(step)),
            "exp_avg": carried(sheet, "K", "J"),
            "exp_avg_sq": carried(sheet, "M", "L"),
        }
        return optimizer, parameter

    assert_same(epoch.take(*start(MANY)), epoch.after)

    # at step 1, torch's correction makes the step larger by sqrt(1 - beta_2) / (1 - beta_1)
    corrected = (epoch.take(*start(0))[0] - epoch.start) / (epoch.after[0] - epoch.start)
    np.testing.assert_allclose(corrected, np.sqrt(1 - betas[1]) / (1 - betas[0]), rtol=1e-10)


def test_adagrad_keeps_one_divisor_a_epoch(book: Workbook) -> None:
    """Root of the sum of squares over their number, from the epoch before; torch's grows at every step."""
    sheet = book["adagrad"]
    epoch = read(sheet, "I", "H")
    rates = number(sheet, "D2") / np.array([number(sheet, "G1"), number(sheet, "F1")])
    taken = [before - rates * gradient for before, gradient in epoch.gradients()]
    assert_same(np.array(taken), epoch.after)
    assert number(sheet, "F33") == pytest.approx(np.sqrt(np.sum(column(sheet, "F") ** 2)) / 29, rel=1e-12)


def test_adam_annealing_loses_one_gradient(book: Workbook) -> None:
    """A slip of the sheet: the average of step 2 takes its gradient from a blank cell of another sheet."""
    sheet = book["adam_ann"]
    assert sheet.formula("J5") == "=J4*$J$1+$K$1*Intro!F5"
    assert sheet.formula("J6") == "=J5*$J$1+$K$1*F6"
    assert book["Intro"].value("F5") is None
    assert number(sheet, "J5") == pytest.approx(number(sheet, "J4") * number(sheet, "J1"), rel=1e-12)
