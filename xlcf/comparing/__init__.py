"""Several ways to fit one model, side by side: what they reach, what they cost, and whether they agree."""
