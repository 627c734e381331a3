VALUE = 41


def fails():
    raise ValueError("on purpose")  # the line that a traceback shows


class Thing:
    def method(self):
        """A docstring."""
        return VALUE
