"""A package that imports its submodule, and counts how often each ran."""

import builtins

builtins.lazily_ran = getattr(builtins, "lazily_ran", []) + [__name__]
from . import child  # noqa: E402

NAME = child.NAME
