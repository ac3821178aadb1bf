"""Ratings as data: the container, readers, selection."""
