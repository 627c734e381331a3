"""Symbolic links in the tree: of files and folders, chains, circles, and such as lead nowhere."""

import glob
import importlib
import itertools
import os
import pathlib
import shutil
import subprocess
import sys

from . import changing, opening
from .names import look

LINKS = ("file", "folder", "chain", "chain-file", "slash", "no-folder", "dangling", "far", "loop", "back", "self", "up", "here", "beyond", "through", "odd", "linked.py", "package",
         "hollow", "script", "helper", "library.so", "deep/er/up", "umlaut-ä", "dots", "hops/0", "hops/5", "hops/6", "hops/7", "hops/40")
PATHS = tuple("tree/links/" + name for name in (
    *LINKS, "file/", "file/x", "file/..", "folder/", "folder/.", "folder/..", "folder/../2", "folder/file-011.bin", "folder/missing", "chain/file-011.bin", "chain/../0/file-010.bin",
    "slash/file-012.bin", "dangling/", "dangling/x", "dangling/..", "far/x", "loop/", "loop/x", "self/..", "up/data/one", "up/links/up/links/file", "here/here/here/file", "here/" * 39 + "file",
    "here/" * 40 + "file", "beyond/one", "package/__init__.py", "package/deep/leaf.py", "hollow/", "hollow/x", "deep/er/up/one", "deep/er/up/../module.py", "no-folder/x", "m" * 256,
    "folder/" + "m" * 256, "hops/0/", "hops/7/x"))


def ask_status(answers):
    for name in PATHS:
        path = answers.path(name)
        look(answers, name if len(name) < 300 else f"{name[:50]}... {name.count('/')}", path)
        label = name if len(name) < 300 else f"{name.count('/')}"
        for function in (os.path.islink, os.path.exists, os.path.lexists, os.path.isfile, os.path.isdir, os.path.ismount):
            if function is not os.path.ismount or "up" not in name:
                answers.ask(f"{function.__name__} {label}", function, path)
        answers.ask(f"lstat size {label}", lambda: (os.lstat(path).st_size if os.path.islink(path) else 0, os.lstat(path).st_blocks if os.path.islink(path) and len(os.readlink(path)) < 50 else 0))
        answers.ask(f"readlink {label}", lambda: (os.readlink(path), os.readlink(os.fsencode(path))))
        answers.ask(f"getsize {label}", lambda: os.path.isdir(path) or os.path.getsize(path))
        for mode in (os.F_OK, os.R_OK, os.W_OK, os.X_OK):
            answers.ask(f"access not followed {mode} {label}", os.access, path, mode, follow_symlinks=False)
        for method in ("resolve", "is_symlink", "readlink", "exists", "is_dir", "is_file", "lstat", "stat", "read_bytes"):
            answers.ask(f"Path.{method} {label}", getattr(pathlib.Path(path), method))
        answers.ask(f"Path.resolve strict {label}", pathlib.Path(path).resolve, strict=True)
        answers.ask(f"getxattr not followed {label}", lambda: os.getxattr(path, "user.none", follow_symlinks=False))
        answers.ask(f"listxattr not followed {label}", os.listxattr, path, follow_symlinks=False)


def ask_opening(answers):
    flags = ("O_RDWR", "O_CREAT", "O_EXCL", "O_TRUNC", "O_DIRECTORY", "O_NOFOLLOW", "O_PATH", "O_TMPFILE")
    for name in ("file", "folder", "chain", "dangling", "far", "loop", "no-folder", "file/", "folder/", "dangling/", "loop/", "slash", "hops/0", "hops/7"):
        for chosen in itertools.chain.from_iterable(itertools.combinations(flags, count) for count in range(len(flags) + 1)):
            value = 0
            for flag in chosen:
                value |= getattr(os, flag)
            answers.ask(f"os.open {name} {'|'.join(chosen)}", lambda: opening.describe(os.open(answers.path("tree/links/" + name), value)))
    for mode in ("r", "w", "a", "x", "r+", "rb"):
        for name in LINKS:
            answers.ask(f"open {name} {mode}", lambda: open(answers.path("tree/links/" + name), mode).read())
    link = os.open(answers.path("tree/links/file"), os.O_PATH | os.O_NOFOLLOW)
    answers.ask("a link's descriptor", lambda: (os.stat(link), os.path.samestat(os.stat(link), os.lstat(answers.path("tree/links/file")))))
    answers.ask("readlink of a descriptor", lambda: os.readlink("", dir_fd=link))
    os.close(link)
    one = os.open(answers.path("tree/data/one"), os.O_PATH | os.O_NOFOLLOW)
    answers.ask("readlink of a file's descriptor", lambda: os.readlink("", dir_fd=one))
    os.close(one)


def ask_changes(answers):
    changes = dict(changing.ONE, **{"lutimes": lambda path: os.utime(path, (1, 1), follow_symlinks=False), "chown not followed": lambda path: os.chown(path, 0, 0, follow_symlinks=False),
                                    "chmod not followed": lambda path: os.chmod(path, 0o600, follow_symlinks=False),
                                    "removexattr not followed": lambda path: os.removexattr(path, "user.x", follow_symlinks=False)})
    for name in (*LINKS, "file/", "folder/", "dangling/", "loop/", "folder/new", "dangling/new", "loop/new", "chain/file-011.bin"):
        for change, call in changes.items():
            if change not in ("rmtree", "move to"):
                answers.ask(f"{change} {name}", call, answers.path("tree/links/" + name))
    real = answers.new()
    open(real, "w").close()
    for first, second in itertools.product(("file", "folder", "dangling", "loop", "file/", "folder/x", "loop/x"), repeat=2):
        for label, call in (("rename", os.rename), ("replace", os.replace), ("link", os.link), ("link not followed", lambda *pair: os.link(*pair, follow_symlinks=False)),
                            ("symlink", os.symlink)):
            answers.ask(f"{label} {first} to {second}", call, answers.path("tree/links/" + first), answers.path("tree/links/" + second))
        answers.ask(f"link out {first}", lambda: os.link(answers.path("tree/links/" + first), real + "-new"))
        answers.ask(f"rename in {first}", lambda: os.rename(real, answers.path("tree/links/" + first)))


