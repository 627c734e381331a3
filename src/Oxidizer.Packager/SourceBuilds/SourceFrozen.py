"""Writes a smaller table of frozen modules, for products: `frozen.c` and `deepfreeze.c` with a few modules, by the generator of CPython's own sources.

usage: python SourceFrozen.py <CPython's sources, built> <folder for the two files>

What differs from CPython's own table, beside its size:
- strings of a module that not every start imports are interned when it is first asked for, and not at each start;
- at the end CPython's static types, interned strings and free lists are left as they are: clearing them would make them ready for a second start, and a product
  starts CPython once in its process. No object of a program is alive any more by then.
"""
import io
import os
import re
import sys

# Imported at each start, before a product's finder is there or by what it does first.
AT_START = ["importlib._bootstrap", "importlib._bootstrap_external", "abc", "codecs", "io"]
# Imported by nearly every program, or by what it imports; `zipimport` by CPython itself, at the start, when modules may come from the file system.
ON_DEMAND = ["zipimport", "_collections_abc", "genericpath", "ntpath", "os", "posixpath", "stat", "importlib.machinery", "importlib.util"]

ACCESSOR = """
static int intern_%%NAME%%(void);

PyObject *
_Py_get_%%NAME%%_toplevel(void)
{
    if (intern_%%NAME%%() < 0) {
        return NULL;
    }
    %%NAME%%_do_patchups();
    return Py_NewRef((PyObject *) &%%NAME%%_toplevel);
}
"""

# Called after the interpreter's state was cleared and before its types are: those look whether theirs is the main interpreter, and have nothing to do for others. With
# another interpreter still there CPython ends in a fatal error, which it can only do for the main one.
AT_END = """
#include "internal/pycore_runtime.h"

void
_Py_Deepfreeze_Fini(void)
{
    struct pyinterpreters *all = &_PyRuntime.interpreters;
    if (all->head == all->main && all->head->next == NULL) {
        all->main = NULL;
    }
}
"""


def code_name(module):
    return module.replace(".", "_")


def write_table(root, path):
    """Drops the rows of other modules; aliases and declarations that nothing uses do no harm."""
    wanted = {code_name(module) for module in AT_START + ON_DEMAND}
    found = set()
    with open(os.path.join(root, "Python", "frozen.c"), encoding="utf-8") as source, open(path, "w", encoding="utf-8") as table:
        for line in source:
            row = re.match(r'\s*\{"[^"]+", .*GET_CODE\((\w+)\)\},', line)
            if row is None or row[1] in wanted:
                table.write(line)
            if row is not None:
                found.add(row[1])
    if not wanted <= found:
        raise SystemExit(f"CPython does not freeze {', '.join(sorted(wanted - found))}")


def write_code(root, path):
    sys.path.insert(0, os.path.join(root, "Tools", "scripts"))
    import deepfreeze

    deepfreeze.EPILOGUE = ACCESSOR
    text = io.StringIO()
    printer = deepfreeze.Printer(text)
    for module in AT_START + ON_DEMAND:
        with open(os.path.join(root, "Python", "frozen_modules", f"{module}.h"), encoding="utf-8") as header:
            code = deepfreeze.decode_frozen_data(header.read())
        printer.generate_file(module, code)
        write_function(printer, f"static int\nintern_{code_name(module)}(void)", printer.interns)
        printer.interns.clear()
    write_function(printer, "int\n_Py_Deepfreeze_Init(void)", [f"intern_{code_name(module)}()" for module in AT_START])
    text.write(AT_END)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.getvalue())


def write_function(printer, head, calls):
    with printer.block(head):
        for call in calls:
            with printer.block(f"if ({call} < 0)"):
                printer.write("return -1;")
        printer.write("return 0;")


def main():
    root, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    write_table(root, os.path.join(folder, "frozen.c"))
    write_code(root, os.path.join(folder, "deepfreeze.c"))


if __name__ == "__main__":
    main()
