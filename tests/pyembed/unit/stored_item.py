"""Writes what test_decoder.c reads: some text, and the same as a product's blob holds it.

    stored_item.py zlib|zstd RAW STORED"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import blob as format  # noqa: E402

if __name__ == "__main__":
    raw = b"".join(b"def function_%d(argument):\n    return argument * %d\n" % (number, number * 7919) for number in range(40))
    Path(sys.argv[2]).write_bytes(raw)
    Path(sys.argv[3]).write_bytes(format.encode(raw, ("none", "zlib", "zstd").index(sys.argv[1])))
