"""ask ROOT SCRATCH [PART ...]: ROOT has the folder `tree`; SCRATCH is an empty folder that can be written to."""

import sys

from . import changing, folders, libraries, links, names, opening, reading, started, status, walking
from .answers import Answers

PARTS = {module.__name__.rpartition(".")[2]: module for module in (opening, status, folders, reading, changing, names, started, links, libraries, walking)}


def main(root, scratch, *parts):
    for name in parts or PARTS:
        PARTS[name].ask(Answers(root, scratch, name))


if __name__ == "__main__":
    main(*sys.argv[1:])
