"""Asks every function of the standard library that takes a path for the tree, and prints an answer a line."""
