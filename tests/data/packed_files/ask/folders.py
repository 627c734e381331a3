"""Folders: listed, walked, opened, entered, and what is relative to them."""

import fnmatch
import glob
import os
import pathlib

from .answers import ALL, FOLDERS


def ask_lists(answers):
    for name in ALL:
        path = answers.path(name)
        answers.ask(f"listdir {name}", lambda: sorted(os.listdir(path)))
        answers.ask(f"listdir bytes {name}", lambda: sorted(os.listdir(os.fsencode(path))))
        answers.ask(f"scandir {name}", lambda: sorted(map(answers.plain, os.scandir(path))))
    tree = answers.path("tree")
    answers.ask("walk", lambda: sorted((folder, sorted(folders), sorted(files)) for folder, folders, files in os.walk(tree)))
    answers.ask("walk from below", lambda: sorted((folder, sorted(folders), sorted(files)) for folder, folders, files in os.walk(os.fsencode(tree), topdown=False)))
    answers.ask("walk missing", lambda: list(os.walk(tree + "/missing")))
    errors = []
    answers.ask("walk a file", lambda: list(os.walk(tree + "/data/one", onerror=lambda error: errors.append(repr(error)))) + errors)
    answers.ask("fwalk", lambda: sorted((folder, sorted(folders), sorted(files), os.fstat(descriptor).st_nlink) for folder, folders, files, descriptor in os.fwalk(tree)))
    answers.ask("fwalk dir_fd", lambda: sorted((folder, sorted(folders), len(files)) for folder, folders, files, _ in
                                               os.fwalk("data", dir_fd=os.open(tree, os.O_RDONLY), follow_symlinks=True)))
    # `**` follows links, and those of tree/links lead round in circles
    for pattern in ("*", "[!l]*/**", "[!l]*/**/*.txt", "data/many/*/file-1*", "data/[!m]*", "data/d0/d1", "data/one/*", "missing/*", "data/umlaut-*", ".*", "*/.*"):
        answers.ask(f"glob {pattern}", lambda: sorted(glob.glob(answers.path("tree/") + pattern, recursive=True)))
        answers.ask(f"glob root_dir {pattern}", lambda: sorted(glob.glob(pattern, root_dir=tree, recursive=True, include_hidden=True)))
        answers.ask(f"glob dir_fd {pattern}", lambda: sorted(glob.glob(pattern, dir_fd=os.open(tree, os.O_RDONLY), recursive=True)))
    answers.ask("filter", lambda: sorted(fnmatch.filter(os.listdir(tree + "/data"), "*.txt")))


def ask_open_folders(answers):
    for name in FOLDERS:
        descriptor = answers.ask(f"open {name}", lambda: os.open(answers.path(name), os.O_RDONLY) and None) or os.open(answers.path(name), os.O_RDONLY | os.O_DIRECTORY)
        answers.ask(f"listdir fd {name}", lambda: sorted(os.listdir(descriptor)))
        answers.ask(f"listdir fd again {name}", lambda: sorted(os.listdir(descriptor)))
        answers.ask(f"scandir fd {name}", lambda: sorted((entry.name, entry.path, entry.is_dir(), answers.plain(entry.stat())) for entry in os.scandir(descriptor)))
        answers.ask(f"fstat {name}", os.fstat, descriptor)
        answers.ask(f"write {name}", os.write, descriptor, b"x")
        answers.ask(f"fstatvfs {name}", lambda: os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)
        answers.ask(f"ftruncate {name}", os.ftruncate, descriptor, 0)
        answers.ask(f"fchmod {name}", os.fchmod, descriptor, 0o700)
        answers.ask(f"fsync {name}", os.fsync, descriptor)
        answers.ask(f"stat . {name}", lambda: os.path.samestat(os.stat(".", dir_fd=descriptor), os.fstat(descriptor)))
        os.close(descriptor)


