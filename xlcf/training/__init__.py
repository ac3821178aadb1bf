"""Training models of ratings by gradient descent: the loop, its batches, schedules, checkpoints."""
