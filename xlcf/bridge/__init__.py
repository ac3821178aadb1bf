"""The one room that knows all others: a file a verb, each from what a person names to what is written.

Books are opened here, their models found, fitted, compared and written back; models of ratings are trained and read.
The package `xlcf` gives its functions and the classes of their results.
"""
