"""A program that says where it runs."""
