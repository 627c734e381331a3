"""Packed files where something is amiss: descriptors, memory and room are used up, /proc is missing, memfd is forbidden, an item is damaged."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import LIMIT, mode

TRY = """
import os, errno
root = sys.executable + "/tree"
def say(call):
    try:
        answer = call()
    except OSError as error:
        answer = errno.errorcode.get(error.errno)
    except MemoryError:
        answer = "MemoryError"
    print(answer, end=" ", flush=True)
"""
FORBID = """
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {4, filter};
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 99;
    execv(argv[1], argv + 1);
    return 98;
}
"""


def run(code, *before, product="packed", **options):
    return subprocess.run([*before, mode(product), TRY + code], capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, **options)


class TestPackedBadInput(unittest.TestCase):
    def says(self, expected, code, *before, **options):
        result = run(code, *before, **options)
        self.assertEqual((result.stdout.strip(), result.stderr, result.returncode), (expected, "", 0))

    def unshared(self, expected, code, mounts):
        """In a mount namespace of its own; skipped where that is refused."""
        script = f"{mounts} && exec \"$0\" \"$@\""
        trial = subprocess.run(["unshare", "-m", "sh", "-c", script, "true"], capture_output=True, text=True)
        if trial.returncode != 0:
            self.skipTest(trial.stderr.strip())
        self.says(expected, code, "unshare", "-m", "sh", "-c", script)

    def test_paths_that_are_too_long_have_the_errors_of_a_file_system(self):
        self.says("ENAMETOOLONG ENAMETOOLONG ENAMETOOLONG ENOENT EROFS ENAMETOOLONG", """
say(lambda: open(root + "/" + "x" * 256))
say(lambda: os.stat(root + "/x" * 4096))
say(lambda: os.listdir(root + "/./." * 1024))
say(lambda: os.stat(root + "/" + "x" * 255))
say(lambda: os.unlink(root + "/" + "x" * 256))
say(lambda: os.mkdir(root + "/" + "x" * 256))
os.chdir(root + "/data/d0/d1")
""")

    def test_a_file_in_the_middle_of_a_path_is_no_folder(self):
        self.says("ENOTDIR " * 8 + "ENOTDIR", """
path = root + "/data/one/x"
for call in (open, os.stat, os.listdir, os.unlink, os.mkdir, os.chdir, os.readlink, lambda path: os.rename(path, path), lambda path: os.execv(path, ["x"])):
    say(lambda: call(path))
""")

    def test_descriptors_that_are_used_up_are_an_error_and_leave_none(self):
        self.says("EMFILE EMFILE EMFILE EMFILE True True 1", """
import resource
os.stat(root)
held = []
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
try:
    while True: held.append(os.dup(0))
except OSError: pass
say(lambda: os.open(root + "/data/one", os.O_RDONLY))
say(lambda: os.open(root + "/data", os.O_RDONLY))
say(lambda: os.scandir(os.open(root + "/data", os.O_RDONLY)))
os.close(held.pop())
say(lambda: os.open(root + "/data/page.bin", os.O_RDONLY))
say(lambda: len(os.listdir(root + "/data/many")) == 10)
say(lambda: os.path.exists(root + "/data/one"))
os.close(held.pop())
say(lambda: open(root + "/data/one").read())
""")

    def test_memory_that_is_used_up_is_an_error(self):
        self.says("ENOMEM ENOMEM True 1", """
import resource
limit = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
blocks = []
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
say(lambda: os.open(root + "/data/compressible.txt", os.O_RDONLY))
say(lambda: os.stat(root + "/data/one"))
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
say(lambda: open(root + "/data/compressible.txt").read(5) == "again")
say(lambda: open(root + "/data/one").read())
""", product="packed-damaged")

    def test_a_limit_of_file_sizes_stops_no_packed_file_that_may_be_raised(self):
        self.says("5242880 EFBIG 1", """
