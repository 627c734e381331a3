"""A product that acts as `python` when it is allowed to and asked."""

import os
import signal
import subprocess
import unittest

from products import PYTHON, mode, run


class TestAsPython(unittest.TestCase):
    def test_it_behaves_as_python_only_when_allowed_and_asked(self):
        environment = dict(os.environ, OXIDIZER_PYTHON="1")
        allowed = mode("act")
        self.assertEqual(run("-c", "print(6 * 7)", product=allowed, environment=environment).stdout, "42\n")
        self.assertEqual(run("-m", "sample", "y", product=allowed, environment=environment).stdout.split()[-1:], ["['y']"])
        self.assertEqual(run("-c", "raise KeyboardInterrupt", product=allowed, environment=environment, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)).returncode, -signal.SIGINT)
        fresh = "import sys, importlib; del sys.modules['importlib']; import importlib; print(sys.modules['zipimport'].__file__)"
        self.assertEqual(run("-c", fresh, product=allowed, environment=environment).stdout, f"{allowed}/zipimport.py\n")
        self.assertEqual(run("-c", "print(6 * 7)", product=allowed).stdout, "the program\n")
        self.assertEqual(run("-c", "print(6 * 7)", product=mode("noop"), environment=environment).stdout, "")

    def act(self, *arguments, **variables):
        return run(*arguments, product=mode("act"), environment=dict(os.environ, OXIDIZER_PYTHON="1", **variables))

    def test_as_python_it_knows_pythons_options(self):
        version = self.act("--version")
        self.assertEqual((version.returncode, version.stdout), (0, subprocess.run([PYTHON, "--version"], capture_output=True, text=True).stdout))
        self.assertEqual((self.act("--help").returncode, self.act("--no-such-option").returncode), (0, 2))
        flags = "import sys; print(sys.flags, sys.warnoptions, sys._xoptions)"
        for options in (["-X", "warn_default_encoding"], ["-X", "dev"], ["-O", "-W", "error"], ["-I"], ["-E", "-s"], ["-bb", "-u", "-X", "utf8"]):
            theirs = subprocess.run([PYTHON, *options, "-c", flags], capture_output=True, text=True)
            self.assertEqual(self.act(*options, "-c", flags).stdout, theirs.stdout, options)

    def test_as_python_pythonpath_counts_unless_an_option_forbids_it(self):
        # "-s": this user may have a folder of his own for packages.
        code = "import sys; print(sys.path)"
        self.assertEqual(self.act("-s", "-c", code, PYTHONPATH="/a:/b").stdout, f"['', '/a', '/b', '{mode('act')}']\n")
        self.assertEqual(self.act("-s", "-E", "-c", code, PYTHONPATH="/a:/b").stdout, f"['', '{mode('act')}']\n")
        self.assertEqual(self.act("-I", "-c", code, PYTHONPATH="/a:/b").stdout, f"['{mode('act')}']\n")

    def test_as_python_it_imports_site_unless_an_option_forbids_it(self):
        code = "import builtins; print(hasattr(builtins, 'exit'), hasattr(builtins, 'help'))"
        self.assertEqual((self.act("-c", code).stdout, self.act("-S", "-c", code).stdout), ("True True\n", "False False\n"))

    def test_as_python_a_cycle_through_the_globals_of_main_is_finalized(self):
        code = "class A:\n  def __del__(self): print('gone')\na = A()\nimport gc; gc.collect()"
        self.assertEqual(self.act("-c", code).stdout, "gone\n")
