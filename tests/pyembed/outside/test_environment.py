"""The environment that a product leaves to its children, and what it takes from its own."""

import os
import tempfile
import unittest
from pathlib import Path

from products import execute, mode, run

CHILD = "print(sorted(set(line.partition('=')[0] for line in subprocess.run(['env'], capture_output=True, text=True).stdout.splitlines()) - before))"
# readline itself sets LINES and COLUMNS, under python3 too
BEFORE = "import os, subprocess; before = {*os.environ, 'LC_CTYPE', 'LINES', 'COLUMNS'}\n"


class TestEnvironment(unittest.TestCase):
    def test_opening_a_terminal_leaves_children_no_variable(self):
        code = BEFORE + "import curses, readline; curses.setupterm('xterm', 1); print(curses.tigetnum('cols'))\n" + CHILD
        result = execute(code, environment={"PATH": os.environ["PATH"]})
        self.assertEqual((result.stdout, result.stderr), ("80\n[]\n", ""))

    def test_terminals_are_looked_for_in_the_folders_of_other_distributions(self):
        shown = "import curses, ctypes, os; f = ctypes.CDLL(None).getenv; f.restype = ctypes.c_char_p\n"
        # A user's variable stays; without one ncurses finds what it is asked for, though only the first of these names a folder that has it.
        for variable, found in (({"TERMINFO_DIRS": "/nowhere:"}, "b'/nowhere:'"), ({}, "None")):
            result = execute(shown + "curses.setupterm('vt100', 1); print(curses.tigetnum('cols'), f(b'TERMINFO_DIRS'))", environment=variable)
            self.assertEqual((result.stdout, result.stderr), (f"80 {found}\n", ""))

    def test_functions_of_curses_are_the_modules_own(self):
        code = "import curses, _curses, inspect; print(curses.setupterm is _curses.setupterm, inspect.signature(_curses.setupterm), _curses.setupterm.__self__ is _curses)"
        self.assertEqual(execute(code).stdout, "True (term=None, fd=-1) True\n")

    def test_certificates_of_other_distributions_leave_children_no_variable(self):
        lines = Path("/etc/ssl/certs/ca-certificates.crt").read_text().partition("-----END CERTIFICATE-----")
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write("".join(lines[:2]) + "\n")
            file.flush()
            code = BEFORE + f"""
import _oxidized_fixups, _ssl
_oxidized_fixups._FILES = ({file.name!r},)
_ssl.get_default_verify_paths = lambda: ("SSL_CERT_FILE", "/no/file", "SSL_CERT_DIR", "/no/folder")
import ssl
context = ssl.create_default_context()
print(context.cert_store_stats()['x509'], ssl.get_default_verify_paths().cafile)
{CHILD}
os.environ['SSL_CERT_FILE'] = '/no/such'
print(ssl.create_default_context().cert_store_stats()['x509'], ssl.get_default_verify_paths().cafile)
"""
            result = execute(code, environment={"PATH": os.environ["PATH"]})
            self.assertEqual((result.stdout, result.stderr), (f"1 {file.name}\n[]\n0 None\n", ""))

    def test_variables_of_libraries_count_unless_the_setting_closes_them(self):
        environment = {"PATH": os.environ["PATH"], "OPENSSL_CONF": "/x", "TERMINFO": "/x", "TERM": "vt100", "LANG": "C.UTF-8"}
        code = "import os, ctypes; f = ctypes.CDLL(None).getenv; f.restype = ctypes.c_char_p; print(os.environ.get('TERMINFO'), f(b'OPENSSL_CONF'), os.environ['TERM'])"
        self.assertEqual(execute(code, environment=environment).stdout, "/x b'/x' vt100\n")
        self.assertEqual(run("--exec", code, product=mode("closed"), environment=environment).stdout, "None None vt100\n")
