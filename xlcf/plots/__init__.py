"""Pictures of comparisons, drawn with matplotlib, which is loaded when the first one is asked for."""
