"""Memory that is out at every single allocation of a start, a run and an end (data/starved.c)."""

import re
import subprocess
import tempfile
import unittest

from products import mode

OURS = re.compile(r"/pyembed/\w+/\w+\.c:\d+")
WORDS = re.compile(r"ImportError|ModuleNotFoundError|damaged|oxidized|the importer|signal 14")  # an error of ours, or one that hangs


def frames_of(report, title):
    """Files and lines of the innermost frames; names of CPython's, which are exported."""
    frames = re.findall(r"\((\w*)\+(0x[0-9a-f]+)\)", report.partition(f"\n{title} at\n")[2])[:8]
    resolved = [name or subprocess.run(["addr2line", "-e", mode("starved"), address], capture_output=True, text=True, check=True).stdout.strip()
                for name, address in frames]
    return [frame for frame in resolved if "starved.c" not in frame and "failing.h" not in frame and not frame.startswith(("/usr/include", "Py_FatalError"))]


def is_ours(report):
    """CPython does not stand every failure of its own (3.11: `execution of module posix raised unreported exception`, and crashes). Ours is what our code says,
    what fails in a function that our code called, and a crash in our code, or in what it called."""
    ends, _, _ = report.partition("\nfailed at\n")
    if "\ncrashed at\n" in ends:
        return any(map(OURS.search, frames_of(ends, "crashed")[:3]))  # the first is the signal's
    return bool(WORDS.search(ends.partition("\n")[2].replace(mode("starved"), ""))) or any(map(OURS.search, frames_of(report, "failed")[:3]))


class TestMemory(unittest.TestCase):
    def test_memory_that_is_out_anywhere_ends_a_product_with_an_error_that_says_so(self):
        with tempfile.TemporaryFile("w+", errors="replace") as reports:
            started = subprocess.run(["sh", "-c", f'exec "$0" 3>&{reports.fileno()}', mode("starved")], capture_output=True, text=True, timeout=580,
                                     env={"STARVED_OUTPUT": "41\n"}, pass_fds=[reports.fileno()])
            reports.seek(0)
            *bad, last = reports.read().split("\f")[1:]
        self.assertEqual((started.stdout, started.returncode), ("41\n", 0), started.stderr)
        self.assertGreater(int(last.split()[0]), 1000)
        self.assertEqual([report[:2000] for report in bad if is_ours(report)][:3], [])
