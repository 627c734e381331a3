"""Apart from `__main__`: a product runs that module by its name and the reference does not, and CPython shows deprecations to `__main__` alone.
The list has 23 deprecated modules."""

import sys


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as names:
        wanted = names.read().split()
    failed = 0
    for name in wanted:
        try:
            __import__(name)
        except Exception as error:
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    if failed:
        sys.exit(f"{failed} of {len(wanted)} not imported")
