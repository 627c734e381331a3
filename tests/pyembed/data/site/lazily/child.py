import builtins

builtins.lazily_ran = getattr(builtins, "lazily_ran", []) + [__name__]
NAME = "child"
