"""Runs a program in a pseudo-terminal and types at it: terminal.py KEYS PROGRAM ARGUMENT...

KEYS is JSON: pairs of what is waited for, and what is typed then. What the terminal shows is printed."""

import json
import os
import pty
import select
import sys
import time


def answer(descriptor, data):
    # prompt_toolkit asks where the cursor is
    if b"\x1b[6n" in data:
        os.write(descriptor, b"\x1b[1;1R")


def read(descriptor, until, seconds):
    """What was shown until the words came, the program ended, or the time was over."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not (until and until in shown):
        if not select.select([descriptor], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(descriptor, 65536)
        except OSError:
            break
        if not data:
            break
        answer(descriptor, data)
        shown += data
    return shown


def main(keys, command):
    process, descriptor = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    shown = b""
    for until, typed in json.loads(keys):
        shown += read(descriptor, until.encode(), 60)
        os.write(descriptor, typed.encode())
    shown += read(descriptor, None, 20)
    sys.stdout.buffer.write(shown)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
