"""A C program whose product cannot start: it is told why, and nothing is printed over its head."""

import unittest

from products import HOSTED, run

REASONS = {
    "gc": "cannot start Python (paths): no collector",
    "encodings": "cannot start Python (initialization): ",
    "boot": "cannot start Python (initialization): ",
    "setting": "unknown setting `no_such_setting` in the packed resources; packager and runtime must be of one version",
    "nul": "setting `run_code` is `print(1)`; it must be a text without NUL characters",
    "version": "the packed resources are for Python 2.7, the runtime is of ",
}


class TestHosted(unittest.TestCase):
    def test_a_host_is_told_why_a_product_does_not_start_and_nothing_is_printed(self):
        for name, reason in REASONS.items():
            result = run(product=f"{HOSTED}/{name}")
            self.assertEqual((result.stderr, result.returncode, len(result.stdout.splitlines())), ("", 0, 1), (name, result))
            self.assertTrue(result.stdout.startswith(f"-1: {reason}"), (name, result.stdout))
