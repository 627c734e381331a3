import builtins

builtins.lazily_ran = getattr(builtins, "lazily_ran", []) + [__name__]
raise ValueError("on purpose")
