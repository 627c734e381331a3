"""Children of multiprocessing's: a product is none because somebody says so."""

import os
import pickle
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, SCRIPT, run

SPAWN = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd={}, pipe_handle={})"


class Command:
    """Its pickle runs a command, where it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.system, (f"echo ran > {self.file}",)


class TestChildren(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.evidence = Path(folder.name) / "evidence"

    def start(self, *arguments, **options):
        """With a pickle on standard input, which leaves evidence."""
        return subprocess.run([SCRIPT, *arguments], input=pickle.dumps(Command(self.evidence)) * 2, capture_output=True, timeout=LIMIT, **options)

    def test_code_that_only_begins_as_that_of_multiprocessing_is_the_programs_argument(self):
        evil = f"open({str(self.evidence)!r}, 'w')"
        for text in ("from multiprocessing.spawn import spawn_main; " + evil, "from multiprocessing.resource_tracker import main;" + evil,
                     "from multiprocessing.forkserver import main; " + evil, "import sys; from multiprocessing.forkserver import main; " + evil,
                     f"from multiprocessing.forkserver import main; main(5, 6, ['__main__', {evil}], **{{}})"):
            for options in ([], ["-B", "-I"], ["--"], ["-X", "utf8"]):
                result = run(*options, "-c", text, product=SCRIPT)
                self.assertEqual(result.stdout.splitlines()[0], f"argv {[SCRIPT, *options, '-c', text]}", result.stderr)
        self.assertFalse(self.evidence.exists())

    def test_a_pickle_is_not_read_from_standard_input(self):
        for arguments in (["--multiprocessing-fork", "tracker_fd=0", "pipe_handle=0"], ["-c", SPAWN.format(0, 0), "--multiprocessing-fork"]):
            result = self.start(*arguments)
            self.assertEqual((result.returncode, result.stdout), (1, b""), arguments)
            self.assertIn(b"the descriptors that they name are not what multiprocessing hands on", result.stderr)
        result = self.start("--multiprocessing-fork", "pipe_handle=0", "tracker_fd=0")
        self.assertEqual(result.stdout.splitlines()[0].decode(), f"argv {[SCRIPT, '--multiprocessing-fork', 'pipe_handle=0', 'tracker_fd=0']}")
        self.assertFalse(self.evidence.exists())

    def test_a_pickle_is_not_read_from_a_file(self):
        with tempfile.TemporaryFile() as file:
            file.write(pickle.dumps(Command(self.evidence)) * 2)
            file.seek(0)
            number = file.fileno()
            result = self.start("-c", SPAWN.format(number, number), "--multiprocessing-fork", pass_fds=[number])
        self.assertEqual((result.returncode, result.stdout, self.evidence.exists()), (1, b"", False), result.stderr)

    def test_a_resource_tracker_with_its_pipe_is_one(self):
        read, write = os.pipe()
        os.close(write)
        try:
            result = run("-B", "-c", f"from multiprocessing.resource_tracker import main;main({read})", product=SCRIPT, pass_fds=[read])
        finally:
            os.close(read)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
