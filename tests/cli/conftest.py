"""Small workbooks with a Solver model in them."""

import runpy
from pathlib import Path

# the tests are no package, so that a fixture of another folder is read from its file
solver_book = runpy.run_path(str(Path(__file__).parents[1] / "solver" / "conftest.py"))["solver_book"]
