"""The units of CONVERT: Excel's names, their factors to a base unit of each kind, and prefixes.

Sources: Microsoft's documentation of CONVERT; the units' definitions (BIPM; NIST Special Publication 811).
"""

from __future__ import annotations

PREFIXES = {
    **{"Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1},
    **{"e": 1e1, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18},
    **{"z": 1e-21, "y": 1e-24},
}
BINARY_PREFIXES = {
    name: float(1024**power) for power, name in enumerate(("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"), start=1)
}

REVISED = frozenset({"u", "eV", "ev", "mmHg", "Torr"})

TEMPERATURES = {
    **dict.fromkeys(("C", "cel"), (1.0, 273.15)),
    **dict.fromkeys(("F", "fah"), (5 / 9, 459.67 * 5 / 9)),
    **dict.fromkeys(("K", "kel"), (1.0, 0.0)),
    "Rank": (5 / 9, 0.0),
    "Reau": (1.25, 273.15),
}
"""For each name the factor to kelvin and what is added."""

SCALES = frozenset({"K", "kel"})
"""Temperatures that take a prefix."""

_INCH, _FOOT, _YARD, _MILE, _NAUTICAL = 0.0254, 0.3048, 0.9144, 1609.344, 1852.0
_LIGHT_YEAR = 9460730472580800.0
_POINT = _INCH / 72
_SURVEY_FOOT = 1200 / 3937
_POUND = 453.59237
_STANDARD_GRAVITY = 9.80665
_POUND_FORCE = _POUND / 1000 * _STANDARD_GRAVITY
_HORSEPOWER = 550 * _FOOT * _POUND_FORCE
_GALLON, _UK_GALLON = 231 * _INCH**3 * 1000, 4.54609

# names, factor, the power of a prefix (0 where none is taken)
_Units = tuple[tuple[str, float, int], ...]

_MASS: _Units = (
    ("g", 1.0, 1),
    ("sg", _POUND * _STANDARD_GRAVITY / _FOOT, 0),
    ("lbm", _POUND, 0),
    ("ozm", _POUND / 16, 0),
    ("grain", _POUND / 7000, 0),
    ("cwt shweight", 100 * _POUND, 0),
    ("uk_cwt lcwt hweight", 112 * _POUND, 0),
    ("stone", 14 * _POUND, 0),
    ("ton", 2000 * _POUND, 0),
    ("uk_ton LTON brton", 2240 * _POUND, 0),
)
_LENGTH: _Units = (
    ("m", 1.0, 1),
    ("mi", _MILE, 0),
    ("Nmi", _NAUTICAL, 0),
    ("in", _INCH, 0),
    ("ft", _FOOT, 0),
    ("yd", _YARD, 0),
    ("ang", 1e-10, 1),
    ("ell", 1.143, 0),
    ("ly", _LIGHT_YEAR, 1),
    ("parsec pc", 3.0856775814913673e16, 1),
    ("Picapt Pica", _POINT, 0),
    ("pica", 12 * _POINT, 0),
    ("survey_mi", 5280 * _SURVEY_FOOT, 0),
)
_TIME: _Units = (
    ("yr", 31557600.0, 0),
    ("day d", 86400.0, 0),
    ("hr", 3600.0, 0),
    ("mn min", 60.0, 0),
    ("sec s", 1.0, 1),
)
_PRESSURE: _Units = (("Pa p", 1.0, 1), ("atm at", 101325.0, 1), ("psi", _POUND_FORCE / _INCH**2, 0))
_FORCE: _Units = (("N", 1.0, 1), ("dyn dy", 1e-5, 1), ("lbf", _POUND_FORCE, 0), ("pond", _STANDARD_GRAVITY / 1000, 1))
_ENERGY: _Units = (
    ("J", 1.0, 1),
    ("e", 1e-7, 1),
    ("c", 4.184, 1),
    ("cal", 4.1868, 1),
    ("HPh hh", 3600 * _HORSEPOWER, 0),
    ("Wh wh", 3600.0, 1),
    ("flb", _FOOT * _POUND_FORCE, 0),
    ("BTU btu", 1055.05585262, 0),
)
_POWER: _Units = (("W w", 1.0, 1), ("HP h", _HORSEPOWER, 0), ("PS", 75 * _STANDARD_GRAVITY, 0))
_MAGNETISM: _Units = (("T", 1.0, 1), ("ga", 1e-4, 1))
_VOLUME: _Units = (
    ("l L lt", 1.0, 1),
    ("tsp", _GALLON / 768, 0),
    ("tspm", 0.005, 0),
    ("tbs", _GALLON / 256, 0),
    ("oz", _GALLON / 128, 0),
    ("cup", _GALLON / 16, 0),
    ("pt us_pt", _GALLON / 8, 0),
    ("uk_pt", _UK_GALLON / 8, 0),
    ("qt", _GALLON / 4, 0),
    ("uk_qt", _UK_GALLON / 4, 0),
    ("gal", _GALLON, 0),
    ("uk_gal", _UK_GALLON, 0),
    ("ang3 ang^3", 1e-27, 3),
    ("barrel", 42 * _GALLON, 0),
    ("bushel", 2150.42 * _INCH**3 * 1000, 0),
    ("ft3 ft^3", _FOOT**3 * 1000, 0),
    ("in3 in^3", _INCH**3 * 1000, 0),
    ("ly3 ly^3", _LIGHT_YEAR**3 * 1000, 0),
    ("m3 m^3", 1000.0, 3),
    ("mi3 mi^3", _MILE**3 * 1000, 0),
    ("yd3 yd^3", _YARD**3 * 1000, 0),
    ("Nmi3 Nmi^3", _NAUTICAL**3 * 1000, 0),
    ("Picapt3 Picapt^3 Pica3 Pica^3", _POINT**3 * 1000, 0),
    ("GRT regton", 100 * _FOOT**3 * 1000, 0),
    ("MTON", 40 * _FOOT**3 * 1000, 0),
)
_AREA: _Units = (
    ("m2 m^2", 1.0, 2),
    ("uk_acre", 4840 * _YARD**2, 0),
    ("us_acre", 43560 * _SURVEY_FOOT**2, 0),
    ("ang2 ang^2", 1e-20, 2),
    ("ar", 100.0, 1),
    ("ft2 ft^2", _FOOT**2, 0),
    ("ha", 10000.0, 0),
    ("in2 in^2", _INCH**2, 0),
    ("ly2 ly^2", _LIGHT_YEAR**2, 0),
    ("Morgen", 2500.0, 0),
    ("mi2 mi^2", _MILE**2, 0),
    ("Nmi2 Nmi^2", _NAUTICAL**2, 0),
    ("Picapt2 Picapt^2 Pica2 Pica^2", _POINT**2, 0),
    ("yd2 yd^2", _YARD**2, 0),
)
_INFORMATION: _Units = (("bit", 1.0, 1), ("byte", 8.0, 1))
_SPEED: _Units = (
    ("m/s m/sec", 1.0, 1),
    ("m/h m/hr", 1 / 3600, 1),
    ("kn", _NAUTICAL / 3600, 0),
    ("admkn", 6080 * _FOOT / 3600, 0),
    ("mph", _MILE / 3600, 0),
)

_KINDS = {
    "mass": _MASS,
    "length": _LENGTH,
    "time": _TIME,
    "pressure": _PRESSURE,
    "force": _FORCE,
    "energy": _ENERGY,
    "power": _POWER,
    "magnetism": _MAGNETISM,
    "volume": _VOLUME,
    "area": _AREA,
    "information": _INFORMATION,
    "speed": _SPEED,
}
UNITS = {
    name: (kind, factor, power)
    for kind, units in _KINDS.items()
    for names, factor, power in units
    for name in names.split()
}
"""For each name the kind, the factor to the kind's base unit, and the power that a prefix is raised to; 0 for none."""
