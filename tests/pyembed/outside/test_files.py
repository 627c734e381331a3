"""Real files for modules from memory: `module_file = "filesystem"`."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, mode, run


OWN = f"/tmp/oxidizer-files-{os.geteuid()}"


class TestFiles(unittest.TestCase):
    def start_with_files(self, home, cache=None, **options):
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], **({"XDG_CACHE_HOME": str(cache)} if cache else {})}
        return run(product=mode("files"), environment=environment, **options)

    def leave_nothing_in_tmp(self):
        """The folder of last resort is removed at the end, if it was not there."""
        if not os.path.exists(OWN):
            self.addCleanup(shutil.rmtree, OWN, ignore_errors=True)

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

    def test_plain_files_are_written_with_their_permissions_and_empty_folders_too(self):
        with tempfile.TemporaryDirectory() as home:
            below = os.path.dirname(self.start_with_files(home).stdout.split()[0])
            modes = {name: os.stat(f"{below}/plain/{name}").st_mode & 0o777 for name in os.listdir(below + "/plain") if not os.path.islink(f"{below}/plain/{name}")}
            self.assertEqual(modes, {"page.html": 0o600, "run.sh": 0o700, "spool": 0o700})
            os.rmdir(below + "/plain/spool")
            os.remove(below + "/plain/run.sh")
            self.start_with_files(home)
            self.assertEqual((os.listdir(below + "/plain/spool"), os.stat(below + "/plain/run.sh").st_mode & 0o777), ([], 0o700))

    def test_links_are_written_as_links_and_put_back(self):
        with tempfile.TemporaryDirectory() as home:
            below = os.path.dirname(self.start_with_files(home).stdout.split()[0])
            links = {"plain/latest.html": "page.html", "plain-too": "plain/../plain", "plain/none": "./missing"}
            self.assertEqual({name: os.readlink(f"{below}/{name}") for name in links}, links)
            self.assertEqual(Path(below, "plain-too/latest.html").read_text(), "<p>page</p>")
            kept = os.lstat(below + "/plain-too").st_ino
            os.remove(below + "/plain/none")
            os.remove(below + "/plain/latest.html")
            os.symlink("/etc/passwd", below + "/plain/latest.html")
            self.start_with_files(home)
            self.assertEqual({name: os.readlink(f"{below}/{name}") for name in links}, links)
            self.assertEqual(os.lstat(below + "/plain-too").st_ino, kept)

    def test_starts_at_the_same_time_leave_one_folder_of_files(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "XDG_CACHE_HOME": home + "/cache"}
            starts = [subprocess.Popen([mode("files")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) for _ in range(6)]
            outputs = {start.communicate(timeout=LIMIT)[0] for start in starts}
            self.assertEqual((len(outputs), {start.returncode for start in starts}), (1, {0}), outputs)
            self.assertEqual(len(os.listdir(home + "/cache/oxidizer-files")), 1)

    def test_files_that_others_could_have_written_are_not_used(self):
        with tempfile.TemporaryDirectory() as home:
            below = os.path.dirname(self.start_with_files(home, home + "/cache").stdout.split()[0])
            os.chmod(below, 0o777)
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
            self.leave_nothing_in_tmp()
            result = subprocess.run(["bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec '{mode('files')}'"], capture_output=True, text=True, timeout=LIMIT,
                                    env={"HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertRegex(result.stderr, "cannot put the modules' files below '.*': File too large; set XDG_CACHE_HOME to a folder that can be written to")
            left = [name for folder in ("cache/oxidizer-files", ".cache/oxidizer-files") for name in os.listdir(f"{home}/{folder}")]
            self.assertEqual(left, [])
            self.assertFalse([name for name in os.listdir(OWN) if "." in name])

    def test_what_a_killed_start_left_is_removed_and_what_a_running_one_fills_is_not(self):
        with tempfile.TemporaryDirectory() as home:
            cache = Path(home, ".cache/oxidizer-files")
            cache.mkdir(parents=True, mode=0o700)
            names = [f"{'0123456789abcdef' * 2}.{end}" for end in ("killed", "filled")]
            for name in names:
                (cache / name / "deep/er").mkdir(parents=True)
                (cache / name / "deep/er/file.py").write_text("x")
                (cache / name / "link").symlink_to(home)
            Path(home, "kept").write_text("kept")
            (cache / "0123.killed").mkdir()
            running = os.open(cache / names[1], os.O_RDONLY)
            try:
                fcntl.flock(running, fcntl.LOCK_EX)
                below = os.path.dirname(self.start_with_files(home).stdout.split()[0])
                self.assertEqual(sorted(os.listdir(cache)), sorted([names[1], os.path.basename(below), "0123.killed"]))
                self.assertTrue((cache / names[1] / "deep/er/file.py").exists())
            finally:
                os.close(running)
            self.assertEqual(Path(home, "kept").read_text(), "kept")

    def test_a_start_that_is_killed_leaves_nothing_for_ever(self):
        with tempfile.TemporaryDirectory() as home:
            killed = subprocess.run(["strace", "-o", "/dev/null", "-e", "trace=syncfs", "-e", "inject=syncfs:signal=KILL", mode("files")], capture_output=True,
                                    timeout=LIMIT, env={"HOME": home, "PATH": os.environ["PATH"]})
            left = os.listdir(f"{home}/.cache/oxidizer-files")
            self.assertEqual((killed.stdout, [len(name) for name in left]), (b"", [39]), killed.stderr)
            self.start_with_files(home)
            self.assertEqual(os.listdir(f"{home}/.cache/oxidizer-files"), [left[0].partition(".")[0]])

    def test_files_that_a_cleaner_removed_are_put_back(self):
        with tempfile.TemporaryDirectory() as home:
            first = self.start_with_files(home).stdout
            below = Path(first.split()[0]).parent
            tree = {path: path.read_bytes() for path in below.rglob("*") if path.is_file()}
            kept = os.stat(below / "os.py").st_ino
            (below.parent / f"{below.name}.killed/deep").mkdir(parents=True)
            shutil.rmtree(below / "sample")
            os.remove(below / "json/decoder.py")
            os.remove(below / ".complete")
            os.truncate(below / "json/encoder.py", 3)
            self.assertEqual(self.start_with_files(home).stdout, first)
            self.assertEqual({path: path.read_bytes() for path in below.rglob("*") if path.is_file()}, tree)
            self.assertEqual((os.stat(below / "os.py").st_ino, os.listdir(below.parent)), (kept, [below.name]))

    def test_compressed_files_that_a_cleaner_removed_are_put_back(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "PATH": os.environ["PATH"]}
            self.assertEqual(run(product=mode("files-zstd"), environment=environment).stderr, "")
            files = [path for path in Path(home).rglob("*") if path.is_file() and "sample" in str(path)]
            before = {path: path.read_bytes() for path in files}
            for path in files:
                path.unlink()
            self.assertEqual(run(product=mode("files-zstd"), environment=environment).stderr, "")
            self.assertEqual({path: path.read_bytes() for path in files}, before)

    def test_a_limit_of_file_sizes_is_an_error_and_no_signal(self):
        with tempfile.TemporaryDirectory() as home:
            self.leave_nothing_in_tmp()
            result = subprocess.run(["bash", "-c", f"ulimit -f 8; exec '{mode('files')}'"], capture_output=True, text=True, timeout=LIMIT, env={"HOME": home})
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn(": File too large; ", result.stderr)
