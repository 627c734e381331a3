"""Packed files of a product as a process sees them: where it stands, what it is called, what becomes of it."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import DATA, LIMIT, mode

READS = """
import os
root = ROOT
print(open(root + "/tree/data/one").read(), len(os.listdir(root + "/tree/data/many")), os.path.exists(root + "/tree/none"))
"""


class TestPackedFiles(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.product = shutil.copy(mode("packed"), self.folder)

    def run_code(self, code, program=None, **options):
        result = subprocess.run([program or self.product, code], capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, **options)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, 0)
        return result.stdout

    def test_a_product_goes_on_when_it_is_renamed_and_removed(self):
        code = READS.replace("ROOT", "sys.executable") + f"""
os.rename(sys.executable, "{self.folder}/other")
print(open(root + "/tree/data/page.bin", "rb").read(1) != b"", open("{self.folder}/other/tree/data/one").read(), sorted(os.listdir("{self.folder}/other/tree/sub")))
os.remove("{self.folder}/other")
print(open(root + "/tree/data/lines.txt").readline().strip(), len(os.listdir(root + "/tree/data/many")))
import subprocess, ctypes
print(subprocess.run([root + "/tree/lib/helper", "x"], capture_output=True).stdout, ctypes.CDLL(root + "/tree/lib/libouter_packed.so").outer())
"""
        self.assertEqual(self.run_code(code), "1 10 False\nTrue 1 ['__init__.py', 'deep', 'hollow']\nline 0: Grüße, 世界 10\nb'helper 2 x \\n' 42\n")

    def test_a_product_is_found_by_each_name_that_it_is_started_by(self):
        os.symlink(self.product, self.folder + "/link")
        code = READS.replace("ROOT", "os.path.dirname(__import__('tree').__file__)[:-5]")
        for program, options in ((self.product, {}), ("./packed", {"cwd": self.folder}), (self.folder + "/link", {}), ("link", {"cwd": self.folder, "env": {"PATH": self.folder}}),
                                 (f"{self.folder}/../{os.path.basename(self.folder)}/packed", {})):
            with self.subTest(program):
                self.assertEqual(self.run_code(code, program, **options), "1 10 False\n")
        for name in (self.folder + "/link", self.product, f"{self.folder}/./packed"):
            with self.subTest(name):
                self.assertEqual(self.run_code(READS.replace("ROOT", repr(name)), self.folder + "/link"), "1 10 False\n")

    def test_a_child_in_a_packed_folder_leaves_its_parent_where_it_is(self):
        # vfork: the child has its parent's memory
        code = """
import os, subprocess
root = sys.executable + "/tree"
before = os.getcwd()
print(subprocess.run(["./helper", "x"], cwd=root + "/lib", capture_output=True).stdout, os.getcwd() == before)
os.chdir(root + "/data")
print(subprocess.run(["pwd"], cwd="/", capture_output=True).stdout, os.getcwd() == root + "/data", open("one").read())
print(subprocess.run(["./helper", "x"], cwd=root + "/lib", capture_output=True, preexec_fn=lambda: None).stdout, os.getcwd() == root + "/data")
"""
        self.assertEqual(self.run_code(code), "b'helper 2 x \\n' True\nb'/\\n' True 1\nb'helper 2 x \\n' True\n")

    def test_a_relative_change_in_a_packed_folder_does_not_reach_the_real_one(self):
        # the kernel still stands in the last real folder
        real = Path(self.folder, "one")
        real.write_text("real")
        code = """
import os
os.chdir(sys.executable + "/tree/data")
for change in (lambda: os.rename("one", "two"), lambda: os.link("one", "two"), lambda: os.unlink("one"), lambda: open("one", "w"), lambda: os.mkdir("new"), lambda: os.symlink("x", "new"),
               lambda: os.truncate("one", 0), lambda: os.chmod("one", 0), lambda: os.replace("one", "two"), lambda: os.mkfifo("new")):
    try:
        print(change())
    except OSError as error:
        print(error.errno, end=" ")
"""
        self.assertEqual(self.run_code(code, cwd=self.folder), "30 " * 10)
        self.assertEqual((sorted(os.listdir(self.folder)), real.read_text()), (["one", "packed"], "real"))

    def test_a_descriptor_is_known_in_another_process_of_the_product(self):
        code = """
import os, subprocess
file, folder = (os.open(sys.executable + "/tree/data" + name, os.O_RDONLY) for name in ("/one", ""))
again = f"import os; print(os.fstat({file}).st_ino, os.fstat({file}).st_nlink, sorted(os.listdir({folder}))[:2], os.stat('one', dir_fd={folder}).st_size)"
print(os.fstat(file).st_ino, 1, sorted(os.listdir(folder))[:2], 1)
print(subprocess.run([sys.executable, again], stdout=subprocess.PIPE, text=True, pass_fds=[file, folder]).stdout, end="")
"""
        first, second = self.run_code(code).splitlines()
        self.assertEqual(first, second)

    def test_memory_that_is_no_packed_file_is_not_taken_for_one(self):
        code = """
import os
one = os.stat(sys.executable)
for size, seconds in ((0, one.st_mtime_ns // 10**9), (1, one.st_mtime_ns // 10**9), (7, 5)):
    memory = os.memfd_create("other")
    os.write(memory, b"x" * size)
    os.utime(memory, ns=(seconds * 10**9 + 99, seconds * 10**9 + 99))
    print(os.fstat(memory).st_size == size, os.fstat(memory).st_nlink, os.utime(memory), os.fchmod(memory, 0o600))
"""
        self.assertEqual(self.run_code(code), "True 0 None None\n" * 3)

    def test_the_first_error_of_dlopen_is_not_forgotten_while_dlerror_is_looked_up(self):
        code = """
import ctypes
try: ctypes.CDLL("libno_such_library.so")
except OSError as error: print(error)
"""
        self.assertEqual(self.run_code(code), "libno_such_library.so: cannot open shared object file: No such file or directory\n")

    def test_threads_and_processes_that_open_packed_files_at_once_get_their_own(self):
        seconds = os.environ.get("PYEMBED_PRESS_SECONDS", "3")
        result = subprocess.run([self.product, (DATA / "press.py").read_text(), seconds], capture_output=True, text=True, timeout=LIMIT + float(seconds), stdin=subprocess.DEVNULL)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertRegex(result.stdout, r"^\d{3,} acts of 10 kinds, \d+ descriptors are open$")
