"""What is said of a path: stat, access, os.path, pathlib, limits, attributes."""

import os
import pathlib

from .answers import ALL, FILES, FOLDERS


TOP = ("tree", "tree/data/..")  # the folder above is the executable: a file, of another device


def ask_status(answers):
    for name in ALL:
        path = answers.path(name)
        for spelled in (path, os.fsencode(path)):
            kind = type(spelled).__name__
            for function in (os.stat, os.lstat, os.path.exists, os.path.lexists, os.path.isfile, os.path.isdir, os.path.islink, os.path.ismount, os.path.realpath, os.readlink,
                             os.listxattr, os.path.abspath):
                if function is not os.path.ismount or name not in TOP:
                    answers.ask(f"{function.__name__} {kind} {name}", function, spelled)
        answers.ask(f"stat not followed {name}", os.stat, path, follow_symlinks=False)
        answers.ask(f"getsize {name}", lambda: os.path.isdir(path) or os.path.getsize(path))
        for mode in range(8):
            answers.ask(f"access {mode} {name}", os.access, path, mode)
        answers.ask(f"access effective {name}", os.access, path, os.R_OK, effective_ids=True)
        answers.ask(f"access not followed {name}", os.access, path, os.W_OK, follow_symlinks=False)
        answers.ask(f"realpath strict {name}", os.path.realpath, path, strict=True)
        answers.ask(f"statvfs {name}", lambda: (lambda status: (status.f_flag & os.ST_RDONLY, status.f_namemax))(os.statvfs(path)))
        for key in ("PC_NAME_MAX", "PC_PATH_MAX", "PC_PIPE_BUF", "PC_NO_TRUNC"):
            answers.ask(f"pathconf {key} {name}", os.pathconf, path, key)
        answers.ask(f"getxattr {name}", lambda: os.getxattr(path, "user.none"))
        answers.ask(f"getxattr not followed {name}", lambda: os.getxattr(path, "user.none", follow_symlinks=False))
        answers.ask(f"listxattr not followed {name}", os.listxattr, path, follow_symlinks=False)


def ask_relations(answers):
    one, large = answers.path("tree/data/one"), answers.path("tree/data/large.bin")
    answers.ask("samefile", lambda: (os.path.samefile(one, one), os.path.samefile(one, large), os.path.samefile(one, answers.path("tree/data/../data//one")), os.path.samefile(one, "/etc/passwd")))
    answers.ask("inodes differ", lambda: len({os.stat(answers.path(name)).st_ino for name in FILES + FOLDERS}) == len(FILES + FOLDERS))
    answers.ask("one device", lambda: len({os.stat(answers.path(name)).st_dev for name in FILES + FOLDERS}))
    answers.ask("times", lambda: all(os.stat(one).st_mtime_ns > 0 and os.path.getmtime(answers.path(name)) > 0 for name in FILES))
    answers.ask("commonpath", lambda: os.path.relpath(one, answers.path("tree")))


def ask_pathlib(answers):
    for name in ALL:
        path = pathlib.Path(answers.path(name))
        for method in ("stat", "lstat", "exists", "is_file", "is_dir", "is_symlink", "is_mount", "is_socket", "is_fifo", "is_block_device", "is_char_device", "resolve", "absolute",
                       "read_bytes", "readlink"):
            if method != "is_mount" or name not in TOP:
                answers.ask(f"Path.{method} {name}", getattr(path, method))
        answers.ask(f"Path.resolve strict {name}", path.resolve, strict=True)
        answers.ask(f"Path.iterdir {name}", lambda: sorted(map(str, path.iterdir())))
        answers.ask(f"Path.samefile {name}", lambda: path.samefile(str(path)))
    tree = pathlib.Path(answers.path("tree"))
    answers.ask("Path.glob", lambda: sorted(map(str, tree.glob("**/*.txt"))))
    answers.ask("Path.rglob", lambda: sorted(map(str, tree.rglob("*"))))
    answers.ask("Path.match", lambda: [path.match("data/*") for path in sorted(tree.iterdir())])
    for method, arguments in (("touch", ()), ("unlink", ()), ("rmdir", ()), ("mkdir", ()), ("rename", ("/tmp/x",)), ("chmod", (0o600,)), ("write_text", ("x",)), ("symlink_to", ("x",)),
                              ("hardlink_to", ("x",)), ("replace", ("/tmp/x",))):
        for name in ("tree/data/one", "tree/data/many", "tree/data/new", "tree/data/none/new", "tree/data/one/new"):
            answers.ask(f"Path.{method} {name}", lambda: getattr(pathlib.Path(answers.path(name)), method)(*arguments))
    answers.ask("mkdir parents, exist_ok", lambda: (tree / "data/many").mkdir(parents=True, exist_ok=True))
    answers.ask("mkdir parents", lambda: (tree / "data/a/b/c").mkdir(parents=True))
    answers.ask("touch exist_ok False", lambda: (tree / "data/one").touch(exist_ok=False))
    answers.ask("unlink missing_ok", lambda: (tree / "data/none").unlink(missing_ok=True))


def ask(answers):
    ask_status(answers)
    ask_relations(answers)
    ask_pathlib(answers)
