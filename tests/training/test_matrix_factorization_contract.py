"""The contract of estimators, for each model that gradient descent fits."""

from tests.training.estimator_contract import EstimatorContract
from xlcf import MatrixFactorization


class TestDotBias(EstimatorContract):
    def make(self, **parameters):
        return MatrixFactorization(**{"n_factors": 3, "epochs": 3, "device": "cpu"} | parameters)


class TestDot(EstimatorContract):
    def make(self, **parameters):
        return MatrixFactorization(**{"model": "dot", "n_factors": 3, "epochs": 3, "device": "cpu"} | parameters)


class TestNet(EstimatorContract):
    def make(self, **parameters):
        return MatrixFactorization(**{"model": "net", "n_factors": 3, "epochs": 3, "device": "cpu"} | parameters)
