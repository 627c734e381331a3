"""Parts of the standard library that care where they live."""

import sys
import unittest


class TestStdlib(unittest.TestCase):
    def test_ssl_finds_certificates(self):
        import ssl
        context = ssl.create_default_context()
        context.load_default_certs()
        self.assertGreater(context.cert_store_stats()["x509_ca"] + len(ssl.get_default_verify_paths().capath or ""), 0)

    def test_sqlite3(self):
        import sqlite3
        connection = sqlite3.connect(":memory:")
        self.assertEqual(connection.execute("select 6 * 7").fetchone(), (42,))

    def test_ctypes_calls_the_c_library_and_python(self):
        import ctypes
        self.assertEqual(ctypes.CDLL(None).abs(-3), 3)
        self.assertEqual(ctypes.pythonapi.PyLong_AsLong(ctypes.py_object(7)), 7)

    def test_compressors(self):
        import bz2
        import lzma
        import zlib
        for module in (bz2, lzma, zlib):
            self.assertEqual(module.decompress(module.compress(b"text" * 100)), b"text" * 100)

    def test_curses_knows_a_terminal(self):
        import curses
        import os
        curses.setupterm("xterm", os.open("/dev/null", os.O_WRONLY))
        self.assertTrue(curses.tigetstr("clear"))

    def test_time_zones(self):
        import zoneinfo
        try:
            self.assertEqual(str(zoneinfo.ZoneInfo("UTC")), "UTC")
        except zoneinfo.ZoneInfoNotFoundError:
            self.skipTest("this machine has no time zones")

    def test_all_encodings_can_be_imported(self):
        import encodings
        import importlib
        import pkgutil
        names = [item.name for item in pkgutil.iter_modules(encodings.__path__)]
        self.assertGreater(len(names), 100)
        for name in names:
            if name not in ("mbcs", "oem", "cp65001"):
                importlib.import_module(f"encodings.{name}")

    def test_lib2to3_makes_its_grammar(self):
        if sys.version_info >= (3, 13):
            self.skipTest("3.13 has no lib2to3")
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from lib2to3 import pygram
        self.assertIn("file_input", pygram.python_grammar.symbol2number)

    def test_only_what_cpython_has_frozen_is_named_as_frozen(self):
        import _imp
        names = _imp._frozen_module_names()
        self.assertTrue({"os", "codecs", "_frozen_importlib"} <= set(names), names)
        self.assertNotIn("encodings", names)
        self.assertTrue(all(map(_imp.is_frozen, names)))

    def test_a_fresh_copy_of_importlib_can_be_made(self):
        import _imp
        import importlib
        self.assertEqual((_imp.is_frozen("encodings"), _imp.find_frozen("encodings"), _imp.is_frozen("os")), (False, None, True))
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in ("importlib", "_frozen_importlib", "_frozen_importlib_external")}
        try:
            sys.modules["_frozen_importlib"] = sys.modules["_frozen_importlib_external"] = None
            self.assertIsNot(__import__("importlib"), importlib)
        finally:
            sys.modules.update(kept)

    def test_hooks_say_that_they_are_pythons(self):
        import threading
        self.assertEqual([sys.excepthook.__module__, sys.unraisablehook.__module__, threading.excepthook.__module__], ["sys", "sys", "_thread"])
        self.assertIs(sys.excepthook, sys.__excepthook__)

    def test_pydoc_finds_its_style_sheet_and_the_documentation(self):
        import json
        import pydoc
        import sample
        self.assertIn("body", pydoc._url_handler("/pydoc_data/_pydoc.css", "text/css"))
        self.assertIn("library/json", pydoc.TextDoc().getdocloc(json))
        self.assertIsNone(pydoc.TextDoc().getdocloc(sample))

    def test_pyclbr_reads_classes_of_modules_that_are_frozen_and_packed(self):
        import pyclbr
        self.assertIn("JSONDecoder", pyclbr.readmodule("json.decoder"))
        self.assertIn("IncrementalDecoder", pyclbr.readmodule("codecs"))
