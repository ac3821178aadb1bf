"""Fit the models in Excel workbooks with SciPy and PyTorch, and write the answer back as live sheets."""
