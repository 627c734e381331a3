"""What is asked, and what was answered, in words that are the same for every place of the tree."""

import hashlib
import os
import stat
import sys

FILES = ("tree/module.py", "tree/data/empty", "tree/data/one", "tree/data/large.bin", "tree/data/lines.txt", "tree/data/with space.txt", "tree/data/umlaut-ä.txt",
         "tree/data/世界/мир.txt", "tree/data/💾 disk/new\nline", "tree/data/.hidden", "tree/data/" + "n" * 255, "tree/data/compressible.txt",
         "tree/data/" + "/".join(f"d{level}" for level in range(40)) + "/bottom.txt", "tree/programs/script.sh", "tree/lib/helper", "tree/lib/libouter_packed.so")
FOLDERS = ("tree", "tree/data", "tree/data/many", "tree/data/many/3", "tree/data/世界", "tree/hollow", "tree/hollow/within", "tree/sub/hollow", "tree/data/d0/d1/d2")
MISSING = ("tree/missing", "tree/data/missing/deeper", "tree/data/one/below", "tree/data/one/", "tree/data/one/.", "tree/data/one/..", "tree/data/missing/..", "tree/" + "m" * 256,
           "tree/" + "m" * 256 + "/x", "tree/data/\udcff", "tree/a\udc80/b", "tree/missing/", "tree/hollow/x")
ODD = ("tree//data///one", "tree/./data/./one", "tree/data/../data/one", "tree/data/many/../../module.py", "tree/hollow/../module.py", "tree/data/", "tree/data/.", "tree/data/..",
       "tree/data//", "tree/sub/deep/../../data/one")
ALL = FILES + FOLDERS + MISSING + ODD


class Answers:
    def __init__(self, root, scratch, part):
        self.root, self.scratch, self.part = root, scratch, part
        self.count = 0

    def path(self, name):
        return f"{self.root}/{name}"

    def new(self, suffix=""):
        """A name in the scratch folder that is not there."""
        self.count += 1
        return f"{self.scratch}/{self.part}-{self.count}{suffix}"

    def ask(self, label, function, *arguments, **named):
        """Prints what a call returns or raises; returns it."""
        result = None
        try:
            result = function(*arguments, **named)
            answer = self.plain(result)
        except OSError as error:
            answer = (f"{type(error).__name__} {error.errno} {self.plain(error.strerror)} {self.plain(error.filename)} {self.plain(error.filename2)} "
                      f"{self.plain(str(error))}")
        except Exception as error:
            answer = f"{type(error).__name__} {self.plain(str(error))}"
        self.say(label, answer)
        return result

    def say(self, label, answer):
        line = f"{self.part} {self.plain(label)}: {answer}".replace(self.root, "<root>").replace(self.scratch, "<scratch>")
        sys.stdout.write(line.encode("unicode_escape", "surrogatepass").decode() + "\n")
        sys.stdout.flush()

    def plain(self, value):
        if isinstance(value, os.stat_result):
            folder = stat.S_ISDIR(value.st_mode)
            return f"<{stat.filemode(value.st_mode)} {value.st_nlink} {None if folder else (value.st_size, value.st_blksize)} {len(set((value.st_atime, value.st_mtime))) > 0}>"
        if isinstance(value, os.DirEntry):
            return f"<{value.name!r} {self.plain(value.path)} {value.is_dir()} {value.is_file()} {value.is_symlink()} {self.plain(value.stat())}>"
        if isinstance(value, (bytes, bytearray, memoryview)) and len(value) > 200:
            return f"<{len(value)} bytes {hashlib.sha256(value).hexdigest()[:16]}>"
        if isinstance(value, str) and len(value) > 2000:
            return f"<{len(value)} letters {hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}>"
        if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
            return f"({', '.join(map(self.plain, value))})"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.plain(key)}: {self.plain(item)}' for key, item in value.items())}}}"
        if isinstance(value, (set, frozenset)):
            return self.plain(sorted(value))
        return value if isinstance(value, str) else repr(value).replace(repr(self.root)[1:-1], "<root>")
