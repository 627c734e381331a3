"""What a program starts by the name of sys.executable: as `python`, when `python` could do something with it, and the program when not."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, PRODUCT, PYTHON, SCRIPT, execute, mode, python, run

START = """
import os, subprocess, sys, time
E = sys.executable
def start(*arguments, **options):
    result = subprocess.run([E, *arguments], capture_output=True, text=True, **options)
    print(result.returncode, (result.stdout + result.stderr).replace(E, "<python>"), end="", flush=True)
"""
# What the program is told by to say that it ran, and not an interpreter.
PROGRAM = "'--exec', 'import sys; print(\"program\", sys.argv[1])'"


class OwnChildren(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(os.path.realpath(folder.name))

    def tells(self, code, expected, **options):
        result = execute(START + code, cwd=self.folder, **options)
        self.assertEqual((result.stdout, result.stderr), (expected, ""), code)


class TestAsPython(OwnChildren):
    def same(self, code):
        """As under `python3`, word for word."""
        ours, theirs = execute(START + code, cwd=self.folder), python(START + code, cwd=self.folder)
        said = [(result.stdout + result.stderr).replace(PRODUCT, "<python>").replace(PYTHON, "<python>") for result in (ours, theirs)]
        self.assertEqual(said[0], said[1], code)
        self.assertTrue(theirs.stdout, theirs)

    def test_code_modules_files_and_input_run_as_under_python(self):
        (self.folder / "script.py").write_text("import sys, helper\nprint(__name__, __file__, sys.argv, helper.VALUE, sys.path[0])")
        (self.folder / "helper.py").write_text("VALUE = 1")
        (self.folder / "named").write_text("#!/usr/bin/env python3\nprint('a script without an ending')")
        (self.folder / "below").mkdir()
        (self.folder / "below/__main__.py").write_text("print('a folder', __name__)")
        for call in ("'-c', 'import sys; print(sys.argv, sys.path[0], __name__)', 'x', '-c'", "'-E', '-c', 'print(1)'", "'-c', 'raise SystemExit(7)'", "'-c', '1/0'",
                     "'-I', '-c', 'import sys; print(sys.flags.isolated, sys.flags.safe_path)'", "'-W', 'error', '-X', 'dev', '-c', 'import sys; print(sys.warnoptions, sys.flags.dev_mode)'",
                     "'-m', 'json.tool', '--help'", "'-m', 'no_such_module'", "'-m', 'helper'", "'script.py', 'x', '-m'", "'-u', './script.py'", "'named'", "'below'", "'no.py'", "'./no'",
                     "'-V'", "'-'", "'-', 'x', input='import sys; print(sys.argv)'", "input='print(6 * 7)'", "'-u', input='print(6 * 7)'", "'-c', 'print(1)', env={}",
                     "'-c', 'print(1)', close_fds=False", "'-c', 'print(1)', start_new_session=True", "'-c', 'import os; print(os.getcwd())', cwd='/'"):
            self.same(f"start({call})")

    def test_exit_and_help_are_there(self):
        self.same("start('-c', 'print(exit, credits); exit(3)')")

    def test_an_archive_of_python_runs(self):
        self.same("import zipfile\nwith zipfile.ZipFile('app.pyz', 'w') as file: file.writestr('__main__.py', 'print(__name__)')\nstart('app.pyz')")

    def test_all_functions_that_start_processes(self):
        self.same("pid = os.posix_spawn(E, [E, '-c', 'print(1)'], {}); print(os.waitpid(pid, 0)[1], flush=True)")
        self.tells("os.posix_spawn(E, ['python', '-c', 'print(1)'], {}); os.wait()", "1\n")
        self.tells("os.posix_spawn(os.path.relpath(E), [E, '-c', 'print(1)'], {}); os.wait()\nos.posix_spawnp(E, ['python', '-c', 'print(2)'], {}); os.wait()", "1\n2\n")
        self.same("print(os.spawnv(os.P_WAIT, E, [E, '-c', 'print(1)']), os.spawnve(os.P_WAIT, E, [E, '-c', 'print(1)'], {}))")
        self.same("os.execv(E, [E, '-c', 'print(1)'])")
        self.tells("os.execv(E, ['python', '-c', 'print(1)'])", "1\n")
        self.same("os.execve(E, [E, '-c', 'print(1)'], {})")
        self.same("os.execl(E, E, '-c', 'print(1)')")
        self.same("print(os.popen(E + ' -c \"print(1)\"').read())")
        self.same("print(os.system(E + ' -c \"print(1)\"; true'))")
        self.same("start.__globals__['E'] = 'sh'; start('-c', sys.executable + ' script.py; ' + sys.executable + ' -m this | cat; true')")
        self.same("import pty; pty.spawn([E, '-c', 'print(1)'])")

    def test_children_of_children(self):
        self.same("start('-c', 'import subprocess, sys; print(subprocess.check_output([sys.executable, \"-c\", \"print(sum([1, 2]))\"]))')")

    def test_an_orphan(self):
        """Its parent has ended before it starts: the middle one of a double fork."""
        self.same("if not os.fork():\n if os.fork(): os._exit(0)\n while os.getppid() not in (1, INIT): time.sleep(0.01)\n os.execve(E, [E, '-c', 'print(\"orphan\")'], {})\n"
                  "os.wait(); time.sleep(1); print('end')".replace("INIT", str(self.reaper())))

    def reaper(self):
        """Who becomes the parent of orphans here."""
        code = "import os, time\nif not os.fork():\n if os.fork(): os._exit(0)\n time.sleep(0.3); print(os.getppid(), flush=True); os._exit(0)\nos.wait(); time.sleep(0.6)"
        return int(python(code).stdout)

    def test_packed_scripts_run_by_their_names(self):
        self.tells("import sample.one\nstart(sample.one.__file__)\nopen('x.py', 'w').write('import runpy, sys; print(runpy.run_path(sys.argv[1])[\"VALUE\"])')\n"
                   "start('x.py', sample.one.__file__)", "0 0 41\n")
        result = run("x", product=mode("program"), environment=dict(os.environ, CODE="print(1)"))
        self.assertEqual(result.stdout, "1\n", result.stderr)

    def test_the_environment_is_closed_but_for_what_the_program_sets(self):
        show = "import os, sys; print(sorted(name for name in os.environ if name.startswith('PYTHON')), sys.flags.hash_randomization, '/from/outside' in sys.path)"
        outside = dict(os.environ, PYTHONPATH="/from/outside", PYTHONHASHSEED="1", PYTHONSTARTUP="/nothing", PYTHONWARNINGS="error")
        outside.pop("PYTHONDONTWRITEBYTECODE", None)
        outside.pop("PYTHONUNBUFFERED", None)
        self.tells(f"start('-c', {show!r})", "0 [] 1 False\n", environment=outside)
        self.tells(f"start('-c', {show!r}, env=dict(os.environ, PYTHONHASHSEED='0'))", "0 ['PYTHONHASHSEED'] 0 False\n", environment=outside)
        self.tells(f"os.environ['PYTHONPATH'] = '/from/program'; start('-c', \"import sys; print('/from/program' in sys.path)\")", "0 True\n", environment=outside)
        self.tells(f"os.posix_spawn(E, [E, '-c', {show!r}], os.environ); os.wait()", "[] 1 False\n", environment=outside)
        self.tells(f"os.posix_spawn(E, [E, '-c', {show!r}], dict(os.environ, PYTHONHASHSEED='0')); os.wait()", "['PYTHONHASHSEED'] 0 False\n", environment=outside)
        self.tells("print(os.system(f\"{E} -c 'import sys; print(sys.path[1:] == [sys.executable])'; true\"))", "True\n0\n", environment=outside)

    def test_no_trace_of_the_mark_is_left(self):
        show = "import os; print(sorted(os.environ), sorted(os.listdir('/dev/fd')))"
        ours, theirs = execute(START + f"start('-c', {show!r}, env={{'LC_CTYPE': 'C.UTF-8'}})"), python(START + f"start('-c', {show!r}, env={{'LC_CTYPE': 'C.UTF-8'}})")
        self.assertEqual(ours.stdout, theirs.stdout)
        self.same(f"os.posix_spawn(E, [E, '-c', {show!r}], {{'LC_CTYPE': 'C.UTF-8'}}); os.wait()")

    def test_subprocess_does_not_spawn_what_may_outlive_its_parent(self):
        """posix_spawn does not know the child's number before it runs, so that a child without its parent has no mark."""
        self.tells("import time; print(subprocess._USE_POSIX_SPAWN, flush=True)\nif not os.fork():\n subprocess.Popen([E, '-c', 'print(\"python\")'], close_fds=False); os._exit(0)\n"
                   "os.wait(); time.sleep(1)", "False\npython\n")

    def test_a_product_that_is_renamed_or_replaced_meanwhile(self):
        product = shutil.copy(PRODUCT, self.folder / "product")
        code = START + "os.rename(E, E + '.old'); os.symlink(E + '.old', E); start('-c', 'print(1)'); os.unlink(E); os.link(E + '.old', E); start('-c', 'print(2)')"
        self.assertEqual(run("--exec", code, product=product).stdout, "0 1\n0 2\n")
        code = START + ("import shutil; shutil.copy(E, E + '.new'); os.rename(E + '.new', E); start('-c', 'print(3)'); os.system(E + ' -c \"print(4)\"; true'); "
                        "os.posix_spawn(E, [E, '-c', 'print(5)'], {}); os.wait()")
        self.assertEqual(run("--exec", code, product=product).stdout, "0 3\n4\n5\n")

    def test_children_end_as_those_of_python(self):
        self.same("import signal; start('-c', 'import os, signal; os.kill(os.getpid(), signal.SIGINT)', preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))")


