"""The methods of fitting; importing this package enters those of all its modules in the table."""

import sys

import xlcf.fitting.methods.built_in  # noqa: F401  (first in every list)
from xlcf.entries import import_modules_of

import_modules_of(sys.modules[__name__])
