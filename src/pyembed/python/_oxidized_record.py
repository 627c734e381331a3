"""Writes the names of what a product imported, in order, when it ends: for `packing.order` and for `filter-include`'s `from_trace`."""

import atexit
import os
import sys


def _remove(path):
    # A partial list would be taken for a complete one.
    try:
        os.remove(path)
    except OSError:
        pass


def record_into(folder):
    def write():
        # `__main__` is the name of whatever is run: its spec says which module that is.
        specs = [(name, getattr(module, "__spec__", None)) for name, module in list(sys.modules.items())]
        names = [spec.name if name == "__main__" else name for name, spec in specs if spec is not None]
        path = os.path.join(folder, f"modules-{os.getpid()}.txt")
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(name + "\n" for name in names))
        except OSError as error:
            _remove(path)
            print(f"cannot record the imported modules in {path}: {error.strerror}", file=sys.stderr)

    atexit.register(write)
