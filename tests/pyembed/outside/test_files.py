"""Real files for modules from memory: `module_file = "filesystem"`."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, mode, run


class TestFiles(unittest.TestCase):
    def start_with_files(self, home, cache=None, **options):
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], **({"XDG_CACHE_HOME": str(cache)} if cache else {})}
        return run(product=mode("files"), environment=environment, **options)

    def test_files_of_modules_are_real_when_the_setting_says_filesystem(self):
        with tempfile.TemporaryDirectory() as home:
            first = self.start_with_files(home)
            below, loader, same, resource = first.stdout.split()
            self.assertEqual((loader, same, resource, first.stderr), ("OxidizedFinder", "True", "True", ""))
            self.assertEqual(os.path.dirname(os.path.dirname(os.path.dirname(below))), f"{home}/.cache")
            before = os.stat(below + "/decoder.py")
            self.assertEqual(self.start_with_files(home).stdout, first.stdout)
            after = os.stat(below + "/decoder.py")
            self.assertEqual((before.st_ino, before.st_ctime_ns), (after.st_ino, after.st_ctime_ns))

    def test_starts_at_the_same_time_leave_one_folder_of_files(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "XDG_CACHE_HOME": home + "/cache"}
            starts = [subprocess.Popen([mode("files")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) for _ in range(6)]
            outputs = {start.communicate(timeout=LIMIT)[0] for start in starts}
            self.assertEqual((len(outputs), {start.returncode for start in starts}), (1, {0}), outputs)
            self.assertEqual(len(os.listdir(home + "/cache/oxidizer-files")), 1)

    def test_files_that_others_could_have_written_are_not_used(self):
        for spoil in (lambda folder: os.chmod(folder, 0o777), lambda folder: os.remove(folder + "/.complete")):
            with tempfile.TemporaryDirectory() as home:
                below = os.path.dirname(self.start_with_files(home, home + "/cache").stdout.split()[0])
                spoil(below)
                again = self.start_with_files(home, home + "/cache")
                self.assertTrue(again.stdout.startswith(f"{home}/.cache/"), again)
                self.assertEqual(os.listdir(home + "/cache/oxidizer-files"), [os.path.basename(below)])

    def test_a_packed_path_that_leads_out_of_the_folder_is_refused(self):
        with tempfile.TemporaryDirectory() as home:
            result = run(product=mode("escape"), environment={"HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("the packed resources hold a path that leads elsewhere", result.stderr)
            self.assertEqual([str(path) for path in Path(home).rglob("*.py")], [])

    def test_a_disk_without_room_for_the_files_is_an_error_that_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as home:
            before = set(os.listdir("/tmp"))
            result = subprocess.run(["bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec '{mode('files')}'"], capture_output=True, text=True, timeout=LIMIT,
                                    env={"HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertRegex(result.stderr, "cannot put the modules' files below '.*': File too large; set XDG_CACHE_HOME to a folder that can be written to")
            left = [name for folder in ("cache/oxidizer-files", ".cache/oxidizer-files") for name in os.listdir(f"{home}/{folder}")]
            self.assertEqual(left, [])
            own = f"oxidizer-files-{os.geteuid()}"
            self.assertFalse([name for name in os.listdir(f"/tmp/{own}") if "." in name])
            if own not in before:
                os.rmdir(f"/tmp/{own}")
