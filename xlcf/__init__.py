"""Fit the models in Excel workbooks with SciPy and PyTorch, and write the answer back as live sheets.

    import xlcf

    problem = xlcf.read_problem("book.xlsx")        # the Solver model, compiled and differentiable
    result = xlcf.fit(problem, method="adam")       # scipy, solver, sgd, momentum, adam, adamw
    print(result.objective_end, result.message)

Nothing heavy is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xlcf.errors import FitError, InputError, XlcfError

if TYPE_CHECKING:
    from xlcf._version import __version__
    from xlcf.bridge.books import open_workbook
    from xlcf.bridge.compare import compare
    from xlcf.bridge.fit import fit, fit_workbook
    from xlcf.bridge.models import find_models, read_problem
    from xlcf.bridge.rating_models import read_rating_model
    from xlcf.fitting.options import FitOptions
    from xlcf.fitting.result import FitResult
    from xlcf.models.model_file import load_model, save_model
    from xlcf.models.rating_model import RatingModel
    from xlcf.ratings.ratings import Ratings
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.ratings.readers import read_ratings
    from xlcf.solver.model import SolverModel, solver_models
    from xlcf.solver.problem import Problem
    from xlcf.training.estimator import MatrixFactorization
    from xlcf.training.options import TrainOptions
    from xlcf.training.train import train

_HOMES = {
    "__version__": "xlcf._version",
    "FitOptions": "xlcf.fitting.options",
    "FitResult": "xlcf.fitting.result",
    "MatrixFactorization": "xlcf.training.estimator",
    "Problem": "xlcf.solver.problem",
    "RatingModel": "xlcf.models.rating_model",
    "Ratings": "xlcf.ratings.ratings",
    "ReadOptions": "xlcf.ratings.read_options",
    "SolverModel": "xlcf.solver.model",
    "TrainOptions": "xlcf.training.options",
    "compare": "xlcf.bridge.compare",
    "find_models": "xlcf.bridge.models",
    "fit": "xlcf.bridge.fit",
    "fit_workbook": "xlcf.bridge.fit",
    "load_model": "xlcf.models.model_file",
    "open_workbook": "xlcf.bridge.books",
    "read_problem": "xlcf.bridge.models",
    "read_rating_model": "xlcf.bridge.rating_models",
    "read_ratings": "xlcf.ratings.readers",
    "save_model": "xlcf.models.model_file",
    "solver_models": "xlcf.solver.model",
    "train": "xlcf.training.train",
}

__all__ = [
    "FitError",
    "FitOptions",
    "FitResult",
    "InputError",
    "MatrixFactorization",
    "Problem",
    "RatingModel",
    "Ratings",
    "ReadOptions",
    "SolverModel",
    "TrainOptions",
    "XlcfError",
    "__version__",
    "compare",
    "find_models",
    "fit",
    "fit_workbook",
    "load_model",
    "open_workbook",
    "read_problem",
    "read_rating_model",
    "read_ratings",
    "save_model",
    "solver_models",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlcf' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
