"""Fit the models in Excel workbooks with SciPy and PyTorch, and write the answer back as live sheets.

    import xlcf

    problem = xlcf.read_problem("book.xlsx")        # the Solver model, compiled and differentiable
    result = xlcf.fit(problem, method="adam")       # scipy, solver, sgd, momentum, adam, adamw
    print(result.objective_end, result.message)

Every verb takes an options object, its fields as keywords, or both. Nothing heavy is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xlcf.errors import FitError, InputError, NotFittedError, XlcfError

if TYPE_CHECKING:
    from xlcf._version import __version__
    from xlcf.bridge.books import Book, open_workbook
    from xlcf.bridge.compare import Compared, compare, compare_factors_of_workbook, compare_workbook
    from xlcf.bridge.explore import Explored, explore, explore_to_files
    from xlcf.bridge.export import export
    from xlcf.bridge.fit import Fit, InfeasibleError, fit, fit_workbook
    from xlcf.bridge.models import ModelFound, find_models, read_problem
    from xlcf.bridge.outputs import OutputOptions
    from xlcf.bridge.rating_models import read_rating_model
    from xlcf.bridge.recommend import recommend, similar
    from xlcf.bridge.train import TrainingRun, run_training
    from xlcf.bridge.verify import Verification, verify
    from xlcf.bridge.write_back import Written
    from xlcf.comparing.comparison import Comparison
    from xlcf.comparing.factor_counts import FactorCounts
    from xlcf.comparing.options import CompareOptions, ExcelResult
    from xlcf.exploring.exploration import Exploration
    from xlcf.exploring.options import ExploreOptions
    from xlcf.fitting.options import FitOptions
    from xlcf.models.model_file import load_model, save_model
    from xlcf.models.neighbours import Neighbour
    from xlcf.models.rating_model import RatingModel
    from xlcf.models.recommendations import Recommendations, Recommended
    from xlcf.ratings.ratings import Ratings
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.ratings.readers import read_ratings
    from xlcf.report.model_book import Exported
    from xlcf.solver.constraint_values import ConstraintValue
    from xlcf.solver.constraints import Constraints
    from xlcf.solver.model import SolverModel
    from xlcf.solver.objective import Objective
    from xlcf.solver.optimality import Sensitivity
    from xlcf.solver.problem import Problem
    from xlcf.solver.problem_class import ProblemClass
    from xlcf.solver.solution import Solution
    from xlcf.solver.variable_values import VariableValue
    from xlcf.solver.variables import Variables
    from xlcf.training.baseline import Baseline
    from xlcf.training.matrix_factorization import MatrixFactorization
    from xlcf.training.options import BaselineOptions, DataOptions, TrainOptions
    from xlcf.training.train import train

_HOMES = {
    "Baseline": "xlcf.training.baseline",
    "BaselineOptions": "xlcf.training.options",
    "Book": "xlcf.bridge.books",
    "CompareOptions": "xlcf.comparing.options",
    "Compared": "xlcf.bridge.compare",
    "Comparison": "xlcf.comparing.comparison",
    "ConstraintValue": "xlcf.solver.constraint_values",
    "Constraints": "xlcf.solver.constraints",
    "DataOptions": "xlcf.training.options",
    "ExcelResult": "xlcf.comparing.options",
    "Exploration": "xlcf.exploring.exploration",
    "ExploreOptions": "xlcf.exploring.options",
    "Explored": "xlcf.bridge.explore",
    "Exported": "xlcf.report.model_book",
    "FactorCounts": "xlcf.comparing.factor_counts",
    "Fit": "xlcf.bridge.fit",
    "FitOptions": "xlcf.fitting.options",
    "InfeasibleError": "xlcf.bridge.fit",
    "MatrixFactorization": "xlcf.training.matrix_factorization",
    "ModelFound": "xlcf.bridge.models",
    "Neighbour": "xlcf.models.neighbours",
    "Objective": "xlcf.solver.objective",
    "OutputOptions": "xlcf.bridge.outputs",
    "Problem": "xlcf.solver.problem",
    "ProblemClass": "xlcf.solver.problem_class",
    "RatingModel": "xlcf.models.rating_model",
    "Ratings": "xlcf.ratings.ratings",
    "ReadOptions": "xlcf.ratings.read_options",
    "Recommendations": "xlcf.models.recommendations",
    "Recommended": "xlcf.models.recommendations",
    "Sensitivity": "xlcf.solver.optimality",
    "Solution": "xlcf.solver.solution",
    "SolverModel": "xlcf.solver.model",
    "TrainOptions": "xlcf.training.options",
    "TrainingRun": "xlcf.bridge.train",
    "VariableValue": "xlcf.solver.variable_values",
    "Variables": "xlcf.solver.variables",
    "Verification": "xlcf.bridge.verify",
    "Written": "xlcf.bridge.write_back",
    "__version__": "xlcf._version",
    "compare": "xlcf.bridge.compare",
    "compare_factors_of_workbook": "xlcf.bridge.compare",
    "compare_workbook": "xlcf.bridge.compare",
    "explore": "xlcf.bridge.explore",
    "explore_to_files": "xlcf.bridge.explore",
    "export": "xlcf.bridge.export",
    "find_models": "xlcf.bridge.models",
    "fit": "xlcf.bridge.fit",
    "fit_workbook": "xlcf.bridge.fit",
    "load_model": "xlcf.models.model_file",
    "open_workbook": "xlcf.bridge.books",
    "read_problem": "xlcf.bridge.models",
    "read_rating_model": "xlcf.bridge.rating_models",
    "read_ratings": "xlcf.ratings.readers",
    "recommend": "xlcf.bridge.recommend",
    "run_training": "xlcf.bridge.train",
    "save_model": "xlcf.models.model_file",
    "similar": "xlcf.bridge.recommend",
    "train": "xlcf.training.train",
    "verify": "xlcf.bridge.verify",
}

__all__ = [
    "Baseline",
    "BaselineOptions",
    "Book",
    "CompareOptions",
    "Compared",
    "Comparison",
    "ConstraintValue",
    "Constraints",
    "DataOptions",
    "ExcelResult",
    "Exploration",
    "ExploreOptions",
    "Explored",
    "Exported",
    "FactorCounts",
    "Fit",
    "FitError",
    "FitOptions",
    "InfeasibleError",
    "InputError",
    "MatrixFactorization",
    "ModelFound",
    "Neighbour",
    "NotFittedError",
    "Objective",
    "OutputOptions",
    "Problem",
    "ProblemClass",
    "RatingModel",
    "Ratings",
    "ReadOptions",
    "Recommendations",
    "Recommended",
    "Sensitivity",
    "Solution",
    "SolverModel",
    "TrainOptions",
    "TrainingRun",
    "VariableValue",
    "Variables",
    "Verification",
    "Written",
    "XlcfError",
    "__version__",
    "compare",
    "compare_factors_of_workbook",
    "compare_workbook",
    "explore",
    "explore_to_files",
    "export",
    "find_models",
    "fit",
    "fit_workbook",
    "load_model",
    "open_workbook",
    "read_problem",
    "read_rating_model",
    "read_ratings",
    "recommend",
    "run_training",
    "save_model",
    "similar",
    "train",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlcf' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
