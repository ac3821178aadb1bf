"""Ways to fit a problem, and what a fit returns."""
