"""Excel formulas: parsed, batched into one expression graph, evaluated or differentiated."""
