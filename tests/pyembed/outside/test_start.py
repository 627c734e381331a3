"""Arguments, environment and streams that a product begins with."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, PRODUCT, SCRIPT, execute, python, run


class TestArguments(unittest.TestCase):
    def test_argv_is_what_was_given(self):
        result = run("a", "-b", "--", "ü", "-c", "x", product=SCRIPT)
        self.assertIn(f"argv {[SCRIPT, 'a', '-b', '--', 'ü', '-c', 'x']!r}", result.stdout)
        self.assertIn(f"orig {[SCRIPT, 'a', '-b', '--', 'ü', '-c', 'x']!r}", result.stdout)

    def test_executable_is_the_product_however_it_was_called(self):
        code = "import sys; print(sys.executable, sys.prefix, sys.base_prefix)"
        expected = f"{PRODUCT} {PRODUCT} {PRODUCT}\n"
        self.assertEqual(execute(code).stdout, expected)
        self.assertEqual(run("--exec", code, product="./" + os.path.basename(PRODUCT), cwd=os.path.dirname(PRODUCT)).stdout, expected)
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(PRODUCT, folder + "/link")
            self.assertEqual(run("--exec", code, product=folder + "/link").stdout, expected)
            environment = dict(os.environ, PATH=os.path.dirname(PRODUCT))
            result = subprocess.run([os.path.basename(PRODUCT), "--exec", code], capture_output=True, text=True, env=environment, timeout=LIMIT)
            self.assertEqual(result.stdout, expected)

    def test_a_folder_with_a_colon_in_its_name(self):
        with tempfile.TemporaryDirectory(prefix="a:b") as folder:
            product = shutil.copy(PRODUCT, folder + "/product")
            result = run("--exec", "import sys, sample; print(sys.prefix, sample.__file__)", product=product)
            self.assertEqual(result.stdout, f"{product} {product}/sample/__init__.py\n", result.stderr)

    def test_flags_are_those_of_an_isolated_python(self):
        code = "import sys; print(sys.flags)"
        self.assertEqual(execute(code).stdout, python(code).stdout)

    def test_python_variables_are_ignored(self):
        environment = dict(os.environ, PYTHONPATH="/tmp", PYTHONHOME="/nowhere", PYTHONSTARTUP="/nowhere", PYTHONINSPECT="1", PYTHONOPTIMIZE="2",
                           PYTHONWARNINGS="error")
        result = execute("import sys; print(sys.path, sys.flags.optimize, sys.warnoptions)", environment=environment)
        self.assertEqual(result.stdout, f"['{PRODUCT}'] 0 []\n", result.stderr)

    def test_no_variable_changes_the_executable(self):
        for variable in "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__":
            result = execute("import sys; print(sys.executable, sys._base_executable)", environment={variable: "/nowhere/python"})
            self.assertEqual(result.stdout, f"{PRODUCT} {PRODUCT}\n", result.stderr)

    def test_a_virtual_environment_around_it_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(folder + "/bin")
            product = shutil.copy(PRODUCT, folder + "/bin/product")
            for place in folder, folder + "/bin":
                Path(place, "pyvenv.cfg").write_text("home = /nowhere/bin\ninclude-system-site-packages = true\nversion = 3\n")
            result = run("--exec", "import sys; print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys._base_executable, sys.path)", product=product)
            self.assertEqual(result.stdout, f"{product} {product} {product} {product} ['{product}']\n", result.stderr)

    def test_the_working_folder_is_not_imported_from(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "json.py").write_text("raise SystemExit('wrong json')")
            Path(folder, "mine.py").write_text("")
            self.assertEqual(execute("import json; print('ok')", cwd=folder).stdout, "ok\n")
            self.assertIn("No module named 'mine'", execute("import mine", cwd=folder).stderr)


class TestStreams(unittest.TestCase):
    CODE = "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding(), sys.flags.utf8_mode)"

    def test_locales_have_the_encodings_of_python(self):
        for values in ({}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C.UTF-8"}, {"LANG": "no_SUCH.locale"}):
            environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))} | values
            self.assertEqual(execute(self.CODE, environment=environment).stdout, python(self.CODE, env=environment).stdout, values)

    def test_an_empty_environment(self):
        result = execute("import os; print(sorted(os.environ))", environment={})
        self.assertIn(result.stdout, ("[]\n", "['LC_CTYPE']\n"))  # as python3, which coerces the C locale

    def test_output_is_utf8_in_the_c_locale(self):
        result = subprocess.run([PRODUCT, "--exec", "print('\\u00fc')"], capture_output=True, env={"LC_ALL": "C"}, timeout=LIMIT)
        self.assertEqual(result.stdout, b"\xc3\xbc\n", result.stderr)

    def test_input_reads_lines(self):
        self.assertEqual(execute("print(input() + input())", input="a\nb\n").stdout, "ab\n")
