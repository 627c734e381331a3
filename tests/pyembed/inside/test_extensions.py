"""Shared extension modules are loaded from memory: nothing is mapped from disk, no descriptor stays open."""

import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import traceback
import unittest


def mapped_files():
    with open("/proc/self/maps") as maps:
        return {line.split(None, 5)[5].strip() for line in maps if len(line.split(None, 5)) == 6}


class TestExtensions(unittest.TestCase):
    def test_multi_phase_init_in_a_package(self):
        import native.multi
        self.assertEqual((native.multi.VALUE, native.multi.__name__, native.multi.__package__), (7, "native.multi", "native"))
        self.assertTrue(native.multi.__file__.startswith(f"{sys.executable}/native/multi."), native.multi.__file__)
        self.assertIs(native.multi.__loader__, sys.meta_path[0])
        self.assertFalse(hasattr(native.multi, "__cached__") and native.multi.__cached__)

    def test_single_phase_init_in_a_package(self):
        import native.single
        self.assertEqual((native.single.__name__, native.single.Thing.__module__), ("native.single", "native.single"))
        self.assertTrue(native.single.__file__.startswith(f"{sys.executable}/native/single."), native.single.__file__)
        first = native.single.Thing
        del sys.modules["native.single"]
        self.assertIs(type(importlib.import_module("native.single").Thing), type(first))

    def test_libraries_come_from_memory_in_order(self):
        import native.needs
        self.assertEqual(native.needs.value(), 21)

    def test_nothing_but_libc_is_mapped_from_disk(self):
        import native.multi
        import native.needs
        import native.single
        code = "import inside.test_extensions as test; print('\\n'.join(test.mapped_files()))"
        at_start = subprocess.run([sys.executable, "--exec", code], capture_output=True, text=True, check=True).stdout.split("\n")
        more = {path for path in mapped_files() - set(at_start) if not path.startswith(("/memfd:", "[", os.path.dirname(sys.executable) + "/lib/beside_pkg/")) and not re.search("/valgrind/|/vgdb-", path)}
        self.assertEqual(more, set())
        self.assertTrue([native.multi, native.needs, native.single])

    def test_no_descriptor_stays_open(self):
        before = os.listdir("/proc/self/fd")
        for _ in range(20):
            sys.modules.pop("native.multi", None)
            import native.multi
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def test_a_module_is_loaded_again_as_itself(self):
        names = ["native.multi", "native.needs", "native.single"] * 4
        for name in names:
            sys.modules.pop(name, None)
            module = importlib.import_module(name)
            self.assertEqual(module.__name__, name)
            self.assertTrue(hasattr(module, {"multi": "VALUE", "needs": "value", "single": "Thing"}[name[7:]]))

    def test_a_failing_init_function_is_its_own_error(self):
        with self.assertRaisesRegex(RuntimeError, "init failed on purpose"):
            import native.fails
        self.assertNotIn("native.fails", sys.modules)

    def test_a_missing_init_function_is_an_import_error(self):
        with self.assertRaisesRegex(ImportError, "dynamic module does not define module export function .PyInit_noinit."):
            import native.noinit

    def test_what_is_no_library_is_an_import_error(self):
        with self.assertRaises(ImportError):
            import native.noise

    def test_a_library_that_is_damaged_is_named(self):
        with self.assertRaisesRegex(ImportError, "cannot load library 'libnoise.so' of 'native.needs_noise' from memory"):
            import native.needs_noise

    def test_threads_load_at_once(self):
        for name in ("native.multi", "native.needs"):
            sys.modules.pop(name, None)
        seen = []
        threads = [threading.Thread(target=lambda: seen.append((importlib.import_module("native.needs").value(), importlib.import_module("native.multi").VALUE)))
                   for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(seen, [(21, 7)] * 8)

    def test_after_a_fork(self):
        child = os.fork()
        if child == 0:
            try:
                sys.modules.pop("native.multi", None)
                os._exit(importlib.import_module("native.multi").VALUE)
            except BaseException:
                traceback.print_exc()
                os._exit(99)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)

    def test_a_fork_while_other_threads_load_extensions_does_not_hang_the_child(self):
        import native.multi
        done = threading.Event()

        def load():
            while not done.is_set():
                sys.meta_path[0].create_module(native.multi.__spec__)
        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(12):
                child = os.fork()
                if child == 0:
                    signal.alarm(30)  # one that hangs dies
                    sys.modules.pop("native.needs", None)
                    os._exit(importlib.import_module("native.needs").value())
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 21)
        finally:
            done.set()
            for thread in threads:
                thread.join()

    def test_the_image_can_be_read_as_data(self):
        import native.multi
        self.assertEqual(sys.meta_path[0].get_data(native.multi.__file__)[:4], b"\x7fELF")
        self.assertIsNone(sys.meta_path[0].get_source("native.multi"))
        self.assertTrue(re.search(r"multi\.", sys.meta_path[0].get_filename("native.multi")))
