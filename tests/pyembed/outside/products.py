"""The products that the tests start (run.py made them, and says where they are), and how."""

import os
import subprocess
from pathlib import Path

PRODUCT = os.environ["PYEMBED_PRODUCT"]      # inside/__main__.py; `--exec CODE` runs code
SCRIPT = os.environ["PYEMBED_SCRIPT"]        # data/script.py by the `script` rule
PYTHON = os.environ["PYEMBED_PYTHON"]        # the same distribution's interpreter
MODES = os.environ["PYEMBED_MODES"]          # a folder with one product for each run mode
HOSTED = os.environ["PYEMBED_HOSTED"]        # a folder with hosts whose product cannot start (hosted.py)
NATIVE = os.environ["PYEMBED_NATIVE"]        # a folder with the shared objects that the product has from memory
DATA = Path(__file__).resolve().parents[1] / "data"
LIMIT = 60


def mode(name):
    return f"{MODES}/{name}"


def run(*arguments, product=PRODUCT, environment=None, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    return subprocess.run([product, *arguments], capture_output=True, text=True, timeout=LIMIT,
                          env=os.environ if environment is None else environment, **options)


def execute(code, **options):
    return run("--exec", code, **options)


def python(code, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([PYTHON, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, timeout=LIMIT, **options)
