"""The run modes."""

import os
import time
import unittest
from pathlib import Path

from products import LIMIT, SCRIPT, mode, run


class TestScript(unittest.TestCase):
    def test_main_is_as_with_python_script(self):
        output = run(product=SCRIPT).stdout
        self.assertIn("name __main__ spec None package None\n", output)
        self.assertIn(f"file {SCRIPT}/script.py\n", output)
        self.assertIn("source True\n", output)


class TestMultiprocessing(unittest.TestCase):
    def test_every_start_method_runs_functions_of_main(self):
        for method in ("fork", "spawn", "forkserver"):
            result = run("pool", method, product=SCRIPT)
            self.assertEqual(result.stdout.splitlines()[-1:], ["pool [0, 1, 4, 9]"], (method, result.stderr))

    def test_the_finder_names_the_method_that_the_product_sets(self):
        for method in ("fork", "forkserver", "spawn"):
            self.assertEqual(run(product=mode(f"method-{method}")).stdout, f"{method} {method}\n")
        self.assertEqual(run(product=mode("method-none")).stdout, "None None\n")

    def test_other_code_is_not_run_by_the_arguments_of_python(self):
        self.assertIn("argv", run("-c", "print('from the command line')", product=SCRIPT).stdout)


class TestModes(unittest.TestCase):
    def test_a_package_runs_its_main(self):
        result = run("x", product=mode("package"))
        self.assertEqual(result.stdout, "main of sample __main__ sample sample.__main__ ['x']\n", result.stderr)

    def test_an_entry_point_is_a_console_script(self):
        result = run("x", product=mode("entry"))
        self.assertEqual((result.stdout, result.returncode), ("entry ['x']\n", 3), result.stderr)

    def test_eval(self):
        result = run("x", product=mode("eval"))
        self.assertEqual((result.stdout, result.returncode), ("eval ['x'] __main__\n", 0), result.stderr)

    def test_noop(self):
        result = run(product=mode("noop"))
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("", "", 0))

    def test_file(self):
        Path("/tmp/pyembed-test-file.py").write_text("import sys; print('file', __file__, sys.argv[1:])")
        result = run("x", product=mode("file"))
        self.assertEqual(result.stdout, "file /tmp/pyembed-test-file.py ['x']\n", result.stderr)
        os.unlink("/tmp/pyembed-test-file.py")
        self.assertEqual(run(product=mode("file")).returncode, 2)

    def test_the_repl_reads_a_pipe(self):
        result = run(product=mode("repl"), input="x = 6\nprint(x * 7)\n")
        self.assertEqual((result.stdout, result.returncode), ("42\n", 0), result.stderr)

    def test_the_repl_edits_lines_on_a_terminal(self):
        import pty
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(mode("repl"), ["repl"], {"TERM": "dumb", "HOME": "/nonexistent", "PATH": "/usr/bin"})
        output, end = b"", time.monotonic() + LIMIT
        os.write(terminal, b"print(6 *\x08* 7)\nimport readline; print('line', 'editing')\nexit()\n")
        while time.monotonic() < end:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            output += piece
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, output)
        self.assertIn(b"42", output)
        self.assertIn(b"line editing", output)

    def test_a_missing_main_module_says_so(self):
        result = run(product=mode("missing"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("No module named no_such_module", result.stderr)
