"""The methods of fitting that every version offers, in the order in which they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.errors import InputError
from xlcf.fitting.registry import method
from xlcf.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from xlcf.factorization.factorization import Factorization
    from xlcf.fitting.options import FitOptions
    from xlcf.fitting.registry import Run
    from xlcf.solver.problem import Problem


@method("scipy", keeps=("bounds", "constraints"))
def to_the_optimum(problem: Problem, _factorization: Factorization | None, options: FitOptions) -> Run:
    """Go where the gradient vanishes, with SciPy."""
    from xlcf.fitting.optimum import fit_to_optimum

    return lambda start, observer: fit_to_optimum(
        problem, start, max_iterations=options.max_iterations, observer=observer
    )


@method("solver", takes=("derivatives",), keeps=("bounds",))
def by_solver_rule(problem: Problem, _factorization: Factorization | None, options: FitOptions) -> Run:
    """Do as Excel's Solver does, its stopping rule included."""
    from xlcf.fitting.solver_rule import fit_by_solver_rule

    return lambda start, observer: fit_by_solver_rule(
        problem, start, derivatives=options.derivatives, max_iterations=options.max_iterations, observer=observer
    )


@method(
    *OPTIMIZERS,
    takes=("learning_rate", "epochs", "batch_size", "weight_decay"),
    keeps=("bounds",),
)
def by_gradient_descent(problem: Problem, factorization: Factorization | None, options: FitOptions) -> Run:
    """Descend with torch's optimizer of that name: on the compiled formulas, or by mini-batches of ratings."""
    if options.batch_size is not None:
        return _by_mini_batches(problem, factorization, options, options.batch_size)
    from xlcf.fitting.gradient_descent import fit_by_gradient_descent

    return lambda start, observer: fit_by_gradient_descent(
        problem,
        start,
        options.method,
        learning_rate=options.learning_rate,
        epochs=_epochs(options),
        weight_decay=options.weight_decay,
        observer=observer,
    )


def _by_mini_batches(
    problem: Problem, factorization: Factorization | None, options: FitOptions, batch_size: int
) -> Run:
    if factorization is None:
        raise InputError(
            "Mini-batches need ratings behind the model, and none were recognised; leave the batch size out."
        )
    if problem.variables.has_bounds:
        raise InputError("Mini-batches cannot keep the model's bounds; leave the batch size out.")
    if problem.objective.goal != "min":
        raise InputError(
            "Mini-batches make the ratings' errors small, but the model's goal is not Min; leave the batch size out, "
            "or choose Min in Solver's dialog."
        )
    if factorization.weight_decay is not None:
        raise InputError(
            "Mini-batches make the ratings' errors small, but the model's objective adds weight decay to them; leave "
            "the batch size out, or make the model without weight decay and give the method one."
        )
    from xlcf.fitting.mini_batches import fit_by_mini_batches

    return lambda start, observer: fit_by_mini_batches(
        problem,
        factorization,
        start,
        options.method,
        batch_size=batch_size,
        learning_rate=options.learning_rate,
        epochs=_epochs(options),
        weight_decay=options.weight_decay,
        seed=options.seed,
        observer=observer,
    )


def _epochs(options: FitOptions) -> int | None:
    given = [limit for limit in (options.epochs, options.max_iterations) if limit is not None]
    return min(given, default=None)
