"""The Solver model: what Excel's Solver dialog shows, kept by Excel in hidden names of each sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from xlcf.ooxml.references import Area, address, address_seen_from, parse_area, split_union
from xlcf.ooxml.workbook import DefinedName, Workbook

GOALS = {1: "max", 2: "min", 3: "value"}
RELATIONS = {1: "<=", 2: "=", 3: ">=", 4: "integer", 5: "binary", 6: "all different"}
ENGINES = {1: "GRG Nonlinear", 2: "Simplex LP", 3: "Evolutionary"}


@dataclass(frozen=True)
class Constraint:
    """One constraint: `left` compared with `right` (an area, a number or a formula's text) by `relation`."""

    left: Area
    relation: str
    right: Area | float | str | None = None

    def __str__(self) -> str:
        right = self.right.local() if isinstance(self.right, Area) else self.right
        if isinstance(right, float):
            right = f"{right:.15g}"  # as Excel shows it
        return f"{self.left.local()} {self.relation}" + ("" if right is None else f" {right}")


@dataclass(frozen=True)
class SolverOptions:
    """Solver's options, with the value that Solver itself takes where a file names none.

    Attributes:
        engine: `solver_eng`; 1 GRG Nonlinear, 2 Simplex LP, 3 Evolutionary. Older files say `solver_lin` = 1 for 2.
        convergence: `solver_cvg`; GRG stops when the objective changed less than this, relatively, five times running.
        central: `solver_drv` = 2; derivatives by central differences, else by forward differences.
        precision: `solver_pre`; how far a constraint may be violated.
        integer_tolerance: `solver_tol`; accepted relative gap of integer solutions.
        max_iterations: `solver_itr`; None for no limit.
        max_seconds: `solver_tim`; None for no limit.
        non_negative: `solver_neg` = 1; variable cells without a lower bound are held at 0 or above.
        ignore_integers: `solver_rlx` = 1.
        multistart: `solver_msl` = 1; several starts within the bounds.
        population: `solver_ssz`.
        seed: `solver_rsd`; 0 for the clock.
        require_bounds: `solver_rbv` = 1.
        scaling: `solver_scl` = 1.

    """

    engine: int = 1
    convergence: float = 1e-4
    central: bool = False
    precision: float = 1e-6
    integer_tolerance: float = 0.01
    max_iterations: int | None = None
    max_seconds: float | None = None
    non_negative: bool = False
    ignore_integers: bool = False
    multistart: bool = False
    population: int = 100
    seed: int = 0
    require_bounds: bool = True
    scaling: bool = True

    @property
    def engine_name(self) -> str:
        """The engine as Solver's dialog names it."""
        return ENGINES[self.engine]


@dataclass(frozen=True)
class SolverModel:
    """One sheet's Solver model.

    Attributes:
        sheet: the sheet that keeps it.
        objective: (sheet, row, column), or None where the file names no usable cell.
        goal: `min`, `max` or `value`.
        target: the value to reach where the goal is `value`.
        variables: the areas of the variable cells.
        constraints: in Solver's order.
        options: see `SolverOptions`.
        problem: why this model cannot be solved, in a sentence; None where it can.
        stored_options: the fields of `options` that the file states.

    """

    sheet: str
    objective: tuple[str, int, int] | None
    goal: str
    target: float
    variables: tuple[Area, ...]
    constraints: tuple[Constraint, ...] = ()
    options: SolverOptions = field(default_factory=SolverOptions)
    problem: str | None = None
    stored_options: tuple[str, ...] = ()

    @property
    def n_variables(self) -> int:
        """How many cells may change; a cell named twice counts once."""
        return len(self.variable_cells())

    def variable_cells(self) -> list[tuple[str, int, int]]:
        """List the variable cells area by area, row by row, each once."""
        return list(dict.fromkeys(cell for area in self.variables for cell in area.cells()))

    def objective_address(self) -> str | None:
        """Name the objective cell, with its sheet where that is not the model's own."""
        return None if self.objective is None else address_seen_from(self.sheet, self.objective)

    def variables_text(self) -> str:
        """Name the variable areas: `H19:V23, B25:F39`."""
        return ", ".join(area.local() if area.sheet == self.sheet else str(area) for area in self.variables)


def solver_models(workbook: Workbook) -> list[SolverModel]:
    """Read every Solver model of a workbook, in tab order; those that cannot be solved say why in `problem`."""
    by_sheet: dict[str, dict[str, str]] = {}
    for name in workbook.defined_names:
        if name.sheet in workbook.sheets and name.name.lower().startswith("solver_"):
            by_sheet.setdefault(name.sheet, {})[name.name.lower()[7:]] = name.text.strip().removeprefix("=")
    # Solver writes its options on any sheet where its dialog was opened: a model has an objective or variables
    return [
        _read_model(workbook, sheet, by_sheet[sheet])
        for sheet in workbook.sheets
        if sheet in by_sheet and ({"opt", "adj"} & by_sheet[sheet].keys())
    ]


def _read_model(workbook: Workbook, sheet: str, names: dict[str, str]) -> SolverModel:
    problems: list[str] = []
    objective = _objective(workbook, sheet, names.get("opt", ""), problems)
    variables = _variables(workbook, sheet, names.get("adj", ""), problems)
    constraints = _constraints(workbook, sheet, names, problems)
    options = _options(names)
    return SolverModel(
        sheet=sheet,
        objective=objective,
        goal=GOALS.get(_integer(names, "typ", 2), "min"),
        target=_number(names, "val", 0.0),
        variables=variables,
        constraints=constraints,
        options=options,
        problem=problems[0] if problems else None,
        stored_options=tuple(dict.fromkeys(option for key, option in _STORED_AS.items() if key in names)),
    )


def _objective(workbook: Workbook, sheet: str, text: str, problems: list[str]) -> tuple[str, int, int] | None:
    if not text:
        problems.append("The model names no objective cell; choose one in Solver's dialog.")
        return None
    try:
        (area,) = _areas(workbook, sheet, text)
    except ValueError:
        what = "a deleted cell (#REF!)" if "#REF!" in text else f"{text!r}, which is no cell"
        problems.append(f"The objective is {what}; choose an objective cell in Solver's dialog.")
        return None
    cell = (area.sheet, area.row1, area.column1)
    if area.size > 1:
        problems.append(f"The objective {area.local()} is more than one cell; choose one cell in Solver's dialog.")
    elif cell[1:] not in workbook.sheets[area.sheet].formulas:
        problems.append(f"The objective cell {area.local()} holds no formula, so nothing can change it.")
    return cell


def _variables(workbook: Workbook, sheet: str, text: str, problems: list[str]) -> tuple[Area, ...]:
    try:
        areas = _areas(workbook, sheet, text)
    except ValueError:
        problems.append(f"The variable cells {text!r} are not all cells; choose them again in Solver's dialog.")
        return ()
    if not areas:
        problems.append("The model has no variable cells; choose them in Solver's dialog.")
    for area in areas:
        if area.size > 1_000_000:
            problems.append(f"The variable cells {area.local()} are whole rows or columns; choose a smaller area.")
            return ()
        held = workbook.sheets[area.sheet].formulas
        formula = next(((row, column) for _, row, column in area.cells() if (row, column) in held), None)
        if formula is not None:
            problems.append(
                f"The variable cell {address(*formula)} on {area.sheet} holds a formula; "
                "put a number there or leave it out of the variable cells."
            )
    return areas


def _constraints(workbook: Workbook, sheet: str, names: dict[str, str], problems: list[str]) -> tuple[Constraint, ...]:
    constraints: list[Constraint] = []
    stated = _integer(names, "num", 0)
    stored = max((int(key[3:]) for key in names if key.startswith("lhs") and key[3:].isdecimal()), default=0)
    if stated > stored:
        problems.append(f"Constraint {stored + 1} of {stated} is missing; add it or save the model again.")
    for number in range(1, min(stated, stored) + 1):  # beyond `num` stale ones may remain
        left, right = names.get(f"lhs{number}", ""), names.get(f"rhs{number}", "")
        relation = RELATIONS.get(_integer(names, f"rel{number}", 1))
        try:
            left_areas = _areas(workbook, sheet, left)
            if not left_areas or relation is None:
                raise ValueError(left)
        except ValueError:
            problems.append(f"Constraint {number} ({left or 'empty'}) does not refer to cells; mend or delete it.")
            continue
        right_side = _right_side(workbook, sheet, relation, right)
        constraints.extend(Constraint(area, relation, right_side) for area in left_areas)
    return tuple(constraints)


def _right_side(workbook: Workbook, sheet: str, relation: str, text: str) -> Area | float | str | None:
    if relation in ("integer", "binary", "all different"):
        return None
    number = _finite(text)
    if number is not None:
        return number
    try:
        (area,) = _areas(workbook, sheet, text)
    except ValueError:
        return text
    return area


def _areas(workbook: Workbook, sheet: str, text: str, depth: int = 0) -> tuple[Area, ...]:
    """Read a list of areas; a defined name stands for its areas."""
    if depth > 20:
        raise ValueError(f"{text} refers to itself")
    areas: list[Area] = []
    for part in split_union(text.strip().removeprefix("=").removeprefix("(").removesuffix(")")):
        name: DefinedName | None = workbook.defined_name(part.strip(), sheet)
        if name is not None:
            areas.extend(_areas(workbook, sheet, name.text, depth + 1))
            continue
        area = parse_area(part, sheet)
        existing = next((known for known in workbook.sheets if known.lower() == area.sheet.lower()), None)
        if existing is None:
            raise ValueError(f"no sheet {area.sheet}")
        areas.append(replace(area, sheet=existing))
    return tuple(areas)


_STORED_AS = {
    "eng": "engine",
    "lin": "engine",
    "cvg": "convergence",
    "drv": "central",
    "pre": "precision",
    "tol": "integer_tolerance",
    "itr": "max_iterations",
    "tim": "max_seconds",
    "neg": "non_negative",
    "rlx": "ignore_integers",
    "msl": "multistart",
    "ssz": "population",
    "rsd": "seed",
    "rbv": "require_bounds",
    "scl": "scaling",
}


def _options(names: dict[str, str]) -> SolverOptions:
    engine = _integer(names, "eng", 2 if _integer(names, "lin", 2) == 1 else 1)
    iterations, seconds = _integer(names, "itr", 0), _number(names, "tim", 0.0)
    no_limit = 2_147_483_647  # what Solver stores when its field is left empty
    return SolverOptions(
        engine=engine if engine in ENGINES else 1,
        convergence=_number(names, "cvg", 1e-4),
        central=_integer(names, "drv", 1) == 2,
        precision=_number(names, "pre", 1e-6),
        integer_tolerance=_number(names, "tol", 0.01),
        max_iterations=iterations if 0 < iterations < no_limit else None,
        max_seconds=seconds if 0 < seconds < no_limit else None,
        non_negative=_integer(names, "neg", 2) == 1,
        ignore_integers=_integer(names, "rlx", 2) == 1,
        multistart=_integer(names, "msl", 2) == 1,
        population=_integer(names, "ssz", 100),
        seed=_integer(names, "rsd", 0),
        require_bounds=_integer(names, "rbv", 1) == 1,
        scaling=_integer(names, "scl", 1) == 1,
    )


def _number(names: dict[str, str], key: str, default: float) -> float:
    number = _finite(names.get(key, ""))
    return default if number is None else number


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _integer(names: dict[str, str], key: str, default: int) -> int:
    return int(_number(names, key, default))
