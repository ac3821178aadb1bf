"""The Solver model that Excel hides in defined names, and the problem it states."""
