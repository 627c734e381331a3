"""Extension modules that cannot be loaded, closed streams, full and read-only disks: the words and exit codes of the plain interpreter where it has the same
situation, and nothing that is left behind."""

import contextlib
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, NATIVE, PRODUCT, PYTHON, execute, mode, run


@contextlib.contextmanager
def disk(options):
    """A small file system of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def shell(command, *arguments, **options):
    """Runs `command`, in which "$@" is a program with arguments."""
    return subprocess.run(["sh", "-c", command, "sh", *arguments], text=True, timeout=LIMIT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if not path.is_dir())


class TestExtensions(unittest.TestCase):
    """The same shared objects, from memory and, with the plain interpreter, from a folder."""

    def both(self, name):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "native").mkdir()
            file = Path(folder, f"native/{name}.abi3.so")
            file.write_bytes(Path(NATIVE, f"{name}.so").read_bytes())
            code = f"import sys; sys.path.insert(0, {folder!r})\nimport native.{name}"
            theirs = subprocess.run([PYTHON, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, timeout=LIMIT)
            return execute(f"import native.{name}"), theirs, str(file)

    def test_an_init_function_that_fails_has_the_words_of_python(self):
        for name, words in (("fails", "RuntimeError: init failed on purpose"), ("silent", "SystemError: initialization of silent failed without raising an exception"),
                            ("unreported", "SystemError: initialization of unreported raised unreported exception")):
            ours, theirs, _ = self.both(name)
            self.assertEqual((ours.returncode, ours.stderr.splitlines()[-1]), (theirs.returncode, theirs.stderr.splitlines()[-1]))
            self.assertEqual((ours.returncode, ours.stderr.splitlines()[-1]), (1, words))

    def test_what_a_later_python_has_is_missed_by_name(self):
        ours, theirs, file = self.both("newer")
        self.assertEqual(ours.stderr.splitlines()[-1], f"ImportError: {PRODUCT}/native/newer.abi3.so: undefined symbol: PyFunction_OfALaterPython")
        self.assertEqual(theirs.stderr.splitlines()[-1].replace(file, f"{PRODUCT}/native/newer.abi3.so"), ours.stderr.splitlines()[-1])
        attributes = execute("try: import native.newer\nexcept ImportError as error: print(error.name, error.path)").stdout
        self.assertEqual(attributes, f"native.newer {PRODUCT}/native/newer.abi3.so\n")

    def test_one_for_another_python_is_refused(self):
        result = execute("import native.foreign")
        self.assertRegex(result.stderr.splitlines()[-1], r"^ImportError: cannot load 'native.foreign': its shared object is for another Python \(cpython-39-x86_64-linux-gnu\), and this one is cpython-3\d\d$")
        self.assertEqual(result.returncode, 1)

    def test_a_program_goes_on_after_any_of_them(self):
        code = "for name in ('fails', 'silent', 'unreported', 'newer', 'foreign', 'noise', 'noinit', 'needs_noise'):\n" \
               "    for again in range(2):\n        try: __import__('native.' + name); print('loaded', name)\n        except (ImportError, RuntimeError, SystemError): pass\n" \
               "import native.multi, os; print(native.multi.VALUE, len(os.listdir('/proc/self/fd')))"
        result = execute(code)
        self.assertEqual((result.stdout, result.stderr), ("7 4\n", ""))


class TestStreams(unittest.TestCase):
    CODES = ("import sys; print('x'); print(sys.stdin is None, sys.stdout is None, sys.stderr is None, file=sys.stderr or open('/dev/null', 'w'))", "input()", "1/0",
             "import sys; sys.stdout.write('x')", "import sys; sys.exit('words')", "import os; print(os.open('/', os.O_RDONLY))", "import native_is_not_here",
             "import subprocess; print(subprocess.run(['true'], capture_output=True).returncode)")

    def test_closed_streams_are_those_of_python(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"):
            for code in self.CODES:
                ours, theirs = shell(f'exec "$@" {closed}', PRODUCT, "--exec", code), shell(f'exec "$@" {closed}', PYTHON, "-I", "-S", "-B", "-c", code)
                last = [(result.returncode, result.stdout, result.stderr.splitlines()[-1:]) for result in (ours, theirs)]
                self.assertEqual(last[0], last[1], (closed, code))

    def test_an_extension_module_is_loaded_without_any_stream(self):
        code = "import native.needs, os; os._exit(native.needs.value())"
        self.assertEqual(shell('exec "$@" <&- >&- 2>&-', PRODUCT, "--exec", code).returncode, 21)

    def test_a_repl_without_input_ends(self):
        self.assertEqual((shell('exec "$@" <&-', mode("repl")).returncode, shell('exec "$@" </dev/null', mode("repl")).returncode), (0, 0))

    def test_damaged_resources_are_told_by_the_exit_code_alone_without_a_stderr(self):
        self.assertEqual(shell('exec "$@" 2>&-', mode("unknown")).returncode, 1)

    def test_real_files_are_written_without_any_stream(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "XDG_CACHE_HOME": home + "/cache"}
            self.assertEqual(shell('exec "$@" <&- >&- 2>&-', mode("files"), env=environment).returncode, 0)
            self.assertEqual(run(product=mode("files"), environment=environment).stderr, "")


@unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
class TestDisks(unittest.TestCase):
    def test_output_to_a_full_disk_is_that_of_python(self):
        for code in ("print('x' * 100)", "import sys; sys.stdout.write('x' * 100000)", "print('x'); raise SystemExit(3)", "print('x'); 1/0",
                     "import sys; print('x', file=sys.stderr)", "open('/dev/full', 'w').write('x')"):
            for full in (">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"):
                ours, theirs = shell(f'exec "$@" {full}', PRODUCT, "--exec", code), shell(f'exec "$@" {full}', PYTHON, "-I", "-S", "-B", "-c", code)
                self.assertEqual((ours.returncode, ours.stdout, ours.stderr.splitlines()[-1:]), (theirs.returncode, theirs.stdout, theirs.stderr.splitlines()[-1:]), (code, full))

    def test_real_files_go_elsewhere_when_the_cache_is_full_or_cannot_be_written(self):
        for options in ("size=64k", "ro"):
            with disk(options) as full, tempfile.TemporaryDirectory() as home:
                environment = {"HOME": home, "XDG_CACHE_HOME": full}
                result = run(product=mode("files"), environment=environment)
                self.assertEqual((result.returncode, result.stderr), (0, ""), options)
                self.assertTrue(result.stdout.startswith(f"{home}/.cache/oxidizer-files/"), result.stdout)
                self.assertEqual(files_below(full), [])

    def test_without_any_room_for_real_files_it_says_so_and_leaves_nothing(self):
        for options, words in (("size=64k", "No space left on device"), ("ro", "Read-only file system")):
            with disk(options) as full:
                # a /tmp of its own, that is the same disk; the product is reached by its descriptor
                command = 'exec 9<"$1" && mount --bind "$2" /tmp && HOME=/tmp/home XDG_CACHE_HOME=/tmp/cache exec /proc/self/fd/9'
                result = subprocess.run(["unshare", "-m", "sh", "-c", command, "sh", mode("files"), full], capture_output=True, text=True, timeout=LIMIT, cwd="/")
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertRegex(result.stderr, f"cannot put the modules' files below '/tmp/.*': {words}; set XDG_CACHE_HOME to a folder that can be written to")
                self.assertEqual(files_below(full), [])

    def test_a_record_of_modules_that_cannot_be_written_is_told_and_leaves_nothing(self):
        for options, words in (("size=4k,nr_inodes=10", "No space left on device"), ("ro", "Read-only file system")):
            with disk(options) as full:
                if options != "ro":
                    Path(full, "filler").write_bytes(b"x" * 4096)
                result = run(product=mode("recorded"), environment=dict(os.environ, RECORD_TO=full))
                self.assertEqual((result.returncode, result.stdout), (0, ""))
                self.assertRegex(result.stderr, rf"^cannot record the imported modules in {full}/modules-\d+\.txt: {words}\n$")
                self.assertIn(files_below(full), ([], ["filler"]))

    def test_a_repl_whose_history_cannot_be_kept_ends_as_python_does(self):
        for options in ("size=4k,nr_inodes=10", "ro"):
            with disk(options) as home:
                if options != "ro":
                    Path(home, "filler").write_bytes(b"x" * 4096)
                status, output = self.talk([mode("repl")], home)
                self.assertEqual(status, self.talk([PYTHON, "-I", "-q"], home)[0], options)
                self.assertIn(b"42", output)
                self.assertNotRegex(output, rb"Traceback|Error")
                self.assertIn([name for name in files_below(home) if os.path.getsize(f"{home}/{name}")], ([], ["filler"]))

    def talk(self, command, home):
        import pty
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(command[0], command, {"TERM": "dumb", "HOME": home, "PATH": "/usr/bin"})
        os.write(terminal, b"print(6 * 7)\nexit(5)\n")
        output = b""
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 4096):
                output += piece
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output

    def test_a_read_only_home_and_folder_do_not_matter_to_a_program(self):
        with disk("size=1m") as folder:
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
            result = execute("import json, ssl, logging, tempfile, os; print(os.path.expanduser('~'), json.dumps(1))", environment={"HOME": folder}, cwd=folder)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, f"{folder} 1\n", ""))


if __name__ == "__main__":
    unittest.main()
