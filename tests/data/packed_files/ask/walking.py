"""nftw and ftw of the C library, called through ctypes."""

import ctypes
import os

PHYS, MOUNT, CHDIR, DEPTH, ACTIONRETVAL = 1, 2, 4, 8, 16
SKIP_SUBTREE, SKIP_SIBLINGS = 2, 3
FILE, FOLDER = 0, 1
TOPS = ("tree", "tree/", "tree/sub", "tree/sub//", "tree/data/one", "tree/data/one/", "tree/data/one/x", "tree/hollow", "tree/missing", "tree/links", "tree/links/file", "tree/links/folder",
        "tree/links/folder/", "tree/links/chain", "tree/links/dangling", "tree/links/dangling/", "tree/links/far", "tree/links/loop", "tree/links/package", "tree/links/here/here/folder", "tree/data/../sub",
        "tree/links/umlaut-ä")


class Place(ctypes.Structure):
    _fields_ = [("base", ctypes.c_int), ("level", ctypes.c_int)]


WITH_PLACE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(Place))
WITHOUT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)


def walk(library, path, flags, decide=lambda path, kind: 0, name="nftw"):
    """What it returns, the calls in order of their paths, and whether folders came before or after what is in them."""
    calls = []

    def take(path, status, kind, place):
        calls.append((path, kind, place.contents.base, place.contents.level, os.getcwd() if flags & CHDIR else ""))
        return decide(path, kind)
    ctypes.set_errno(0)
    result = getattr(library, name)(os.fsencode(path), WITH_PLACE(take), 20, flags)
    places = {call[0]: number for number, call in enumerate(calls)}
    orders = {places[os.path.dirname(path)] < number for path, number in places.items() if os.path.dirname(path) in places}
    return result, ctypes.get_errno() if result < 0 else 0, sorted(calls), sorted(orders), os.getcwd()


def walk_plainly(library, path):
    calls = []
    result = library.ftw(os.fsencode(path), WITHOUT(lambda path, status, kind: calls.append((path, kind)) or 0), 20)
    return result, ctypes.get_errno() if result < 0 else 0, sorted(calls)


def ask(answers):
    library = ctypes.CDLL(None, use_errno=True)
    for name in TOPS:
        for flags in range(32):
            # which of a folder's names is walked first is the folder's own order, if links are followed
            if flags & PHYS or "links" not in name or name.rstrip("/").endswith(("folder", "chain", "package", "file", "dangling", "far", "loop", "ä")):
                if not (flags & PHYS) and name.rstrip("/") == "tree":
                    continue
                answers.ask(f"nftw {flags} {name}", walk, library, answers.path(name), flags)
        if "links" not in name and name.rstrip("/") != "tree" or name.endswith(("folder", "dangling", "loop")):
            answers.ask(f"ftw {name}", walk_plainly, library, answers.path(name))
    answers.ask("nftw64", walk, library, answers.path("tree/sub"), PHYS, name="nftw64")
    answers.ask("nftw, other flags", walk, library, answers.path("tree/sub"), 1 << 10)
    answers.ask("nftw, links in circles", walk, library, answers.path("tree/links"), 0, lambda path, kind: 5 if path.endswith(b"/links") else 0)
    answers.ask("nftw stopped", lambda: walk(library, answers.path("tree/sub/deep"), PHYS, lambda path, kind: 7 if path.endswith(b"deep") else 0))
    answers.ask("nftw subtree", walk, library, answers.path("tree"), PHYS | ACTIONRETVAL, lambda path, kind: SKIP_SUBTREE if path.endswith((b"/data", b"/links")) else 0)
    answers.ask("nftw siblings", walk, library, answers.path("tree/data/d0"), PHYS | ACTIONRETVAL, lambda path, kind: SKIP_SIBLINGS if path.endswith(b"/d7") else 0)
    answers.ask("nftw siblings, deep first", walk, library, answers.path("tree/data/d0"), PHYS | DEPTH | ACTIONRETVAL, lambda path, kind: SKIP_SIBLINGS if path.endswith(b"/d7") else 0)
    before = os.getcwd()
    os.chdir(answers.path("tree/sub"))
    for name in (".", "..", "deep", "./deep/", "../data/many/1", "leaf"):
        answers.ask(f"nftw relative {name}", lambda: walk(library, name, PHYS | CHDIR)[:3] if name != ".." else walk(library, name, PHYS | CHDIR, lambda path, kind: 1)[:3])
    os.chdir(before)
