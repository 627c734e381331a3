"""`lazy_modules`: a module runs when it is first used, and is the same as ever then."""

import unittest

from products import mode, python, run

EVERYTHING = """
import importlib, sys, warnings
warnings.simplefilter("ignore")
skipped = {"antigravity", "this", "idlelib", "turtledemo", "tkinter", "turtle", "lib2to3"}
for name in sorted(set(sys.stdlib_module_names) - skipped):
    if not name.startswith("_"):
        try:
            module = importlib.import_module(name)
            print(name, module.__name__, len([item for item in dir(module) if not item.startswith("__")]) > 0)
        except ImportError as error:
            print(name, type(error).__name__, error)
"""


class TestLazy(unittest.TestCase):
    def tells(self, code, expected):
        result = run(code, product=mode("lazy-all"))
        self.assertEqual((result.stdout, result.stderr, result.returncode), (expected, "", 0))

    def test_the_first_import_of_a_program_is_no_attribute_error(self):
        self.tells("import json; print(type(json).__name__, json.dumps([1]), type(json).__name__)", "_LazyModule [1] module\n")

    def test_a_package_is_not_run_when_it_is_imported(self):
        self.tells("import asyncio; print(type(asyncio).__name__, object.__getattribute__(asyncio, '__dict__').keys() & {'run', 'events'}, callable(asyncio.run))",
                   "_LazyModule set() True\n")

    def test_a_package_of_a_list_is_not_run_when_it_is_imported(self):
        self.assertEqual(run(product=mode("lazy")).stdout, "False _LazyModule\nTrue 41\n_LazyModule True module\n")

    def test_every_module_of_the_standard_library_runs_as_under_python(self):
        lazy = run(EVERYTHING, product=mode("lazy-all"))
        packed = run("--exec", EVERYTHING)
        self.assertGreater(len(lazy.stdout.splitlines()), 150)
        self.assertEqual((lazy.stdout, lazy.returncode), (packed.stdout, 0), lazy.stderr)

    def test_a_submodule_that_its_package_imports_is_run_once(self):
        self.tells("import builtins, lazily.child; print(lazily.child.NAME, builtins.lazily_ran, lazily.NAME)", "child ['lazily', 'lazily.child'] child\n")
        self.tells("from lazily.child import NAME; import builtins, sys; print(NAME, builtins.lazily_ran, sys.modules['lazily'].child is sys.modules['lazily.child'])",
                   "child ['lazily', 'lazily.child'] True\n")

    def test_modules_that_are_not_used_are_not_run(self):
        self.tells("import builtins, lazily; print(hasattr(builtins, 'lazily_ran'))", "False\n")

    def test_an_error_comes_with_the_first_use_and_with_the_next(self):
        self.tells("import lazily.fails as f, sys, builtins\nfor _ in range(2):\n    try:\n        f.x\n    except ValueError as error:\n        print(error)\n"
                   "print('lazily.fails' in sys.modules, builtins.lazily_ran.count('lazily.fails'))", "on purpose\non purpose\nFalse 2\n")

    def test_a_module_that_puts_another_in_its_place_answers_for_it(self):
        self.tells("import sys, lazily.replaces as r\nprint(r.answer, sys.modules['lazily.replaces'].answer); r.answer = 7; print(sys.modules['lazily.replaces'].answer)\n"
                   "from lazily.replaces import answer; print(answer)", "42 42\n7\n7\n")

    def test_other_threads_wait_until_a_module_ran(self):
        self.tells("import builtins, threading, lazily.waits as w\nseen, barrier = [], threading.Barrier(4)\ndef use():\n    barrier.wait(); seen.append((w.EARLY, w.LATE))\n"
                   "threads = [threading.Thread(target=use) for _ in range(4)]\n[t.start() for t in threads]; [t.join() for t in threads]\n"
                   "print(seen, builtins.lazily_ran.count('lazily.waits'))", "[(1, 2), (1, 2), (1, 2), (1, 2)] 1\n")

    def test_find_spec_shows_the_modules_own_loader(self):
        self.tells("import importlib.util, sys; s = importlib.util.find_spec('lazily.child'); print(s.loader is sys.meta_path[0], s.loader.get_code('lazily.child') is not None)",
                   "True True\n")

    def test_runpy_and_resources_and_pkgutil_work(self):
        self.tells("import runpy, pkgutil, importlib.resources as r\nprint(runpy.run_module('lazily.child')['NAME'], pkgutil.get_data('lazily', 'data.txt'), "
                   "r.files('lazily').joinpath('data.txt').read_text())", "child b'lazily\\n' lazily\n\n")

    def test_what_is_set_before_the_first_use_stays(self):
        self.tells("import colorsys; colorsys.rgb_to_hsv = 5; print(colorsys.rgb_to_hsv, callable(colorsys.hsv_to_rgb))", "5 True\n")

    def test_what_is_deleted_before_the_first_use_is_gone(self):
        self.tells("import colorsys; del colorsys.rgb_to_hsv; print(hasattr(colorsys, 'rgb_to_hsv'))", "False\n")

    def test_vars_dir_and_repr_run_it(self):
        self.tells("import colorsys, sched, lazily.child as c; print('hsv_to_rgb' in vars(colorsys), 'scheduler' in dir(sched), 'lazily/child.py' in repr(c))",
                   "True True True\n")

    def test_reload_runs_it_again(self):
        self.tells("import importlib, colorsys; colorsys.rgb_to_hsv = 0; print(callable(importlib.reload(colorsys).rgb_to_hsv))", "True\n")

    def test_star_imports_run_it(self):
        self.tells("from colorsys import *; print(callable(rgb_to_hsv))", "True\n")

    def test_a_failing_program_looks_as_under_python(self):
        code = "import json\njson.loads('{')\n"
        lazy, plain = run(code, product=mode("lazy-all")), python(code)
        self.assertEqual(lazy.stderr.splitlines()[-1], plain.stderr.splitlines()[-1])
        self.assertNotIn("_oxidized_lazy", lazy.stderr)
