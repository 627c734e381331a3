"""Lines of sources, and of terminals."""

import os
import pty
import re
import select
import time
import unittest
from pathlib import Path

from products import PRODUCT, execute, mode, python, run

INSIDE = Path(__file__).resolve().parents[1]
LIBEDIT = "libedit" in execute("import readline; print(readline.__doc__)").stdout


class TestLinesOfSources(unittest.TestCase):
    CODE = ("from inside import lines; import traceback, inspect\ntry: lines.fails()\nexcept ValueError: print(ascii(traceback.format_exc().split('lines.py')[1]))\n"
            "print(ascii(inspect.getsource(lines.fails)))\nlines.fails()")

    def test_tracebacks_count_form_feeds_and_unicodes_line_ends_as_python_does(self):
        theirs = python(f"import sys; sys.path.insert(0, {str(INSIDE)!r})\n" + self.CODE, env=dict(os.environ, LC_ALL="C.UTF-8"))
        self.assertIn("raise ValueError", theirs.stderr)
        for product in (PRODUCT, mode("none")):
            arguments = ["--exec", self.CODE] if product == PRODUCT else [self.CODE]
            ours = run(*arguments, product=product, environment=dict(os.environ, LC_ALL="C.UTF-8"))
            self.assertEqual(ours.stdout.splitlines(), theirs.stdout.splitlines(), (product, ours.stderr))
            self.assertEqual(ours.stderr.splitlines()[-3:], theirs.stderr.splitlines()[-3:], product)


CONSOLE = """
import cmd, readline
class Console(cmd.Cmd):
    prompt = "> "
    def do_status(self, rest): print(f"[status {rest!r}]", flush=True)
    def do_town(self, rest): print(f"[town {rest!r}]", flush=True)
    def complete_town(self, text, line, begin, end): return [name for name in ("Basel", "Bern", "Zug") if name.startswith(text)]
    def do_ask(self, rest):
        readline.set_startup_hook(lambda: readline.insert_text("preset"))
        try: print(f"[asked {input('? ')!r}]", flush=True)
        finally: readline.set_startup_hook()
    def do_before(self, rest):
        readline.set_pre_input_hook(lambda: (readline.insert_text("before"), readline.redisplay()))
        try: print(f"[asked {input('? ')!r}]", flush=True)
        finally: readline.set_pre_input_hook(None)
    def do_wrong(self, rest):
        try: readline.set_startup_hook(1)
        except TypeError as error: print(f"[{error}]", flush=True)
    def do_quit(self, rest): return True
Console().cmdloop()
"""


@unittest.skipUnless(LIBEDIT, "this distribution's `readline` is GNU readline's")
class TestLibedit(unittest.TestCase):
    def setUp(self):
        environment = dict(os.environ, TERM="xterm", INPUTRC="/dev/null", EDITRC="/dev/null", HOME="/nonexistent", LC_ALL="C.UTF-8")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execve(PRODUCT, [PRODUCT, "--exec", CONSOLE], environment)
        self.read("> ")

    def tearDown(self):
        os.write(self.terminal, b"quit\r")
        self.read("\0", 0.5)
        os.close(self.terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1]), 0)

    def read(self, until, seconds=10):
        text, end = "", time.monotonic() + seconds
        while until not in text and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.05)[0]:
                try:
                    text += os.read(self.terminal, 4096).decode(errors="replace")
                except OSError:
                    break
        return text

    def press(self, keys, until="]"):
        for key in keys:
            os.write(self.terminal, key.encode())
            time.sleep(0.02)
        return self.read(until)

    def answer(self, keys):
        return re.findall(r"\[(?:status|town|asked|set_).*?\](?=\r|\n|$)", self.press(keys))

    def test_tab_completes_in_the_words_of_gnu_readline(self):
        self.assertEqual(self.answer("sta\t\r"), ["[status '']"])
        self.assertEqual(self.answer("town Z\t\r"), ["[town 'Zug']"])

    def test_the_startup_hook_inserts_text_and_shows_it(self):
        self.assertEqual(self.press("ask\r", until="preset").split("\r")[-1], "? preset")
        self.assertEqual(self.answer("ting\x7f!\r"), ["[asked 'presettin!']"])
        self.assertEqual(self.answer("status x\r"), ["[status 'x']"])

    def test_a_redisplay_in_the_hook_before_input_draws_the_line_and_begins_no_search(self):
        shown = self.press("before\r", until="? before")
        self.assertEqual(shown.split("\r")[-1], "? before", shown)
        shown += self.press("\r", until="']")
        self.assertNotIn("bck:", shown)
        self.assertIn("[asked 'before']", shown.splitlines(), shown)

    def test_keys_that_come_with_the_prompt_come_after_the_hook(self):
        self.press("ask", until="ask")
        os.write(self.terminal, b"\rmore\r")
        self.assertIn("[asked 'presetmore']", self.read("']"))

    def test_enter_in_a_search_runs_the_line_at_once(self):
        self.answer("status x\r")
        self.answer("town Bern\r")
        self.answer("status y\r")
        self.assertEqual(self.answer("\x12tow\r"), ["[town 'Bern']"])
        self.assertEqual(self.answer("\x12status\x12\r"), ["[status 'x']"])
        self.assertEqual(self.answer("\x12tow\x05e\r"), ["[town 'Berne']"])
        self.assertEqual(self.answer("\x12tow\x07status z\r"), ["[status 'z']"])
        self.assertEqual(self.answer("status zz\r"), ["[status 'zz']"])

    def test_a_wrong_hook_is_told_in_cpythons_words(self):
        self.assertEqual(self.answer("wrong\r"), ["[set_startup_hook(func): argument not callable]"])