def ask_relative(answers):
    folder, one = os.open(answers.path("tree/data"), os.O_RDONLY), os.open(answers.path("tree/data/one"), os.O_RDONLY)
    only_path = os.open(answers.path("tree/data"), os.O_PATH)
    for name in ("one", "many", "missing", "many/3", "./one", "../module.py", "one/", "one/x", "", ".", "..", "../data/one", "/etc/passwd", answers.path("tree/data/one")):
        for label, descriptor in (("folder", folder), ("path", only_path), ("file", one), ("closed", 1 << 20)):
            label = f"{label} {name}"
            answers.ask(f"open dir_fd {label}", lambda: os.close(os.open(name, os.O_RDONLY, dir_fd=descriptor)))
            answers.ask(f"stat dir_fd {label}", lambda: os.stat(name, dir_fd=descriptor).st_size > 0 if "passwd" not in name else True)
            answers.ask(f"access dir_fd {label}", lambda: os.access(name, os.R_OK, dir_fd=descriptor))
            answers.ask(f"readlink dir_fd {label}", lambda: os.readlink(name, dir_fd=descriptor))
            if name != "/etc/passwd":
                answers.ask(f"mkdir dir_fd {label}", lambda: os.mkdir(name, dir_fd=descriptor))
                answers.ask(f"unlink dir_fd {label}", lambda: os.unlink(name, dir_fd=descriptor))
                answers.ask(f"rmdir dir_fd {label}", lambda: os.rmdir(name, dir_fd=descriptor))
                answers.ask(f"chmod dir_fd {label}", lambda: os.chmod(name, 0o600, dir_fd=descriptor))
                answers.ask(f"chown dir_fd {label}", lambda: os.chown(name, 0, 0, dir_fd=descriptor))
                answers.ask(f"utime dir_fd {label}", lambda: os.utime(name, (1, 1), dir_fd=descriptor))
                answers.ask(f"mkfifo dir_fd {label}", lambda: os.mkfifo(name, dir_fd=descriptor))
                answers.ask(f"mknod dir_fd {label}", lambda: os.mknod(name, 0o600, dir_fd=descriptor))
                answers.ask(f"symlink dir_fd {label}", lambda: os.symlink("x", name, dir_fd=descriptor))
                answers.ask(f"rename dir_fd {label}", lambda: os.rename(name, "renamed", src_dir_fd=descriptor, dst_dir_fd=descriptor))
                answers.ask(f"link dir_fd {label}", lambda: os.link(name, "linked", src_dir_fd=descriptor, dst_dir_fd=descriptor))
    for descriptor in (folder, one, only_path):
        os.close(descriptor)


def ask_working_folder(answers):
    before = os.getcwd()
    for name in FOLDERS + ("tree/data/one", "tree/missing", "tree/data/one/x", "tree/data/..", "tree//data/"):
        answers.ask(f"chdir {name}", lambda: (os.chdir(answers.path(name)), os.getcwd(), os.getcwdb(), os.path.abspath("x"), sorted(os.listdir()), sorted(os.listdir(".")))[1:])
        answers.ask(f"after chdir {name}", lambda: (os.path.realpath("."), os.path.exists("one"), os.path.isdir(".."), pathlib.Path.cwd(), pathlib.Path("one").resolve()))
        os.chdir(before)
    os.chdir(answers.path("tree/data"))
    for name in ("one", "./one", "../data/one", "many/../one", "missing", "one/x", "..", ".", "many", "../../tree/data/one"):
        answers.ask(f"relative {name}", lambda: (os.path.isdir(name), os.path.isdir(name) or open(name, "rb").read()))
        answers.ask(f"relative stat {name}", os.stat, name)
        answers.ask(f"relative realpath {name}", os.path.realpath, name)
        answers.ask(f"relative listdir {name}", lambda: sorted(os.listdir(name)))
        answers.ask(f"relative unlink {name}", os.unlink, name)
        answers.ask(f"relative mkdir {name}", os.mkdir, name)
        answers.ask(f"relative open w {name}", open, name, "w")
    answers.ask("glob", lambda: sorted(glob.glob("*.txt") + glob.glob("many/1/*")))
    answers.ask("chdir relative", lambda: (os.chdir("many"), os.chdir("3"), os.getcwd(), os.chdir("../.."), os.getcwd()))
    descriptor = os.open("many", os.O_RDONLY)
    answers.ask("fchdir", lambda: (os.fchdir(descriptor), os.getcwd(), sorted(os.listdir())))
    os.close(descriptor)
    answers.ask("chdir to a real one", lambda: (os.chdir("/"), os.getcwd(), os.path.exists("etc")))
    os.chdir(before)
    answers.ask("chdir back", lambda: os.getcwd() == before)


def ask(answers):
    ask_lists(answers)
    ask_open_folders(answers)
    ask_relative(answers)
    ask_working_folder(answers)
