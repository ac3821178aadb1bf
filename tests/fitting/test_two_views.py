"""One model, two views: the torch module with the sheet's factors ends where the compiled formulas end."""

import numpy as np
import pytest
import torch

import xlcf
from xlcf.factorization import recognise
from xlcf.models.dot_product import module_of
from xlcf.training.objective import SquaredError
from xlcf.training.options import DescentOptions
from xlcf.training.trainer import Trainer


def module_and_ratings(problem):
    found = recognise(problem)
    return found, module_of(found.factors(problem.start)), found.ratings


def rmse(module, ratings):
    users, items = torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)
    with torch.no_grad():
        return float((module(users, items) - torch.from_numpy(ratings.values)).square().mean().sqrt())


@pytest.mark.parametrize("sheet", ["dotprod", "bias"])
def test_full_batch_fits_of_both_views_end_at_the_same_point(sheet, request):
    problem = request.getfixturevalue(sheet)
    found, module, ratings = module_and_ratings(problem)
    users, items = torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)
    values = torch.from_numpy(ratings.values)
    optimizer = torch.optim.LBFGS(
        module.parameters(), max_iter=3000, max_eval=6000, tolerance_grad=1e-10, tolerance_change=1e-14,
        history_size=50, line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure():
        optimizer.zero_grad()
        loss = (module(users, items) - values).square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    by_formulas = xlcf.fit(problem)
    errors = found.residuals(found.factors(by_formulas.x))
    assert rmse(module, ratings) == pytest.approx(float(np.sqrt(np.mean(errors**2))), abs=1e-6)


def test_the_training_loop_comes_to_it_with_one_batch_of_everything(dotprod):
    _, module, ratings = module_and_ratings(dotprod)
    options = DescentOptions(
        method="adam", learning_rate=0.05, epochs=2000, batch_size=len(ratings), weight_decay=0.0, device="cpu"
    )
    Trainer(module, ratings, SquaredError(), options).run()
    assert rmse(module, ratings) == pytest.approx(0.39290079, abs=1e-6)  # 200 random starts find nothing lower
