"""What a product does as a process: arguments, streams, exit codes, signals, files that it opens. Run by run.py with the products' paths in the
environment."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PRODUCT = os.environ["PYEMBED_PRODUCT"]      # inside/__main__.py; `--exec CODE` runs code
SCRIPT = os.environ["PYEMBED_SCRIPT"]        # data/script.py by the `script` rule
PYTHON = os.environ["PYEMBED_PYTHON"]        # the same distribution's interpreter
MODES = os.environ["PYEMBED_MODES"]          # a folder with one product for each run mode
LIMIT = 60


def run(*arguments, product=PRODUCT, environment=None, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    return subprocess.run([product, *arguments], capture_output=True, text=True, timeout=LIMIT,
                          env=os.environ if environment is None else environment, **options)


def execute(code, **options):
    return run("--exec", code, **options)


def python(code, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([PYTHON, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, timeout=LIMIT, **options)


class TestArguments(unittest.TestCase):
    def test_argv_is_what_was_given(self):
        result = run("a", "-b", "--", "ü", "-c", "x", product=SCRIPT)
        self.assertIn(f"argv {[SCRIPT, 'a', '-b', '--', 'ü', '-c', 'x']!r}", result.stdout)
        self.assertIn(f"orig {[SCRIPT, 'a', '-b', '--', 'ü', '-c', 'x']!r}", result.stdout)

    def test_executable_is_the_product_however_it_was_called(self):
        code = "import sys; print(sys.executable, sys.prefix, sys.base_prefix)"
        expected = f"{PRODUCT} {os.path.dirname(PRODUCT)} {os.path.dirname(PRODUCT)}\n"
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
            self.assertEqual(result.stdout, f"{folder} {product}/sample/__init__.py\n", result.stderr)

    def test_flags_are_those_of_an_isolated_python(self):
        code = "import sys; print(sys.flags)"
        self.assertEqual(execute(code).stdout, python(code).stdout)

    def test_python_variables_are_ignored(self):
        environment = dict(os.environ, PYTHONPATH="/tmp", PYTHONHOME="/nowhere", PYTHONSTARTUP="/nowhere", PYTHONINSPECT="1", PYTHONOPTIMIZE="2",
                           PYTHONWARNINGS="error")
        result = execute("import sys; print(sys.path, sys.flags.optimize, sys.warnoptions)", environment=environment)
        self.assertEqual(result.stdout, "[] 0 []\n", result.stderr)

    def test_no_variable_changes_the_executable(self):
        for variable in "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__":
            result = execute("import sys; print(sys.executable, sys._base_executable)", environment={variable: "/nowhere/python"})
            self.assertEqual(result.stdout, f"{PRODUCT} {PRODUCT}\n", result.stderr)

    def test_the_working_folder_is_not_imported_from(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "json.py").write_text("raise SystemExit('wrong json')")
            Path(folder, "mine.py").write_text("")
            self.assertEqual(execute("import json; print('ok')", cwd=folder).stdout, "ok\n")
            self.assertIn("No module named 'mine'", execute("import mine", cwd=folder).stderr)


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
                                   text=True)
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


class TestIsolation(unittest.TestCase):
    def trace(self, *arguments, product=SCRIPT):
        with tempfile.NamedTemporaryFile() as log:
            subprocess.run(["strace", "-f", "-e", "trace=file,desc", "-o", log.name, product, *arguments], capture_output=True, timeout=LIMIT, check=True)
            return Path(log.name).read_text()

    def test_no_python_file_is_opened_and_nothing_is_written(self):
        trace = self.trace()
        opened = re.findall(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)", ([A-Z_|]+)', trace)
        self.assertTrue(opened)
        for path, flags in opened:
            self.assertNotRegex(path, r"\.(py|pyc|zip)$")
            self.assertFalse(path.endswith(".so"), path)
            self.assertNotRegex(flags, "O_WRONLY|O_RDWR|O_CREAT", path)
        self.assertNotIn("pyvenv.cfg", trace)
        self.assertNotIn("pybuilddir", trace)
        self.assertNotIn(os.path.dirname(SCRIPT) + "/lib", trace)

    def test_a_missing_module_touches_no_disk(self):
        trace = self.trace("--exec", "\ntry: import no_such_thing, sample.no_such\nexcept ImportError: print('missing')", product=PRODUCT)
        self.assertNotIn("no_such_thing", trace.replace("execve", "").partition("\n")[2])

    def test_a_chroot_with_libc_alone(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        with tempfile.TemporaryDirectory() as root:
            shutil.copy(SCRIPT, root + "/product")
            libraries = subprocess.run(["ldd", SCRIPT], capture_output=True, text=True, check=True).stdout
            for path in re.findall(r"(/\S+) \(0x", libraries):
                target = Path(root + path)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            result = subprocess.run(["/usr/sbin/chroot", root, "/product", "x"], capture_output=True, text=True, env={}, timeout=LIMIT)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("executable /product", result.stdout)
            self.assertEqual(sorted(os.listdir(root)), sorted({"product"} | {path.split("/")[1] for path in re.findall(r"(/\S+) \(0x", libraries)}))

    def test_less_memory_than_the_plain_interpreter(self):
        ours = int(re.search(r"resident (\d+)", run(product=SCRIPT).stdout)[1])
        theirs = subprocess.run([PYTHON, "-I", str(Path(__file__).parent / "data/script.py")], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
        self.assertLess(ours, int(re.search(r"resident (\d+)", theirs)[1]))


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

    def test_other_code_is_not_run_by_the_arguments_of_python(self):
        self.assertIn("argv", run("-c", "print('from the command line')", product=SCRIPT).stdout)


class TestModes(unittest.TestCase):
    def product(self, name):
        return f"{MODES}/{name}"

    def test_a_package_runs_its_main(self):
        result = run("x", product=self.product("package"))
        self.assertEqual(result.stdout, "main of sample __main__ sample sample.__main__ ['x']\n", result.stderr)

    def test_an_entry_point_is_a_console_script(self):
        result = run("x", product=self.product("entry"))
        self.assertEqual((result.stdout, result.returncode), ("entry ['x']\n", 3), result.stderr)

    def test_eval(self):
        result = run("x", product=self.product("eval"))
        self.assertEqual((result.stdout, result.returncode), ("eval ['x'] __main__\n", 0), result.stderr)

    def test_noop(self):
        result = run(product=self.product("noop"))
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("", "", 0))

    def test_file(self):
        Path("/tmp/pyembed-test-file.py").write_text("import sys; print('file', __file__, sys.argv[1:])")
        result = run("x", product=self.product("file"))
        self.assertEqual(result.stdout, "file /tmp/pyembed-test-file.py ['x']\n", result.stderr)
        os.unlink("/tmp/pyembed-test-file.py")
        self.assertEqual(run(product=self.product("file")).returncode, 2)

    def test_the_repl_reads_a_pipe(self):
        result = run(product=self.product("repl"), input="x = 6\nprint(x * 7)\n")
        self.assertEqual((result.stdout, result.returncode), ("42\n", 0), result.stderr)

    def test_the_repl_edits_lines_on_a_terminal(self):
        import pty
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(self.product("repl"), ["repl"], {"TERM": "dumb", "HOME": "/nonexistent", "PATH": "/usr/bin"})
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
        result = run(product=self.product("missing"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("No module named no_such_module", result.stderr)

    def test_sys_paths_turn_file_imports_on(self):
        product = self.product("paths")
        shutil.copytree(Path(__file__).parent / "data/disk", f"{MODES}/disk", dirs_exist_ok=True)
        result = run(product=product)
        self.assertEqual(result.stdout, "from disk packed part part on disk 2\n", result.stderr)

    def test_it_behaves_as_python_only_when_allowed_and_asked(self):
        environment = dict(os.environ, OXIDIZER_PYTHON="1")
        allowed = self.product("act")
        self.assertEqual(run("-c", "print(6 * 7)", product=allowed, environment=environment).stdout, "42\n")
        self.assertEqual(run("-m", "sample", "y", product=allowed, environment=environment).stdout.split()[-1:], ["['y']"])
        self.assertEqual(run("-c", "raise KeyboardInterrupt", product=allowed, environment=environment).returncode, -signal.SIGINT)
        fresh = "import sys, importlib; del sys.modules['importlib']; import importlib; print(sys.modules['zipimport'].__file__)"
        self.assertEqual(run("-c", fresh, product=allowed, environment=environment).stdout, f"{allowed}/zipimport.py\n")
        self.assertEqual(run("-c", "print(6 * 7)", product=allowed).stdout, "the program\n")
        self.assertEqual(run("-c", "print(6 * 7)", product=self.product("noop"), environment=environment).stdout, "")

    def act(self, *arguments, **variables):
        return run(*arguments, product=self.product("act"), environment=dict(os.environ, OXIDIZER_PYTHON="1", **variables))

    def test_as_python_it_knows_pythons_options(self):
        version = self.act("--version")
        self.assertEqual((version.returncode, version.stdout), (0, subprocess.run([PYTHON, "--version"], capture_output=True, text=True).stdout))
        self.assertEqual((self.act("--help").returncode, self.act("--no-such-option").returncode), (0, 2))
        flags = "import sys; print(sys.flags, sys.warnoptions, sys._xoptions)"
        for options in (["-X", "warn_default_encoding"], ["-X", "dev"], ["-O", "-W", "error"], ["-I"], ["-E", "-s"], ["-bb", "-u", "-X", "utf8"]):
            theirs = subprocess.run([PYTHON, *options, "-c", flags], capture_output=True, text=True)
            self.assertEqual(self.act(*options, "-c", flags).stdout, theirs.stdout, options)

    def test_as_python_pythonpath_counts_unless_an_option_forbids_it(self):
        code = "import sys; print(sys.path)"
        self.assertEqual(self.act("-c", code, PYTHONPATH="/a:/b").stdout, "['', '/a', '/b']\n")
        self.assertEqual(self.act("-E", "-c", code, PYTHONPATH="/a:/b").stdout, "['']\n")
        self.assertEqual(self.act("-I", "-c", code, PYTHONPATH="/a:/b").stdout, "[]\n")

    def test_as_python_it_imports_site_unless_an_option_forbids_it(self):
        code = "import builtins; print(hasattr(builtins, 'exit'), hasattr(builtins, 'help'))"
        self.assertEqual((self.act("-c", code).stdout, self.act("-S", "-c", code).stdout), ("True True\n", "False False\n"))

    def test_as_python_a_cycle_through_the_globals_of_main_is_finalized(self):
        code = "class A:\n  def __del__(self): print('gone')\na = A()\nimport gc; gc.collect()"
        self.assertEqual(self.act("-c", code).stdout, "gone\n")

    def test_compressed_items_are_read(self):
        for codec in ("zlib", "zstd"):
            result = run(product=self.product(f"stored-{codec}"))
            self.assertEqual(result.stdout, "41 b'name,value\\na,1\\n' True\n255744 True\n", result.stderr)
            self.assertIn("# the line that a traceback shows", result.stderr)

    def test_a_damaged_compressed_item_is_told(self):
        result = run(product=self.product("stored-damaged"))
        self.assertIn("ImportError: the packed resources are damaged: a compressed item cannot be unpacked to the size that it says\n", result.stderr)
        self.assertEqual((result.stdout, result.returncode), ("", 1))

    def test_an_item_of_a_codec_that_the_product_lacks_is_told(self):
        result = run(product=self.product("stored-unread"))
        self.assertIn("stored with zstd, which this product was not made to read; package with compress = \"zstd\"", result.stderr)
        self.assertEqual((result.stdout, result.returncode), ("", 1))

    def test_compressed_items_are_extracted(self):
        for codec in ("zlib", "zstd"):
            with tempfile.TemporaryDirectory() as home:
                result = run(product=self.product(f"files-{codec}"), environment={**os.environ, "HOME": home, "XDG_CACHE_HOME": home + "/cache"})
                self.assertEqual(result.stdout, "True b'name,value\\na,1\\n'\n", result.stderr)

    def test_a_damaged_item_is_not_extracted_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as home:
            result = run(product=self.product("files-damaged"), environment={**os.environ, "HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertIn("the packed resources are damaged: a compressed item cannot be unpacked to the size that it says", result.stderr)
            self.assertEqual((result.stdout, result.returncode, os.listdir(home + "/cache/oxidizer-files")), ("", 1, []))

    def test_modules_beside_the_product(self):
        shutil.copytree(Path(__file__).parent / "data/beside", f"{MODES}/lib", dirs_exist_ok=True)
        result = run(product=self.product("beside"))
        self.assertEqual(result.stdout, f"{MODES}/lib/beside.py {MODES}/lib/beside_pkg/__init__.py SourceFileLoader inner\n", result.stderr)
        self.assertFalse(os.path.exists(f"{MODES}/lib/__pycache__"))

    def test_a_module_without_source_has_no_lines_but_runs(self):
        result = run(product=self.product("sourceless"))
        self.assertIn("ValueError: on purpose", result.stderr)
        self.assertNotIn("the line that a traceback shows", result.stderr)
        self.assertEqual(result.stdout, "None\n")

    def test_imported_modules_are_recorded_on_demand(self):
        with tempfile.TemporaryDirectory() as folder:
            run(product=self.product("recorded"), environment=dict(os.environ, RECORD_TO=folder))
            file, = os.listdir(folder)
            names = Path(folder, file).read_text().split()
        self.assertIn("json.decoder", names)
        self.assertLess(names.index("encodings"), names.index("json.decoder"))
        result = run(product=self.product("recorded"), environment=dict(os.environ, RECORD_TO="/no/such/folder"))
        self.assertEqual(result.returncode, 0)
        self.assertIn("cannot record the imported modules", result.stderr)

    def test_lazy_modules_run_when_they_are_used(self):
        result = run(product=self.product("lazy"))
        self.assertEqual(result.stdout, "False _LazyModule\nTrue 41\n", result.stderr)

    def test_no_module_has_a_file_when_the_setting_says_none(self):
        result = run(product=self.product("nofile"))
        self.assertEqual(result.stdout, "False False True\n", result.stderr)

    def start_with_files(self, home, cache=None, **options):
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], **({"XDG_CACHE_HOME": str(cache)} if cache else {})}
        return run(product=self.product("files"), environment=environment, **options)

    def test_files_of_modules_are_real_when_the_setting_says_filesystem(self):
        with tempfile.TemporaryDirectory() as home:
            first = self.start_with_files(home)
            below, loader, same, resource = first.stdout.split()
            self.assertEqual((loader, same, resource, first.stderr), ("OxidizedFinder", "True", "True", ""))
            self.assertEqual(os.path.dirname(os.path.dirname(os.path.dirname(below))), f"{home}/.cache")
            before = os.stat(below + "/decoder.py")
            self.assertEqual(self.start_with_files(home).stdout, first.stdout)
            after = os.stat(below + "/decoder.py")
            self.assertEqual((before.st_ino, before.st_ctime_ns), (after.st_ino, after.st_ctime_ns))

    def test_starts_at_the_same_time_leave_one_folder_of_files(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "XDG_CACHE_HOME": home + "/cache"}
            starts = [subprocess.Popen([self.product("files")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) for _ in range(6)]
            outputs = {start.communicate(timeout=LIMIT)[0] for start in starts}
            self.assertEqual((len(outputs), {start.returncode for start in starts}), (1, {0}), outputs)
            self.assertEqual(len(os.listdir(home + "/cache/oxidizer-files")), 1)

    def test_files_that_others_could_have_written_are_not_used(self):
        for spoil in (lambda folder: os.chmod(folder, 0o777), lambda folder: os.remove(folder + "/.complete")):
            with tempfile.TemporaryDirectory() as home:
                below = os.path.dirname(self.start_with_files(home, home + "/cache").stdout.split()[0])
                spoil(below)
                again = self.start_with_files(home, home + "/cache")
                self.assertTrue(again.stdout.startswith(f"{home}/.cache/"), again)
                self.assertEqual(os.listdir(home + "/cache/oxidizer-files"), [os.path.basename(below)])

    def test_a_packed_path_that_leads_out_of_the_folder_is_refused(self):
        with tempfile.TemporaryDirectory() as home:
            result = run(product=self.product("escape"), environment={"HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("the packed resources hold a path that leads elsewhere", result.stderr)
            self.assertEqual([str(path) for path in Path(home).rglob("*.py")], [])

    def test_a_disk_without_room_for_the_files_is_an_error_that_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as home:
            before = set(os.listdir("/tmp"))
            result = subprocess.run(["bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec '{self.product('files')}'"], capture_output=True, text=True, timeout=LIMIT,
                                    env={"HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertRegex(result.stderr, "cannot put the modules' files below '.*': File too large; set XDG_CACHE_HOME to a folder that can be written to")
            left = [name for folder in ("cache/oxidizer-files", ".cache/oxidizer-files") for name in os.listdir(f"{home}/{folder}")]
            self.assertEqual(left, [])
            own = f"oxidizer-files-{os.geteuid()}"
            self.assertFalse([name for name in os.listdir(f"/tmp/{own}") if "." in name])
            if own not in before:
                os.rmdir(f"/tmp/{own}")

    def test_an_unknown_setting_is_an_error(self):
        result = run(product=self.product("unknown"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("unknown setting `no_such_setting`", result.stderr)

    def test_a_wrong_value_says_what_it_may_be(self):
        result = run(product=self.product("wrong"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("`run_mode` is `dance`; it must be repl module eval file noop", result.stderr)

    def test_resources_for_another_python_are_refused(self):
        result = run(product=self.product("version"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("the packed resources are for Python 2.7", result.stderr)


class TestDamage(unittest.TestCase):
    """Bytes of a product's blob are changed: an error and an exit code, never a crash."""

    def damage(self, name, change):
        source = Path(f"{MODES}/noop").read_bytes()
        start = source.index(b"\x89OXIRES\n")
        while start % 4096:
            start = source.index(b"\x89OXIRES\n", start + 1)
        data = bytearray(source)
        change(data, start)
        with tempfile.TemporaryDirectory() as folder:
            product = Path(folder, name)
            product.write_bytes(data)
            product.chmod(0o755)
            return run(product=str(product))

    def check(self, result, words):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(words, result.stderr)

    def test_a_damaged_magic(self):
        self.check(self.damage("magic", lambda data, start: data.__setitem__(start, 0)), "do not begin as packed resources do")

    def test_another_version(self):
        self.check(self.damage("version", lambda data, start: data.__setitem__(start + 8, 9)), "version")

    def test_a_cut_size(self):
        self.check(self.damage("size", lambda data, start: data.__setitem__(start + 17, data[start + 17] ^ 0x10)), "damaged")

    def test_zeros_for_the_hash_index(self):
        def change(data, start):
            offset = int.from_bytes(data[start + 64 + 16:start + 64 + 24], "little")
            count = int.from_bytes(data[start + 64 + 24:start + 64 + 28], "little")
            data[start + offset:start + offset + 8 * count] = bytes(8 * count)
        self.check(self.damage("hash", change), "_pyembed_boot")

    def test_noise_for_bytecode(self):
        def change(data, start):
            offset = int.from_bytes(data[start + 64 + 16 * 11:start + 64 + 16 * 11 + 8], "little")
            data[start + offset:start + offset + 40000] = bytes(range(1, 251)) * 160
        result = self.damage("code", change)
        self.assertNotIn(result.returncode, (0, -signal.SIGSEGV, -signal.SIGBUS), result.stderr)


if __name__ == "__main__":
    unittest.main()
