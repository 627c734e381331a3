"""Runs all tests of this package, or those that are named; the last line is `ok N tests` or `failed`."""

import sys
import unittest


def main():
    if sys.argv[1:2] == ["--exec"]:
        exec(compile(sys.argv[2], "<exec>", "exec"), {"__name__": "__main__"})
        return 0
    modules = ["test_finder", "test_resources", "test_metadata", "test_stdlib", "test_extensions", "test_beside", "test_oxidized_importer", "test_memory", "test_damage",
               "test_importer_module", "test_importer_finder", "test_importer_resource", "test_importer_added", "test_importer_serialized", "test_importer_paths",
               "test_importer_metadata", "test_importer_readers", "test_importer_collected", "test_importer_zip", "test_lines", "test_open"]
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromName(f"inside.{name}") for name in sys.argv[1:] or modules)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    print(f"ok {result.testsRun} tests" if result.wasSuccessful() else "failed")
    return not result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