class TestAsProgram(OwnChildren):
    def test_words_that_python_cannot_use_are_the_programs(self):
        self.tells(f"start({PROGRAM})", "0 program --exec\n")
        self.tells(f"os.execv(E, ['python', {PROGRAM}])", "program --exec\n")

    def test_the_product_itself_is_the_script_that_it_starts_again(self):
        for name in ("E", "sys.argv[0]", "os.path.basename(E)"):
            self.tells(f"start({name}, {PROGRAM}); start('-u', '-X', 'dev', {name}, {PROGRAM})", "0 program --exec\n0 program --exec\n")
            self.tells(f"os.execv(E, ['python', {name}, {PROGRAM}])", "program --exec\n")

    def test_a_program_that_starts_itself_without_words_starts_again(self):
        code = "print('began', flush=True)\nif 'AGAIN' not in os.environ:\n os.environ['AGAIN'] = '1'\n os.execv(sys.executable, [sys.executable])"
        result = run(product=mode("always"), environment=dict(os.environ, CODE=code))
        self.assertEqual(result.stdout, "began\nbegan\n", result.stderr)

    def test_documents_are_the_programs(self):
        (self.folder / "letter.txt").write_text("print('ran')")
        (self.folder / "letters").mkdir()
        for name in ("letter.txt", "letters"):
            code = START + "print(sys.argv[1:]) if sys.argv[1:] else start(os.environ['NAME'])"
            result = run(product=mode("always"), environment=dict(os.environ, CODE=code, NAME=name), cwd=self.folder)
            self.assertEqual(result.stdout, f"0 {[name]}\n", result.stderr)

    def test_what_is_found_on_path_is_the_program(self):
        name = os.path.basename(SCRIPT)
        environment = dict(os.environ, PATH=os.path.dirname(SCRIPT))
        code = f"import subprocess; print(subprocess.check_output([{name!r}, '-c', 'print(1)'], text=True).splitlines()[0])"
        self.assertEqual(execute(code, environment=environment).stdout, f"argv {[name, '-c', 'print(1)']}\n")

    def test_the_configuration_can_forbid_it(self):
        for product, expected in (("program", "0 ['-c', 'print(1)']\n"), ("frozen", "0 ['-c', 'print(1)']\n")):
            code = START + "print(sys.argv[1:]) if sys.argv[1:] else start('-c', 'print(1)')"
            result = run(product=mode(product), environment=dict(os.environ, CODE=code))
            self.assertEqual(result.stdout, expected, result.stderr)


