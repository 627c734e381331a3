"""Every way to a descriptor or a stream: flags, modes, offsets, what comes of dup, fork and inheritance."""

import fcntl
import io
import itertools
import mmap
import os
import socket
import stat
import subprocess
import sys

from .answers import ALL, FILES

FLAGS = ("O_RDWR", "O_CREAT", "O_EXCL", "O_TRUNC", "O_DIRECTORY", "O_NOFOLLOW", "O_PATH", "O_TMPFILE")
PLACES = ("tree/data/one", "tree/data/many", "tree/data/missing", "tree/data/missing/deeper", "tree/data/one/below", "tree/data/one/", "tree/data/many/", "tree/data/missing/")


def describe(descriptor, read=True):
    """What a descriptor is; closes it."""
    try:
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        status = os.fstat(descriptor)
        answer = [stat.filemode(status.st_mode), os.get_inheritable(descriptor), flags & os.O_ACCMODE, bool(flags & os.O_PATH), bool(flags & os.O_APPEND), bool(flags & os.O_NONBLOCK)]
        if read and stat.S_ISREG(status.st_mode) and not flags & os.O_PATH:
            answer += [status.st_size, os.read(descriptor, 10), os.lseek(descriptor, 0, os.SEEK_CUR), os.lseek(descriptor, -1, os.SEEK_END) if status.st_size else 0]
        return answer
    finally:
        os.close(descriptor)


def ask_flags(answers):
    for name in PLACES:
        for count in range(len(FLAGS) + 1):
            for chosen in itertools.combinations(FLAGS, count):
                flags = 0
                for flag in chosen:
                    flags |= getattr(os, flag)
                answers.ask(f"os.open {name} {'|'.join(chosen)}", lambda: describe(os.open(answers.path(name), flags)))
    for flags in ("O_WRONLY", "O_APPEND", "O_RDWR|O_APPEND", "O_NONBLOCK", "O_SYNC", "O_NOATIME", "O_ASYNC", "O_NOCTTY", "O_CLOEXEC", "O_WRONLY|O_RDWR"):
        value = 0
        for flag in flags.split("|"):
            value |= getattr(os, flag)
        for name in PLACES[:3]:
            answers.ask(f"os.open {name} {flags}", lambda: describe(os.open(answers.path(name), value)))


def ask_streams(answers):
    for name in ALL:
        path = answers.path(name)
        answers.ask(f"open rb {name}", lambda: open(path, "rb").read())
        answers.ask(f"open bytes path {name}", lambda: open(os.fsencode(path), "rb", buffering=0).read())
        answers.ask(f"io.open_code {name}", lambda: io.open_code(path).read())
        answers.ask(f"io.FileIO {name}", lambda: io.FileIO(path).readall())
    for mode in ("r", "w", "a", "x", "r+", "w+", "a+", "x+", "rb+", "wb", "ab", "q"):
        for name in PLACES:
            answers.ask(f"open {name} {mode}", lambda: open(answers.path(name), mode).read())
    lines = answers.path("tree/data/lines.txt")
    answers.ask("text", lambda: open(lines, encoding="utf-8").readlines()[400:402])
    answers.ask("universal newlines", lambda: open(answers.path("tree/data/crlf.txt")).readlines())
    answers.ask("decoding error", lambda: open(answers.path("tree/data/large.bin"), encoding="ascii").read())
    answers.ask("embedded NUL", open, answers.path("tree/data/o\0ne"))
    answers.ask("longer than PATH_MAX", open, answers.path("x/" * 2100))
    answers.ask("longer than PATH_MAX, there", open, answers.path("tree/" + "./" * 2100 + "data/one"))
    answers.ask("opener", lambda: open(lines, opener=lambda path, flags: os.open("lines.txt", flags, dir_fd=os.open(answers.path("tree/data"), os.O_RDONLY))).readline())
    answers.ask("name, mode", lambda: (lambda file: (file.name, file.mode, file.fileno() > 2, file.seekable(), file.writable(), file.isatty()))(open(lines, "rb")))
    answers.ask("write to a stream for reading", lambda: open(lines).write("x"))


