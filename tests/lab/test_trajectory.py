"""The steps, as NumPy takes them: torch.optim's, whatever the hyperparameters."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.lab.line import LINE, PLANTED, WEIGHT_DECAY
from xlcf.lab.problem import LabProblem
from xlcf.lab.rule import Rule
from xlcf.lab.rules import RULES
from xlcf.lab.trajectory import Trajectory, trajectory
from xlcf.lab.user import USER
from xlcf.optimizers import OPTIMIZERS

Steps = Callable[..., np.ndarray]

PROBLEMS = pytest.mark.parametrize("problem", [LINE, USER], ids=lambda problem: problem.key)
METHODS = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.method)

# shares of the rate to begin with: larger ones may run away, and then rounding errors do too
OTHERS = st.fixed_dictionaries(
    {
        "share": st.floats(0.05, 1.0),
        "momentum": st.floats(0.0, 0.9),
        "alpha": st.floats(0.5, 0.999),
        "beta_1": st.floats(0.0, 0.95),
        "beta_2": st.floats(0.9, 0.9999),
        "epsilon": st.floats(1e-10, 1e-2),
        "weight_decay": st.floats(0.0, 0.1),
        "lowest_rate": st.floats(0.0, 1e-3),
        "first_cycle": st.integers(1, 40),
        "cycle_factor": st.integers(1, 3),
    }
)


def way(method: str, own: Mapping[str, float], steps: int = 290) -> Trajectory:
    return trajectory(LINE, next(rule for rule in RULES if rule.method == method), own, steps)


@PROBLEMS
@METHODS
@given(others=OTHERS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equals_torch_for_any_hyperparameters(
    problem: LabProblem, rule: Rule, torch_steps: Steps, others: dict[str, float]
) -> None:
    own = dict(problem.settings[rule.method])
    changed = {name: float(others.get(name, value)) for name, value in own.items()}
    changed["learning_rate"] = own["learning_rate"] * others["share"]
    taken = trajectory(problem, rule, changed, 60).values["new"]
    np.testing.assert_allclose(taken, torch_steps(problem, rule.method, changed, 60), rtol=1e-12, atol=1e-12)


@PROBLEMS
@METHODS
def test_equals_torch_to_the_last_step_as_shipped(problem: LabProblem, rule: Rule, torch_steps: Steps) -> None:
    own, steps = problem.settings[rule.method], 10 * len(problem)
    taken = trajectory(problem, rule, own, steps).values["new"]
    np.testing.assert_allclose(taken, torch_steps(problem, rule.method, own, steps), rtol=1e-12, atol=1e-12)


@PROBLEMS
@METHODS
def test_finite_differences_prove_the_gradient(problem: LabProblem, rule: Rule) -> None:
    values = trajectory(problem, rule, problem.settings[rule.method], 100).values
    # of a square, a central difference is exact, but for rounding
    largest = np.abs(values["gradient"][1:]).max()
    np.testing.assert_allclose(values["slope"][1:], values["gradient"][1:], rtol=0, atol=1e-11 * largest)


@PROBLEMS
@METHODS
def test_the_loss_is_over_all_examples_and_falls(problem: LabProblem, rule: Rule) -> None:
    taken = trajectory(problem, rule, problem.settings[rule.method], 10 * len(problem))
    expected = [np.mean((problem.factors @ new - problem.targets) ** 2) for new in taken.values["new"]]
    np.testing.assert_allclose(taken.loss, expected, rtol=1e-12)
    assert problem.least_loss() <= taken.loss[-1] < 0.06 * taken.loss[0]


def test_adam_finds_what_was_planted() -> None:
    np.testing.assert_allclose(way("adam", LINE.settings["adam"]).parameters, PLANTED, atol=0.01)
    np.testing.assert_allclose(LINE.best(), PLANTED, rtol=1e-12)
    assert LINE.least_loss() == 0


def test_shrinking_steps_settle_nearer_where_errors_remain() -> None:
    ends = {
        rule.method: trajectory(USER, rule, USER.settings[rule.method], 150).loss[-1]
        for rule in RULES
        if rule.method in ("sgd", "cosine")
    }
    assert ends["cosine"] - USER.least_loss() < 0.1 * (ends["sgd"] - USER.least_loss())


def test_weight_decay_pulls_in_adamw_and_hardly_in_adam() -> None:
    """AdamW's decay is the same share of every parameter; Adam's is divided by the root of the average square."""
    ways = {method: way(method, WEIGHT_DECAY) for method in ("adam", "adamw")}
    decay = ways["adamw"].values["decay"][1:] / ways["adamw"].values["value"][1:]
    np.testing.assert_allclose(decay, WEIGHT_DECAY["learning_rate"] * WEIGHT_DECAY["weight_decay"], rtol=1e-12)
    short = {method: PLANTED[1] - taken.parameters[1] for method, taken in ways.items()}
    assert 0 < 5 * short["adam"] < short["adamw"]


def test_a_rate_too_high_runs_away_without_a_warning() -> None:
    assert not np.isfinite(way("sgd", {"learning_rate": 1e6}, 60).loss[-1])


@pytest.mark.parametrize("method", ["adam", "adamw"])
def test_bias_correction_makes_the_first_step_a_full_one(method: str) -> None:
    """Kingma and Ba 2015, section 2.1: after correction the first step has the size of the learning rate."""
    first = way(method, {**LINE.settings[method], "weight_decay": 0.0}, 1).values["change"][1]
    np.testing.assert_allclose(np.abs(first), LINE.settings[method]["learning_rate"], rtol=1e-8)


def test_what_the_page_tells_the_reader_to_try() -> None:
    """What docs/how-to/optimizer-lab.md says one will see."""
    tried = way("sgd", {"learning_rate": 0.02})
    jumps = np.flatnonzero(np.diff(tried.loss) > 10 * tried.loss[:-1]) % 29
    assert jumps.size
    assert set(LINE.factors[jumps, 0]) == {10}
    highest = way("momentum", {**LINE.settings["momentum"], "momentum": 0.98}).loss.max()
    assert 2 < highest / LINE.loss(LINE.start) < 3
    without = way("momentum", {**LINE.settings["momentum"], "momentum": 0.0}).parameters
    np.testing.assert_array_equal(without, way("sgd", {"learning_rate": 0.002}).parameters)
    long, short = (way("adam", {**LINE.settings["adam"], "beta_2": beta_2}).loss for beta_2 in (0.999, 0.9))
    assert short[145] < long[145]
    assert short[290] > 1000 * long[290]
    ends = {method: way(method, {**WEIGHT_DECAY, "weight_decay": 0.05}).parameters[1] for method in ("adam", "adamw")}
    assert ends["adamw"] == pytest.approx(11, abs=0.5)
    assert ends["adam"] == pytest.approx(27, abs=0.5)


def test_every_optimizer_has_a_rule_under_its_name():
    titles = {rule.method: rule.title for rule in RULES}
    assert {name: titles.get(name) for name in OPTIMIZERS} == {
        name: optimizer.title for name, optimizer in OPTIMIZERS.items()
    }
