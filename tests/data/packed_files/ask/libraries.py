"""Packed libraries, loaded by their paths; one of them asks the C library for files itself."""

import ctypes
import os

from .answers import ALL


def ask(answers):
    lib = answers.path("tree/lib")
    answers.ask("a library that needs another by $ORIGIN", lambda: ctypes.CDLL(lib + "/libouter_packed.so").outer())
    answers.ask("again", lambda: ctypes.CDLL(lib + "/libouter_packed.so")._handle == ctypes.CDLL(lib + "/../lib/libouter_packed.so")._handle)
    answers.ask("through a link", lambda: ctypes.CDLL(answers.path("tree/links/library.so"))._handle == ctypes.CDLL(lib + "/libouter_packed.so")._handle)
    answers.ask("the one within", lambda: ctypes.CDLL(lib + "/deps/libinner_packed.so").inner())
    answers.ask("global", lambda: ctypes.CDLL(lib + "/deps/libinner_packed.so", mode=ctypes.RTLD_GLOBAL).inner())
    answers.ask("use_errno", lambda: ctypes.CDLL(lib + "/libasks.so", use_errno=True) is not None)
    for name in ("tree/data/one", "tree/missing.so", "tree/data", "tree/data/one/x.so", "tree/data/empty"):
        answers.ask(f"no library {name}", lambda: isinstance(ctypes.CDLL(answers.path(name)), OSError))
    asks = ctypes.CDLL(lib + "/libasks.so")
    for function in ("ask_open", "ask_openat", "ask_fopen", "ask_freopen", "ask_stat", "ask_xstat", "ask_statx", "ask_folder", "ask_scandir", "ask_realpath", "ask_dlopen"):
        getattr(asks, function).restype = ctypes.c_long
    resolved = ctypes.create_string_buffer(8192)
    answers.ask("dlerror is kept", lambda: (asks.ask_dlerror(os.fsencode(lib), resolved), resolved.value))
    for name in ALL:
        path = os.fsencode(answers.path(name))
        for flags in (os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_CREAT, os.O_RDONLY | os.O_DIRECTORY):
            answers.ask(f"C open {flags} {name}", lambda: asks.ask_open(path, flags))
        for mode in (b"r", b"rb", b"r+", b"w", b"ae", b"rm", b"r,ccs=UTF-8"):
            answers.ask(f"C fopen {mode} {name}", lambda: asks.ask_fopen(path, mode))
        answers.ask(f"C openat {name}", lambda: asks.ask_openat(os.fsencode(answers.path("tree")), os.fsencode(name.removeprefix("tree/"))))
        answers.ask(f"C freopen {name}", lambda: asks.ask_freopen(b"/etc/passwd", path))
        for function in ("ask_stat", "ask_xstat", "ask_statx"):
            answers.ask(f"C {function} {name}", lambda: os.path.isdir(path) or getattr(asks, function)(path))
        for function in ("ask_folder", "ask_scandir"):
            answers.ask(f"C {function} {name}", lambda: getattr(asks, function)(path))
        answers.ask(f"C realpath {name}", lambda: (asks.ask_realpath(path, resolved), resolved.value if os.path.exists(path) else None))
        answers.ask(f"C dlopen {name}", lambda: asks.ask_dlopen(path, b"outer"))
    answers.ask("C fopen of mode q", lambda: asks.ask_fopen(os.fsencode(answers.path("tree/data/one")), b"q"))
    link = answers.new("-link")
    os.symlink(answers.root, link)
    name = "tree/lib/deps/libinner_packed.so"
    for path in (f"{link}/{name}", f"{answers.root}/../{os.path.basename(answers.root)}/{name}", f"{os.path.relpath(answers.root)}/{name}", f"/{answers.root}//{name}"):
        answers.ask("dlopen by another name", lambda: ctypes.CDLL(path).inner())
    for path in (f"{link}/tree/data", f"{link}/tree/data/many/3", f"{link}/tree/none"):
        answers.ask("C scandir by another name", lambda: asks.ask_scandir(os.fsencode(path)))
        answers.ask("C opendir by another name", lambda: asks.ask_folder(os.fsencode(path)))
    for path in (f"{link}/tree/data/one", f"{link}/tree/data/none"):
        answers.ask("C freopen by another name", lambda: asks.ask_freopen(b"/etc/passwd", os.fsencode(path)))
        answers.ask("C fopen by another name", lambda: asks.ask_fopen(os.fsencode(path), b"r"))
