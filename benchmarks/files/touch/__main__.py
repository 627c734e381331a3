"""Says hello; or `open COUNT FILE`: opens a real file so many times; or `read FOLDER`: reads each file in it."""

import os
import sys


def main(act="", argument="", file=""):
    if act == "open":
        for _ in range(int(argument)):
            os.close(os.open(file, os.O_RDONLY))
    elif act == "read":
        size = 0
        for name in os.listdir(argument):
            with open(f"{argument}/{name}", "rb") as file:
                size += len(file.read())
        print(size)
    else:
        print("hello")


main(*sys.argv[1:])
