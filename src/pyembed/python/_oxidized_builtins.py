"""Makes the builtins that `site` makes, when the first of them is used (late_builtins.c)."""

_NAMES = ("exit", "quit", "help", "copyright", "credits", "license")


def settle(late, name):
    """The true object of that name. `builtins` gets all of them, but those that the program replaced or deleted."""
    import builtins
    import site
    before = {each: vars(builtins)[each] for each in _NAMES if each in vars(builtins)}
    site.setquit()
    site.setcopyright()
    site.sethelper()
    real = vars(builtins)[name]
    for each in _NAMES:
        if each not in before:
            delattr(builtins, each)
        elif type(before[each]) is not late:
            setattr(builtins, each, before[each])
    return real
