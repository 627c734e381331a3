"""Other names of the same files: links to the root, `..` through it, relative paths to it, and paths that leave it."""

import os
import pathlib

NAMES = ("tree/data/one", "tree/data/lines.txt", "tree/data", "tree/hollow", "tree/missing", "tree/data/one/x", "tree/data/one/", "tree/data/many/", "tree/sub/../data/one")


def look(answers, label, path):
    answers.ask(f"open {label}", lambda: open(path, "rb").read())
    answers.ask(f"stat {label}", os.stat, path)
    answers.ask(f"lstat {label}", os.lstat, path)
    answers.ask(f"listdir {label}", lambda: sorted(os.listdir(path)))
    answers.ask(f"scandir {label}", lambda: list(map(answers.plain, sorted(os.scandir(path), key=lambda entry: entry.name))))
    answers.ask(f"realpath {label}", os.path.realpath, path)
    answers.ask(f"realpath strict {label}", os.path.realpath, path, strict=True)
    answers.ask(f"access {label}", lambda: [os.access(path, mode) for mode in range(8)])
    answers.ask(f"samefile {label}", lambda: os.path.samefile(path, answers.path("tree/data/one")))
    answers.ask(f"readlink {label}", os.readlink, path)
    answers.ask(f"statvfs {label}", lambda: os.statvfs(path).f_flag & os.ST_RDONLY)
    answers.ask(f"pathconf {label}", os.pathconf, path, "PC_NAME_MAX")
    answers.ask(f"listxattr {label}", os.listxattr, path)
    answers.ask(f"getxattr {label}", os.getxattr, path, "user.none")
    for change, call in (("unlink", os.unlink), ("rmdir", os.rmdir), ("mkdir", os.mkdir), ("chmod", lambda path: os.chmod(path, 0o600)), ("open w", lambda path: open(path, "w")),
                         ("utime", os.utime), ("rename", lambda path: os.rename(path, path + "2")), ("symlink", lambda path: os.symlink("x", path)),
                         ("link", lambda path: os.link(path, path + "2")), ("truncate", lambda path: os.truncate(path, 0)), ("setxattr", lambda path: os.setxattr(path, "user.x", b""))):
        answers.ask(f"{change} {label}", call, path)


def ask_links(answers):
    link, folder = answers.new("-link"), answers.new("-folder")
    os.symlink(answers.root, link)
    os.mkdir(folder)
    os.symlink(os.path.dirname(answers.root), folder + "/up")
    deep = answers.new("-deep")
    os.symlink(answers.path("tree/data"), deep)
    base = os.path.basename(answers.root)
    for name in NAMES:
        look(answers, f"through a link {name}", f"{link}/{name}")
        look(answers, f"through a link to its folder {name}", f"{folder}/up/{base}/{name}")
        look(answers, f"through its folder twice {name}", f"{answers.root}/../{base}/{name}")
        look(answers, f"two slashes before {name}", f"/{answers.root}//{name}")
        look(answers, f"a dot {name}", f"{os.path.dirname(answers.root)}/./{base}/./{name}")
    answers.ask("link of a link", lambda: (os.readlink(link) == answers.root, os.path.islink(link)))
    look(answers, "a link into it", deep + "/one")
    answers.ask("link to a folder", lambda: (os.readlink(deep), sorted(os.listdir(deep)), os.path.isdir(deep), os.path.realpath(deep)))
    file = answers.new("-file")
    os.symlink(answers.path("tree/data/one"), file)
    answers.ask("link to a file", lambda: (os.readlink(file), open(file).read(), os.path.realpath(file), os.path.getsize(file), os.access(file, os.W_OK)))
    answers.ask("write through a link to a file", open, file, "w")
    answers.ask("lstat of it", lambda: os.path.islink(file))


def ask_relative(answers):
    before = os.getcwd()
    os.chdir(os.path.dirname(answers.root))
    base = os.path.basename(answers.root)
    for name in NAMES:
        look(answers, f"relative to its folder {name}", f"{base}/{name}")
        look(answers, f"relative with a dot {name}", f"./{base}//{name}")
    os.chdir(answers.scratch)
    for name in NAMES:
        look(answers, f"relative from elsewhere {name}", f"{os.path.relpath(answers.root)}/{name}")
    os.chdir(before)


def ask_outside(answers):
    """`..` leads out of the root to what is real."""
    for path in ("tree/../../beside.txt", "tree/data/../../../beside.txt", "../beside.txt", "tree/../../missing-beside", "tree/../../beside.txt/x", "../beside-folder",
                 "tree/../../beside-folder", "tree/../../beside-folder/inner.txt", "tree/missing/../../../beside.txt"):
        full = answers.path(path)
        answers.ask(f"open {path}", lambda: open(full).read())
        answers.ask(f"stat {path}", os.stat, full)
        answers.ask(f"exists {path}", os.path.exists, full)
        answers.ask(f"access {path}", lambda: [os.access(full, mode) for mode in (os.F_OK, os.R_OK, os.X_OK)])
        answers.ask(f"realpath {path}", os.path.realpath, full)
        answers.ask(f"listdir {path}", lambda: sorted(os.listdir(full)))
        answers.ask(f"readlink {path}", os.readlink, full)
        answers.ask(f"statvfs {path}", lambda: os.statvfs(full).f_namemax)
        answers.ask(f"pathlib {path}", lambda: pathlib.Path(full).read_text())
        answers.ask(f"listxattr {path}", os.listxattr, full)
        answers.ask(f"chdir {path}", lambda: (os.chdir(full), os.getcwd(), sorted(os.listdir())))
        os.chdir("/")
    answers.ask("listdir of the root", lambda: "tree" in os.listdir(answers.root + "/"))
    answers.ask("scandir of the root", lambda: "tree" in [entry.name for entry in os.scandir(answers.root + "/.")])
    answers.ask("open the root's folder", lambda: os.close(os.open(answers.root + "/", os.O_RDONLY)))


def ask(answers):
    ask_links(answers)
    ask_relative(answers)
    ask_outside(answers)