import resource
say(lambda: os.fstat(os.open(root + "/data/large.bin", os.O_RDONLY)).st_size)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
say(lambda: os.open(root + "/data/compressible.txt", os.O_RDONLY))
say(lambda: open(root + "/data/one").read())
""", "sh", "-c", "ulimit -S -f 8; exec \"$0\" \"$@\"")

    def test_a_damaged_item_is_an_input_error_and_its_neighbours_are_whole(self):
        self.says("EIO EIO True again 3", """
table = sys.executable + "/sample/data/table.csv"
say(lambda: open(table))
say(lambda: os.open(table, os.O_RDONLY))
say(lambda: os.stat(table).st_size > 0)
say(lambda: open(root + "/data/compressible.txt").read(5))
say(lambda: len(open(root + "/data/lines.txt", "rb").read(3)))
""", product="packed-damaged")

    def test_where_proc_is_missing_files_are_opened_listed_and_sealed(self):
        self.unshared("b'1' True True EPERM 10 b'helper' ENOENT", """
say(lambda: open(root + "/data/one", "rb").read())
descriptor = os.open(root + "/data/lines.txt", os.O_RDONLY)
say(lambda: os.read(descriptor, 4) == b"line" and os.fstat(descriptor).st_size == 12890)
say(lambda: os.path.samefile(root + "/data/lines.txt", descriptor))
say(lambda: os.write(descriptor, b"x"))
say(lambda: len(os.listdir(os.open(root + "/data/many", os.O_RDONLY))))
say(lambda: open(root + "/lib/helper", "rb").read(4) == bytes([127]) + b"ELF" and b"helper")
say(lambda: os.execv(root + "/lib/helper", ["helper", "x"]))
""", "mount -t tmpfs none /proc")

    def test_where_memfd_is_forbidden_a_file_without_a_name_has_the_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "forbid.c").write_text(FORBID)
            forbid = f"{folder}/forbid"
            subprocess.run(["cc", "-o", forbid, forbid + ".c"], check=True)
            self.says("1 5242880 True EROFS 10 b'helper 2 x \\n'", """
import subprocess
say(lambda: open(root + "/data/one").read())
say(lambda: len(open(root + "/data/large.bin", "rb").read()))
say(lambda: os.path.samefile(root + "/data/one", os.open(root + "/data/one", os.O_RDONLY)))
say(lambda: os.open(root + "/data/one", os.O_RDWR))
say(lambda: len(os.listdir(os.open(root + "/data/many", os.O_RDONLY))))
say(lambda: subprocess.run([root + "/lib/helper", "x"], capture_output=True).stdout)
""", forbid)
            nowhere = "for f in /tmp /var/tmp /dev/shm; do mount --bind $f $f && mount -o remount,bind,ro $f || exit 1; done"
            script = f"{nowhere}; unset TMPDIR; exec \"$0\" \"$@\""
            if subprocess.run(["unshare", "-m", "sh", "-c", script, "true"], capture_output=True).returncode == 0:
                self.says("EPERM True 10", """
say(lambda: os.open(root + "/data/one", os.O_RDONLY))
say(lambda: os.stat(root + "/data/one").st_size == 1)
say(lambda: len(os.listdir(root + "/data/many")))
""", "unshare", "-m", "sh", "-c", script, forbid)

    def test_a_product_without_a_writable_temporary_folder_opens_packed_files(self):
        nowhere = "for f in /tmp /var/tmp /dev/shm; do mount --bind $f $f && mount -o remount,bind,ro $f || exit 1; done"
        self.unshared("1 10 EROFS", """
say(lambda: open(root + "/data/one").read())
say(lambda: len(os.listdir(root + "/data/many")))
say(lambda: open(root + "/data/one", "w"))
""", nowhere)

    def test_embedded_nulls_and_names_that_are_no_text_are_refused_as_ever(self):
        result = run("""
for path in (root + "/da\\0ta", root.encode() + b"/da\\0ta"):
    try: open(path)
    except ValueError as error: print(error, end="; ")
say(lambda: open(root.encode() + b"/\\xff\\xfe"))
say(lambda: os.listdir(root.encode() + b"/data/\\xff"))
""")
        self.assertEqual((result.stdout.strip(), result.stderr), ("embedded null byte; embedded null byte; ENOENT ENOENT", ""))


if __name__ == "__main__":
    unittest.main()
