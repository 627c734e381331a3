"""Imports the modules that a file names, a name a line: the same program for the product and for its references."""
