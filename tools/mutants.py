"""Change the code of a folder at random, one place at a time, and tell which changes no test notices.

    python tools/mutants.py xlcf/fitting                        # 20 changes, tested by tests/fitting
    python tools/mutants.py xlcf/report --count 5 --seed 3 --tests tests/report tests/comparing

A change is one of: a comparison, an arithmetic sign, `and` or `or`, `not`, True or False, a number, `.all()` or
`.any()`. The tests run on a copy of the project, so that the checkout is never touched; a change with which they do not
end in the time limit counts as noticed. The exit code is 1 where fewer than nine of ten changes are noticed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOT_COPIED = (".*", "site", "demo", "build", "dist", "__pycache__", "*.egg-info")
SHARE = 0.9

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.And: ast.Or, ast.Or: ast.And, ast.Not: ast.UAdd, ast.USub: ast.UAdd},
}
ATTRIBUTES = {"all": "any", "any": "all"}


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        path: the file, relative to the project.
        line: where it is.
        before: what stood there.
        after: what stands there now.
        source: the whole file with the change.

    """

    path: Path
    line: int
    before: str
    after: str
    source: str


def mutants_of(path: Path, source: str) -> Iterator[Callable[[], Mutant]]:
    """Give every change of a file, each to be made when it is wanted."""
    for place in range(len(list(_places(ast.parse(source))))):
        yield lambda place=place: _changed(path, source, place)


def _changed(path: Path, source: str, place: int) -> Mutant:
    tree = ast.parse(source)
    node, change = list(_places(tree))[place]
    before = ast.unparse(node)
    change()
    return Mutant(path, node.lineno, before, ast.unparse(node), ast.unparse(tree))


def _places(node: ast.AST) -> Iterator[tuple[ast.expr, Callable[[], None]]]:
    """Give each place that can be changed, with what changes it in the tree; annotations are left alone."""
    match node:
        case ast.Compare(ops=[operator, *_]):
            yield node, lambda: node.ops.__setitem__(0, OPERATORS[type(operator)]())  # type: ignore[call-overload]
        case ast.BinOp(op=operator) | ast.BoolOp(op=operator) | ast.UnaryOp(op=operator) if type(operator) in OPERATORS:
            yield node, lambda: setattr(node, "op", OPERATORS[type(operator)]())
        case ast.Constant(value=bool(value)):
            yield node, lambda: setattr(node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield node, lambda: setattr(node, "value", value + 1)
        case ast.Attribute(attr=name) if name in ATTRIBUTES:
            yield node, lambda: setattr(node, "attr", ATTRIBUTES[name])
    for field, children in ast.iter_fields(node):
        if field in ("annotation", "returns") or (isinstance(node, ast.Call) and _is_typing(node)):
            continue
        for child in children if isinstance(children, list) else [children]:
            if isinstance(child, ast.AST):
                yield from _places(child)


def _is_typing(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in ("cast", "TypeVar")


class Copy:
    """A copy of the project in which files are changed and tests are run."""

    def __init__(self, folder: Path, tests: Sequence[str], limit: float) -> None:
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
        self._folder, self._tests, self._limit = folder, tests, limit
        self._time = time.time()

    def notices(self, mutant: Mutant | None) -> bool:
        """Tell whether a test fails with a change, or without any."""
        file = None if mutant is None else self._folder / mutant.path
        original = "" if file is None else file.read_text(encoding="utf-8")
        if file is not None and mutant is not None:
            self._write(file, mutant.source)
        try:
            return self._fails()
        finally:
            if file is not None:
                self._write(file, original)

    def _write(self, file: Path, source: str) -> None:
        """Write a file with a new time: Python takes one with the time and size of before for unchanged."""
        file.write_text(source, encoding="utf-8")
        self._time += 2
        os.utime(file, (self._time, self._time))

    def _fails(self) -> bool:
        path = os.pathsep.join(str(self._folder / part) for part in (".", "cli"))
        words = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", *self._tests]
        # an examples database would find at once what an earlier change broke
        environment = os.environ | {"PYTHONPATH": path, "CI": "1"}
        try:
            done = subprocess.run(
                words, cwd=self._folder, env=environment, capture_output=True, timeout=self._limit, check=False
            )
        except subprocess.TimeoutExpired:
            return True
        if done.returncode not in (0, 1, 2):  # 2: a module that cannot be imported
            raise SystemExit(done.stdout.decode(errors="replace")[-2000:])
        return done.returncode != 0


def main() -> int:
    """Make changes, run the tests with each, and print those that no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", nargs="+", help="[default: the folder of the same name in tests]")
    parser.add_argument("--limit", type=float, default=300, help="seconds for the tests of one change")
    given = parser.parse_args()
    files = sorted((ROOT / given.folder).rglob("*.py"))
    makers = [make for file in files for make in mutants_of(file.relative_to(ROOT), file.read_text(encoding="utf-8"))]
    chosen = random.Random(given.seed).sample(makers, min(given.count, len(makers)))
    tests = given.tests or [f"tests/{given.folder.name}"]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder) / "project", tests, given.limit)
        if copy.notices(None):
            raise SystemExit(f"{' '.join(tests)} fail, or take more than {given.limit:g} s, without any change.")
        for make in chosen:
            mutant = make()
            if not copy.notices(mutant):
                survivors += 1
                print(f"{mutant.path}:{mutant.line}: {mutant.before}  ->  {mutant.after}", flush=True)
    noticed = len(chosen) - survivors
    print(f"{noticed} of {len(chosen)} changes noticed ({len(makers):,} are possible in {given.folder})")
    return 0 if noticed >= SHARE * len(chosen) else 1


if __name__ == "__main__":
    raise SystemExit(main())
