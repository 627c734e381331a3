"""The built-in `open` of a packed file, beside that of a real file with the same bytes: the same answers, and a descriptor only when one is asked for."""

import builtins
import gc
import inspect
import io
import mmap
import os
import shutil
import sys
import tempfile
import unittest
import warnings

PACKED = os.path.join(sys.executable, "sample", "one.py")
EMPTY = os.path.join(sys.executable, "sample", "data", "empty")


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def answer(ask, *args):
    """What a call gives, or the class and text of what it raises."""
    try:
        result = ask(*args)
    except Exception as error:
        return type(error), str(error)
    return result


class TestOpen(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.real = os.path.join(folder, "one.py")
        self.empty = os.path.join(folder, "empty")
        shutil.copyfile(PACKED, self.real)
        shutil.copyfile(EMPTY, self.empty)

    def both(self, ask):
        """The same answer for a packed and a real file, but for the name."""
        for packed, real in ((PACKED, self.real), (EMPTY, self.empty)):
            given, expected = (str(answer(ask, path)).replace(path, "NAME") for path in (packed, real))
            self.assertEqual(given, expected)

    def test_it_is_one_function_with_its_signature(self):
        self.assertIs(builtins.open, io.open)
        self.assertEqual(open.__name__, "open")
        self.assertEqual(list(inspect.signature(open).parameters), ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"])

    def test_arguments(self):
        for mode in ("r", "rb", "rt", "br", "", "z", "rr", "rU", "w", "a", "x", "r+", "rb+", "rtb"):
            for more in ({}, {"buffering": 0}, {"buffering": 1}, {"buffering": 16}, {"encoding": "latin-1"}, {"encoding": "no such"}, {"errors": "replace"},
                         {"newline": ""}, {"newline": "x"}, {"closefd": False}, {"unknown": 1}):
                if mode[:1] in ("w", "a", "x") or "+" in mode:
                    continue  # the real file could be written
                with self.subTest(mode=mode, more=more), warnings.catch_warnings():
                    warnings.simplefilter("ignore")

                    def ask(path):
                        with open(path, mode, **more) as file:
                            return type(file), getattr(file, "mode", None), file.readable(), file.writable(), file.seekable(), file.read(7), file.tell()
                    self.both(ask)
        self.both(lambda path: open(path, "r", -1, "utf-8", "strict", None, True, None).readline())
        self.both(lambda path: open(os.fsencode(path), "rb").read())
        self.both(lambda path: open())
        self.both(lambda path: open(path, mode="r", file=path))

    def test_text(self):
        self.both(lambda path: open(path).readlines())
        self.both(lambda path: list(open(path, newline="")))
        self.both(lambda path: open(path, encoding="utf-16").read())
        self.both(lambda path: repr(open(path)))

    def test_raw(self):
        def ask(path):
            file, seen = open(path, "rb", buffering=0), []
            see = lambda name, *args: seen.append((name, answer(getattr(file, name), *args)))  # noqa: E731
            for name, *args in (("tell",), ("read", 3), ("tell",), ("seek", 2), ("read", 0), ("seek", -1, 2), ("read",), ("read", 5), ("seek", 10 ** 6), ("read", 1), ("readall",),
                                ("seek", -1), ("seek", 0, 9), ("seek", "x"), ("seek", 1.5), ("seek", 10 ** 30), ("seek", 0), ("read", None), ("read", -1), ("read", "x"),
                                ("readline",), ("isatty",), ("readable",), ("writable",), ("seekable",), ("write", b"x"), ("truncate",), ("truncate", 0), ("seek", 1), ("tell",)):
                see(name, *args)
            buffer = bytearray(4)
            seen.append((answer(file.readinto, buffer), bytes(buffer), answer(file.readinto, b"bytes"), file.mode, file.closefd, file.closed, repr(file)))
            file.close()
            for name, *args in (("tell",), ("read", 3), ("seek", 2), ("readall",), ("fileno",), ("isatty",), ("readable",), ("writable",), ("seekable",), ("close",)):
                see(name, *args)
            return seen, file.closed, repr(file)
        self.both(ask)

    def test_no_descriptor_until_one_is_asked_for_and_then_at_the_same_place(self):
        before = descriptors()
        with open(PACKED, "rb", buffering=0) as file:
            file.read(4)
            self.assertEqual(descriptors(), before)
            number = file.fileno()
            self.assertEqual((descriptors(), os.lseek(number, 0, os.SEEK_CUR)), (before + 1, 4))
            self.assertEqual(file.fileno(), number)
            os.lseek(number, 1, os.SEEK_SET)
            self.assertEqual((file.tell(), file.read(3), file.name), (1, open(PACKED, "rb").read()[1:4], PACKED))
        self.assertEqual(descriptors(), before)
        with open(PACKED, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
            self.assertEqual(mapped[:], file.read())

    def test_a_file_that_nobody_closed_is_warned_of(self):
        def ask(path):
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter("always")
                for kind in (dict(), dict(mode="rb"), dict(mode="rb", buffering=0)):
                    open(path, **kind)
                    gc.collect()
            return [(item.category, str(item.message)) for item in seen]
        self.both(ask)

    def test_what_is_not_there_and_folders_are_refused_as_on_disk(self):
        for name in ("no such file", "sample", "sample/one.py/below", "sample/one.py/"):
            with self.subTest(name=name):
                given = answer(open, os.path.join(sys.executable, name))
                real = os.path.join(os.path.dirname(self.real), "x" if name.startswith("no") else "" if name == "sample" else "one.py" + name[len("sample/one.py"):])
                self.assertEqual(given[0], answer(open, real)[0])


if __name__ == "__main__":
    unittest.main()
