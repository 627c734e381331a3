"""Runs all tests of this folder: what products do as processes."""

import sys
import unittest
from pathlib import Path

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(Path(__file__).resolve().parent)
    sys.exit(not unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful())
