"""The Solver model that Excel hides in defined names, and the problem it states."""

from xlcf.solver.model import Constraint, SolverModel, SolverOptions, solver_models

__all__ = ["Constraint", "SolverModel", "SolverOptions", "solver_models"]
