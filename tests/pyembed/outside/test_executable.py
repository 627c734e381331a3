"""How a product finds itself."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, PRODUCT, PYTHON, SCRIPT, run


def loader_of(product):
    listing = subprocess.run(["readelf", "-lW", product], capture_output=True, text=True, check=True).stdout
    return re.search(r"program interpreter: (.*)\]", listing)[1]


class TestStartedThroughTheLoader(unittest.TestCase):
    """`ld-linux.so product`: /proc/self/exe is the dynamic linker."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.product = shutil.copy(SCRIPT, f"{self.folder}/a product")
        self.loader = loader_of(SCRIPT)

    def start(self, *command, **options):
        result = subprocess.run([self.loader, *command], capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_it_is_the_executable_however_it_is_named(self):
        os.symlink(self.product, f"{self.folder}/link")
        for name in (self.product, "./a product", f"{self.folder}/link"):
            output = self.start(name, "a", cwd=self.folder)
            self.assertIn(f"argv {[name, 'a']}\n", output)
            self.assertIn(f"executable {self.product}\n", output)
            self.assertIn(f"file {self.product}/script.py\nresident", output)

    def test_another_first_argument_changes_nothing(self):
        self.assertIn(f"executable {self.product}\n", self.start("--argv0", "other", self.product))

    def test_its_children_are_the_program(self):
        for method in ("spawn", "forkserver", "fork"):
            self.assertEqual(self.start(self.product, "pool", method), "pool [0, 1, 4, 9]\n")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_without_proc_the_loaders_word_counts(self):
        libraries = subprocess.run(["ldd", self.product], capture_output=True, text=True, check=True).stdout
        for path in re.findall(r"(/\S+) \(0x", libraries):
            target = Path(self.folder + path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        for command in ([self.loader, "/a product"], [self.loader, "./a product"], ["/a product"]):
            result = subprocess.run(["/usr/sbin/chroot", self.folder, *command], capture_output=True, text=True, env={}, timeout=LIMIT)
            self.assertIn("executable /a product\n", result.stdout, result.stderr)


class TestClosedDescriptors(unittest.TestCase):
    def test_a_start_without_any_descriptor_is_that_of_python(self):
        code = ("import os, sys\nopened = [number for number in range(20) if os.path.exists(f'/dev/fd/{number}')]\n"
                "with open(os.environ['ANSWER'], 'w') as answer: print(sys.stdin, sys.stdout, sys.stderr, opened, os.path.basename(sys.executable), file=answer)")
        answers = []
        for command in ([PRODUCT, "--exec", code], [PYTHON, "-I", "-c", code]):
            with tempfile.TemporaryDirectory() as folder:
                environment = dict(os.environ, ANSWER=f"{folder}/answer")
                closing = subprocess.run(["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], env=environment, timeout=LIMIT)
                answers.append((closing.returncode, Path(folder, "answer").read_text().rpartition(" ")[0]))
        self.assertEqual(answers[0], answers[1])

    def test_it_finds_itself_without_descriptors(self):
        result = run("-c", f'"{SCRIPT}" <&- >&- 2>&-; echo $?', product="/bin/sh")
        self.assertEqual(result.stdout, "0\n", result.stderr)
