"""Packed resources that are damaged, or not for this runtime: an error and an exit code, never a crash."""

import signal
import tempfile
import unittest
from pathlib import Path

from products import MODES, mode, run


class TestSettingsThatCannotBe(unittest.TestCase):
    def test_an_unknown_setting_is_an_error(self):
        result = run(product=mode("unknown"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("unknown setting `no_such_setting`", result.stderr)

    def test_a_wrong_value_says_what_it_may_be(self):
        result = run(product=mode("wrong"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("`run_mode` is `dance`; it must be repl module eval file noop", result.stderr)

    def test_resources_for_another_python_are_refused(self):
        result = run(product=mode("version"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("the packed resources are for Python 2.7", result.stderr)


class TestDamage(unittest.TestCase):
    """Bytes of a product's blob are changed."""

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
