"""Lets other threads try in the midst of it."""

import builtins
import time

builtins.lazily_ran = getattr(builtins, "lazily_ran", []) + [__name__]
EARLY = 1
time.sleep(0.2)
LATE = 2
