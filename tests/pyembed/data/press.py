"""Threads that open, read, list, stat and close packed files at random, while others fork and start programs: `press.py SECONDS [--no-fork]`. What is read is
compared. The sanitizer's allocator does not stand a fork among threads: a child waits for a lock for ever."""

import hashlib
import mmap
import os
import random
import subprocess
import sys
import threading
import time

ROOT = sys.executable + "/tree"
FILES = [path for folder, _, names in os.walk(ROOT) for path in (os.path.join(folder, name) for name in names) if os.path.isfile(path)]
FOLDERS = {folder: sorted(folders + names) for folder, folders, names in os.walk(ROOT)}


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.sha1(file.read()).digest()


EXPECTED = {path: digest_of(path) for path in FILES}
SIZES = {path: os.stat(path).st_size for path in FILES}
counts, failures, end = {}, [], time.monotonic() + float(sys.argv[2])


def read(path):
    assert digest_of(path) == EXPECTED[path]


def read_parts(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert os.fstat(descriptor).st_size == SIZES[path] and os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        assert len(os.pread(descriptor, 100, SIZES[path] // 2)) == min(100, SIZES[path] - SIZES[path] // 2)
    finally:
        os.close(descriptor)


def hold(path):
    files = [open(path, "rb") for _ in range(5)]
    random.shuffle(files)
    for file in files:
        assert hashlib.sha1(file.read()).digest() == EXPECTED[path]
        file.close()


def map_file(path):
    if SIZES[path] > 0:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert hashlib.sha1(mapped).digest() == EXPECTED[path]


def look(path):
    assert os.stat(path).st_size == SIZES[path] and (os.path.realpath(path) == path) != os.path.islink(path) and not os.access(path, os.W_OK) and not os.path.exists(path + "x")


def enumerate_folder(_):
    folder = random.choice(list(FOLDERS))
    assert sorted(os.listdir(folder)) == FOLDERS[folder]
    descriptor = os.open(folder, os.O_RDONLY)
    assert sorted(os.listdir(descriptor)) == FOLDERS[folder]
    os.close(descriptor)


def start(_):
    assert subprocess.run([ROOT + "/lib/helper", "x"], capture_output=True).stdout == b"helper 2 x \n"


def start_script(_):
    assert subprocess.run([ROOT + "/programs/script.sh", "x"], capture_output=True).stdout == b"script 1 x\n"


def start_in_folder(_):
    assert subprocess.run(["./helper", "x"], cwd=ROOT + "/lib", capture_output=True).returncode == 5


def fork(path):
    child = os.fork()
    if child == 0:
        try:
            read_parts(path)
            enumerate_folder(path)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def work(actions, seed):
    choose = random.Random(seed)
    while time.monotonic() < end and not failures:
        action = choose.choice(actions)
        try:
            action(choose.choice(FILES))
            counts[action.__name__] = counts.get(action.__name__, 0) + 1
        except BaseException as error:
            failures.append(f"{action.__name__}: {type(error).__name__} {error}")


threads = [threading.Thread(target=work, args=([read, read_parts, hold, map_file, look, enumerate_folder], seed)) for seed in range(8)]
starts = [start, start_script, start_in_folder] + ([fork] if "--no-fork" not in sys.argv else [])
threads += [threading.Thread(target=work, args=(starts, seed)) for seed in range(100, 102)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
left = len(os.listdir("/proc/self/fd"))
print("\n".join(failures) or f"{sum(counts.values())} acts of {len(counts)} kinds, {left} descriptors are open")
sys.exit(1 if failures or left > 20 else 0)
