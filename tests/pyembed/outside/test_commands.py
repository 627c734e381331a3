"""A product with several commands: which of them a start runs, and that it starts itself as the same one."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from products import mode, run

COMMANDS = "one, two, t"


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(os.path.realpath(folder.name))
        self.product = str(self.folder / "tools")
        try:
            os.link(mode("commands"), self.product)
        except OSError:
            shutil.copy(mode("commands"), self.product)

    def link(self, name, target="tools"):
        (self.folder / name).symlink_to(target)
        return str(self.folder / name)

    def start(self, *arguments, product=None, code="", wish=None, **options):
        environment = {"CODE": code, "PATH": f"/nonexistent::{self.folder}"} | ({} if wish is None else {"OXIDIZER_ENTRY": wish})
        return run(*arguments, product=product or self.product, environment=environment, **options)

    def says(self, expected, *arguments, code_of_exit=None, **options):
        result = self.start(*arguments, **options)
        self.assertEqual((result.stdout, result.stderr), (expected, ""))
        self.assertEqual(result.returncode, (3 if expected.startswith("one") else 0) if code_of_exit is None else code_of_exit)


class TestChoice(Commands):
    def test_the_name_of_a_link_chooses(self):
        one, two = self.link("one"), self.link("two")
        self.says(f"one {[one, 'x', 'two']}\n", "x", "two", product=one)
        self.says(f"two {[two]}\n", product=two)

    def test_a_link_to_a_link_is_what_its_target_is(self):
        self.link("two")
        (self.folder / "below").mkdir()
        link = self.link("below/mine", "../two")
        self.says(f"two {[link, 'x']}\n", "x", product=link)
        absolute = self.link("other", link)
        self.says(f"two {[absolute]}\n", product=absolute)

    def test_a_name_that_was_looked_up_on_the_path_is_followed(self):
        self.link("two")
        self.link("other", "two")
        result = self.start("-c", "other x", product="/bin/sh")
        self.assertEqual((result.stdout, result.stderr), ("two ['other', 'x']\n", ""))

    def test_a_circle_of_links_has_an_end(self):
        self.link("a", "b")
        self.link("b", "a")
        result = run("-c", "import os, sys; os.execv(sys.argv[1], [sys.argv[2], 'two'])", self.product, str(self.folder / "a"), product=shutil.which("python3"))
        self.assertEqual(result.stdout, "two ['two']\n", result.stderr)

    def test_a_product_of_another_name_takes_its_first_argument(self):
        self.says("one ['one', 'x']\n", "one", "x")
        self.says("two ['two', '--help']\n", "two", "--help")
        self.says("two ['t']\n", "t")

    def test_the_variable_stands_above_the_first_argument_and_below_the_name(self):
        self.says(f"two {[self.product, 'one']}\n", "one", wish="two")
        one = self.link("one")
        self.says(f"one {[one, 'two']}\n", "two", product=one, wish="two")
        self.says("one ['one']\n", "one", wish="")

    def test_what_names_no_command_is_told_which_there_are(self):
        for arguments, wish, words in (((), None, "name a command as the first argument, or call it by its name"), (("three", "x"), None, "there is no command `three`"),
                                       (("on",), None, "there is no command `on`"), (("one=",), None, "there is no command `one=`"), (("",), None, "there is no command ``"),
                                       (("one",), "three", "the variable OXIDIZER_ENTRY names no command, but `three`")):
            result = self.start(*arguments, wish=wish)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (2, "", f"{self.product}: {words}; the commands are {COMMANDS}\n"))

    def test_a_process_without_arguments_is_told_too(self):
        code = "import ctypes, sys; ctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 1)(None))"
        result = run("-c", code, self.product, product=shutil.which("python3"))
        self.assertEqual((result.returncode, result.stdout), (2, ""))  # Linux gives it one empty argument
        self.assertIn(f"the commands are {COMMANDS}\n", result.stderr)


class TestStartedAgain(Commands):
    """What a program starts by the names that `sys` has is the same command."""

    AGAIN = "import subprocess, sys; print(subprocess.run({}, capture_output=True, text=True).stdout, end='')"

    def same(self, words):
        one = self.link("one")
        for arguments, product, wish in ((("x",), one, None), (("one", "x"), None, None), (("x",), None, "one")):
            first = self.start(*arguments, product=product, wish=wish)
            result = self.start(*arguments, product=product, wish=wish, code=self.AGAIN.format(words))
            self.assertEqual((result.stdout, result.stderr, result.returncode), (first.stdout * 2, "", 3))

    def test_sys_argv_behind_the_executable(self):
        self.same("[sys.executable, *sys.argv]")

    def test_sys_orig_argv_behind_the_executable(self):
        self.same("[sys.executable, *sys.orig_argv[1:]]")

    def test_sys_orig_argv_alone(self):
        self.same("sys.orig_argv")

    def test_the_executable_takes_code_as_python_does(self):
        self.says(f"two {[self.link('two')]}\n[] 1\n", product=str(self.folder / "two"), code_of_exit=0,
                  code="import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv[1:], 1)'])")

    def test_every_start_method_of_multiprocessing_runs_functions(self):
        code = "import multiprocessing as m\nfrom sample.commands import square\nwith m.get_context({!r}).Pool(2) as pool: print(pool.map(square, range(4)))"
        for product, arguments in ((self.link("two"), ()), (self.product, ("two",))):
            for method in ("fork", "spawn", "forkserver"):
                result = self.start(*arguments, product=product, code=code.format(method))
                self.assertEqual(result.stdout.splitlines()[-1:], ["[0, 1, 4, 9]"], (method, result.stderr))