class TestWithoutEnd(OwnChildren):
    def count(self, product, arguments, limit=12):
        """How often the program runs that always starts itself so; it leaves a line each time."""
        log = self.folder / "log"
        log.write_text("")
        code = f"open({str(log)!r}, 'a').write('x')\nif len(open({str(log)!r}).read()) < {limit}: sys.exit(subprocess.run([sys.executable, *{arguments!r}]).returncode)"
        result = run(product=product, environment=dict(os.environ, CODE=code))
        return len(log.read_text()), result.returncode, result.stderr

    def test_a_program_that_starts_itself_where_it_means_python_ends(self):
        for arguments in (["tool"], ["--worker"], ["tool", "x"], []):
            count, code, errors = self.count(mode("always"), arguments)
            self.assertEqual((count, code), (5, 1), (arguments, errors))
            self.assertIn("the program has started itself again and again", errors)

    def test_a_program_that_spawns_itself_ends(self):
        log = self.folder / "log"
        log.write_text("")
        code = (f"open({str(log)!r}, 'a').write('x')\nif len(open({str(log)!r}).read()) < 12: "
                "sys.exit(os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(sys.executable, [sys.executable, 'tool'], os.environ), 0)[1]))")
        result = run(product=mode("always"), environment=dict(os.environ, CODE=code))
        self.assertEqual((len(log.read_text()), result.returncode), (5, 1), result.stderr)
        self.assertIn("the program has started itself again and again", result.stderr)

    def test_a_program_that_is_not_to_be_python_does_not_run_code_for_ever(self):
        count, code, errors = self.count(mode("program"), ["-c", "print(1)"])
        self.assertEqual((count, code), (5, 1), errors)
        self.assertIn("`act_as_python = false`", errors)

    def test_interpreters_do_not_run_the_program(self):
        for arguments in (["-c", "pass"], ["-m", "this"], ["no_such_file.py"], ["-V"]):
            self.assertEqual(self.count(mode("always"), arguments)[0], 1, arguments)

    def test_a_program_may_replace_itself_as_often_as_it_likes(self):
        code = "n = int(os.environ.get('N', 0)) + 1; os.environ['N'] = str(n)\nif n < 12: os.execv(sys.executable, [sys.executable, 'serve'])\nprint(n)"
        self.assertEqual(run(product=mode("always"), environment=dict(os.environ, CODE=code)).stdout, "12\n")


