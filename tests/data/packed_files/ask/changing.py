"""Whatever would change a file: refused in the words of a file system that is mounted for reading."""

import os
import shutil

from .answers import ALL

ONE = {"unlink": os.unlink, "remove": os.remove, "rmdir": os.rmdir, "mkdir": os.mkdir, "chmod": lambda path: os.chmod(path, 0o600), "chown": lambda path: os.chown(path, 0, 0),
       "lchown": lambda path: os.lchown(path, 0, 0), "utime": lambda path: os.utime(path, (1, 1)), "utime ns": lambda path: os.utime(path, ns=(1, 1), follow_symlinks=False),
       "utime now": os.utime, "truncate": lambda path: os.truncate(path, 0), "mkfifo": os.mkfifo, "mknod": lambda path: os.mknod(path, 0o600), "symlink": lambda path: os.symlink("x", path),
       "makedirs": os.makedirs, "makedirs exist_ok": lambda path: os.makedirs(path, exist_ok=True), "removedirs": os.removedirs, "setxattr": lambda path: os.setxattr(path, "user.x", b"1"),
       "setxattr not followed": lambda path: os.setxattr(path, "user.x", b"1", follow_symlinks=False), "removexattr": lambda path: os.removexattr(path, "user.x"),
       "rmtree": shutil.rmtree, "copymode": lambda path: shutil.copymode("/etc/passwd", path), "copyfile to": lambda path: shutil.copyfile("/etc/passwd", path),
       "copy to": lambda path: shutil.copy("/etc/passwd", path), "move to": lambda path: shutil.move(__file__, path), "disk_usage": lambda path: shutil.disk_usage(path).free >= 0,
       "chroot-like chdir": lambda path: os.chdir(path + "/none")}


def ask_changes(answers):
    for name in ALL:
        for change, call in ONE.items():
            if change == "move to" and name not in ("tree/data/one", "tree/missing") or change == "rmtree" and os.path.isdir(answers.path(name)) and not name.endswith("within"):
                continue  # the first file that is refused depends on the folder's order
            answers.ask(f"{change} {name}", call, answers.path(name))


def ask_pairs(answers):
    real, folder = answers.new(), answers.new()
    with open(real, "w") as file:
        file.write("real")
    os.mkdir(folder)
    missing, below = answers.new(), real + "/below"
    places = {"a file": answers.path("tree/data/one"), "another file": answers.path("tree/data/page.bin"), "a folder": answers.path("tree/data/many"),
              "an empty folder": answers.path("tree/hollow/within"), "nothing": answers.path("tree/data/none"), "nowhere": answers.path("tree/none/none"),
              "below a file": answers.path("tree/data/one/x"), "a real file": real, "a real folder": folder, "a real nothing": missing, "below a real file": below,
              "a file with a slash": answers.path("tree/data/one/")}
    for first, source in places.items():
        for second, target in places.items():
            if "tree" not in source and "tree" not in target:
                continue
            for label, call in (("rename", os.rename), ("replace", os.replace), ("link", os.link), ("link not followed", lambda *pair: os.link(*pair, follow_symlinks=False)),
                                ("symlink", os.symlink)):
                answers.ask(f"{label} {first} to {second}", call, source, target)
                if os.path.lexists(missing):
                    os.remove(missing)
    answers.ask("what is real stayed", lambda: (open(real).read(), os.listdir(folder)))


def ask_copies(answers):
    """What is copied out is as it was packed."""
    target = answers.new()
    answers.ask("copytree", lambda: shutil.copytree(answers.path("tree"), target, ignore=shutil.ignore_patterns("links")) == target)
    answers.ask("copied", lambda: sorted((folder.replace(target, ""), sorted(folders), [(name, os.stat(f"{folder}/{name}").st_mode, open(f"{folder}/{name}", "rb").read())
                                                                                      for name in sorted(files)]) for folder, folders, files in os.walk(target)))
    for label, call in (("copy", shutil.copy), ("copy2", shutil.copy2), ("copyfile", shutil.copyfile), ("move", shutil.move)):
        name = answers.new()
        answers.ask(label, lambda: (call(answers.path("tree/programs/script.sh"), name), os.stat(name).st_mode, open(name).read()))
    answers.ask("copy times", lambda: os.path.getmtime(shutil.copy2(answers.path("tree/data/one"), answers.new())) == os.path.getmtime(answers.path("tree/data/one")))
    answers.ask("copy a folder", lambda: shutil.copy(answers.path("tree/data"), answers.new()))
    answers.ask("copytree into", lambda: shutil.copytree(target, answers.path("tree/data/new")))
    answers.ask("make_archive", lambda: shutil.make_archive(answers.new(), "tar", answers.path("tree/data/many")))
    answers.ask("which", lambda: shutil.which("script.sh", path=answers.path("tree/programs")))
    answers.ask("which plain", lambda: shutil.which("plain.sh", path=answers.path("tree/programs")))
    answers.ask("unpack", lambda: (shutil.unpack_archive(answers.path("tree/data/archive.zip"), target + "-zip"), sorted(os.listdir(target + "-zip"))))


def ask(answers):
    ask_changes(answers)
    ask_pairs(answers)
    ask_copies(answers)
