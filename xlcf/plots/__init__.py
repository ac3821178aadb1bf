"""Pictures of comparisons and explorations; matplotlib and seaborn are loaded when the first one is asked for."""
