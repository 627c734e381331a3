"""The work that a CPython from source is trained on, for profile-guided optimisation.

Run by the instrumented interpreter itself: `python SourceTraining.py <private folder>`. It does what products do, in about their proportions:
start many times, import the standard library from code objects in memory, and then a little of everything that programs spend their time on.
About two seconds of work for an optimised interpreter; CPython's own training, its test suite, takes a hundred times as long.
Each part runs in a process of its own, because start-up and finalisation are part of the work.
"""
import marshal
import os
import subprocess
import sys

# Parts of the standard library that only developers of CPython load, or that act when they are imported.
SKIPPED = {
    "antigravity", "this", "idlelib", "turtledemo", "turtle", "tkinter", "test", "tests", "__main__", "__phello__", "__hello__", "_bootstrap_python",
    "ensurepip", "lib2to3", "pip", "setuptools", "site-packages", "lib-dynload", "idle_test", "_aix_support", "_osx_support",
}

# How often each workload is repeated in its process: they shall weigh about as much as the starts and imports.
ROUNDS = 6


def standard_library(root):
    """Yields (name, path, is_package) of each module below a folder."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name.isidentifier() and name not in SKIPPED and name != "__pycache__")
        package = os.path.relpath(folder, root).replace(os.sep, ".")
        prefix = "" if package == "." else package + "."
        for file in sorted(files):
            name = file[:-3]
            if not file.endswith(".py") or name in SKIPPED or not name.isidentifier():
                continue
            if name == "__init__":
                yield package, os.path.join(folder, file), True
            else:
                yield prefix + name, os.path.join(folder, file), False


def compile_library(root, destination):
    """Compiles the library into one file of code objects."""
    table = {}
    for name, path, is_package in standard_library(root):
        with open(path, "rb") as source:
            try:
                table[name] = (marshal.dumps(compile(source.read(), path, "exec", dont_inherit=True)), is_package)
            except SyntaxError:
                continue
    with open(destination, "wb") as file:
        marshal.dump(table, file)
    # Without finalisation the counters of this process are not written: products seldom compile, `trees` is enough of it.
    os._exit(0)


def import_library(source):
    """Imports the standard library from code objects in memory, through a finder and loader of few instructions."""
    import importlib.machinery

    with open(source, "rb") as file:
        table = marshal.load(file)

    class MemoryImporter:
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            entry = table.get(name)
            return importlib.machinery.ModuleSpec(name, cls, is_package=entry[1]) if entry else None

        @staticmethod
        def create_module(spec):
            return None

        @staticmethod
        def exec_module(module):
            exec(marshal.loads(table[module.__name__][0]), module.__dict__)

    sys.meta_path.insert(0, MemoryImporter)
    for name in list(table):
        if name.rpartition(".")[2] != "__main__":
            try:
                __import__(name)
            except Exception:  # a module of another system; that it fails is its business, and training as well
                continue


def texts():
    words = ("the quick brown fox jumps over the lazy dog " * 40).split()
    text = " ".join(f"{word}{number}" for number, word in enumerate(words))
    for _ in range(20):
        counts = {}
        for word in text.split(" "):
            counts[word.strip("0123456789")] = counts.get(word.strip("0123456789"), 0) + 1
        text.upper().lower().replace("quick", "slow").encode("utf-8").decode("utf-8")
        "".join(sorted(text))
        ", ".join(f"{key!r:>10}={value:06.2f}" for key, value in counts.items())
        "%s %d %5.1f" % (text[:10], len(text), 3.14159)
        "größer, ≥, 漢字 {} {name}".format(1, name="x").casefold().partition(",")
        bytes(range(256)).hex()


def expressions():
    import re
    text = "".join(f"2024-{n % 12 + 1:02}-{n % 28 + 1:02} host{n} [{n}] \"GET /a/{n}?q={n * 7} HTTP/1.1\" 200 {n * 13}\n" for n in range(400))
    line = re.compile(r'^(\d{4})-(\d\d)-(\d\d) (\S+) \[(\d+)\] "(?P<verb>[A-Z]+) ([^ ?]+)(?:\?([^ "]*))? [^"]*" (\d{3}) (\d+)$', re.M)
    for _ in range(6):
        sum(int(match.group(10)) for match in line.finditer(text))
        re.sub(r"host(\d+)", lambda match: match.group(1)[::-1], text)
        re.split(r"[\s,;]+", text)
        re.findall(r"(?i)get|post|\bput\b", text)
    for number in range(25):
        re.compile(rf"(a|b{number})*[x-z]{{2,3}}\w+(?=end)|^\s*#.*$").search("abababxyzword end")


def documents():
    import json
    import pickle
    import copy
    value = {"items": [{"id": n, "name": f"name {n}", "tags": ["a", "b", str(n)], "price": n * 1.25, "ok": n % 2 == 0, "none": None, "text": "ü\n\t\"" * 3}
                       for n in range(150)]}
    for _ in range(6):
        text = json.dumps(value)
        assert json.loads(text) == value
        json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
        for protocol in (2, 4, 5):
            assert pickle.loads(pickle.dumps(value, protocol)) == value
    copy.deepcopy(value)
    json.loads(text, parse_float=str, object_pairs_hook=list)


def trees():
    import ast
    import textwrap
    source = textwrap.dedent(compiled_sample)
    for _ in range(6):
        tree = ast.parse(source)
        for node in ast.walk(tree):
            ast.dump(node) if isinstance(node, ast.Constant) else None
        compile(ast.unparse(tree), "<sample>", "exec")
        compile(source, "<sample>", "exec", optimize=2)


compiled_sample = '''
import dataclasses, functools, typing
T = typing.TypeVar("T")
@dataclasses.dataclass(frozen=True, order=True)
class Point(typing.Generic[T]):
    x: int = 0
    y: int = 0
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
    @property
    def norm(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    @classmethod
    def of(cls, *args, **kwargs): return cls(*args, **kwargs)
async def gather(tasks):
    async with tasks as group:
        return [await task async for task in group if task is not None]
def fold(values, /, start=0, *, key=None):
    try:
        match values:
            case [first, *rest] if first: return first + fold(rest, start, key=key)
            case {"a": a, **others}: return a or others
            case Point(x=0): return None
            case _: return start
    except (ValueError, TypeError) as error:
        raise RuntimeError(f"bad {values!r:>{10}}") from error
    finally:
        del values
class Meta(type):
    def __new__(mcls, name, bases, space, **kwargs): return super().__new__(mcls, name, bases, dict(space))
class Child(Point, metaclass=type): __slots__ = ("z",)
result = {n: (lambda m=n: m * 2)() for n in range(10) if n % 3} | {**{"a": [*range(3)]}}
with open("x") as one, open("y") as two:
    for i, (a, b) in enumerate(zip(one, two)):
        if not a: continue
        elif (n := len(b)) > 3: break
    else: print(a, b, sep="", end=f"{n:{i}}")
'''


def objects():
    import collections
    import dataclasses
    import enum
    import functools
    import typing

    @dataclasses.dataclass(order=True)
    class Point:
        x: int
        y: int
        tags: list = dataclasses.field(default_factory=list)

        def moved(self, dx, dy=0):
            return Point(self.x + dx, self.y + dy, self.tags)

        @property
        def length(self):
            return (self.x * self.x + self.y * self.y) ** 0.5

    class Slotted:
        __slots__ = ("left", "right")

        def __init__(self, left, right):
            self.left, self.right = left, right

        def __getattr__(self, name):
            raise AttributeError(name)

        def __eq__(self, other):
            return isinstance(other, Slotted) and self.left == other.left

        def __hash__(self):
            return hash(self.left)

    def build(depth):
        return Slotted(build(depth - 1), build(depth - 1)) if depth else None

    def count(node):
        return 1 + count(node.left) + count(node.right) if node else 0

    for number in range(25):
        class Colour(enum.Enum):
            RED = 1
            BLUE = "b"

        class Generic(typing.Generic[typing.TypeVar("T")]):
            pass
        space = {"__doc__": "made", "value": number, "method": lambda self: self.value, "static": staticmethod(len)}
        made = type(f"Made{number}", (Point, Generic), space)
        assert made(1, 2).method() == number and Colour("b") is Colour.BLUE
    named = collections.namedtuple("named", "a b c")
    for _ in range(6):
        points = [Point(n % 37, n % 11).moved(n, dy=1) for n in range(1500)]
        points.sort(key=lambda point: (point.y, -point.x))
        sum(point.length for point in points)
        count(build(9))
        {Slotted(n % 50, n): n for n in range(500)}
        [named(*triple)._replace(a=1) for triple in zip(range(200), range(200), range(200))]
        hasattr(Slotted(1, 2), "other")
    cached = functools.lru_cache(None)(lambda n: n if n < 2 else cached(n - 1) + cached(n - 2))
    cached(100)
    counter = collections.Counter("abracadabra" * 200)
    counter.most_common(3)
    collections.OrderedDict(counter).move_to_end("a")
    functools.reduce(lambda a, b: a ^ b, range(5000))


def flow():
    import contextlib
    import itertools

    def numbers(limit):
        for number in range(limit):
            received = yield number
            if received:
                return received

    def nested(depth):
        if depth:
            yield from nested(depth - 1)
        yield depth

    @contextlib.contextmanager
    def scope(value):
        try:
            yield value
        finally:
            value.append(1)

    def failing(number):
        try:
            if number % 3 == 0:
                raise ValueError(number)
            return {}[number] if number % 3 == 1 else [][number]
        except (KeyError, IndexError) as error:
            return str(error)
        except ValueError:
            return None
        finally:
            number += 1

    total = 0
    for _ in range(4):
        for number in numbers(6000):
            total += number * 3 % 7 if number & 1 else -number
        list(nested(60))
        [failing(number) for number in range(1500)]
        with scope([]) as value:
            value += [*itertools.chain.from_iterable(itertools.combinations(range(12), 3))]
        matrix = [[row * column for column in range(40)] for row in range(40)]
        list(map(sum, zip(*matrix)))
        sorted({number * 7919 % 1009 for number in range(3000)}, reverse=True)
        [*filter(None, (number % 3 for number in range(3000)))]
        sieve = bytearray([1]) * 8000
        for number in range(2, 90):
            if sieve[number]:
                sieve[number * number::number] = bytes(len(sieve[number * number::number]))
        a, b = 0, 1
        for _ in range(800):
            a, b = b, a + b
        str(a), divmod(b, a), pow(3, 1001, 10 ** 9 + 7), b >> 5, int("123456789" * 5)
        x = 0.5
        for _ in range(4000):
            x = 3.7 * x * (1 - x)
        global_names = globals()
        len([key for key in global_names if isinstance(global_names[key], type(flow))])


def libraries():
    import argparse
    import asyncio
    import base64
    import csv
    import datetime
    import decimal
    import fractions
    import hashlib
    import io
    import logging
    import pathlib
    import struct
    import string
    import tempfile
    import textwrap
    import threading
    import urllib.parse
    import xml.etree.ElementTree as ElementTree
    import zlib

    decimal.getcontext().prec = 40
    sum(decimal.Decimal(number) / 7 for number in range(1, 300)).sqrt()
    sum(fractions.Fraction(1, number) for number in range(1, 60))
    day = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)
    [datetime.datetime.fromisoformat((day + datetime.timedelta(hours=number)).isoformat()).strftime("%Y-%m-%d %H:%M") for number in range(150)]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([number, f"a{number}", "x,y\"z"] for number in range(300))
    list(csv.reader(io.StringIO(buffer.getvalue())))
    data = buffer.getvalue().encode() * 3
    assert zlib.decompress(zlib.compress(data)) == data and base64.b64decode(base64.b64encode(data)) == data
    hashlib.sha256(data).hexdigest(), struct.unpack("<IHb", struct.pack("<IHb", 1, 2, 3))
    for _ in range(10):
        parser = argparse.ArgumentParser()
        parser.add_argument("--name", default="x", help="a name")
        parser.add_argument("values", nargs="*", type=int)
        parser.parse_args(["--name", "n", "1", "2"])
        parser.format_help()
    root = ElementTree.fromstring("<r>" + "".join(f"<a id='{number}'><b>t{number}</b></a>" for number in range(200)) + "</r>")
    [node.findtext("b") for node in root.iter("a")], ElementTree.tostring(root)
    stream = io.StringIO()
    logger = logging.getLogger("training")
    logger.addHandler(logging.StreamHandler(stream))
    for number in range(200):
        logger.warning("message %d of %s", number, "training")
    textwrap.fill("word " * 400, 60), string.Template("$a ${b}").substitute(a=1, b=2)
    [urllib.parse.urlencode(urllib.parse.parse_qsl(urllib.parse.urlsplit(f"http://u@h:80/p/{n}?a={n}&b=%20#f").query)) for n in range(100)]
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        for number in range(30):
            path = pathlib.Path(folder) / f"d{number}" / "file.txt"
            path.parent.mkdir()
            path.write_text("line\n" * 50)
            [line.strip() for line in path.open()]
        [path.stat().st_size for path in sorted(pathlib.Path(folder).rglob("*.txt"))]

    async def worker(number):
        await asyncio.sleep(0)
        return number

    async def main():
        return sum(await asyncio.gather(*(worker(number) for number in range(200))))

    asyncio.run(main())
    threads = [threading.Thread(target=sorted, args=(range(1000),)) for _ in range(4)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]


def main():
    folder = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        part, *arguments = sys.argv[2:]
        for _ in range(1 if arguments else ROUNDS):
            globals()[part](*arguments)
        return

    def run(*arguments):
        subprocess.run([sys.executable, "-B", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    part = [os.path.abspath(__file__), folder]
    code = os.path.join(folder, "library.marshal")
    run("-I", *part, "compile_library", os.path.dirname(os.__file__), code)
    # In these proportions start-up and import are about half of all counts: what is never cold in a product must not look cold here.
    for _ in range(25):
        run("-I", "-S", "-c", "print('hello')")
    for _ in range(8):
        run("-I", "-c", "import json, argparse; print('hello')")
    for _ in range(4):
        run("-I", *part, "import_library", code)
    for name in ("texts", "expressions", "documents", "trees", "objects", "flow", "libraries"):
        run("-I", *part, name)


if __name__ == "__main__":
    main()
