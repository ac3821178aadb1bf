"""The exceptions that xlcf raises on purpose.

Every message is one sentence (or two) for a person: what is wrong, and how to mend it.
"""


class XlcfError(Exception):
    """Base of all errors that xlcf raises on purpose."""


class InputError(XlcfError):
    """The input (a file, an option, a workbook's content) cannot be used; the command line exits 2."""


class OtherFormatError(InputError):
    """The workbook is good, but in a format that xlcf does not read by itself."""


class FitError(XlcfError):
    """The input was usable, but the work failed; the command line exits 1."""
