"""Files that a product opens, and memory that it takes."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from products import DATA, LIMIT, PRODUCT, PYTHON, SCRIPT, run


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
        if sys.version_info < (3, 14):  # whose own search for paths reads it, whatever is configured
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

    @unittest.skipIf(PYTHON.startswith("/usr/bin/"), "Debian's interpreter is at a fixed address, and needs no relocations")
    def test_less_memory_than_the_plain_interpreter(self):
        ours = int(re.search(r"resident (\d+)", run(product=SCRIPT).stdout)[1])
        theirs = subprocess.run([PYTHON, "-I", str(DATA / "script.py")], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
        self.assertLess(ours, int(re.search(r"resident (\d+)", theirs)[1]))


class TestPages(unittest.TestCase):
    """What a start will touch the kernel brings at once (populate.h)."""

    def calls(self, *options):
        result = subprocess.run(["strace", "-e", "trace=madvise,write", *options, PRODUCT, "--exec", "print('started')"], capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual((result.returncode, result.stdout), (0, "started\n"), result.stderr)
        return re.findall(r"madvise\((\w+), (\d+), (?:MADV_POPULATE_WRITE|0x17 .*?)\) += (-?\d+)", result.stderr.partition("write(1")[0])

    def test_a_start_has_the_heap_and_the_first_arena_brought_at_once(self):
        sizes = [int(size) for _, size, _ in self.calls()]
        self.assertEqual(sum(sizes[-4:]) if sys.version_info < (3, 10) else sizes[-1], 1 << 20, sizes)
        self.assertTrue(any(200_000 < size < 600_000 for size in sizes), sizes)

    def test_a_kernel_that_brings_no_pages_starts_the_program_all_the_same(self):
        results = {result for _, _, result in self.calls("-e", "inject=madvise:error=EINVAL")}
        self.assertEqual(results, {"-1"})
