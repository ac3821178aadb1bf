"""Matrix factorization models: plain arrays (`Factors`) and torch modules."""
