"""The forms of functions that problems are told apart by, from the easiest to the hardest to minimise."""

LINEAR, QUADRATIC, LEAST_SQUARES, SMOOTH, KINKS, STEPS = (
    "linear",
    "quadratic",
    "least squares",
    "smooth",
    "kinks",  # the derivative jumps, as with ABS
    "steps",  # the value jumps, as with ROUND or IF
)

FORMS = (LINEAR, QUADRATIC, LEAST_SQUARES, SMOOTH, KINKS, STEPS)
