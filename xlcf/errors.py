"""The exceptions that xlcf raises on purpose.

Every message is one sentence (or two) for a person: what is wrong, and how to mend it.
"""


class XlcfError(Exception):
    """Base of all errors that xlcf raises on purpose."""


class InputError(XlcfError, ValueError):
    """The input (a file, an option, a workbook's content) cannot be used; the command line exits 2."""


class NotFittedError(InputError, AttributeError):
    """An estimator was asked for what it knows only after `fit`.

    Where scikit-learn is loaded, the error that is raised is an instance of its `NotFittedError`, too.
    """


class OtherFormatError(InputError):
    """The workbook is good, but in a format that xlcf does not read by itself."""


class FitError(XlcfError):
    """The input was usable, but the work failed; the command line exits 1."""


class UnboundedError(FitError):
    """The objective of a model goes on getting better without end."""
