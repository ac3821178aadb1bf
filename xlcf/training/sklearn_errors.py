"""What is raised where scikit-learn is loaded; imported only then."""

from sklearn.exceptions import NotFittedError as SklearnNotFittedError

from xlcf.errors import NotFittedError


class BothNotFittedError(NotFittedError, SklearnNotFittedError):  # type: ignore[misc]
    """xlcf's error, which is scikit-learn's, too, so that `except sklearn.exceptions.NotFittedError` catches it."""
