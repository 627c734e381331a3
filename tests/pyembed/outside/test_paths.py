"""sys.path, and what is found along it: packed modules first, then what the program or the configuration put there."""

import os
import tempfile
import unittest
import zipfile
from pathlib import Path

from products import MODES, PRODUCT, execute, mode, python, run


class TestPaths(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(os.path.realpath(folder.name))
        (self.folder / "plugins").mkdir()
        (self.folder / "plugins/plugin.py").write_text("import helper\nNAME = helper.NAME")
        (self.folder / "plugins/helper.py").write_text("NAME = 'from the disk'")
        (self.folder / "plugins/json.py").write_text("NAME = 'not this one'")
        (self.folder / "plugins/space").mkdir()
        (self.folder / "plugins/space/more.py").write_text("NAME = 'more'")

    def same(self, code):
        ours, theirs = execute(code, cwd=self.folder), python(code, cwd=self.folder)
        self.assertEqual((ours.stdout, ours.stderr.replace(PRODUCT, "")), (theirs.stdout, theirs.stderr), code)
        self.assertTrue(theirs.stdout, theirs)

    def test_what_the_program_puts_on_the_path_is_found(self):
        self.same("import sys; sys.path.insert(0, 'plugins'); import plugin; print(plugin.NAME, plugin.__file__)")
        self.same("import sys, os; os.chdir('plugins'); sys.path.insert(0, os.getcwd()); sys.path.insert(0, ''); import plugin; print(plugin.NAME)")
        self.same("import sys; sys.path.append('plugins'); import pkgutil; print([m.name for m in pkgutil.iter_modules(['plugins'])])")
        self.same("import sys; sys.path.append('plugins'); import importlib.util as u; print(type(u.find_spec('plugin').loader).__name__, u.find_spec('nothing'))")
        self.same("import sys, runpy; sys.path.append('plugins'); print(runpy.run_module('plugin')['NAME'], runpy.run_path('plugins/helper.py')['NAME'])")

    def test_archives_on_the_path_are_found(self):
        with zipfile.ZipFile(self.folder / "archive.zip", "w") as file:
            file.writestr("zipped.py", "NAME = 'zipped'")
        self.same("import sys; sys.path.append('archive.zip'); import zipped; print(zipped.NAME, type(zipped.__loader__).__name__)")

    def test_a_folder_needs_no_zipimport(self):
        result = execute("import sys; sys.path.append('plugins'); import plugin; print(plugin.NAME, 'zipimport' in sys.modules)", cwd=self.folder)
        self.assertEqual(result.stdout, "from the disk False\n", result.stderr)

    def test_packed_modules_come_before(self):
        result = execute("import sys; sys.path[:] = ['plugins']; import json, sample; print(json.__file__, sample.__file__)", cwd=self.folder)
        self.assertEqual(result.stdout, f"{PRODUCT}/json/__init__.py {PRODUCT}/sample/__init__.py\n", result.stderr)

    def test_portions_of_a_packed_namespace_on_the_path(self):
        result = execute("import space; print(list(space.__path__)); import sys; sys.path.append('plugins'); import space.more; print(space.more.NAME, len(space.__path__))", cwd=self.folder)
        self.assertEqual(result.stdout, f"['{PRODUCT}/space']\nmore 2\n", result.stderr)

    def test_the_working_folder_is_not_on_the_path(self):
        result = execute("import plugin", cwd=self.folder / "plugins")
        self.assertIn("ModuleNotFoundError: No module named 'plugin'", result.stderr)

    def test_a_packed_namespace_imports_no_part_when_only_the_product_is_on_the_path(self):
        environment = dict(os.environ, CODE="import space; print('_oxidized_paths' in sys.modules)")
        self.assertEqual(run(product=mode("always"), environment=environment).stdout, "False\n")

    def test_the_paths_of_the_configuration_stand_behind_the_product(self):
        self.assertEqual(run("import sys; print(sys.path)", product=mode("paths")).stdout, f"{[mode('paths'), MODES + '/disk']}\n")

    def test_without_the_filesystem_importer_nothing_on_the_path_is_searched(self):
        code = ("sys.path.insert(0, 'plugins')\ntry: import plugin\nexcept ModuleNotFoundError as error: print(error)\nimport json, pkgutil\n"
                "print(len(sys.meta_path), len(sys.path_hooks), len(list(pkgutil.iter_modules())) > 100, json.dumps([]))")
        self.assertEqual(run(code, product=mode("alone"), cwd=self.folder).stdout, "No module named 'plugin'\n1 1 True []\n")


class TestSite(unittest.TestCase):
    def test_the_builtins_of_site_are_there_without_it(self):
        for code in ("exit(3)", "quit('said')", "exit()", "print(exit, quit, help)", "help(len)", "print(copyright)", "credits()", "print(exit.eof, exit.name)",
                     "import sys; print(sys.flags.no_site); exit(sys.flags.no_site)", "import builtins; print(isinstance(exit, builtins.exit.__class__), callable(help), bool(quit))",
                     "exit.code = 1; print(exit.code)", "try: exit(5)\nexcept SystemExit as e: print(e.code)", "import pickle; print(type(pickle.loads(pickle.dumps(exit))).__name__)",
                     "import _sitebuiltins as s; print(isinstance(exit, s.Quitter), isinstance(help, s._Helper), isinstance(license, s._Printer))"):
            ours, theirs = execute(code), python("import site; site.setquit(); site.setcopyright(); site.sethelper()\n" + code)
            self.assertEqual((ours.returncode, ours.stdout, ours.stderr), (theirs.returncode, theirs.stdout, theirs.stderr), code)

    def test_they_cost_no_module_until_they_are_used(self):
        self.assertEqual(execute("import sys; print('site' in sys.modules, '_sitebuiltins' in sys.modules); repr(exit); print('site' in sys.modules)").stdout, "False False\nTrue\n")

    def test_what_the_program_changes_stays_changed(self):
        code = "import builtins; builtins.quit = 1; del builtins.license; old = exit; repr(exit); print(quit, hasattr(builtins, 'license'), repr(old) == repr(exit), type(exit).__name__)"
        self.assertEqual(execute(code).stdout, "1 False True Quitter\n")

    def test_sub_interpreters_have_them(self):
        code = "try: import _xxsubinterpreters as i\nexcept ImportError: import _interpreters as i\nn = i.create(); i.run_string(n, 'print(exit.name)')"
        self.assertEqual(execute(code).stdout, "exit\n")

    def test_no_site_says_what_is_true(self):
        self.assertEqual(execute("import sys; print(sys.flags.no_site, 'site' in sys.modules)").stdout, "1 False\n")
        result = run("import sys, builtins; print(sys.flags.no_site, 'site' in sys.modules, type(exit).__name__, sys.path[0] == sys.executable)", product=mode("site"))
        self.assertEqual(result.stdout, "0 True Quitter True\n", result.stderr)


