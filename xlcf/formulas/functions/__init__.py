"""Excel's functions, a module a family; importing this package enters those of all its modules in the registry."""

import sys

from xlcf.entries import import_modules_of

import_modules_of(sys.modules[__name__])
