"""sys.excepthook for CPython before 3.13, whose own looks for source lines on disk alone. `traceback` asks the loaders."""

import sys
import traceback


def excepthook(exc_type, value, tb):
    if sys.stderr is None:
        return
    traceback.print_exception(exc_type, value, tb)
