"""Two commands of one product. Each says by which name, and does what CODE says."""

import os
import sys


def square(number):
    return number * number


def tell(name):
    print(name, sys.argv, flush=True)
    exec(os.environ.pop("CODE", ""), globals())


def one():
    tell("one")
    return 3


def two():
    tell("two")