def in_child(function):
    """What a forked child says of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, repr(function()).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer


def ask_descriptors(answers):
    path = answers.path("tree/data/lines.txt")
    first, second = os.dup2(os.open(path, os.O_RDONLY), 100), os.open(path, os.O_RDONLY)  # messages have the number
    answers.ask("offsets are apart", lambda: (os.read(first, 9), os.read(second, 4), os.read(first, 3), os.pread(second, 6, 100)))
    copy = os.dup(first)
    answers.ask("dup shares its offset", lambda: (os.lseek(copy, 0, os.SEEK_CUR), os.lseek(copy, 20, os.SEEK_SET), os.read(first, 5), os.get_inheritable(copy)))
    answers.ask("dup2", lambda: describe(os.dup2(first, 200)))
    answers.ask("fork", in_child, lambda: (os.fstat(first).st_size, os.read(first, 5), open(path, "rb").read(4)))
    answers.ask("offset after fork", os.lseek, first, 0, os.SEEK_CUR)
    answers.ask("same file", lambda: (os.path.sameopenfile(first, second), os.path.samestat(os.fstat(first), os.stat(path)), os.path.samefile(path, first)))
    for name, call in {"write": lambda: os.write(first, b"x"), "ftruncate": lambda: os.ftruncate(first, 0), "fchmod": lambda: os.fchmod(first, 0o600), "fsync": lambda: os.fsync(first),
                       "fchown": lambda: os.fchown(first, 0, 0), "futimes": lambda: os.utime(first), "truncate": lambda: os.truncate(first, 0), "pwrite": lambda: os.pwrite(first, b"x", 0),
                       "fallocate": lambda: os.posix_fallocate(first, 0, 10), "setxattr": lambda: os.setxattr(first, "user.x", b"1"), "listxattr": lambda: os.listxattr(first),
                       "fpathconf": lambda: os.fpathconf(first, "PC_NAME_MAX"), "fstatvfs": lambda: os.fstatvfs(first).f_flag & os.ST_RDONLY, "chdir": lambda: os.chdir(first),
                       "fdopen w": lambda: os.fdopen(os.dup(first), "w").write("x"), "flock": lambda: fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB),
                       "isatty": lambda: os.isatty(first), "ttyname": lambda: os.ttyname(first), "fadvise": lambda: os.posix_fadvise(first, 0, 0, os.POSIX_FADV_WILLNEED)}.items():
        answers.ask(f"{name} of a descriptor", call)
    answers.ask("nothing changed", lambda: open(path, "rb").read())
    for descriptor in (first, second, copy):
        os.close(descriptor)
    answers.ask("closed", os.fstat, first)
    inherited = os.open(path, os.O_RDONLY)
    os.set_inheritable(inherited, True)
    answers.ask("pass_fds", lambda: subprocess.run(["cat"], stdin=inherited, capture_output=True).stdout)
    inherited_again = os.open(path, os.O_RDONLY)
    answers.ask("pass_fds by number", lambda: subprocess.run(["sh", "-c", f"head -c 20 <&{inherited_again}"], capture_output=True, pass_fds=[inherited_again]).stdout)
    answers.ask("not inherited", lambda: subprocess.run(["sh", "-c", f"cat <&{inherited_again}"], capture_output=True).returncode != 0)
    os.close(inherited)
    os.close(inherited_again)


def ask_memory(answers):
    for name in FILES[:5]:
        with open(answers.path(name), "rb") as file:
            answers.ask(f"mmap {name}", lambda: bytes(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
            answers.ask(f"mmap private {name}", lambda: bytes(mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)))
            answers.ask(f"mmap shared, to write {name}", lambda: mmap.mmap(file.fileno(), 0))
            answers.ask(f"mmap too much {name}", lambda: mmap.mmap(file.fileno(), 10 << 20, access=mmap.ACCESS_READ))

    def send(name):
        near, far = socket.socketpair()
        with open(answers.path(name), "rb") as file, near, far:
            near.sendfile(file)
            near.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: far.recv(65536), b""))
    answers.ask("socket.sendfile", send, "tree/data/compressible.txt")
    target = os.open(answers.new(), os.O_RDWR | os.O_CREAT)
    source = os.open(answers.path("tree/data/large.bin"), os.O_RDONLY)
    answers.ask("os.sendfile", lambda: (os.sendfile(target, source, 1000, 5000), os.pread(target, 5000, 0)))
    answers.ask("os.copy_file_range", lambda: sum(iter(lambda: os.copy_file_range(source, target, 1 << 20), 0)) or True)
    os.close(target)
    os.close(source)


def ask(answers):
    ask_flags(answers)
    ask_streams(answers)
    ask_descriptors(answers)
    ask_memory(answers)
