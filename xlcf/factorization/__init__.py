"""The matrix factorization behind a Solver model, recognised from what its formulas compute."""

from xlcf.factorization.factorization import Factorization
from xlcf.factorization.recognition import recognise

__all__ = ["Factorization", "recognise"]
