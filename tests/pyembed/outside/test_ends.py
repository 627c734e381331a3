"""Exit codes, signals, and the words of errors that nobody caught."""

import re
import signal
import subprocess
import unittest

from products import LIMIT, PRODUCT, execute, python


class TestEnds(unittest.TestCase):
    def test_exit_codes_are_those_of_python(self):
        for code in ("pass", "raise SystemExit", "raise SystemExit(7)", "raise SystemExit(None)", "raise SystemExit('words')", "import sys; sys.exit(300)", "1/0",
                     "import os; os._exit(9)", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "raise KeyboardInterrupt",
                     "import atexit; atexit.register(print, 'late')", "import os; os.abort()", "raise SystemExit((1, 2))"):
            ours, theirs = execute(code), python(code)
            self.assertEqual((ours.returncode, ours.stdout), (theirs.returncode, theirs.stdout), code)

    def test_a_full_disk_under_stdout_is_exit_code_120(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PRODUCT, "--exec", "print('x')"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=LIMIT)
        self.assertEqual(result.returncode, 120)
        self.assertIn("No space left on device", result.stderr)

    def test_a_closed_pipe_is_a_broken_pipe_error(self):
        command = f"'{PRODUCT}' --exec \"for i in range(100000): print(i)\" | head -n 1"
        result = subprocess.run(["bash", "-c", command + "; echo ${PIPESTATUS[0]}"], capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(result.stdout.split()[0], "0")
        self.assertIn("BrokenPipeError", result.stderr)

    def test_closed_standard_streams(self):
        result = subprocess.run(["sh", "-c", f"exec '{PRODUCT}' --exec 'import sys; sys.stderr.write(repr((sys.stdin, sys.stdout)))' <&- >&-"],
                                stderr=subprocess.PIPE, text=True, timeout=LIMIT)
        self.assertEqual((result.returncode, result.stderr), (0, "(None, None)"))

    def test_an_interrupt_ends_the_process_by_the_signal(self):
        process = subprocess.Popen([PRODUCT, "--exec", "import time; print('up', flush=True); time.sleep(30)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.assertEqual(process.stdout.readline(), "up\n")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertIn("KeyboardInterrupt", errors)

    def test_a_traceback_shows_the_source_lines(self):
        result = execute("from sample.one import fails; fails()")
        self.assertIn(f'File "{PRODUCT}/sample/one.py", line 5, in fails\n    raise ValueError("on purpose")  # the line that a traceback shows', result.stderr)
        self.assertTrue(result.stderr.endswith("ValueError: on purpose\n"))
        self.assertNotIn("importlib", result.stderr)

    def test_a_mistyped_name_gets_a_suggestion_as_in_python(self):
        for code in ("import json; json.dmups", "value = 1; valeu", "raise ExceptionGroup('g', [ValueError(1)])", "x = (1,\n", "def f(): return f()\nf()"):
            ours, theirs = execute(code), python(code)
            self.assertEqual(ours.stderr.split("\n")[-2], theirs.stderr.split("\n")[-2], code)

    def test_a_threads_traceback_shows_the_source_lines_too(self):
        result = execute("import threading\nfrom sample.one import fails\nt = threading.Thread(target=fails)\nt.start()\nt.join()")
        self.assertIn("Exception in thread Thread-1 (fails):", result.stderr)
        self.assertIn("the line that a traceback shows", result.stderr)

    def test_objects_are_finalized_at_the_end(self):
        code = ("class A:\n    def __del__(self): print('gone', self.name)\n"
                "import json\na = A(); a.name = 'global'\nb = A(); b.name = 'cycle'; b.b = b\njson.kept = A(); json.kept.name = 'in a module'\n")
        self.assertEqual(sorted(execute(code).stdout.split("\n")), sorted(python(code).stdout.split("\n")))

    def test_an_unraisable_error_is_printed_as_python_does(self):
        for code in ("class A:\n  def __del__(self): 1/0\nA()", "class A:\n  def __del__(self): raise SystemExit\nA()",
                     "import sys\nclass E(Exception): pass\nclass A:\n  def __del__(self): raise E('x')\nA()"):
            ours, theirs = execute(code), python(code)
            strip = lambda text: re.sub(r" at 0x\w+>|\"<(exec|string)>\"", "", text)
            self.assertEqual(strip(ours.stderr), strip(theirs.stderr))

    def test_an_unraisable_error_shows_the_source_line(self):
        code = "import sample.one\nclass A:\n  def __del__(self): sample.one.fails()\nA()"
        self.assertIn("the line that a traceback shows", execute(code).stderr)