def ask_folders(answers):
    links = answers.path("tree/links")
    answers.ask("listdir", lambda: sorted(os.listdir(links)))
    entries = lambda folder: sorted((entry.name, entry.is_symlink(), entry.is_dir(), entry.is_file(), entry.is_dir(follow_symlinks=False), answers.plain(entry.stat(follow_symlinks=False)))
                                    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name) if entry.name not in ("loop", "back", "self"))
    for name in ("", "/folder", "/chain", "/package", "/hollow", "/up", "/hops", "/deep/er"):
        answers.ask(f"scandir {name}", entries, links + name)
        answers.ask(f"scandir of a descriptor {name}", lambda: entries(os.open(links + name, os.O_RDONLY)))
        answers.ask(f"walk {name}", lambda: sorted((folder, sorted(folders), sorted(files)) for folder, folders, files in os.walk(links + name)))
        answers.ask(f"walk followed {name}", lambda: sorted((folder, sorted(folders), sorted(files)) for folder, folders, files in
                                                            itertools.islice(os.walk(links + name, followlinks=True), 1)))
        answers.ask(f"fwalk {name}", lambda: sorted((folder, sorted(folders), sorted(files)) for folder, folders, files, _ in os.fwalk(links + name)))
    for pattern in ("*", "**", "folder/*", "f*/*", "chain/**", "package/**/*.py", "hops/1*", "d*"):
        answers.ask(f"glob {pattern}", lambda: sorted(glob.glob(f"{links}/{pattern}", recursive=pattern in ("chain/**", "package/**/*.py"))))
    answers.ask("rglob", lambda: sorted(map(str, pathlib.Path(links).rglob("*.py"))))
    before = os.getcwd()
    for name in ("folder", "chain", "up", "package", "file", "dangling", "loop", "deep/er/up"):
        answers.ask(f"chdir {name}", lambda: (os.chdir(f"{links}/{name}"), os.getcwd(), sorted(os.listdir()), os.path.realpath(".."), os.path.lexists("../links")))
        os.chdir(before)
    os.chdir(links)
    answers.ask("relative", lambda: (os.readlink("file"), open("file").read(), os.path.realpath("chain"), os.path.realpath("dangling"), os.path.islink("./loop")))
    os.chdir(before)


def ask_copies(answers):
    describe = lambda top: sorted((folder.replace(top, ""), sorted(folders), [(name, os.path.islink(f"{folder}/{name}") and os.readlink(f"{folder}/{name}")) for name in sorted(files)])
                                  for folder, folders, files in os.walk(top))
    for name in ("links", "links/package", "links/folder", "data/many/1"):
        target = answers.new()
        answers.ask(f"copytree as links {name}", lambda: (shutil.copytree(answers.path("tree/" + name), target, symlinks=True) == target, describe(target)))
    target = answers.new()
    leave = lambda folder, names: [name for name in names if name in ("up", "here", "loop", "back", "self", "hops", "beyond", "dangling", "far", "no-folder", "deep")]
    answers.ask("copytree", lambda: (shutil.copytree(answers.path("tree/links"), target, ignore=leave) == target, describe(target)))
    answers.ask("copytree, dangling", lambda: shutil.copytree(answers.path("tree/links"), answers.new(), ignore=lambda folder, names: [name for name in names if name != "dangling"], ignore_dangling_symlinks=True)[:0])
    for label, call in (("copy", shutil.copy), ("copy2", shutil.copy2), ("copyfile", shutil.copyfile)):
        name = answers.new()
        answers.ask(f"{label} not followed", lambda: (call(answers.path("tree/links/file"), name, follow_symlinks=False), os.readlink(name)))
        name = answers.new()
        answers.ask(label, lambda: (call(answers.path("tree/links/script"), name), os.path.islink(name), open(name).read()))


def ask_use(answers):
    for name in ("script", "helper", "file", "dangling", "loop", "folder"):
        answers.ask(f"run {name}", lambda: subprocess.run([answers.path("tree/links/" + name), "x"], capture_output=True).returncode)
    answers.ask("run in a linked folder", lambda: subprocess.run(["./helper", "x"], cwd=answers.path("tree/links/up/lib"), capture_output=True).stdout)
    sys.path.insert(0, answers.root) if os.path.isdir(answers.root) else None
    for name in ("tree.links.linked", "tree.links.package.deep.leaf", "tree.links.package"):
        answers.ask(f"import {name}", lambda: (lambda module: (module.__name__, module.__file__, open(module.__file__).read(), os.path.islink(module.__file__)))(importlib.import_module(name)))
    answers.ask("two modules of one file", lambda: importlib.import_module("tree.links.linked") is importlib.import_module("tree.module"))


def ask(answers):
    ask_status(answers)
    ask_opening(answers)
    ask_changes(answers)
    ask_folders(answers)
    ask_copies(answers)
    ask_use(answers)
