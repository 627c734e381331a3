"""Lines of packed sources are those that CPython counts."""

import inspect
import io
import linecache
import sys
import tokenize
import traceback
import unittest

import inside
from inside import lines


class TestLines(unittest.TestCase):
    def setUp(self):
        linecache.clearcache()
        self.expected = io.StringIO(lines.__loader__.get_source("inside.lines"), newline=None).readlines()

    def test_a_name_with_a_nul_is_as_one_of_a_real_file_which_raised_value_error_with_later_versions(self):
        def ask(name):
            linecache.clearcache()
            try:
                return linecache.updatecache(name)
            except ValueError as error:
                return str(error)
        self.assertEqual(ask(lines.__file__ + "\0"), ask("/real\0"))

    def test_globals_that_are_no_dict_raised_attribute_error(self):
        linecache.clearcache()
        with self.assertRaises(TypeError):
            linecache.getlines("no such file", True)

    def test_linecache_splits_a_source_as_its_file_would_be_read(self):
        self.assertEqual(linecache.getlines(lines.__file__), self.expected)
        self.assertEqual(linecache.getlines(lines.__file__, vars(lines)), self.expected)
        self.assertEqual(linecache.getline(lines.__file__, 8), self.expected[7])

    def test_lines_are_those_of_the_tokens(self):
        tokens = list(tokenize.generate_tokens(iter(self.expected).__next__))
        self.assertEqual(next(token.start[0] for token in tokens if token.string == "raise"), 8)

    def test_inspect_finds_what_was_asked_for(self):
        self.assertTrue(inspect.getsource(lines.fails).startswith("def fails():\n"))
        self.assertTrue(inspect.getsource(lines.fails).endswith("# \u2028 this line\n"))
        self.assertIn('return "\u2028"', inspect.getsource(lines.Thing))
        self.assertEqual(inspect.getsourcelines(lines.fails)[1], 6)
        self.assertEqual(inspect.getsource(lines), "".join(self.expected))

    def test_tracebacks_show_the_line_that_failed(self):
        try:
            lines.fails()
        except ValueError as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
        self.assertEqual((frame.lineno, frame.line), (8, self.expected[7].strip()))

    def test_an_empty_source_is_as_an_empty_file(self):
        self.assertEqual(linecache.getlines(inside.__file__), ["\n"] if sys.version_info >= (3, 13) else [])

    def test_what_is_not_packed_is_asked_of_its_own_loader(self):
        self.assertEqual(linecache.getlines(f"{sys.executable}/inside/nothing.py"), [])
        loader = type("Loader", (), {"get_source": lambda self, name: "a\nb\n"})()
        self.assertEqual(linecache.getlines("made-up.py", {"__name__": "made_up", "__loader__": loader}), ["a\n", "b\n"])