class TestForeignCallers(OwnChildren):
    """Nobody else makes a product an interpreter."""

    def is_program(self, result):
        self.assertIn(f"argv {[SCRIPT, '-c', 'print(6 * 7)']}", result.stdout, result.stderr)

    def test_a_foreign_parent_starts_the_program(self):
        self.is_program(run("-c", "print(6 * 7)", product=SCRIPT))
        self.is_program(run("-c", f"{SCRIPT} -c 'print(6 * 7)'; true", product="/bin/sh"))

    def test_another_product_starts_the_program(self):
        self.is_program(subprocess.run([PRODUCT, "--exec", f"import subprocess; subprocess.run([{SCRIPT!r}, '-c', 'print(6 * 7)'])"], capture_output=True, text=True, timeout=LIMIT))

    def test_the_variable_alone_says_nothing(self):
        for value in ("", "0", "1", "3", "99", "-1", "x", "3x", "99999999999999999999", "spawned", "spawned 1 0", f"spawned {os.getpid()} 0", "spawned -1 0", "spawned 99999999999999999999 0"):
            result = run("-c", "print(6 * 7)", product=SCRIPT, environment=dict(os.environ, OXIDIZER_STARTED_BY_ITSELF=value))
            self.is_program(result)
        show = "import os; print('OXIDIZER_STARTED_BY_ITSELF' in os.environ)"
        self.assertEqual(execute(show, environment=dict(os.environ, OXIDIZER_STARTED_BY_ITSELF="3")).stdout, "False\n")

    def test_a_pipe_with_another_process_in_it_says_nothing(self):
        for data in (b"", b"\1\0\0\0\0\0\0\0", os.getpid().to_bytes(4, "little") + bytes(4), b"x" * 7, b"x" * 9, b"x" * 4096):
            read, write = os.pipe()
            os.write(write, data)
            try:
                self.is_program(run("-c", "print(6 * 7)", product=SCRIPT, pass_fds=[read], environment=dict(os.environ, OXIDIZER_STARTED_BY_ITSELF=str(read))))
            finally:
                os.close(read)
                os.close(write)

    def test_a_file_is_no_mark(self):
        with tempfile.TemporaryFile() as file:
            number = file.fileno()
            self.is_program(run("-c", "print(6 * 7)", product=SCRIPT, pass_fds=[number], environment=dict(os.environ, OXIDIZER_STARTED_BY_ITSELF=str(number))))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_parent_with_other_rights_is_not_believed(self):
        code = START + "os.setresuid(0, 0, 64801); os.posix_spawn(E, [E, '--version'], {}); os.wait()\nos.setresuid(0, 0, 0); os.posix_spawn(E, [E, '--version'], {}); os.wait()"
        result = run("--exec", code)
        self.assertEqual(result.stdout.count("Python 3."), 1, result)

    def test_a_program_below_another_one_is_not_pythons(self):
        """A build tool starts another, which starts the product by its path."""
        code = START + f"print(subprocess.check_output(['/usr/bin/env', '-u', 'X', 'timeout', '30', {SCRIPT!r}, '-c', 'print(6 * 7)'], text=True).splitlines()[0])"
        self.assertEqual(execute(code).stdout, f"argv {[SCRIPT, '-c', 'print(6 * 7)']}\n")


del OwnChildren  # what it holds is inherited; it has no tests of its own
