"""How a comparison was measured, in words."""

from __future__ import annotations

from xlcf.comparing.comparison import NEAR_THE_BEST, Comparison
from xlcf.comparing.options import MAX_ITERATIONS
from xlcf.report.compare_book.report import Origin


def how_it_was_measured(comparison: Comparison, origin: Origin) -> list[tuple[str, str]]:
    """Give label and text of what a reader must know to read the table."""
    problem, options = comparison.problem, comparison.options
    start = "where the last fit of this workbook started" if origin.from_earlier_start else "the sheet's own numbers"
    facts = [
        (
            "Start",
            f"Every method begins at {start}: {problem.objective.address} = {comparison.objective_start:.7g} "
            f"over {len(problem.variables):,} variable cells.",
        ),
        (
            "Evaluations",
            "How often the objective was worked out, with its gradient or without. Solver's numeric derivatives take "
            "one or two evaluations a variable; an exact gradient costs about as much as two or three.",
        ),
        ("Seconds", "Wall time of the fit alone; loading libraries is not counted, a search for a learning rate is."),
        _limit(comparison),
    ]
    if any(result.learning_rates is not None for result in comparison.results):
        facts.append(("Learning rate", _rates(comparison)))
    if {"adam", "adamw"} <= {result.method for result in comparison.results}:
        facts.append(("adam, adamw", "They differ in weight decay alone, and a comparison has none: they run alike."))
    if comparison.hold_out is not None:
        facts.append(("Hidden ratings", _hidden(comparison)))
    if options.starts:
        facts.append(
            (
                "Random starts",
                f"{options.starts:,} a method, the same for all, seed {options.seed}; a fit that ends within "
                f"{NEAR_THE_BEST:.1%} of the best known counts as having reached it.",
            )
        )
    return facts


def _limit(comparison: Comparison) -> tuple[str, str]:
    limit = comparison.options.max_iterations
    if limit is not None:
        return "Limit", f"No method takes more than {limit:,} steps."
    return (
        "Limit",
        f"SciPy and Solver take {MAX_ITERATIONS:,} steps at most, gradient descent as many as it has epochs; Solver "
        "ends by its rule or its model's limits before.",
    )


def _rates(comparison: Comparison) -> str:
    rates = [result.learning_rates for result in comparison.results if result.learning_rates is not None]
    if not any(len(rate.tried) for rate in rates):
        return "As it was given; it falls to 0 along half a cosine."
    return (
        f"Found by {len(rates[0].tried)} short trials, whose cost is counted; it falls to 0 along half a cosine. "
        "It is that of the objective divided by its value at the start."
    )


def _hidden(comparison: Comparison) -> str:
    assert comparison.hold_out is not None
    hidden, seen = comparison.hold_out.hidden.ratings, comparison.hold_out.seen.ratings
    low, high = seen.rating_range
    return (
        f"{len(hidden):,} of the {len(hidden) + len(seen):,} ratings, drawn with seed {comparison.options.seed}, were "
        "hidden, each method was run again on the others from the same start, and asked for the hidden ones. "
        f"Predictions are cut off at {low:g} and {high:g}, the lowest and the highest rating. So few ratings tell "
        "large differences only."
    )
