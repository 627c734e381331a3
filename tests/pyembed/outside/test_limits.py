"""`ulimit -f`, which counts for memory that has a descriptor as it does for files."""

import os
import subprocess
import tempfile
import unittest

from products import LIMIT, PRODUCT, mode

LOAD = "import resource, native.multi; print(native.multi.__name__, resource.getrlimit(resource.RLIMIT_FSIZE))"


def limited(limit, product, code, **variables):
    return subprocess.run(["bash", "-c", f"ulimit {limit}; exec '{product}' --exec '{code}'"], capture_output=True, text=True, timeout=LIMIT,
                          env={"PATH": os.environ["PATH"], **variables})


class TestLimits(unittest.TestCase):
    def test_a_soft_limit_of_file_sizes_stops_no_packed_extension(self):
        result = limited("-S -f 8", PRODUCT, LOAD)
        self.assertEqual((result.stdout, result.stderr), ("native.multi (8192, -1)\n", ""))

    def test_a_hard_limit_of_file_sizes_is_named_when_it_stops_a_packed_extension(self):
        result = limited("-f 8", PRODUCT, "import native.multi")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ImportError: cannot load 'native.multi' from memory: it is larger than files of this process may be, and the limit counts for memory too; "
                      "raise it (ulimit -f), or package the module with install_location = \"app-relative:lib\"", result.stderr)

    def test_a_hard_limit_of_file_sizes_stops_no_extension_that_has_a_file(self):
        with tempfile.TemporaryDirectory() as home:
            first = subprocess.run([mode("files-exec"), "--exec", "import native.multi; print(native.multi.__file__)"], capture_output=True, text=True, timeout=LIMIT,
                                   env={"HOME": home, "PATH": os.environ["PATH"]}, check=True)
            self.assertTrue(os.path.exists(first.stdout.strip()))
            result = limited("-f 8", mode("files-exec"), "import native.multi; print(native.multi.__name__)", HOME=home)
            self.assertEqual((result.stdout, result.stderr), ("native.multi\n", ""))
