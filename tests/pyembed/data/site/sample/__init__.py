"""A package with everything that an importer must know."""
from sample.one import VALUE
