"""Products that have more rights than their caller (AT_SECURE), and users who are in each other's way. Needs root, to be several users."""

import os
import pickle
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, PRODUCT, SCRIPT, mode
from test_children import SPAWN, Command

CALLER = 64801  # nobody's number: what is left in /tmp in its name is ours to remove
OTHER = 64802


def start(product, *arguments, user=CALLER, environment=None, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([product, *arguments], capture_output=True, text=True, timeout=LIMIT, env=environment or {}, user=user, group=user, extra_groups=[],
                          cwd="/", **options)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")
class Rights(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o755)

    def copy(self, product, bits=0):
        """A copy that everybody may start."""
        copy = self.folder / f"{Path(product).name}-{bits:o}"
        if not copy.exists():
            shutil.copy(product, copy)
            copy.chmod(0o755 | bits)
        return str(copy)

    def own(self, name, user, bits=0o755):
        folder = self.folder / name
        folder.mkdir()
        os.chown(folder, user, user)
        folder.chmod(bits)
        return folder

    def in_tmp(self, user):
        """The folder of last resort, which is not there before or after."""
        folder = Path(f"/tmp/oxidizer-files-{user}")

        def remove():
            if folder.is_symlink():
                folder.unlink()
            shutil.rmtree(folder, ignore_errors=True)
        remove()
        self.addCleanup(remove)
        return folder


class TestMoreRightsThanTheCaller(Rights):
    def setuid(self, product):
        copy = self.copy(product, stat.S_ISUID)
        found = start(self.copy(PRODUCT, stat.S_ISUID), "--exec", "import os; print(os.getuid(), os.geteuid())").stdout
        if found != f"{CALLER} 0\n":
            self.skipTest("set-user-ID has no effect here (nosuid, or no_new_privs)")
        return copy

    def test_a_set_user_id_product_runs_no_code_of_its_caller(self):
        product, evidence = self.setuid(SCRIPT), self.folder / "evidence"
        read, write = os.pipe()
        os.write(write, pickle.dumps(Command(evidence)) * 2)
        os.close(write)
        self.addCleanup(os.close, read)
        for arguments in (["-c", SPAWN.format(read, read), "--multiprocessing-fork"], ["--multiprocessing-fork", f"tracker_fd={read}", f"pipe_handle={read}"],
                          ["-c", f"from multiprocessing.resource_tracker import main;main({read})"]):
            result = start(product, *arguments, pass_fds=[read])
            self.assertEqual((result.returncode, result.stdout), (1, ""), arguments)
            self.assertIn("a program with more rights than its caller takes none", result.stderr)
        self.assertFalse(evidence.exists())
        self.assertEqual(len(os.read(read, 1 << 16)), 2 * len(pickle.dumps(Command(evidence))))

    def test_a_set_user_id_product_is_no_python(self):
        result = start(self.setuid(mode("act")), "-c", "print(6 * 7)", environment={"OXIDIZER_PYTHON": "1", "PYTHONPATH": str(self.folder)})
        self.assertEqual((result.stdout, result.stderr), ("the program\n", ""))

    def test_a_set_user_id_product_is_not_even_its_own_interpreter(self):
        code = "print(sys.argv[1:]) if sys.argv[1:] else subprocess.run([sys.executable, '-c', 'print(6 * 7)'])"
        self.assertEqual(start(self.copy(mode("always")), environment={"CODE": code}).stdout, "42\n")
        self.assertEqual(start(self.setuid(mode("always")), environment={"CODE": code}).stdout, "['-c', 'print(6 * 7)']\n")

    def test_a_set_user_id_product_obeys_no_python_variable_whatever_the_settings_allow(self):
        environment = {"PYTHONWARNINGS": "error", "PYTHONINSPECT": "1"}
        self.assertEqual(start(self.copy(mode("open")), environment=environment).stdout, "['error'] 1\n")
        self.assertEqual(start(self.setuid(mode("open")), environment=environment).stdout, "[] 0\n")

    def test_a_set_user_id_product_takes_no_command_from_a_variable(self):
        product, wish = self.copy(mode("commands"), 0o4000), {"OXIDIZER_ENTRY": "one"}
        self.assertEqual(start(self.copy(mode("commands")), "two", environment=wish).stdout, f"one {[self.copy(mode('commands')), 'two']}\n")
        self.assertEqual(start(product, "two", environment=wish).stdout, "two ['two']\n")
        self.assertEqual(start(product, environment=wish).returncode, 2)

    def test_a_set_user_id_product_writes_no_record_where_its_caller_says(self):
        where = self.own("record", CALLER)
        self.assertEqual(start(self.setuid(mode("recorded")), environment={"RECORD_TO": str(where)}).returncode, 0)
        self.assertEqual(os.listdir(where), [])

    def test_a_set_user_id_product_hands_no_variable_to_its_libraries(self):
        variables = {"OPENSSL_CONF": "/x", "SSL_CERT_FILE": "/x", "TERMINFO": "/x", "INPUTRC": "/x", "TCL_LIBRARY": "/x", "SQLITE_TMPDIR": "/x"}
        show = "import os; os.environ.pop('LC_CTYPE', None); print(sorted(os.environ), os.popen('env').read().count('=/x'))"
        self.assertEqual(start(self.copy(PRODUCT), "--exec", show, environment={**variables, "TERM": "vt100"}).stdout, f"{sorted([*variables, 'TERM'])} 6\n")
        self.assertEqual(start(self.setuid(PRODUCT), "--exec", show, environment={**variables, "TERM": "vt100"}).stdout, "['TERM'] 0\n")

    def test_a_set_user_id_product_writes_its_files_where_its_caller_has_no_say(self):
        product, home, cache, folder = self.setuid(mode("files")), self.own("home", CALLER), self.own("cache", CALLER), Path("/tmp/oxidizer-files-0")
        was_there = folder.exists()
        result = start(product, environment={"HOME": str(home), "XDG_CACHE_HOME": str(cache)})
        self.assertEqual(result.stderr, "")
        below = Path(result.stdout.split()[0]).parent
        self.assertEqual((below.parent, below.owner(), stat.S_IMODE(below.stat().st_mode)), (folder, "root", 0o700))
        self.assertEqual((os.listdir(home), os.listdir(cache)), ([], []))
        shutil.rmtree(below if was_there else folder)

    def test_a_set_group_id_product_takes_no_files_that_its_caller_can_change(self):
        product, folder = self.copy(mode("files"), stat.S_ISGID), self.in_tmp(CALLER)
        os.chown(product, 0, OTHER)
        os.chmod(product, 0o755 | stat.S_ISGID)
        if start("/usr/bin/test", "-g", product).returncode != 0:
            self.skipTest("set-group-ID has no effect here")
        self.setuid(SCRIPT)
        result = start(product)
        self.assertEqual((result.returncode, result.stdout, folder.exists()), (1, "", False))
        self.assertIn("it would be the caller's, who has less rights than this program", result.stderr)


class TestFilesAmongUsers(Rights):
    def files(self, **variables):
        return start(self.copy(mode("files")), environment=variables)

    def test_nothing_is_written_into_a_folder_of_another_user(self):
        folder = self.in_tmp(CALLER)
        folder.mkdir()
        os.chown(folder, OTHER, OTHER)
        for bits in (0o777, 0o1777, 0o755):
            folder.chmod(bits)
            before = folder.stat().st_mtime_ns
            result = self.files()
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn(f"cannot put the modules' files below '{folder}': somebody else can write there", result.stderr)
            self.assertEqual((os.listdir(folder), folder.stat().st_mtime_ns), ([], before))

    def test_nothing_is_written_through_a_link_of_another_user(self):
        folder, own = self.in_tmp(CALLER), self.own("own", CALLER, 0o700)
        folder.symlink_to(own)
        os.lchown(folder, OTHER, OTHER)
        result = self.files()
        self.assertEqual((result.returncode, result.stdout, os.listdir(own)), (1, "", []), result.stderr)

    def test_nothing_is_written_below_a_folder_that_another_user_can_exchange(self):
        last = self.in_tmp(CALLER)
        for name, owner, bits in (("others", OTHER, 0o755), ("writable", CALLER, 0o777), ("group", 0, 0o775), ("sticky-others", OTHER, 0o1777)):
            above = self.own(name, owner, bits)
            cache = self.own(f"{name}/cache", CALLER, 0o700)
            result = self.files(XDG_CACHE_HOME=str(cache))
            self.assertTrue(result.stdout.startswith(f"{last}/"), (above, result))
            self.assertEqual(os.listdir(cache), [], above)

    def test_a_cache_behind_links_of_the_users_own_or_below_a_sticky_folder_is_used(self):
        sticky = self.own("sticky", 0, 0o1777)
        cache = self.own("sticky/cache", CALLER, 0o700)
        (sticky / "relative").symlink_to("cache")
        (sticky / "absolute").symlink_to(sticky / "relative")
        for link in ("relative", "absolute"):
            os.lchown(sticky / link, CALLER, CALLER)
        for name in ("cache", "relative", "absolute"):
            result = self.files(XDG_CACHE_HOME=str(sticky / name))
            self.assertTrue(result.stdout.startswith(f"{sticky / name}/oxidizer-files/"), result)
        self.assertEqual(os.listdir(cache), ["oxidizer-files"])

    def test_a_cache_below_a_folder_that_a_user_shares_with_his_own_group_is_used(self):
        home = self.own("home", CALLER, 0o775)
        result = self.files(HOME=str(home))
        self.assertTrue(result.stdout.startswith(f"{home}/.cache/oxidizer-files/"), result)


del Rights  # what it holds is inherited; it has no tests of its own
